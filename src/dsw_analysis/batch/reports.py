"""The report of a round: its files made side by side in worker processes and put in place together."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dsw_analysis.batch.manifest import digest, write_whole
from dsw_analysis.batch.run import Batch
from dsw_analysis.batch.sections import LEDGER, complete, is_of
from dsw_analysis.batch.steps import Job, Outcome, given

if TYPE_CHECKING:
    from dsw_analysis.audit import Slip

FORMATS = ("html", "pdf", "docx")
"""What a report can be written as."""

WORKBOOK = "findings.xlsx"
_LONGEST_FIRST = ("report.docx", "report.pdf", "report.html", WORKBOOK)


def write_report(batch: Batch, outcomes: Sequence[Outcome], formats: Collection[str] = FORMATS) -> list[Path]:
    """Bring ``report.html``, ``report.pdf``, ``report.docx`` (as asked for) and ``findings.xlsx`` up to date.

    All of them are made before the first is put in place. A report of all sections is replaced only by another such,
    and none is written that would not agree with ``findings.json``.

    Parameters
    ----------
    outcomes:
        Of :func:`dsw_analysis.batch.sections.run_sections`.

    Returns
    -------
    list of Path
        The files that are up to date, the report first: all or none.
    """
    whole = complete(batch, outcomes)
    names = [*(f"report.{name}" for name in FORMATS if name in formats), WORKBOOK]
    if not is_of(batch, outcomes):
        batch.tell.say("the report is not written: it would not agree with findings.json")
        return []
    if not batch.may_replace(names[0], complete=whole):
        return []
    findings = (batch.out / LEDGER).read_bytes()
    made_from = {**batch.inputs.common, "sections": batch.marks(outcomes), "findings": digest(findings)}
    parts = tuple(outcome.part for outcome in outcomes)
    # The longest first, so that the others fit beside it.
    due = [name for name in _LONGEST_FIRST if name in names and batch.manifest.reasons(name, made_from)]
    work = "dsw_analysis.batch.rendering:report_file"
    jobs = deque(Job(name, work, given(name, batch.round, parts, findings)) for name in due)
    files: dict[str, bytes] = {job.about: future.result() for job, future in batch.ended(jobs)}
    for name in (name for name in names if name in files):
        write_whole(batch.out / name, files[name])
    for name, content in files.items():
        batch.note(name, made_from, {name: content}, complete=whole)
    return [batch.out / name for name in names]


def audit(batch: Batch, pages: Sequence[Path]) -> dict[Path, list[Slip]]:
    """Slips of pages against ``findings.json``, by page; pages found clean before are not judged again."""
    found: dict[Path, list[Slip]] = {}
    jobs: deque[Job] = deque()
    ledger = (batch.out / LEDGER).read_bytes()
    for path in pages:
        content = path.read_bytes()
        name = f"audit of {path.relative_to(batch.out).as_posix()}"
        made_from = {**batch.inputs.common, "page": digest(content), "findings": digest(ledger)}
        if batch.manifest.reasons(name, made_from):
            jobs.append(Job((name, path, made_from), "dsw_analysis.audit:audit_page", given(content, ledger)))
    for job, future in batch.ended(jobs):
        name, path, made_from = job.about
        found[path] = list(future.result())
        if not found[path]:
            batch.note(name, made_from, {}, complete=True)
    return found
