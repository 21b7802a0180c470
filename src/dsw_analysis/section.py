"""A section: what every notebook holds in its hand, from its data to the findings it hands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import escape

from dsw_analysis import blocks
from dsw_analysis.blocks import Block, Drawing
from dsw_analysis.datasets import Source
from dsw_analysis.datasets.source import joined
from dsw_analysis.findings import SECTION_MIME, Finding, Ledger
from dsw_analysis.provinces import in_prose
from dsw_analysis.rounds import Round
from dsw_analysis.shown import Shown

__all__ = ["SECTION_MIME", "Section"]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What every notebook of the report needs: a place to record findings and ways to show them.

    Attributes
    ----------
    province:
        Official Thai name of the one province that the section is a brief of; ``None`` for the whole country.
    sources, read:
        Datasets that were loaded, and every file that they rest on -> hash of what was read.
    """

    id: str
    order: int
    title: str
    round: Round
    province: str | None = None
    ledger: Ledger = field(default_factory=Ledger)
    sources: dict[str, Source] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)

    @property
    def national(self) -> bool:
        """Whether the section is of the whole country, not a brief of one province."""
        return self.province is None

    @property
    def place(self) -> str:
        """The section's province as prose names it, or the whole country."""
        return "ทั้งประเทศ" if self.province is None else in_prose(self.province)

    def add(self, *findings: Finding) -> None:
        """Record findings.

        Raises
        ------
        ValueError
            If an id is taken already or belongs to another section, or if the finding is not of the section's
            province: a brief holds no number of the country or of another province.
        """
        for finding in findings:
            if finding.section != self.id:
                raise ValueError(f"finding {finding.id} does not belong to section {self.id}")
            if finding.province != self.province:
                of, here = finding.province or "the whole country", self.province or "the whole country"
                raise ValueError(
                    f"finding {finding.id} is of {of} in a section of {here}; record it `if s.national` only"
                )
            self.ledger.add(finding)

    def rest_on(self, source: Source) -> None:
        """Note a source of the section's numbers.

        Raises
        ------
        DataError
            If a file of it is not what the section has read of it before.
        """
        self.read.update(joined([self.read, source.read]))
        self.sources[source.dataset.id] = source

    def __getitem__(self, finding_id: str) -> Finding:
        """Recorded finding of an id; an unknown one is an error that names the nearest."""
        return self.ledger[finding_id]

    def text(self, text: str) -> str:
        """Put numbers into ``{id}`` of a short plain text, such as a row label."""
        self.shown.templates.add(text)
        return blocks.fill(text, self.ledger)

    def leaders(self, ids: Mapping[str, str]) -> list[str]:
        """Labels of the largest of several findings (label -> id), ties together; none if none is above zero."""
        values = {label: self.ledger[id_].value or 0 for label, id_ in ids.items()}
        top = max(values.values(), default=0)
        return [label for label, value in values.items() if value == top > 0]

    def most(self, ids: Mapping[str, str], shares: Mapping[str, str] | None = None) -> str:
        """The largest of several findings for prose, ties together: ``ตาก จำนวน {toy.tak:unit}``.

        Parameters
        ----------
        ids:
            Label -> id; one must be above zero, see :meth:`leaders`.
        shares:
            Label -> id of the share to add in brackets.
        """
        first, *others = labels = self.leaders(ids)
        last = labels[-1]
        joint = "และ" if "ก" <= last[0] <= "๎" else "และ "  # a space between Thai and other letters
        written = [blocks.literal(label) for label in labels]
        together = f"{' '.join(written[:-1])} {joint}{written[-1]}" if others else written[0]
        share = "" if shares is None else f" ({{{shares[first]}:unit}})"
        return f"{together} จำนวน {{{ids[first]}:unit}}{'เท่ากัน' if others else ''}{share}"

    def say(self, text: str) -> Block:
        """Thai prose in Markdown with ``{id}`` or ``{id:style}`` for numbers; see :meth:`Finding.text`.

        Text of data goes in through :func:`dsw_analysis.literal`, or it would be read as Markdown and as ids.
        """
        return self.shown.block(blocks.prose(text, self.ledger))

    def table(
        self,
        frame: pd.DataFrame,
        *,
        caption: str,
        note: str | None = None,
        uses: Iterable[Finding] = (),
        quoted: bool = False,
    ) -> Block:
        """A table whose numbers are findings; see :func:`dsw_analysis.blocks.table`.

        ``quoted`` marks the cells as words of the source, which may hold numbers of their own; ``uses`` are
        findings that they go with, so that the table carries their provenance.
        """
        css = "src" if quoted else ""
        self.shown.words((c for c in frame.to_numpy().ravel() if not isinstance(c, Finding)), quoted=quoted)
        shown = blocks.table(frame, caption=caption, note=note, findings=self.ledger, uses=uses, css=css)
        return self.shown.block(shown)

    def figure(self, drawing: Drawing, *, headline: str, subtitle: str, alt: str) -> Block:
        """A drawing with headline, subtitle and alternative text; see :func:`dsw_analysis.blocks.figure`."""
        self.shown.picture(drawing, alt)
        shown = blocks.figure(drawing, headline=headline, subtitle=subtitle, alt=alt, findings=self.ledger)
        return self.shown.block(shown)

    def close(self) -> Block:
        """List the section's findings and hand them to the batch; the last cell of every notebook."""
        rows = "".join(
            f'<tr><td><code>{f.id}</code></td><td>{escape(f.label)}</td><td class="num">{f.text("full")}</td></tr>'
            for _, f in sorted(self.ledger.items())
        )
        head = "<tr><th>id</th><th>รายการ</th><th>ค่า</th></tr>"
        html = f'<table class="findings"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        return Block(html, {SECTION_MIME: self._handed_over()})

    def _handed_over(self) -> dict[str, Any]:
        return {
            "section": self.id,
            "order": self.order,
            "title": self.title if self.national else f"{self.title} {self.place}",
            "round": str(self.round),
            "province": self.province,
            "inputs": [
                {"dataset": name, "file": s.file, "sha256": s.sha256, "rows": s.rows, "refused": s.refused}
                for name, s in sorted(self.sources.items())
            ],
            "read": dict(sorted(self.read.items())),
            "indicators": self._judged(),
            "findings": self.ledger.records(),
            "shown": self.shown.record(),
        }

    def _judged(self) -> list[dict[str, Any]]:
        return []
