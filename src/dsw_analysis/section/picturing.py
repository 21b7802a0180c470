"""Figures of a section, by the names of its families: empty states and alternative texts inside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from dsw_analysis.findings.families import PROVINCE, Row, ranked
from dsw_analysis.findings.finding import Finding
from dsw_analysis.section import blocks, figures, words
from dsw_analysis.section.asking import escape
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.canvas import Sheet, frozen
from dsw_analysis.section.measuring import any_number
from dsw_analysis.section.recording import WordsError
from dsw_analysis.section.words import Telling

_FEWEST = 3
"""Rows, and different values, below which a picture says no more than a table."""
TOP = 20
"""Rows of a matrix or crossed table, such as provinces, beyond which those with less are left out."""
_DWARFED = 0.05
"""Share of all that must be left beside the largest value, or the other bars are mere strokes."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Picturing(Telling):
    """The grammar of figures; a part of :class:`dsw_analysis.section.section.Section`.

    Every ``headline``, ``subtitle``, ``alt``, ``caption`` and ``note`` is written in the language of
    :mod:`dsw_analysis.section.words`, where ``leaders()``, ``most()`` and the like are of what is shown, and ``what``
    says what that is. Values of the data are given by keyword. Nothing is shown (``None``) where all counts are zero,
    the numbers are the country's and this is a brief, or ``when`` does not hold. Bars, columns and pairs that would say
    nothing, since there are fewer than three of them or two values in all, or since one dwarfs the others, are a table.

    With ``ax=``, axes of matplotlib, a figure is drawn there under its headline, and the axes are given back: it is the
    author's own, for a grid of ``plt.subplots``, and no block of the report.
    """

    def bars(
        self,
        name: str,
        by: object = None,
        *,
        sort: bool = False,
        target: str | None = None,
        found: bool = False,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | Axes | None:
        """Horizontal bars of a family's groups.

        Parameters
        ----------
        name:
            Short id of the family, as it was measured.
        by:
            Which of its splits, as in :meth:`rows`; the first by default.
        sort:
            From the largest, in place of the order of the codebook.
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
        return self._chart("แผนภูมิแท่งแนวนอน", figures.bars, rows, self._target(target), **about)

    def columns(self, name: str, by: object = None, *, codes: bool = False, **about: Any) -> Block | Axes | None:  # noqa: ANN401
        """Vertical bars of the groups of the family ``name`` in their order; ``codes`` writes the codes under them.

        ``by`` is which of its splits, as in :meth:`rows`.
        """
        return self._chart("แผนภูมิแท่งแนวตั้ง", figures.columns, self.rows(name, by), {}, codes=codes, **about)

    def tile_map(self, name: str, *, zero: str = "", **about: Any) -> Block | Axes | None:  # noqa: ANN401
        """A tile for each province of the family ``name``; ``zero="×"`` crosses out those without."""
        rows = [row for row in self.rows(name, PROVINCE) if row.finding.value or not zero]
        return self._chart("แผนที่ช่องสี่เหลี่ยมรายจังหวัด", figures.tile_map, rows, {}, **about)

    def heatmap(
        self,
        name: str,
        *,
        rows: str | None = None,
        columns: str | None = None,
        top: int = TOP,
        short: Callable[[str], str] = lambda name: name.replace(" ", "\n"),
        when: str = "",
        ax: Axes | None = None,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | Axes | None:
        """A matrix of crossed columns, whose names ``short`` makes fit; a brief leaves out the empty ones.

        ``rows``, ``columns`` and ``top`` are as in :meth:`Section.crosstab`.
        """
        cells = self._crossed(name, rows, columns)
        if not self._is_shown(cells, when):
            return None
        cells, left = self._topmost(cells, top)
        kept = {cell.codes[1] for cell in cells if self.national or cell.finding.value}
        matrix: dict[str, dict[str, Finding]] = {}
        for cell in cells:
            if cell.codes[1] in kept:
                matrix.setdefault(cell.names[0], {})[short(cell.names[1])] = cell.finding
        of_rows = {cell.codes[0] for cell in cells}
        sums = [row for row in self.families[name].rows.get(cells[0].split[:1], []) if row.code in of_rows]
        listed = " ".join(f"{escape(row.name)} รวม {{{row.finding.id}:unit}}" for row in sums)
        hidden = any(cell.codes[1] not in kept for cell in cells)
        blank = "ช่องว่างหมายถึงไม่มี" if any(cell.finding.value == 0 for cell in cells) else ""
        about["note"] = f"{blank} {left}".strip()
        return self._drawn(figures.heatmap(matrix, ax=ax), "ตารางสี", listed, rows=cells, hidden=hidden, **about)

    def _crossed(self, name: str, rows: str | None, columns: str | None) -> list[Row]:
        """Numbers of a family that is crossed by two columns, each named by its group of ``rows`` first."""
        measured = self.families[name].rows if name in self.families else {}
        asked = {rows, columns} - {None}
        key = next((key for key in measured if len(key) == 2 and asked <= set(key)), None)
        if key is None and (rows is None or columns is None) and name in self.families and self.national:
            raise WordsError(f'{name} is not crossed by two columns; measure it with by=[("…", "…")]')
        found = self.rows(name, key or (rows, columns)) if key or self.national or len(asked) == 2 else []
        turned = key is not None and (rows == key[1] or columns == key[0])
        if not turned:
            return found
        return [replace(r, codes=r.codes[::-1], names=r.names[::-1], split=r.split[::-1]) for r in found]

    def _topmost(self, cells: list[Row], top: int) -> tuple[list[Row], str]:
        """Cells of those rows that are shown if there are more than ``top``, and what is said of the others."""
        groups: dict[str, list[Row]] = {}
        for cell in cells:
            groups.setdefault(cell.codes[0], []).append(cell)
        if len(groups) <= top:
            return cells, ""
        family = self.families[cells[0].family]
        sums = {row.code: [row] for row in family.rows.get(cells[0].split[:1], [])}
        size = {
            code: sum(float(row.finding.value or 0) for row in sums.get(code, group)) for code, group in groups.items()
        }
        least = sorted(size.values(), reverse=True)[top - 1]
        kept = {code for code, of in size.items() if of >= least and any(c.finding.value != 0 for c in groups[code])}
        what = family.headers.get(cells[0].split[:1]) or "แถว"
        fewer = f" และ{what}ที่มีน้อยกว่าที่แสดง" if least else ""
        return [cell for cell in cells if cell.codes[0] in kept], f"ไม่แสดง{what}ที่ไม่มีรายการ{fewer}"

    def change(
        self,
        pair: tuple[str, str],
        by: object = None,
        *,
        names: tuple[str, str],
        when: str = "",
        target: str | None = None,
        ax: Axes | None = None,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | Axes | None:
        """Two families joined group by group, as before and after; groups without either are left out.

        ``pair`` are their short ids, ``names`` what the two ends are called; ``target`` is the short id of a threshold
        to draw.
        """
        if not self.national and any(map(self.is_absent, pair)):
            return None
        both = zip(*(self.rows(name, by) or [self._stage(name)] for name in pair), strict=True)
        known = [(a, b) for a, b in both if a.finding.value is not None and b.finding.value is not None]
        if not self._is_shown([a for a, _ in known], when):
            return None
        pairs = {a.full_name: (a.finding, b.finding) for a, b in known}
        if ax is None and len(pairs) < _FEWEST:
            return self._listed(
                {label: dict(zip(names, pair, strict=True)) for label, pair in pairs.items()},
                [a for a, _ in known],
                **about,
            )
        axes = figures.change(pairs, names=names, ax=ax, **self._target(target))
        listed = " ".join(
            f"{escape(a.full_name)} {names[0]} {{{a.finding.id}}} {names[1]} {{{b.finding.id}}}" for a, b in known
        )
        return self._drawn(axes, "แผนภูมิจุดสองจุดเชื่อมด้วยเส้น", listed, rows=[a for a, _ in known], **about)

    def _target(self, name: str | None) -> dict[str, Finding]:
        return {} if name is None else {"target": self.ledger[f"{self.id}.{name}"]}

    def _listed(self, cells: Mapping[str, Mapping[str, Finding]], rows: list[Row], **about: Any) -> Block:  # noqa: ANN401
        """A table in place of a picture that would say nothing: under its headline, the subtitle as a note."""
        names = {"rows": rows, "what": self._what(rows), **about}
        headline = names.pop("headline", "{{ what }}")
        subtitle = self.plain(names.pop("subtitle", "{{ what }}"), "subtitle", **names)
        family = self.families.get(rows[0].family)
        head = (family.headers.get(rows[0].split) if family else None) or "รายการ"
        frame = pd.DataFrame(
            [{head: label, **{name or "ค่า": f for name, f in of.items()}} for label, of in cells.items()]
        )
        self.shown.words(cells)
        caption = self.plain(headline, "headline", **names)
        block = blocks.table(frame, caption=caption, findings=self.ledger, note=subtitle)
        return self._placed(block, [f for of in cells.values() for f in of.values()], caption, subtitle)

    def _stage(self, name: str) -> Row:
        finding = self.ledger[f"{self.id}.{name}"]
        short = self.families[name].short if name in self.families else finding.label
        return Row((name,), (short,), finding, family=name)

    def _chart(
        self,
        kind: str,
        draw: Callable[..., Axes],
        rows: list[Row],
        options: Mapping[str, Any],
        *,
        when: str = "",
        highlight: object = (),
        listed: int | None = None,
        codes: bool = False,
        ax: Axes | None = None,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | Axes | None:
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
        if ax is None and not _tells([row.finding for row in rows], options):
            return self._listed({row.name: {"": row.finding} for row in rows}, rows, **about)
        called = {(row.code if codes else row.name): row for row in rows}
        marked = (
            {str(getattr(mark, "code", mark)) for mark in highlight} if isinstance(highlight, Collection) else set()
        )
        if highlight == "most":
            top = self.claim("most", [row.finding for row in rows])
            marked = {row.code for row in rows if row.finding.id in top}
        more = {"highlight": [name for name, row in called.items() if row.code in marked]} if marked else {}
        axes = draw({name: row.finding for name, row in called.items()}, ax=ax, **options, **more)
        named = rows if listed is None else ranked(rows)[:listed]
        values = " ".join(f"{escape(row.name)} {{{row.finding.id}:unit}}" for row in named)
        return self._drawn(axes, kind, values, rows=rows, **about)

    def _drawn(
        self,
        axes: Axes,
        kind: str,
        listed: str,
        *,
        rows: list[Row],
        headline: str = "{% if leaders() %}มากที่สุดคือ {{ most() }}{% endif %}",
        subtitle: str = "{{ what }}",
        alt: str = "",
        note: str = "",
        **names: Any,  # noqa: ANN401 - data that the words name
    ) -> Block | Axes:
        """The drawing with its words, or given axes with the headline.

        The alternative text says kind, subtitle and values, or what ``alt`` says.
        """
        names = {"rows": rows, "what": self._what(rows) if rows else "", **names}
        said = self.plain(subtitle, "subtitle", **names)
        title = self.plain(headline, "headline", **names)
        if not isinstance(axes, Sheet):
            axes.set_title(blocks.unmarked(blocks.fill(title, self.ledger)), loc="left")
            return axes
        seen = self.plain(alt, "alt", **names) if alt else f"แสดง{said} ได้แก่"
        alternative = blocks.unmarked(f"{kind}{seen} {listed}").strip()
        drawing = frozen(axes)
        self.shown.picture(drawing, alternative)
        shown = blocks.figure(
            drawing,
            headline=title,
            subtitle=f"{said} {note}".strip(),
            alt=alternative,
            findings=self.ledger,
        )
        return self._placed(shown, [f for _, f in drawing.shows], title, said, alternative)

    def _placed(self, block: Block, shows: Iterable[Finding], *texts: str) -> Block:
        """What is shown, among the examples if its numbers or texts rest on one."""
        if self.is_example(*(finding.id for finding in shows)) or any(map(self.tells_example, texts)):
            block = Block(blocks.with_example("", block.html))
        return self.shown.block(block)

    def _is_shown(self, rows: Sequence[Row], when: str) -> bool:
        return any_number(row.finding for row in rows) and self._holds(when)

    def _holds(self, when: str) -> bool:
        return not when or words.holds(when, self)

    def _what(self, rows: Sequence[Row]) -> str:
        """What rows show: the family, and the headers of the columns that it is split by."""
        family = self.families.get(rows[0].family)
        if family is None:
            return rows[0].finding.label
        headers = [family.headers.get((column,)) for column in dict.fromkeys(c for row in rows for c in row.split)]
        by = " และ".join(header for header in headers if header)
        short = family.short.replace("{}", "").strip(" :")
        return f"{short} จำแนกตาม{by}" if by else short


def _tells(found: Sequence[Finding], options: Mapping[str, Any]) -> bool:
    """Whether bars of these numbers say more than the numbers do."""
    values = [float(finding.value or 0) for finding in found]
    if len(values) < _FEWEST:
        return False
    dwarfed = sum(values) - max(values) < _DWARFED * sum(values)
    return bool(options) or (len(set(values)) >= _FEWEST and not dwarfed)
