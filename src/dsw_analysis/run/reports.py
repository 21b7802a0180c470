"""What sections are put together to: the report of a round, and a brief for each province with an index of all."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from dsw_analysis.findings.ledger import LEDGER, SUMMARY
from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.report.edition import DRAFT, Edition
from dsw_analysis.report.signed import edition_beside
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.gate import guarded
from dsw_analysis.run.output_set import OutputSet
from dsw_analysis.run.outputs import PROVINCES
from dsw_analysis.run.preparing import prepare_files
from dsw_analysis.run.sections import REPORT, edition, put_in_place
from dsw_analysis.run.stale import BRIEF, PAPER
from dsw_analysis.run.steps import BatchError, Job, Outcome, Piece, Step, given
from dsw_analysis.run.tasks import in_short

if TYPE_CHECKING:
    from dsw_analysis.report.audit import Slip

INDEX = f"{PROVINCES}index.html"
TOGETHER = 4
"""How many briefs one process puts together, so that dictionary and templates are loaded once for them."""
_WORK = "dsw_analysis.run.execution"
_BRIEF = "brief/"  # where the names of briefs in the manifest begin
FORMATS = ("html", "pdf", "docx")
"""What a report can be written as."""


def files_of(outcomes: Sequence[Outcome], formats: Collection[str] = FORMATS) -> list[str]:
    """Names of the files that a report in some formats is; without a summary there is no brief."""
    asked = [name for name, form in REPORT.items() if form is None or form in formats]
    return [name for name in asked if name != BRIEF or any(o.section == SUMMARY for o in outcomes)]


def write_report(batch: Batch, outcomes: Sequence[Outcome], formats: Collection[str] = FORMATS) -> list[Path]:
    """Bring the files of the report that belong to formats asked for, and ``findings.xlsx``, up to date.

    All of them are made before the set that they belong to is put in place with what
    :func:`~dsw_analysis.run.sections.run_sections` gave. One that cannot be made is named and left out.

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
    names = files_of(outcomes, formats)
    # What paper says of itself is known by the content of the page, which is made first where anything was signed.
    pages = [name for name in names if batch.signed and name.endswith(".html")]
    for group in (pages, [name for name in names if name not in pages]):
        said = whole.edition if group is not pages else DRAFT
        due = [p for name in group if (p := batch.stale.report(name, whole.names, said, asked=True)).reasons]
        for piece, made in files_made(batch, whole, due, said):
            if isinstance(made, bytes):
                batch.make(piece, {piece.name: made})
            else:  # one format must not stop the others
                names.remove(piece.name)
                batch.progress.say(f"{piece.name} could not be made and is left out: {in_short(made)}")
    return [batch.out / name for name in names] if put_in_place(batch, outcomes) else []


def files_made(
    batch: Batch, whole: OutputSet, due: Sequence[Piece], said: Edition
) -> Iterator[tuple[Piece, bytes | Exception]]:
    """Files of the report as they are made: content, or why there is none; paper says of itself what is ``said``."""
    if not due:
        return
    paper = [piece for piece in due if piece.name in PAPER]
    made_of = batch.round, whole.parts, batch.outputs.newest(LEDGER).read_bytes()
    jobs = deque(
        Job(paper, f"{_WORK}:compose_paper", given(*made_of, paper[0].made_from["examples"], said)) for _ in paper[:1]
    )
    jobs += [Job([p], f"{_WORK}:report_file", given(p.name, *made_of, said)) for p in due if p not in paper]
    for job, future in batch.ended(jobs):
        try:
            content = future.result()
        except EOFError as error:  # not a process that ended, but the one that all are forked from
            raise BatchError(f"no report can be made: {error}") from error
        except Exception as error:
            yield from ((piece, error) for piece in job.about)
            continue
        if job.about is paper:
            jobs.extendleft(Job([piece], f"{_WORK}:paper_file", given(piece.name, content)) for piece in paper)
        else:
            yield job.about[0], content


def audit(batch: Batch, pages: Sequence[Path]) -> dict[Path, list[Slip]]:
    """Slips of pages against ``findings.json``, by page; pages found clean before are not judged again."""
    found: dict[Path, list[Slip]] = {}
    jobs: deque[Job] = deque()
    ledger, edition = (batch.out / LEDGER).read_bytes(), edition_beside(batch.out)
    for path in pages:
        content = path.read_bytes()
        piece = batch.stale.audit(path.relative_to(batch.out).as_posix(), content, ledger)
        if piece.reasons:
            jobs.append(Job((path, piece), "dsw_analysis.report.audit:audit_page", given(content, ledger, edition)))
    for job, future in batch.ended(jobs):
        path, piece = job.about
        found[path] = list(future.result())
        if not found[path]:
            batch.note(piece, {})
    return found


def write_briefs(batch: Batch, provinces: Sequence[str], sections: Sequence[str] | None = None) -> list[Outcome]:
    """Bring the briefs of provinces up to date: ``provinces/<name>/<name>.html``, ``.pdf``, ``findings.json``.

    They are put together when all sections have run and the gate lets them pass. Each is put in place whole, with the
    pages and executed notebooks of its sections: those asked for and all others that are current. One of all sections
    is replaced only by another such, unless the batch allows what is missing.

    Parameters
    ----------
    provinces:
        Official Thai names.
    sections:
        Ids of sections that have provincial data; all of them by default.

    Returns
    -------
    list of Outcome
        Of every section of every province.

    Raises
    ------
    BatchError
        If a raw file was replaced while the sections of a brief were reading it, if briefs could not be made, or if
        they would give away a cell of few persons (see :mod:`dsw_analysis.run.gate`): the last ones stay.
    OSError
        If a file cannot be moved, as when another program holds it open: the last brief stays, whole.
    """
    from dsw_analysis.intake.provinces import provincial_sections  # noqa: PLC0415 - slow to import, for briefs alone

    prepare_files(batch)
    every = provincial_sections(batch.notebooks)
    asked = every if sections is None else sections
    outcomes = guarded(batch, lambda: _run(batch, batch.planner.plan(asked, provinces)), provinces)
    work = _Work(batch, every)
    for province in provinces:
        work.take(province, {o.section: o for o in outcomes if o.province == province})
    work.take_rest()
    for job, future in batch.ended(work.jobs):
        work.put(job.about, future)
    _write_index(batch)
    if work.failed:
        raise BatchError("briefs that could not be made: " + "; ".join(work.failed))
    return outcomes


def _run(batch: Batch, steps: Sequence[Step]) -> list[Outcome]:
    batch.progress.begin(len(steps))
    outcomes = []
    for outcome in batch.carry_out(steps):
        batch.progress.done(outcome)
        outcomes.append(outcome)
    return outcomes


def briefs_made(batch: Batch) -> list[OutputSet]:
    """Briefs of provinces that were made, of the sections that they were made of."""
    found = []
    for name in sorted(name for name in batch.manifest.made if name.startswith(_BRIEF)):
        province = name.removeprefix(_BRIEF)
        steps = [
            batch.planner.step(section, province) for section in batch.manifest.made[name]["made_from"]["sections"]
        ]
        outcomes = [batch.outcome(step, reused=True) for step in steps if step.task.name in batch.manifest.made]
        sections = [step.task.section for step in steps]
        scope = f"{PROVINCES}{province}/"
        found.append(OutputSet(batch=batch, name=name, sections=sections, outcomes=outcomes, scope=scope))
    return found


def why_made_again(brief: OutputSet) -> list[str]:
    """Why a brief that was made is not current; no reason if it is."""
    batch = brief.batch
    steps = [batch.planner.step(outcome.section, outcome.province) for outcome in brief.outcomes]
    why = {reason for step in steps for reason in step.piece.reasons}
    why |= {*batch.stale.brief(brief.name, brief.names, brief.edition).reasons}
    whole = batch.manifest.made[brief.name].get("complete")
    return [*([] if whole else ["it lacks sections"]), *sorted(why)]


class _Work:
    """Briefs on their way: what is to be done for them, and what came of it."""

    def __init__(self, batch: Batch, sections: Sequence[str]) -> None:
        self.jobs: deque[Job] = deque()
        self.failed: list[str] = []
        self._batch = batch
        self._sections = sections
        self._due: dict[str, OutputSet] = {}

    def take(self, province: str, outcomes: Mapping[str, Outcome]) -> None:
        """Take the sections of a brief, and have it put together, a few at a time."""
        brief, batch = self._brief(province, outcomes), self._batch
        brief.see_that_sections_agree()
        if not batch.stale.brief(brief.name, brief.names, brief.edition).reasons:
            entry = batch.manifest.made[brief.name]  # made, but for what was changed or removed by somebody
            brief.place(entry["made_from"], entry["outputs"])
        elif brief.may_replace():
            self._due[province] = brief
        if len(self._due) >= TOGETHER:
            self.take_rest()

    def take_rest(self) -> None:
        """Have those put together that wait for others to come with them."""
        due, self._due, batch = self._due, {}, self._batch
        if due:
            # Read when their turn comes: compositions that wait hold no notebooks.
            read = lambda: (batch.round, {name: b.parts for name, b in due.items()}, batch.signed)  # noqa: E731
            self.jobs.append(Job(due, f"{_WORK}:compose_briefs", read))

    def _brief(self, province: str, outcomes: Mapping[str, Outcome]) -> OutputSet:
        """The brief of a province: sections that were asked for, and those of the others that need not run."""
        batch, current = self._batch, dict(outcomes)
        for section in self._sections:
            if section not in current and not (step := batch.planner.step(section, province)).piece.reasons:
                current[section] = batch.outcome(step, reused=True)
        return OutputSet(
            batch=batch,
            name=_BRIEF + province,
            scope=f"{PROVINCES}{province}/",
            sections=self._sections,
            outcomes=[current[section] for section in self._sections if section in current],
        )

    def put(self, briefs: Mapping[str, OutputSet], future: Future[dict[str, dict[str, bytes]]]) -> None:
        """Put briefs that were put together in the place of the last."""
        try:
            made = future.result()
        except Exception as error:  # what a few briefs cannot be made of must not stop the others
            self.failed.append(f"{', '.join(briefs)}: {in_short(error)}")
            return
        for province, brief in briefs.items():
            for name, content in made[province].items():
                self._batch.outputs.stage(brief.scope + name, content)
            outputs = {brief.scope + name: digest(content) for name, content in made[province].items()}
            said = brief.edition
            made_from = self._batch.stale.brief(brief.name, brief.names, said).made_from
            brief.place(made_from, brief.said(brief.names, said) | outputs)


def _write_index(batch: Batch) -> None:
    """Bring the page that links to all briefs up to date."""
    made = {name.removeprefix(_BRIEF): entry for name, entry in batch.manifest.made.items() if name.startswith(_BRIEF)}
    states = {province: bool(entry.get("complete")) for province, entry in sorted(made.items())}
    piece = batch.stale.index(states)
    if piece.reasons:
        jobs = deque([Job("index", f"{_WORK}:index_page", given(batch.round, states))])
        for _, future in batch.ended(jobs):
            write_whole(batch.out / INDEX, future.result())
            batch.note(piece, {INDEX: future.result()})
