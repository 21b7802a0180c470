"""Approval and publication of a round's outputs: only what is whole and current, bound to its figures and words."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE, where
from dsw_analysis.report.edition import Edition, with_edition
from dsw_analysis.report.signed import APPROVAL, EDITIONS, ISSUE, Signed, approval_digest, to_json
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.manifest import Manifest, versions
from dsw_analysis.run.output_set import OutputSet
from dsw_analysis.run.reports import (
    INDEX,
    briefs_made,
    files_made,
    files_of,
    why_made_again,
    write_briefs,
    write_report,
)
from dsw_analysis.run.sections import edition, explain, run_sections
from dsw_analysis.run.stale import BRIEF, PAPER
from dsw_analysis.run.steps import BatchError, Job, Outcome, Progress, given
from dsw_analysis.run.tasks import Project, in_short

_MAKING = ".next"  # where an edition is made before it is there


def batch_as_made(project: Project, round_: Round, say: Callable[[str], None]) -> Batch:
    """A batch in which what was made last is current, also if it was made of valid rows only."""
    made = Manifest(project.outputs(round_)).made.values()
    partial = any(entry["made_from"].get("parameters", {}).get("accept_partial") for entry in made)
    return Batch(project, round_, accept_partial=partial, progress=Progress(say=say))


def approve(batch: Batch, by: str, role: str, on: date | None) -> str:
    """Write down who approved the outputs in place, and have their covers say so; returns the digest to keep outside.

    Raises
    ------
    UsageError
        If they are not whole and current, or were published already.
    """
    by, role = _one_line("--by", by), _one_line("--role", role)
    outcomes, content = settled(batch)
    published = batch.signed.issue
    if published is not None and published["approval"]["content"] == content:
        raise UsageError(
            f"this content is edition {published['number']}, which {published['approval']['by']} approved; "
            "there is nothing to approve"
        )
    approval = {"by": by, "role": role, "on": None if on is None else on.isoformat(), "content": content}
    write_whole(batch.out / APPROVAL, to_json(approval))
    _have_said(batch, outcomes)
    return approval_digest(approval)


def publish(batch: Batch, on: date | None, because: str | None) -> tuple[Path, str]:
    """Make an edition of the outputs in place, whole or not at all; returns its folder, and the digest to keep outside.

    Given again after a run that was killed, it finds the edition there and only has the outputs in place say so.

    Raises
    ------
    UsageError
        If they are not whole, current and approved, or it is not said why they replace the last edition.
    """
    issue = batch.signed.issue
    if issue is not None and issue["approval"]["content"] == _content(batch) and not any(explain(batch).values()):
        outcomes = run_sections(batch)
    else:
        outcomes, content = settled(batch)
        made = _issue(batch.signed, content, on, because)
        _make(replace(batch.signed, issue=made), batch, outcomes, made)
    _have_said(batch, outcomes)
    return batch.signed.published, str(batch.signed.digest)


def settled(batch: Batch) -> tuple[list[Outcome], dict[str, dict[str, str]]]:
    """Sections of a round whose outputs are whole and current, and digests of what these say, by the sets' scopes.

    Raises
    ------
    UsageError
        If they are not, with the reasons.
    """
    why, briefs, outcomes = explain(batch), briefs_made(batch), list[Outcome]()
    if not any(why.values()):
        outcomes = run_sections(batch)
        whole = edition(batch, outcomes)
        why |= {n: batch.stale.report(n, whole.names, whole.edition).reasons for n in files_of(outcomes)}
        why["sections"] = [] if whole.complete else ["some failed or wait for data"]
    why |= {brief.name: why_made_again(brief) for brief in briefs}
    why |= {name: ["waits to be put in place"] for name in batch.outputs.waiting()}
    reasons = [f"{name}: {'; '.join(said)}" for name, said in why.items() if said]
    if reasons:
        raise UsageError(
            f"the outputs of {batch.round} are not whole and current, so that nobody has read what would be signed: "
            f"{', '.join(reasons[:3])}{' …' if reasons[3:] else ''}. Run `dsw report {batch.round}`"
            f"{' and `dsw run --by province`' if briefs else ''}, read them, then try again"
        )
    return outcomes, _content(batch)


def _content(batch: Batch) -> dict[str, dict[str, str]]:
    """Digests of what outputs say, of the report and of each brief that was made, by their scopes."""
    return {scope: batch.content(scope) for scope in ("", *(brief.scope for brief in briefs_made(batch)))}


def _issue(signed: Signed, content: Mapping[str, Any], on: date | None, because: str | None) -> dict[str, Any]:
    """What an edition says of itself, as far as it is known before its files are made."""
    approved = {} if signed.approval is None else signed.approval["content"]
    if approved != content:
        unlike = [
            scope or "the report" for scope in {**content, **approved} if content.get(scope) != approved.get(scope)
        ]
        raise UsageError(
            f"nobody has approved what the outputs say ({', '.join(unlike[:3])}{' …' if unlike[3:] else ''}), and only "
            f"what is approved is published; `dsw approve {signed.folder.name} --by NAME --role ROLE` first"
        )
    last = None if signed.issue is None else signed.issue["number"]
    if last is not None and because is None:
        raise UsageError(
            f"there is edition {last}; say why another replaces it, as its cover is to print it: --because"
        )
    if last is None and because is not None:
        raise UsageError("the first edition replaces none; leave --because out")
    return {
        "round": signed.folder.name,
        "number": 1 + (last or 0),
        "issued": None if on is None else on.isoformat(),
        "reason": None if because is None else _one_line("--because", because),
        "approval": signed.approval,
    }


def _make(signed: Signed, batch: Batch, outcomes: Sequence[Outcome], issue: dict[str, Any]) -> None:
    """Make the folder of an edition beside, keep the raw files that it rests on, and then have it appear."""
    making = batch.out / EDITIONS / _MAKING
    shutil.rmtree(making, ignore_errors=True)
    hashes = {}
    for name, content in _files(signed, batch, outcomes, Edition.of(issue["approval"], issue)):
        write_whole(making / name, content)
        hashes[name] = digest(content)
    sections = [outcome.name for outcome in outcomes]
    read = batch.manifest.raw_files([name for name in sections if name != SUMMARY])
    made = {name: {k: batch.manifest.made[name].get(k, {}) for k in ("made_from", "rows")} for name in sections}
    issue |= {"inputs": read, "code": batch.stale.inputs.common, "versions": versions(), "made": made}
    issue["outputs"] = dict(sorted(hashes.items()))
    write_whole(making / ISSUE, to_json(issue))
    kept = batch.project.kept(batch.round, issue["number"])
    shutil.rmtree(kept, ignore_errors=True)
    for name in (name for name in read if name[0] != "."):
        if (path := batch.project.data / str(batch.round) / name).is_file():
            write_whole(kept / name, path.read_bytes())
    making.rename(batch.out / EDITIONS / str(issue["number"]))


def _files(signed: Signed, batch: Batch, outcomes: Sequence[Outcome], said: Edition) -> Iterator[tuple[str, bytes]]:
    """Files of an edition: those in place, which say what it is; paper is made anew for that."""
    whole, briefs = edition(batch, outcomes), briefs_made(batch)
    names = [name for name in files_of(outcomes) if name in {*PAPER, BRIEF}]
    for piece, made in files_made(batch, whole, [batch.stale.report(n, whole.names, said) for n in names], said):
        if isinstance(made, Exception):
            raise BatchError(f"{piece.name} could not be made, so there is no edition: {in_short(made)}") from made
        yield piece.name, made
    jobs = deque(_brief_job(brief, signed) for brief in briefs)
    for job, future in batch.ended(jobs):
        for files in future.result().values():
            yield from ((f"{job.about.scope}{name}", content) for name, content in files.items())
            names += [f"{job.about.scope}{name}" for name in files]
    in_place = [name for one in (whole, *briefs) for name in batch.manifest.made[one.name]["outputs"]]
    for name in [*in_place, *([INDEX] if briefs else [])]:
        if name not in names:
            content = (batch.out / name).read_bytes()
            yield name, with_edition(content.decode(), said).encode() if name.endswith(".html") else content
    if (words := where(batch.project.root)) is not None:
        yield FILE, words.read_bytes()


def _brief_job(brief: OutputSet, signed: Signed) -> Job:
    province = Path(brief.scope).name
    made_of = brief.batch.round, {province: brief.parts}, signed
    return Job(brief, "dsw_analysis.run.execution:compose_briefs", given(*made_of))


def _have_said(batch: Batch, outcomes: list[Outcome]) -> None:
    """Have the outputs in place say what was signed of them."""
    batch.signed = Signed.read(batch.out)
    write_report(batch, outcomes)
    if briefs := briefs_made(batch):
        write_briefs(batch, [Path(brief.scope).name for brief in briefs])


def _one_line(option: str, text: str) -> str:
    """A text of the command line, which a cover prints on one line."""
    if not (words := " ".join(text.split())):
        raise UsageError(f"{option} is empty; write the words that the cover is to print")
    return words
