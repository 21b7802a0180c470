"""A new section, ready to run: schema, notebook, a sample file that is marked as one, and its rows in the plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.intake.appended import with_rows
from dsw_analysis.intake.carried import Carried
from dsw_analysis.intake.files import find_files, is_there
from dsw_analysis.intake.forms import ONLY_SHEET, form
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.plan.plan import PLANNED, Plan, records
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.new import notebook
from dsw_analysis.run.new_round import PLAN
from dsw_analysis.run.tasks import Project

_TEMPLATES = Path(__file__).parents[1] / "templates"
_ID = re.compile("[a-z][a-z_]*")
_OTHERS: Final = (SUMMARY, "con", "prn", "aux", "nul")
"""What is called so already: the summary, and devices of Windows, whose names no file may have there."""
_SAMPLE_NOTE: Final = "ข้อมูลตัวอย่างที่สร้างพร้อมกับส่วนใหม่ ไม่มีหน่วยงานใดส่ง เมื่อวางไฟล์ของหน่วยงานแทนแล้ว ข้อความนี้ไม่มีผล"

_STEPS: Final = (("จัดทำแผนและกำหนดเป้าหมาย", 1, 3), ("ดำเนินการตามแผน", 4, 10), ("สรุปและรายงานผล", 11, 12))
"""Name of a step, its first and its last fiscal month."""


@dataclass(kw_only=True)
class NewSection:
    """What was made: files ``written``, and rows of the plan ``to_add`` by hand, where its file was left alone."""

    written: list[Path] = field(default_factory=list)
    to_add: list[str] = field(default_factory=list)


def new_section(project: Project, id_: str, round_: Round, title: str | None = None) -> NewSection:
    """Make what a section needs in a round, from the package's smallest example; nothing that is there is replaced.

    A project that the plan has already gives the section its name and place. Another gets rows in the plan, a project
    and an indicator without a target; the rest of the workbook stays as it is. Where no row can be added safely, or the
    plan comes in parts, what to write is told instead.

    Raises
    ------
    UsageError
        If the id is none, or taken, or the round has no folder.
    DataError
        If the plan has problems.
    """
    folder, schemas = project.data / str(round_), Schemas.of(project.data, round_)
    if not _ID.fullmatch(id_) or id_ in _OTHERS:
        raise UsageError(
            f"{id_!r} is no id of a section; use small letters and _, e.g. home_visits, but not {', '.join(_OTHERS)}"
        )
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}; `dsw new {round_} --from ROUND` begins a round")
    schema = project.schemas / f"{id_}.yaml"
    there = [schema, *folder.glob(f"{id_}.*"), *project.notebooks.glob(f"[0-9][0-9]_{id_}.ipynb")]
    if taken := next((path for path in there if path.exists()), None):
        raise UsageError(f"{taken} is there already; choose another id")
    plan = _plan(schemas, folder)
    known = {row["section"]: row for row in records(plan.projects)} if plan else {}
    numbers = [int(path.name[:2]) for path in project.notebooks.glob("[0-9][0-9]_*.ipynb")]
    order = known[id_]["order"] if id_ in known else max([0, *numbers, *(row["order"] for row in known.values())]) + 1
    name = known[id_]["project"] if id_ in known else " ".join((title or f"โครงการใหม่ ({id_})").split())
    if order > 99:
        raise UsageError(f"{order} is no number for a notebook; there are 99 at most")
    words = {"@ID@": id_, "@TITLE@": name, "@ROUND@": str(round_)}
    made = NewSection()
    if id_ not in known:
        _add_to_plan(made, schemas, folder, _rows(id_, order, name, round_))
    sample, package = (_TEMPLATES / "section.csv").read_bytes(), folder / "datapackage.json"
    text = (_TEMPLATES / "section.yaml").read_text(encoding="utf-8")
    for place, word in {**words, "@TITLE@": json.dumps(name, ensure_ascii=False)}.items():
        text = text.replace(place, word)
    for path, content in {
        schema: text.encode(),
        project.notebooks / f"{order:02d}_{id_}.ipynb": notebook(_TEMPLATES / "section.ipynb", words),
        folder / f"{id_}.csv": b"\xef\xbb\xbf" + sample,
    }.items():
        write_whole(path, content)
        made.written.append(path)
    write_whole(package, _described(package, Schemas.of(project.data, round_), id_))
    made.written.append(package)
    return made


def _plan(schemas: Schemas, folder: Path) -> Plan | None:
    """The plan of the round, ``None`` if it has not come."""
    if not is_there(folder, PLAN):
        return None
    return Plan.load(schemas, folder)


def _rows(id_: str, order: int, name: str, round_: Round) -> dict[str, dict[str, Any]]:
    """Dataset of the plan -> row of a new project; nobody has set a target yet."""
    return {
        "plan_projects": {"section": id_, "order": order, "project": name},
        "plan_indicators": {
            "indicator": f"{id_}.target",
            "section": id_,
            "name": "ร้อยละของหน่วยงานที่ดำเนินการแล้วเสร็จ",
            "stage": "being_defined",
            "kind": "rate",
            "due": round_.due,
            "measured_by": f"{id_}.done_share",
        },
    }


def _steps(section: str) -> Iterator[dict[str, Any]]:
    """Steps of a plan that has no other: months that are planned, of which nobody has told anything yet."""
    for step, (name, first, last) in enumerate(_STEPS, start=1):
        yield {"section": section, "step": step, "name": name, **dict.fromkeys(PLANNED[first - 1 : last], "planned")}


def _add_to_plan(made: NewSection, schemas: Schemas, folder: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Add rows to the plan's workbook, or say what is to be added; begin a plan where there is none."""
    path = folder / f"{PLAN}.xlsx"
    if not is_there(folder, PLAN):
        carried = {sheet: Carried(rows=[row]) for sheet, row in rows.items()}
        carried["plan_steps"] = Carried(rows=[*_steps(rows["plan_projects"]["section"])])
        write_whole(path, form(schemas, "plan_projects", carried))
        made.written.append(path)
        return
    cells = {
        schemas[id_].sheet or ONLY_SHEET: {schemas[id_][name].header: _cell(schemas, id_, name, row) for name in row}
        for id_, row in rows.items()
    }
    try:
        (path,) = find_files(folder, PLAN)
        content = with_rows(path, cells)
    except (UsageError, ValueError):  # a file of another type, several parts, or a sheet of another shape
        made.to_add = [
            f"แผ่นงาน “{sheet}”: {' '.join(f'“{header}” = {value}' for header, value in row.items())}"
            for sheet, row in cells.items()
        ]
        return
    write_whole(path, content)
    made.written.append(path)


def _cell(schemas: Schemas, id_: str, name: str, row: Mapping[str, Any]) -> str | int:
    """A value as people write it into its cell."""
    value = row[name]
    if isinstance(value, int):
        return value
    return format_date(value) if isinstance(value, date) else schemas[id_][name].label(value)


def _described(package: Path, schemas: Schemas, id_: str) -> bytes:
    """``datapackage.json`` of the round that says of the sample, and of no other file, that it is invented."""
    about = json.loads(package.read_text(encoding="utf-8")) if package.exists() else {"profile": "data-package"}
    file, columns = package.with_name(f"{id_}.csv"), schemas[id_].columns
    resource = {
        "name": id_,
        "path": file.name,
        "title": schemas[id_].title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True, "headerRows": [1]},
        "hash": f"sha256:{digest(file.read_bytes())}",
        "provenance": "sample",
        "provenance_note": _SAMPLE_NOTE,
        "schema": {
            "fields": [{"name": c.header, "title": c.name, "provenance": "sample"} for c in columns],
        },
    }
    about["resources"] = [*about.get("resources", []), resource]
    return (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode()
