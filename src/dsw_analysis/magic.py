"""``%dsw`` in a notebook, which ``%load_ext dsw_analysis`` gives: the command ``dsw`` on the notebook's project."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Mapping
from functools import partial, update_wrapper
from typing import Any

from IPython.display import HTML, display
from markupsafe import escape

from dsw_analysis.cli import nearest, parse, perform
from dsw_analysis.display import heading, shown
from dsw_analysis.intake.checking import WARNINGS, check_files, file_of, summary_lines
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.problems import UsageError, as_table, visible
from dsw_analysis.rounds import Round
from dsw_analysis.run.new import latest
from dsw_analysis.run.preparing import prepare_alone
from dsw_analysis.run.steps import BatchError
from dsw_analysis.run.tasks import Project, datasets_in
from dsw_analysis.section.recording import Recording


def load(shell: Any) -> None:  # noqa: ANN401 - IPython's
    """Give a notebook the magic."""
    shell.register_magic_function(update_wrapper(partial(dsw, names=shell.user_ns), dsw), "line", "dsw")


def dsw(line: str, names: Mapping[str, Any]) -> None:
    """Run ``dsw`` on the project that the notebook lies in: ``%dsw report 2569-6m``.

    ``%dsw check csr`` shows what is wrong in the files of a section or a dataset, and ``%dsw section csr`` runs a
    section anew; both in the round that is open in the notebook, or else in the latest.

    Raises
    ------
    UsageError
        If the notebook lies in no project, or there is no such section or dataset, or files cannot be written.
    DataError
        If the action plan or a schema's file has problems.
    """
    words = shlex.split(line, posix=os.name == "posix")
    project = Project(root=nearest(needed=True))
    try:
        if words[:1] == ["check"] and len(words) == 2 and not words[1][0].isdigit():
            _check(project, _round(project, names), words[1])
            return
        if words[:1] == ["section"] and len(words) > 1:
            words = ["run", str(_round(project, names)), "--section", *words[1:]]
        with contextlib.suppress(SystemExit):  # argparse has said why
            perform(parse(words))
    except (BatchError, TimeoutError, OSError) as error:
        raise UsageError(str(error)) from None


def _round(project: Project, names: Mapping[str, Any]) -> Round:
    opened = [value.round for value in names.values() if isinstance(value, Recording)]
    return opened[-1] if opened else latest(project)


def _check(project: Project, round_: Round, name: str) -> None:
    """Show what a check finds in the files that a section loads, or in one dataset's."""
    schemas = Schemas.of(project.data, round_)
    sections = project.sections()
    if name in sections:
        datasets = [id_ for id_ in datasets_in(sections[name].read_bytes()) if id_ in schemas]
    else:
        datasets = [schemas[name].id]
    for id_ in datasets:
        prepare_alone(project, round_, print, only=id_)
        for checked in check_files(schemas, project.data / str(round_), only=id_):
            display(HTML(_html(checked)))


def _html(checked: Checked) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in summary_lines(checked))
    tables = as_table(checked.problems) if checked.problems else ""
    if checked.warnings:
        tables += heading(WARNINGS) + as_table(checked.warnings)
    return shown(heading(f"{checked.dataset.title} ({visible(file_of(checked))})"), lines, tables)
