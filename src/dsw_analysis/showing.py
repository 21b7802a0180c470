"""Figures and tables of a section, by the names of its families: empty states, alternative texts and notes inside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dsw_analysis import blocks, figures, words
from dsw_analysis.blocks import Block, Drawing
from dsw_analysis.datasets import source_of
from dsw_analysis.families import PROVINCE, Key, Row, ranked
from dsw_analysis.findings import Finding
from dsw_analysis.measures.filters import select
from dsw_analysis.telling import Telling, any_number

Say = Callable[[Row], str]
"""What a column of words says of a row."""


@dataclass(frozen=True, kw_only=True)
class Showing(Telling):
    """The grammar of figures and tables; a part of :class:`dsw_analysis.section.Section`.

    Every ``headline``, ``subtitle``, ``alt``, ``caption`` and ``note`` is written in the language of
    :mod:`dsw_analysis.words`, where ``leaders()``, ``most()`` and the like are of what is shown, and ``what`` says what
    that is. Values of the data are given by keyword. Nothing is shown (``None``) where all counts are zero, the numbers
    are the country's and this is a brief, or ``when`` does not hold.
    """

    # Figures

    def bars(
        self,
        name: str,
        by: object = None,
        *,
        sort: bool = False,
        target: str | None = None,
        found: bool = False,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | None:
        """Horizontal bars of a family's groups.

        Parameters
        ----------
        target:
            Short id of a threshold to draw.
        found:
            In a brief, leave out groups that it has nothing of, and show no lone bar.
        """
        rows = self.rows(name, by, sort=sort)
        if found and not self.national:
            rows = [row for row in rows if row.finding.value]
            if len(rows) < 2:
                return None
        limit = {} if target is None else {"target": self.ledger[f"{self.id}.{target}"], "target_name": "เกณฑ์"}
        return self._chart("แผนภูมิแท่งแนวนอน", figures.bars, rows, limit, **about)

    def columns(self, name: str, by: object = None, *, codes: bool = False, **about: Any) -> Block | None:  # noqa: ANN401
        """Vertical bars of a family's groups in their order; ``codes`` writes the codes under them."""
        return self._chart("แผนภูมิแท่งแนวตั้ง", figures.columns, self.rows(name, by), {}, codes=codes, **about)

    def funnel(self, *names: str, **about: Any) -> Block | None:  # noqa: ANN401 - words and their values
        """Stages from first to last: numbers, and the groups of families that have no total."""
        stages = ([self._stage(name)] if self.found(name) else self.rows(name) for name in names)
        rows = [row for several in stages for row in several]
        return self._chart("แผนภูมิกรวย", figures.funnel, rows, {}, **about)

    def tile_map(self, name: str, *, zero: str = "", **about: Any) -> Block | None:  # noqa: ANN401
        """A tile for each province; ``zero="×"`` crosses out those without."""
        rows = [row for row in self.rows(name, PROVINCE) if row.finding.value or not zero]
        return self._chart("แผนที่ช่องสี่เหลี่ยมรายจังหวัด", figures.tile_map, rows, {}, **about)

    def heatmap(
        self,
        name: str,
        *,
        rows: str,
        columns: str,
        short: Callable[[str], str] = lambda name: name.replace(" ", "\n"),
        when: str = "",
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | None:
        """A matrix of crossed columns, whose names ``short`` makes fit; a brief leaves out the empty ones."""
        cells = self.rows(name, (rows, columns))
        if not self._is_shown(cells, when):
            return None
        kept = {cell.codes[1] for cell in cells if self.national or cell.finding.value}
        matrix: dict[str, dict[str, Finding]] = {}
        for cell in cells:
            if cell.codes[1] in kept:
                matrix.setdefault(cell.names[0], {})[short(cell.names[1])] = cell.finding
        sums = self.families[name].rows.get((rows,), [])
        listed = " ".join(f"{_data(row.name)} รวม {{{row.finding.id}:unit}}" for row in sums)
        hidden = any(cell.codes[1] not in kept for cell in cells)
        return self._drawn(figures.heatmap(matrix), "ตารางสี", listed, rows=cells, hidden=hidden, **about)

    def stacked(
        self,
        of: str | Mapping[str, str],
        *,
        rows: str,
        parts: str = "",
        when: str = "",
        **about: Any,  # noqa: ANN401
    ) -> Block | None:
        """Stacked bars of a family's crossed columns, or of several families (name -> name of the part)."""
        families = {of: (rows, parts)} if isinstance(of, str) else dict.fromkeys(of, rows)
        cells = [cell for name, by in families.items() for cell in self.rows(name, by)]
        if not self._is_shown(cells, when):
            return None
        bars: dict[str, dict[str, Finding]] = {}
        for cell in cells:
            part = cell.names[1] if isinstance(of, str) else of[cell.family]
            bars.setdefault(cell.names[0], {})[part] = cell.finding
        listed = " ".join(
            f"{_data(row)} " + " ".join(f"{_data(part)} {{{f.id}:unit}}" for part, f in of.items())
            for row, of in bars.items()
        )
        return self._drawn(figures.stacked(bars), "แผนภูมิแท่งซ้อน", listed, rows=cells, **about)

    def change(
        self,
        pair: tuple[str, str],
        by: object = None,
        *,
        names: tuple[str, str],
        when: str = "",
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | None:
        """Two families joined group by group, as before and after; groups without either are left out."""
        if not self.national and any(map(self.is_absent, pair)):
            return None
        both = zip(*(self.rows(name, by) or [self._stage(name)] for name in pair), strict=True)
        known = [(a, b) for a, b in both if a.finding.value is not None and b.finding.value is not None]
        if not self._is_shown([a for a, _ in known], when):
            return None
        drawing = figures.change({a.full_name: (a.finding, b.finding) for a, b in known}, names=names)
        listed = " ".join(
            f"{_data(a.full_name)} {names[0]} {{{a.finding.id}}} {names[1]} {{{b.finding.id}}}" for a, b in known
        )
        return self._drawn(drawing, "แผนภูมิจุดสองจุดเชื่อมด้วยเส้น", listed, rows=[a for a, _ in known], **about)

    def _stage(self, name: str) -> Row:
        finding = self.ledger[f"{self.id}.{name}"]
        short = self.families[name].short if name in self.families else finding.label
        return Row((name,), (short,), finding, family=name)

    def _chart(
        self,
        kind: str,
        draw: Callable[..., Drawing],
        rows: list[Row],
        options: Mapping[str, Any],
        *,
        when: str = "",
        highlight: object = (),
        listed: int | None = None,
        codes: bool = False,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | None:
        """Bars of any form.

        Parameters
        ----------
        highlight:
            ``"most"``, or rows or codes to bring out.
        listed:
            How many values the alternative text names, from the largest; all, in order, by default.
        codes:
            Write codes under the bars in place of names.
        """
        if not self._is_shown(rows, when):
            return None
        called = {(row.code if codes else row.name): row for row in rows}
        marked = (
            {str(getattr(mark, "code", mark)) for mark in highlight} if isinstance(highlight, Collection) else set()
        )
        if highlight == "most":
            top = self.claim("most", [row.finding for row in rows])
            marked = {row.code for row in rows if row.finding.id in top}
        more = {"highlight": [name for name, row in called.items() if row.code in marked]} if marked else {}
        drawing = draw({name: row.finding for name, row in called.items()}, **options, **more)
        named = rows if listed is None else ranked(rows)[:listed]
        values = " ".join(f"{_data(row.name)} {{{row.finding.id}:unit}}" for row in named)
        return self._drawn(drawing, kind, values, rows=rows, **about)

    def _drawn(
        self,
        drawing: Drawing,
        kind: str,
        listed: str,
        *,
        rows: list[Row],
        headline: str = "{% if leaders() %}มากที่สุดคือ {{ most() }}{% endif %}",
        subtitle: str = "{{ what }}",
        alt: str = "",
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block:
        """The drawing with its words; the alternative text says kind, subtitle and values, or what ``alt`` says."""
        names = {"rows": rows, "what": self._what(rows) if rows else "", **names}
        said = self.plain(subtitle, "subtitle", **names)
        seen = self.plain(alt, "alt", **names) if alt else f"แสดง{said} ได้แก่"
        alternative = blocks.unmarked(f"{kind}{seen} {listed}").strip()
        self.shown.picture(drawing, alternative)
        shown = blocks.figure(
            drawing,
            headline=self.plain(headline, "headline", **names),
            subtitle=said,
            alt=alternative,
            findings=self.ledger,
        )
        return self.shown.block(shown)

    def _is_shown(self, rows: Sequence[Row], when: str) -> bool:
        return any_number(row.finding for row in rows) and self._holds(when)

    def _holds(self, when: str) -> bool:
        return not when or words.holds(when, self)

    def _what(self, rows: Sequence[Row]) -> str:
        """What rows show: the family, and the headers of the columns that it is split by."""
        family = self.families.get(rows[0].family)
        if family is None:
            return rows[0].finding.label
        headers = [family.headers.get(key) for key in dict.fromkeys(row.split for row in rows)]
        by = " และ".join(header for header in headers if header)
        short = family.short.replace("{}", "").strip(" :")
        return f"{short} จำแนกตาม{by}" if by else short

    # Tables

    def table(
        self,
        show: Mapping[str, str | tuple[str, str] | pd.Series | Say] | pd.DataFrame,
        *,
        by: object = None,
        head: str | None = None,
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
        order = self.rows(sort or measured[0], by, sort=sort is not None)
        cells = {n: {(row.split, row.codes): row for row in self.rows(n, by)} for n in measured}
        numbers = [row for of in cells.values() for row in of.values()]
        data = order and any(isinstance(cell, pd.Series) for cell in show.values())
        if not (self._is_shown(numbers, when) or (data and self._holds(when))):
            return None
        first, family = head or "", self.families[measured[0]]
        for key in self.keys(measured[0], by):
            first = first or family.headers.get(key, "")
        whole = next((self.families[n].total_name for n in measured if self.families[n].total_name), "")
        called = name or (lambda row: (row.full_name if isinstance(by, list) else row.name) or whole)
        columns: dict[str, list[Any]] = {first: [called(row) for row in order]}
        for header, cell in show.items():
            if isinstance(cell, pd.Series):
                texts = cell.dropna().to_dict()
                columns[header] = [texts.get(row.code) for row in order]
                continue
            if callable(cell):
                columns[header] = [cell(row) for row in order]
                continue
            of, style = (cell, "") if isinstance(cell, str) else cell
            found = [cells[of][row.split, row.codes].finding for row in order]
            if style != "interval":
                columns[header] = [blank if f.value is None and blank else f for f in found]
            elif any(finding.low is not None for finding in found):  # a census has none
                columns[header] = [blocks.link(finding, style) for finding in found]
        if total is not None:
            last = {h: self.found(cell) if isinstance(cell, str) else None for h, cell in show.items()}
            for header, column in columns.items():
                column.append(total if header == first else last[header])
        gaps = any(isinstance(cell, Finding) and cell.value is None for column in columns.values() for cell in column)
        names = {"rows": order, "what": self._what(order), "gaps": gaps, **names}
        return self._tabled(columns, caption, note, uses=[row.finding for row in order], **names)

    def crosstab(
        self,
        of: Mapping[str, str],
        *,
        columns: str,
        show: Mapping[str, Say],
        total: str | None = None,
        caption: str,
        note: str = "",
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block | None:
        """Families (name -> split of its rows) with a column for each group of another split, and words about rows."""
        table: dict[str, list[Any]] = {}
        for family, rows in of.items():
            at = 0 if (rows, columns) in self.families[family].rows else 1
            key: Key = (rows, columns) if at == 0 else (columns, rows)
            groups: dict[str, list[Row]] = {}
            for cell in self.rows(family, key):
                groups.setdefault(cell.codes[at], []).append(cell)
            for group in groups.values():
                row = replace(group[0], codes=(group[0].codes[at],), names=(group[0].names[at],))
                for header, said in show.items():
                    table.setdefault(header, []).append(said(row))
                for cell in group:
                    table.setdefault(cell.names[1 - at], []).append(cell.finding)
            if total is not None:
                table.setdefault(total, []).extend(row.finding for row in self.rows(family, rows))
        return self._tabled(table, caption, note, **names) if table else None

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
        """Rows of the data in the source's own words.

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
        data = pd.DataFrame(shown, dtype=object)
        self.shown.words(data.to_numpy().ravel(), quoted=True)
        shown_table = blocks.table(
            data,
            caption=self.plain(caption, "caption"),
            note=self.plain(note, "note") or None,
            findings=self.ledger,
            provenances=[source.provenance_of(*headers)],
            css="src",
        )
        return self.shown.block(shown_table)

    def _tabled(
        self,
        columns: Mapping[str, list[Any]] | pd.DataFrame,
        caption: str,
        note: str,
        *,
        uses: Sequence[Finding] = (),
        quoted: bool = False,
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block:
        frame = pd.DataFrame(columns, dtype=object)
        self.shown.words((c for c in frame.to_numpy().ravel() if not isinstance(c, Finding)), quoted=quoted)
        shown = blocks.table(
            frame,
            caption=self.plain(caption, "caption", **names),
            note=self.plain(note, "note", **names) or None,
            findings=self.ledger,
            uses=uses,
            css="src" if quoted else "",
        )
        return self.shown.block(shown)


def _data(text: str) -> str:
    return words.escape(text)
