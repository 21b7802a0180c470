"""Commands on a round's raw files: check, accept, forms, data dictionary, returns."""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from pathlib import Path

from dsw_analysis.commands.places import ledger_of, outputs_of, raw_of, schemas_of
from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.intake import options, return_files
from dsw_analysis.intake.checking import check_files, to_text, unknown_files
from dsw_analysis.intake.codebook import write_codebook
from dsw_analysis.intake.forms import form
from dsw_analysis.intake.problem_files import write_problem_files
from dsw_analysis.intake.proposals import find_proposals
from dsw_analysis.intake.returns import RETURNS, expected_returns, prefilled
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.senders import SENDERS, write_sender_files
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.xlsform import xlsform
from dsw_analysis.plan.notes import plan_notes
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.outputs import INTERNAL
from dsw_analysis.run.preparing import prepare_alone
from dsw_analysis.run.tasks import Project, datasets_in

_LAST = Round(2599, 12)  # in which all is valid that has no end


def check(arguments: argparse.Namespace) -> int:
    """Check raw files, show every problem, and propose how files of other layouts may be read."""
    folder = raw_of(arguments)
    schemas = schemas_of(arguments)
    if arguments.file is None:
        prepare_alone(Project(root=arguments.project.resolve()), arguments.round, print, only=arguments.dataset)
    results = check_files(schemas, folder, only=arguments.dataset, path=arguments.file)
    width = shutil.get_terminal_size((100, 24)).columns
    print(to_text(results, width=width))
    if not (arguments.dataset or arguments.file):
        for note in (*unknown_files(schemas, folder), *_plan_notes(arguments, folder)):
            print(note)
    written = write_problem_files(arguments.round, results, arguments.to or outputs_of(arguments) / INTERNAL)
    if arguments.to:
        written += write_sender_files(arguments.round, results, arguments.to / SENDERS)
    wrong = any(checked.problems for checked in results)
    if written:
        print("ส่งไฟล์ต่อไปนี้ให้เจ้าของข้อมูลแก้ไข แล้วตรวจอีกครั้ง:" if wrong else "ข้อควรยืนยันกับเจ้าของข้อมูลอยู่ในไฟล์ต่อไปนี้:")
    for path in written:
        print(path)
    for proposal in find_proposals(results, schemas, folder, arguments.file):
        proposal.write()
        print(f"\n{proposal.text(width)}")
    return 1 if wrong else 0


def _plan_notes(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """What plan, notebooks and the last ledger of the round do not have in common."""
    try:
        findings = ledger_of(outputs_of(arguments) / "findings.json")["findings"]
    except UsageError:  # there is none yet, or it is spoilt: the next run makes it again
        findings = []
    try:
        notebooks = Project(root=arguments.project).sections()
    except UsageError:  # files may be checked where there are no notebooks
        return []
    schemas = schemas_of(arguments)
    loads = {section: datasets_in(path.read_bytes()) for section, path in notebooks.items() if section != SUMMARY}
    others = [section for section, ids in loads.items() if ids and not any(id_ in schemas for id_ in ids)]
    return plan_notes(schemas, folder, [*loads], {finding["id"] for finding in findings}, others)


def accept(arguments: argparse.Namespace) -> int:
    """Accept reading options, or take that back."""
    if arguments.undo:
        print(f"ถอนการยอมรับแล้ว: {options.undo(arguments.file)}")
        return 0
    if not (arguments.by or "").strip():
        raise UsageError("say who accepts the options: --by NAME")
    print(f"ยอมรับแล้ว: {options.accept(arguments.file, arguments.by.strip(), arguments.on or date.today())}")
    return 0


def template(arguments: argparse.Namespace) -> int:
    """Write a form, over none that is filled in."""
    schemas = schemas_of(arguments)
    kind = schemas[arguments.dataset]
    folder = arguments.to or outputs_of(arguments) / "templates"
    if arguments.xlsform:
        path, content = folder / f"{kind.id}.xlsform.xlsx", xlsform(kind, arguments.round)
        empty = [content]
    else:
        filled = {RETURNS: prefilled(schemas, raw_of(arguments))} if kind.id == RETURNS else {}
        path, content = folder / f"{kind.stem}.xlsx", form(schemas, kind.id, filled)
        empty = [content, *(form(schemas, other.id) for other in schemas.in_file(kind.stem))]
    if path.exists() and path.read_bytes() not in empty:
        raise UsageError(f"{path} is there and may be filled in; move it away, or name another folder with --to")
    write_whole(path, content)
    print(path)
    return 0


def codebook(arguments: argparse.Namespace) -> int:
    """Write the data dictionary."""
    for path in write_codebook(schemas_of(arguments), raw_of(arguments), arguments.to or outputs_of(arguments)):
        print(path)
    return 0


def returns(arguments: argparse.Namespace) -> int:
    """Say who has sent what."""
    prepare_alone(Project(root=arguments.project.resolve()), arguments.round, print)
    found = expected_returns(schemas_of(arguments), raw_of(arguments))
    print(return_files.to_text(found, width=shutil.get_terminal_size((100, 24)).columns))
    for path in return_files.write_return_files(arguments.round, found, arguments.to or outputs_of(arguments)):
        print(path)
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """List sections and datasets."""
    project = Project(root=arguments.project)
    sections = project.sections()
    print("sections")
    for section, notebook in sections.items():
        print(f"  {section:<24} {notebook.name}")
    print("datasets")
    for kind in Schemas.of(project.data, _LAST).values():
        print(f"  {kind.id:<24} {kind.title}")
    return 0
