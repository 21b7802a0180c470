"""The report of a round: its files made side by side in worker processes, and the set of outputs put in place whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dsw_analysis.run.batch import Batch
from dsw_analysis.run.jobs import Job, given, in_short
from dsw_analysis.run.sections import REPORT, edition, put_in_place
from dsw_analysis.run.stale import LEDGER
from dsw_analysis.run.steps import BatchError, Outcome

if TYPE_CHECKING:
    from dsw_analysis.report.audit import Slip

FORMATS = ("html", "pdf", "docx")
"""What a report can be written as."""

# So that the others fit beside the longest.
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
    whole = edition(batch, outcomes)
    if not whole.may_replace():
        return []
    names = [name for name in REPORT if name == "findings.xlsx" or name.removeprefix("report.") in formats]
    pieces = {name: batch.stale.report(name, whole.names, asked=True) for name in _LONGEST_FIRST if name in names}
    findings, parts = batch.outputs.newest(LEDGER).read_bytes(), whole.parts
    work = "dsw_analysis.run.rendering:report_file"
    due = [piece for piece in pieces.values() if piece.reasons]
    jobs = deque(Job(piece, work, given(piece.name, batch.round, parts, findings)) for piece in due)
    for job, future in batch.ended(jobs):
        name = job.about.name
        try:
            content = future.result()
        except EOFError as error:  # not a process that ended, but the one that all are forked from
            raise BatchError(f"no report can be made: {error}") from error
        except Exception as error:  # one format must not stop the others
            names.remove(name)
            batch.tell.say(f"{name} could not be made and is left out: {in_short(error)}")
        else:
            batch.make(job.about, {name: content})
    return [batch.out / name for name in names] if put_in_place(batch, outcomes) else []


def audit(batch: Batch, pages: Sequence[Path]) -> dict[Path, list[Slip]]:
    """Slips of pages against ``findings.json``, by page; pages found clean before are not judged again."""
    found: dict[Path, list[Slip]] = {}
    jobs: deque[Job] = deque()
    ledger = (batch.out / LEDGER).read_bytes()
    for path in pages:
        content = path.read_bytes()
        piece = batch.stale.audit(path.relative_to(batch.out).as_posix(), content, ledger)
        if piece.reasons:
            jobs.append(Job((path, piece), "dsw_analysis.report.audit:audit_page", given(content, ledger)))
    for job, future in batch.ended(jobs):
        path, piece = job.about
        found[path] = list(future.result())
        if not found[path]:
            batch.note(piece, {})
    return found
