"""Approval and publication of a round's outputs: only what is whole and current, bound to its figures and words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import APPROVAL, Signed, approval_digest, to_json
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.manifest import Manifest
from dsw_analysis.run.outputs import PROVINCES
from dsw_analysis.run.reports import briefs_made, files_of, write_briefs, write_report
from dsw_analysis.run.sections import edition, explain, run_sections
from dsw_analysis.run.steps import Outcome, Progress
from dsw_analysis.run.tasks import Project


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
    by, role = one_line("--by", by), one_line("--role", role)
    outcomes, content = settled(batch)
    published = batch.signed.issue
    if published is not None and published["approval"]["content"] == content:
        raise UsageError(
            f"this content is edition {published['number']}, which {published['approval']['by']} approved; "
            "there is nothing to approve"
        )
    approval = {"by": by, "role": role, "on": None if on is None else on.isoformat(), "content": content}
    write_whole(batch.out / APPROVAL, to_json(approval))
    have_said(batch, outcomes)
    return approval_digest(approval)


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
    why |= {f"brief of {province}": reasons for province, reasons in briefs.items()}
    why |= {name: ["waits to be put in place"] for name in batch.outputs.waiting()}
    reasons = [f"{name}: {'; '.join(said)}" for name, said in why.items() if said]
    if reasons:
        raise UsageError(
            f"the outputs of {batch.round} are not whole and current, so that nobody has read what would be signed: "
            f"{', '.join(reasons[:3])}{' …' if reasons[3:] else ''}. Run `dsw report {batch.round}`"
            f"{' and `dsw run --by province`' if briefs else ''}, read them, then try again"
        )
    return outcomes, {scope: batch.content(scope) for scope in ("", *(f"{PROVINCES}{name}/" for name in briefs))}


def have_said(batch: Batch, outcomes: list[Outcome]) -> None:
    """Have the outputs in place say what was signed of them."""
    batch.signed = Signed.read(batch.out)
    write_report(batch, outcomes)
    if briefs := list(briefs_made(batch)):
        write_briefs(batch, briefs)


def one_line(option: str, text: str) -> str:
    """A text of the command line, which a cover prints on one line."""
    if not (words := " ".join(text.split())):
        raise UsageError(f"{option} is empty; write the words that the cover is to print")
    return words
