"""What a section shows besides findings: words of its sources that hold digits, and its pictures; for the audit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.thai.numbers import written_numbers
from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.section.readback import Body, pieces_of

if TYPE_CHECKING:
    from dsw_analysis.intake.columns import Schema
    from dsw_analysis.plan.plan import Plan
    from dsw_analysis.section.blocks import Block, Drawing


_CLAIMED = re.compile(r'data-claim="([^"]*)"')


@dataclass
class Shown:
    """Texts that may hold numbers of their own, since they are not the report's words but its sources'.

    Attributes
    ----------
    texts:
        Words of the plan and of codebooks, and cells of the data that a table or figure shows.
    templates:
        Short texts that numbers are put into without a link, such as alternative texts, with their ``{id}``.
    pieces:
        Tables, lists of terms, paragraphs, captions and warnings, each as its rows with numbers as ``{id}``.
    marks:
        Claims that stand at words, as those words are marked with them.
    pictures:
        ``sha256`` of the drawing, ``alt`` with its ``{id}``, and ``shows``: label and id of each finding.
    """

    texts: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    pieces: list[list[str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    _cells: set[str] = field(default_factory=set)

    def quote(self, *texts: object) -> None:
        """Keep those texts that hold numbers; blanks are passed over."""
        found = (" ".join(str(text).split()) for text in texts if not pd.isna(text))  # type: ignore[call-overload]
        self.texts.update(text for text in found if written_numbers(text))

    def plan(self, section: str, plan: Plan) -> None:
        """Quote what the plan says of a section: its project, steps with their numbers, indicators and all else."""
        project = plan.project(section)
        self.quote(
            project.name, project.short, project.strategy, project.issue, project.owner, project.partners, project.note
        )
        self.quote(project.background, *project.obstacles, *project.questions)
        steps = plan.steps_of(section)
        self.quote(*map(format_date, steps["due"].dropna()))
        told = ["name", "progress", "obstacle", "next", "next_by", "next_who", "source_note"]
        self.quote(*steps[told].to_numpy().ravel(), *plan.topics_of(section).to_numpy().ravel())
        for number, name in zip(steps["step"], steps["name"], strict=True):
            if not pd.isna(number):
                words = NOT_STATED if pd.isna(name) else name
                self.quote(f"ขั้นตอนที่ {int(number)}", f"{int(number)}. {words}")
        for indicator in plan.indicators_of(section):
            days = [format_date(day) for day in (indicator.due, indicator.former_until) if day is not None]
            self.quote(indicator.name, indicator.note, *days)

    def learn(self, dataset: Schema, frame: pd.DataFrame) -> None:
        """Quote a dataset's words, and remember its cells in case one is shown."""
        self.quote(dataset.title)
        for column in dataset.columns:
            self.quote(column.header, *column.codes.values())
            if column.kind == "text" and column.name in frame:
                cells = frame[column.name].dropna().unique()
                self._cells.update(" ".join(str(cell).split()) for cell in cells if written_numbers(str(cell)))

    def words(self, cells: Iterable[object], *, quoted: bool = False) -> None:
        """Quote those cells of a table or labels of a figure that are cells of the data; all if ``quoted``."""
        for cell in cells:
            text = " ".join(cell.split()) if isinstance(cell, str) else None
            if text is not None and (quoted or text in self._cells):
                self.quote(text)
            elif text is not None:
                self.quote(*(word for word in self._cells if word in text))

    def picture(self, drawing: Drawing, alt: str) -> None:
        """Record a figure that is shown."""
        self.words(label for label, _ in drawing.shows)
        shows = [[label, finding.id] for label, finding in drawing.shows]
        (drawn,) = Body(drawing.svg).drawings
        self.pictures.append({"sha256": drawn.digest, "alt": alt, "shows": shows})

    def block(self, block: Block) -> Block:
        """Record what a block says that is shown, and give it back."""
        self.pieces += pieces_of(block.html)
        self.marks += _CLAIMED.findall(block.html)
        return block

    def record(self) -> dict[str, Any]:
        """All of it for the ledger, in order."""
        return {
            "texts": sorted(self.texts),
            "templates": sorted(self.templates),
            "pieces": self.pieces,
            "marks": self.marks,
            "pictures": self.pictures,
        }
