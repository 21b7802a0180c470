"""What there is to run for a round: a task for each section, of the country or of a province, and why it must run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE, where
from dsw_analysis.rounds import Round
from dsw_analysis.run.stale import Stale
from dsw_analysis.run.steps import Step
from dsw_analysis.run.tasks import Project, Task

_PLAN_ONLY = Path(__file__).parents[1] / "templates" / "plan_only.ipynb"
"""The notebook of projects that have none of their own."""


class Planner:
    """Makes steps of sections.

    Parameters
    ----------
    notebooks:
        Of the sections that have one.
    accept_partial:
        Sections may report on the valid rows of files that have problems.
    sent:
        Tasks may run on other machines and carry along the files that they read.
    """

    def __init__(
        self,
        project: Project,
        round_: Round,
        notebooks: Mapping[str, Path],
        stale: Stale,
        *,
        accept_partial: bool,
        sent: bool,
    ) -> None:
        self._project = project
        self._round = round_
        self._notebooks = notebooks
        self._stale = stale
        self._accept_partial = accept_partial
        self._sent = sent

    def plan(self, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> list[Step]:
        """Steps of what is asked for, all sections by default, in order; the summary is not among them.

        Raises
        ------
        UsageError
            If a section has no notebook.
        """
        known = self._notebooks
        unknown = [s for s in dict.fromkeys(sections or ()) if s not in known]
        if unknown:
            raise UsageError(f"no notebook for section {', '.join(unknown)}; there are {', '.join(known)}")
        wanted = [s for s in known if s != SUMMARY and (sections is None or s in sections)]
        places: Iterable[str | None] = provinces or [None]
        return [self.step(section, province, asked=True) for province in places for section in wanted]

    def step(
        self,
        section: str,
        province: str | None = None,
        given: Mapping[str, bytes] | None = None,
        *,
        asked: bool = False,
    ) -> Step:
        """What running a section means: its task, what that is made from, and why it must run.

        A section without a notebook is run from the package's own, which shows what the plan says.

        Parameters
        ----------
        asked:
            This section was asked for, so that a fresh run makes it again.
        given:
            Path from the project folder -> bytes of what the section reads in place of raw files.
        """
        path = self._notebooks.get(section)
        parameters: dict[str, Any] = {"round_id": str(self._round)}
        if path is None:
            parameters["section"] = section
        elif self._accept_partial and section != SUMMARY:
            parameters["accept_partial"] = True
        if province is not None:
            parameters["province"] = province
        files = self._carried if given is None else given
        said = where(self._project.root)
        if files and said is not None:  # a folder with just these has no project around it
            files = {**files, FILE: said.read_bytes()}
        task = Task(
            section=section,
            province=province,
            notebook=f"{section}.ipynb" if path is None else path.name,
            content=_PLAN_ONLY.read_bytes() if path is None else self._contents[section],
            parameters=parameters,
            root=self._project.root,
            files=files,
        )
        return Step(task=task, piece=self._stale.section(task, given, asked=asked))

    @cached_property
    def _contents(self) -> dict[str, bytes]:
        return {section: path.read_bytes() for section, path in self._notebooks.items()}

    @cached_property
    def _carried(self) -> dict[str, bytes]:
        """What is sent along: schemas, the round's raw files, and what any section is known to read beside them."""
        if not self._sent:
            return {}
        root, raw = self._project.root, self._project.data / str(self._round)
        paths = sorted({*self._project.schemas.glob("*.yaml"), *raw.iterdir(), *self._stale.beside()})
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if path.is_file()}
