"""The folder of a new round: the plan and the registers of the last one, forms, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dsw_analysis.intake.carried import Carried, carry
from dsw_analysis.intake.files import is_there
from dsw_analysis.intake.forms import form
from dsw_analysis.intake.returns import REGISTER, RETURNS, prefilled
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.plan.next_round import next_plan
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.checklist import Given, checklist
from dsw_analysis.run.tasks import Project, datasets_in

PLAN: Final = "action_plan"
FORMS: Final = "forms"
"""Folder, in that of the round, of blank forms: a file in the round's own folder is one that has come."""
CHECKLIST: Final = "checklist.xlsx"


@dataclass(kw_only=True)
class NewRound:
    """Files of a new round: those ``written``, and those ``kept`` because they were there."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def new_round(project: Project, round_: Round, last: Round) -> NewRound:
    """Make what is missing in the folder of a round from the round before; nothing that is there is touched.

    Raises
    ------
    UsageError
        If there is no folder of the last round, or it is not earlier.
    DataError
        If the plan of the last round, or a register, has problems.
    """
    if not last < round_:
        raise UsageError(f"{last} is not before {round_}; --from names an earlier round")
    before = project.data / str(last)
    if not before.is_dir():
        raise UsageError(f"no folder {before}; --from names a round that is there")
    schemas = Schemas.of(project.data, round_)
    given = Given()
    made = NewRound()
    for path, content in _files(project, schemas, last, given):
        if is_there(path.parent, path.stem):
            made.kept.append(path)
        else:
            write_whole(path, content)
            made.written.append(path)
    return made


def _files(project: Project, schemas: Schemas, last: Round, given: Given) -> Iterator[tuple[Path, bytes]]:
    """Files of the round, whole, whether they are there or not; the check-list comes last."""
    folder, earlier, before = project.data / str(schemas.round), schemas.at(last), project.data / str(last)
    plan = next_plan(earlier, before, schemas)
    given.targets = sum(name == "target" for _, name in plan["plan_indicators"].said)
    yield folder / f"{PLAN}.xlsx", form(schemas, "plan_projects", plan, _said_of_plan(schemas.round, last))
    needed = _needed(project, schemas, [row["section"] for row in plan["plan_projects"].rows], given)
    for stem, registers in _registers(schemas, earlier, before, needed).items():
        file = f"{stem}.xlsx"
        given.registers[file] = [schemas[id_].title for id_ in registers]
        yield folder / file, form(schemas, next(iter(registers)), registers)
    if RETURNS in schemas:
        given.returns = f"{FORMS}/{RETURNS}.xlsx"
        yield folder / given.returns, form(schemas, RETURNS, {RETURNS: prefilled(schemas, folder)})
    for stem, ids in needed.items():
        file = f"{stem}.xlsx"
        in_place = file in given.registers
        given.forms[file if in_place else f"{FORMS}/{file}"] = [schemas[id_].title for id_ in ids]
        if not in_place:
            yield folder / FORMS / file, form(schemas, ids[0])
    yield folder / FORMS / CHECKLIST, checklist(schemas.round, last, given)


def _said_of_plan(round_: Round, last: Round) -> list[str]:
    lines = [
        f"โครงการ ขั้นตอน เดือน และตัวชี้วัดยกมาจาก{last.label}",
        "ช่องที่มีมุมแดงคือช่องที่รอบก่อนกรอกไว้และต้องกรอกใหม่ ชี้ที่ช่องเพื่ออ่านค่าเดิม แผ่นงานที่ชื่อลงท้ายว่า “รอบก่อน” มีไว้อ่านเท่านั้น",
    ]
    if round_.year != last.year:
        lines.append(
            f"เดือนเป็นร่างแรกจากแผนปี {last.year} ต้องยืนยันหรือแก้ตามแผนปี {round_.year} ค่าเป้าหมายต้องกำหนดใหม่ "
            f"และวันครบกำหนดของตัวชี้วัดเลื่อนเป็นปี {round_.year}"
        )
    return lines


def _registers(
    schemas: Schemas, earlier: Schemas, before: Path, needed: Collection[str]
) -> dict[str, dict[str, Carried]]:
    """Stem of a file that is needed -> register in it -> its rows in the last round, of those that there are."""
    found: dict[str, dict[str, Carried]] = {}
    lists = {r.id: r for kind in schemas.values() for r, _ in kind.registries.values() if r.stem in needed}
    lists |= {REGISTER: schemas[REGISTER]} if REGISTER in schemas else {}
    for id_, register in lists.items():
        try:
            frame = earlier[id_].load(earlier.round, before) if id_ in earlier else None
        except DataError as error:
            if not error.is_awaited:
                raise
            frame = None
        if frame is not None:
            found.setdefault(register.stem, {})[id_] = carry(frame, register, earlier.round)
    return found


def _needed(project: Project, schemas: Schemas, sections: list[str], given: Given) -> dict[str, list[str]]:
    """Stem of a file -> datasets in it that the sections of the plan load; what notebooks prepare is ``given``."""
    found: dict[str, list[str]] = {}
    notebooks = project.sections()
    for section in (s for s in sections if s in notebooks):
        for id_ in datasets_in(notebooks[section].read_bytes()):
            if id_ not in schemas:
                continue
            if (project.notebooks / "prepare" / f"{id_}.ipynb").is_file():
                given.prepared.append(schemas[id_].title)
            elif id_ not in found.setdefault(schemas[id_].stem, []):
                found[schemas[id_].stem].append(id_)
    return found
