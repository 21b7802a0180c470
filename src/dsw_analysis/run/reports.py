"""The report of a round: its files made side by side in worker processes, and the set of outputs put in place whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sections import EDITION, LEDGER, REPORT, basis, complete, put_in_place
from dsw_analysis.run.sets import may_replace
from dsw_analysis.run.steps import BatchError, Job, Outcome, given

if TYPE_CHECKING:
    from dsw_analysis.report.audit import Slip

FORMATS = ("html", "pdf", "docx")
"""What a report can be written as."""

_LONGEST_FIRST = ("report.docx", "report.pdf", "report.html", "findings.xlsx")


def write_report(batch: Batch, outcomes: Sequence[Outcome], formats: Collection[str] = FORMATS) -> list[Path]:
    """Bring ``report.html``, ``report.pdf``, ``report.docx`` (as asked for) and ``findings.xlsx`` up to date.

    All of them are made before the set that they belong to is put in place, see
    :func:`dsw_analysis.run.sections.put_in_place`. One that cannot be made is named and left out.

    Parameters
    ----------
    outcomes:
        Of :func:`dsw_analysis.run.sections.run_sections`.

    Returns
    -------
    list of Path
        Those asked for that are in place and up to date, the report first.

    Raises
    ------
    OSError
        If a file cannot be moved, as when another program holds it open: the last set stays, whole.
    """
    if not may_replace(batch, EDITION, batch.notebooks, complete=complete(batch, outcomes)):
        return []
    names = [name for name in REPORT if name == "findings.xlsx" or name.removeprefix("report.") in formats]
    made_from = basis(batch, outcomes)
    findings = batch.outputs.newest(LEDGER).read_bytes()
    parts = tuple(outcome.part for outcome in outcomes if outcome.left_out is None)
    # The longest first, so that the others fit beside it.
    due = [name for name in _LONGEST_FIRST if name in names and batch.reasons(name, made_from)]
    work = "dsw_analysis.run.rendering:report_file"
    jobs = deque(Job(name, work, given(name, batch.round, parts, findings)) for name in due)
    for job, future in batch.ended(jobs):
        try:
            content = future.result()
        except EOFError as error:  # not a process that ended, but the one that all are forked from
            raise BatchError(f"no report can be made: {error}") from error
        except Exception as error:  # one format must not stop the others
            names.remove(job.about)
            said = "\n".join(f"{type(error).__name__}: {error}".splitlines()[:3])[:600]
            batch.tell.say(f"{job.about} could not be made and is left out: {said}")
        else:
            batch.outputs.stage(job.about, content)
            batch.note(job.about, made_from, {job.about: content})
    return [batch.out / name for name in names] if put_in_place(batch, outcomes) else []


def audit(batch: Batch, pages: Sequence[Path]) -> dict[Path, list[Slip]]:
    """Slips of pages against ``findings.json``, by page; pages found clean before are not judged again."""
    found: dict[Path, list[Slip]] = {}
    jobs: deque[Job] = deque()
    ledger = (batch.out / LEDGER).read_bytes()
    for path in pages:
        content = path.read_bytes()
        name = f"audit of {path.relative_to(batch.out).as_posix()}"
        made_from = {**batch.inputs.common, "page": digest(content), "findings": digest(ledger)}
        if batch.reasons(name, made_from):
            jobs.append(Job((name, path, made_from), "dsw_analysis.report.audit:audit_page", given(content, ledger)))
    for job, future in batch.ended(jobs):
        name, path, made_from = job.about
        found[path] = list(future.result())
        if not found[path]:
            batch.note(name, made_from, {})
    return found
