"""A section: what every notebook holds in its hand; its tables, and what it hands on at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from markupsafe import escape

from dsw_analysis.findings.families import Key, Row
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.intake.provenance import INVENTED, Provenance
from dsw_analysis.intake.source import source_of
from dsw_analysis.section import blocks
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.measuring import any_number
from dsw_analysis.section.picturing import TOP, Picturing

Say = Callable[[Row], str]
"""What a column of words says of a row."""


def _is_refused(cells: Mapping[str, Mapping[tuple[Key, tuple[str, ...]], Finding]], row: Row) -> bool:
    """Whether no number of a row may be shown: a brief leaves it out."""
    found = [of.get((row.split, row.codes)) for of in cells.values()]
    return all(finding is not None and finding.disclosure == "refused" for finding in found)


@dataclass(frozen=True, kw_only=True, repr=False)
class Section(Picturing):
    """What every notebook of the report needs: a place to record findings and ways to tell and show them.

    See :class:`dsw_analysis.section.picturing.Picturing` for what the words of its tables may hold.
    """

    def table(
        self,
        show: Mapping[str, str | tuple[str, str] | pd.Series | Say] | pd.DataFrame,
        *,
        by: object = None,
        head: str | None = None,
        only: Callable[[Row], bool] = lambda _: True,
        sort: str | None = None,
        total: str | None = None,
        caption: str = "{{ what }}",
        note: str = "",
        when: str = "",
        name: Say | None = None,
        of: str | None = None,
        blank: str = "",
        quoted: bool = False,
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block | None:
        """A table of families, one a column, with a row for each group; or a frame of texts and findings as it is.

        Parameters
        ----------
        show:
            Header -> name of a family, or that and a style (see :meth:`Finding.text`), or words of the data by code of
            the row, or a function that says words of a row.
        by:
            As in :meth:`rows`.
        head:
            Header of the first column; that of the file by default.
        only:
            Which of the rows are shown; all by default.
        sort:
            Family by which rows go from the largest.
        total:
            What a last row with the totals is called.
        name:
            What the first column says of a row.
        of:
            Family whose groups the rows are, where all columns are words.
        blank:
            What stands in place of a number that is not known.
        quoted:
            Whether the texts of a frame are words of a source, which may hold numbers of their own.
        """
        if isinstance(show, pd.DataFrame):
            return self._tabled(show, caption, note, quoted=quoted, **names)
        measured = [c if isinstance(c, str) else c[0] for c in show.values() if isinstance(c, (str, tuple))]
        measured = measured or [of or ""]
        cells = {n: {(row.split, row.codes): row.finding for row in self.rows(n, by)} for n in measured}
        order = [row for row in self.rows(sort or measured[0], by, sort=sort is not None) if only(row)]
        order = [row for row in order if self.national or not _is_refused(cells, row)]
        data = any(isinstance(cell, pd.Series) for cell in show.values())
        some = data or any_number(f for of in cells.values() for f in of.values())
        if not (order and some and self._holds(when)):
            return None
        headers = [self.families[measured[0]].headers.get(key, "") for key in self.keys(measured[0], by)]
        first = head or next(filter(None, headers), "")
        whole = next((self.families[n].total_name for n in measured if self.families[n].total_name), "")
        called = name or (lambda row: (row.full_name if isinstance(by, list) else row.name) or whole)
        columns: dict[str, list[Any]] = {first: [called(row) for row in order]}
        for header, cell in show.items():
            if isinstance(cell, pd.Series):
                texts = cell.dropna().to_dict()
                columns[header] = [texts.get(row.code) for row in order]
            elif callable(cell):
                columns[header] = [cell(row) for row in order]
            else:
                column, style = (cell, "") if isinstance(cell, str) else cell
                found = [cells[column][row.split, row.codes] for row in order]
                if style != "interval":
                    columns[header] = [blank if f.value is None and blank else f for f in found]
                elif any(finding.low is not None for finding in found):  # a census has none
                    columns[header] = [blocks.link(finding, style) for finding in found]
        if total is not None:
            last = {h: self.found(cell) if isinstance(cell, str) else None for h, cell in show.items()}
            for header, column_ in columns.items():
                column_.append(total if header == first else last[header])
        shown = [cell for column in columns.values() for cell in column if isinstance(cell, Finding)]
        gaps = any(cell.value is None and cell.disclosure is None for cell in shown)
        names = {"rows": order, "what": self._what(order), "gaps": gaps, **names}
        return self._tabled(columns, caption, note, uses=[row.finding for row in order], **names)

    def crosstab(
        self,
        of: str | Mapping[str, str],
        *,
        rows: str | None = None,
        columns: str | None = None,
        show: Mapping[str, Say] | None = None,
        total: str | None = None,
        top: int = TOP,
        caption: str = "{{ what }}",
        note: str = "",
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block | None:
        """A family that is crossed by two columns as a table: a row for each group of one, a column of the other.

        Parameters
        ----------
        of:
            Name of the family; or of several, each with the split that is its rows.
        rows, columns:
            The columns that it is crossed by; the first pair that it was measured by where they are not named.
        show:
            Header -> words about a row, in the first columns; its name by default.
        total:
            Header of a last column with the number of the whole row, by which the family must be split as well.
        top:
            Rows beyond which those without anything are left out, and then those with less; the note says so.
        """
        table: dict[str, list[Any]] = {}
        shown: list[Row] = []
        for family, split in of.items() if isinstance(of, Mapping) else [(of, rows)]:
            cells = self._crossed(family, split, columns)
            if not cells:
                continue
            cells, left = self._topmost(cells, top)
            note = f"{note} {left}".strip()
            groups: dict[str, list[Row]] = {}
            for cell in cells:
                groups.setdefault(cell.codes[0], []).append(cell)
            shown += cells
            own = cells[0].split[:1]
            said = show or {self.families[family].headers.get(own, ""): lambda row: row.name}
            whole = {row.code: row.finding for row in self.rows(family, own)} if total is not None else {}
            for code, group in groups.items():
                row = replace(group[0], codes=(code,), names=group[0].names[:1])
                for header, words in said.items():
                    table.setdefault(header, []).append(words(row))
                for cell in group:
                    table.setdefault(cell.names[1], []).append(cell.finding)
                if total is not None:
                    table.setdefault(total, []).append(whole[code])
        return self._tabled(table, caption, note, rows=shown, what=self._what(shown), **names) if table else None

    def quoted(
        self,
        frame: pd.DataFrame | None,
        columns: Sequence[str] | Mapping[str, str],
        *,
        caption: str,
        note: str = "",
        marks: bool = False,
        blank: Mapping[str, str] | None = None,
        called: Mapping[str, Mapping[str, str]] | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Block | None:
        """Rows of the data in the source's own words; ``None`` if somebody invented them.

        Parameters
        ----------
        columns:
            Names of columns, under the headers of the file, or name -> header.
        marks:
            Put free text in quotation marks.
        blank:
            Column -> what a blank says; nothing by default.
        called:
            Column -> code -> what it says, where that is not the word of the codebook.
        where:
            Which rows, as the filter of a measure.
        """
        if frame is not None and where is not None:
            frame = frame[select(frame, where)]
        if frame is None or frame.empty:
            return None
        source = source_of(frame)
        headers = columns if isinstance(columns, Mapping) else {name: source.dataset[name].header for name in columns}
        shown: dict[str, list[str | None]] = {}
        for column in (source.dataset[name] for name in headers):
            empty = (blank or {}).get(column.name)
            said = (called or {}).get(column.name, column.codes)
            cells = [empty if pd.isna(v) else said[v] if said else str(v) for v in frame[column.name]]
            free = marks and column.kind == "text"
            shown[headers[column.name]] = [f"“{cell}”" if free and cell is not None else cell for cell in cells]
        provenances = [source.provenance_of(*headers)]
        if self.national and provenances[0] in INVENTED and any(source.dataset[n].kind == "text" for n in headers):
            return None
        return self._tabled(shown, caption, note, quoted=True, provenances=provenances)

    def close(self) -> Block:
        """List the section's findings and hand them to the batch; the last cell of every notebook."""
        rows = "".join(
            f'<tr><td><code>{f.id}</code></td><td>{escape(f.label)}</td><td class="num">{f.text("full")}</td></tr>'
            for _, f in sorted(self.ledger.items())
        )
        head = "<tr><th>id</th><th>รายการ</th><th>ค่า</th></tr>"
        html = f'<table class="findings"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        return Block(html, {SECTION_MIME: self._handed_over()})

    def _tabled(
        self,
        columns: Mapping[str, list[Any]] | pd.DataFrame,
        caption: str,
        note: str,
        *,
        uses: Sequence[Finding] = (),
        quoted: bool = False,
        provenances: Sequence[Provenance] = (),
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block:
        frame = pd.DataFrame(columns, dtype=object)
        self.shown.words((c for c in frame.to_numpy().ravel() if not isinstance(c, Finding)), quoted=quoted)
        caption, note = self.plain(caption, "caption", **names), self.plain(note, "note", **names)
        about: dict[str, Any] = {"caption": caption, "note": note or None, "findings": self.ledger}
        about |= {"provenances": provenances, "css": "src" if quoted else ""}
        whole = blocks.table(frame, uses=uses, **about)
        invented = self.national and not INVENTED.isdisjoint(provenances)
        invented = invented or any(map(self.tells_example, (caption, note)))
        if not (
            invented
            or self.is_example(
                *(i for cell in frame.to_numpy().ravel() for i in blocks.ids_of(cell)), *(f.id for f in uses)
            )
        ):
            return self.shown.block(whole)
        real = frame.iloc[:0] if invented else self._real(frame)
        own = "" if real.empty else blocks.table(real, **about).html
        return self.shown.block(Block(blocks.with_example(own, whole.html)))

    def _real(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Columns and rows of a table without examples; empty if they hold no number."""
        weak = frame.map(lambda cell: self.is_example(*blocks.ids_of(cell)))
        holds = frame.map(lambda cell: bool(blocks.ids_of(cell)))
        columns = [name for name in frame if not holds[name].any() or (holds[name] & ~weak[name]).any()]
        real = frame.loc[~weak[columns].any(axis=1), columns]
        return real if real.map(lambda cell: bool(blocks.ids_of(cell))).to_numpy().any() else real.iloc[:0]

    def _handed_over(self) -> dict[str, Any]:
        return {
            "section": self.id,
            "order": self.order,
            "title": self.title if self.national else f"{self.title} {self.place}",
            "round": str(self.round),
            "province": self.province,
            **({"exact": True} if self.shield.open else {}),
            **({"persons": True} if any(s.dataset.tells_of_persons for s in self.sources.values()) else {}),
            "inputs": [{"dataset": name, **source.record()} for name, source in sorted(self.sources.items())],
            "read": dict(sorted(self.read.items())),
            "indicators": self._judged(),
            "findings": self.ledger.records(),
            "shown": self.shown.record(),
            "claims": self.claims,
        }

    def _judged(self) -> list[dict[str, Any]]:
        return []
