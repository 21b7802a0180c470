"""Commands that begin something: a project, a round, a section, a preparation."""

from __future__ import annotations

import argparse
from datetime import date

from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.new import latest, new_preparation
from dsw_analysis.run.new_project import current_round, new_project
from dsw_analysis.run.new_round import new_round
from dsw_analysis.run.new_section import new_section
from dsw_analysis.run.tasks import Project

_USES = (
    "say `dsw new ROUND --from ROUND`, e.g. 2569-12m --from 2569-6m, `dsw new section ID`, or `dsw new prepare DATASET`"
)


def new(arguments: argparse.Namespace) -> int:
    """Begin a round, a section, or a notebook that prepares a dataset's file."""
    project, name = Project(root=arguments.project), arguments.name
    own = arguments.what == "section" and name is not None
    if (name is None) != (arguments.what not in ("section", "prepare")):
        raise UsageError(_USES)
    if (name is None) != (arguments.last is not None) or (not own and (arguments.title or arguments.round)):
        raise UsageError(_USES)
    if own:
        return _new_section(project, arguments)
    if arguments.what == "prepare":
        print(new_preparation(project, name))
        return 0
    try:
        round_ = Round.parse(arguments.what)
    except ValueError as error:
        raise UsageError(str(error)) from None
    made = new_round(project, round_, arguments.last)
    for path in made.written:
        print(path)
    for path in made.kept:
        print(f"{path} is there already and stays as it is")
    return 0


def _new_section(project: Project, arguments: argparse.Namespace) -> int:
    round_ = arguments.round or latest(project)
    made = new_section(project, arguments.name, round_, arguments.title)
    for path in made.written:
        print(path)
    if made.to_add:
        print("ไม่ได้แก้ไฟล์แผนปฏิบัติการ ให้เพิ่มแถวต่อไปนี้ต่อท้ายแต่ละแผ่นงาน:", *made.to_add, sep="\n")
    print(f"next: dsw run {round_} --section {arguments.name}")
    return 0


def init(arguments: argparse.Namespace) -> int:
    """Begin a project in a new folder."""
    round_ = arguments.round or current_round(date.today())
    for path in new_project(arguments.folder, round_):
        print(path)
    print(f'next: dsw --project "{arguments.folder}" report {round_}')
    return 0
