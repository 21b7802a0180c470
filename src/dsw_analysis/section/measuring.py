"""What a section measures: families, each a measure's total and all its groups, recorded in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import pandas as pd

from dsw_analysis.findings import families
from dsw_analysis.findings.families import PLACES, PROVINCE, Family, Key, Row
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Distinct, Given, fingerprint
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import UsageError
from dsw_analysis.section import asking
from dsw_analysis.section.labelled import labelled
from dsw_analysis.section.recording import TOTAL

COUNTRY, BRIEF = "country", "brief"
RULE = "เป็นเกณฑ์ที่กำหนดไว้ล่วงหน้า ไม่ได้คำนวณจากข้อมูล"


@dataclass(frozen=True, kw_only=True, repr=False)
class Measuring(asking.Asking):
    """The grammar of numbers; a part of :class:`dsw_analysis.section.section.Section`."""

    def measure(
        self,
        frame: pd.DataFrame | None,
        /,
        *drawn: Any,  # noqa: ANN401 - what the measures take
        by: object = (),
        over: Mapping[str, Any] | None = None,
        ids: str | None = None,
        total: str = "",
        only: str | None = None,
        **measures: Any,  # noqa: ANN401 - measures of every kind
    ) -> None:
        """Record measures under their names, each with its total and its groups.

        Parameters
        ----------
        frame, drawn:
            What the measures are called with; a frame of ``load(..., only="country")`` is ``None`` in a brief.
        by:
            A column, or a list of columns, of tuples of columns that are crossed, of ``Split`` and ``Part``.
        over:
            Name of a dimension -> its items (columns, or code -> name); each measure is then a function of the item,
            and ``{}`` in its label is the item's name.
        ids:
            End of the id where it is not the measure's name; with ``over`` it has ``{}`` for the item's code, which by
            default follows the name.
        total:
            Name of the total where it stands beside its groups.
        only:
            ``"country"``: a brief records none of it. Provinces are the country's to count anyhow.

        Raises
        ------
        ValueError
            If a column has no groups, an id is taken, or a name means something else in texts.
        """
        dimension, items = ((), [("", "", None)]) if over is None else families.items(over)
        recorder = None if frame is None else families.Recorder(self.id, frame, drawn, total)
        kept = self._splits(by)
        for name, measure in measures.items():
            if name in asking.RESERVED or name in asking.FUNCTIONS or name in self.names():
                raise ValueError(f"{name!r} means something else in texts; give the measure another name")
            made = [(*item, measure if over is None else measure(item[2])) for item in items]
            one = made[0][3] if made else None
            family = self.families.setdefault(name, Family(name, one.short or one.label if one is not None else name))
            family.total_name = total or family.total_name
            if frame is None or recorder is None or not self._is_here(one, only):
                family.only_country = True
                continue
            # Also where no group takes part, or there are no items to ask for, which is no error.
            for key in [*(split.key for split in kept), *([] if items else [()])]:
                family.rows.setdefault((*dimension, *key), [])
            declared, columns = source_of(frame).dataset, [s.key for s in kept if isinstance(s, families.Split)]
            family.headers |= {(column,): declared[column].header for key in columns for column in key}
            rows: list[tuple[str, Row]] = []
            for code, called, item, one in made:
                base = families.filled(ids or (name if over is None else f"{name}.{{}}"), code)
                own = one if over is None else replace(one, label=families.filled(one.label, called))
                for header, row in recorder.rows(base, own, kept):
                    rows.append((header, row if over is None else _of_item(row, dimension, code, called, item)))
            for header, row in rows if over is None else self._as_columns(rows):
                self._keep(family, header, row)

    def combine(
        self,
        *,
        of: tuple[str, str],
        by: object = None,
        ids: str = "",
        known: bool = False,
        previous: bool = False,
        only: str | None = None,
        **measures: Any,  # noqa: ANN401 - Ratio or Difference
    ) -> None:
        """Record quotients or differences of two families, group by group wherever both have the group.

        Parameters
        ----------
        of:
            Short ids of the two: ``s.combine(selected_share=Ratio("…"), of=("selected", "centres"))``; ``"total"`` as
            the second is the first one's own total, which its groups alone are combined with. Items, which have no
            total, are combined with the total of the other where that is not of the same items.
        by:
            The splits to combine, as in :meth:`rows`; all that both have by default.
        ids:
            End of each group's id with ``{}`` for the code; by default the measure's name, a dot and the code.
        known:
            Leave out groups of which the first has no value: the result would only repeat that it is not known.
        previous:
            The items are stages: each is combined with the one before it, and only the first with the other's total.
        only:
            ``"country"`` or ``"brief"``.
        """
        first, second = of
        for name, measure in measures.items():
            family = self.families.setdefault(name, Family(name, measure.short or measure.label))
            if only == (BRIEF if self.national else COUNTRY) or any(map(self.is_absent, of)):
                family.only_country = True
                continue
            for key in self.families[first].rows if first in self.families else ():  # also where no group takes part
                family.rows.setdefault(key, [])
            usual = family.short if "{}" in family.short else f"{family.short}: {{}}"
            for key, x, y in self._pairs(first, second, previous=previous):
                if (by is not None and key not in self.keys(first, by)) or (known and x.finding.value is None):
                    continue
                group = x if x.codes else y
                end = families.filled(ids or f"{name}.{{}}", group.code) if key else name
                label = families.filled(usual, group.full_name) if key else measure.label
                own = replace(measure, id=f"{self.id}.{end}", label=label)
                made = self.shield.derive(own(x.finding, y.finding), own, x.finding, y.finding)
                header = self.families[group.family].headers.get(key, "") if key else ""
                self._keep(family, header, replace(group, finding=made))

    def _pairs(self, first: str, second: str, *, previous: bool = False) -> Iterator[tuple[Key, Row, Row]]:
        groups = self.families[first].rows if first in self.families else {}
        if second == TOTAL:
            yield from ((key, row, self._total(first)) for key, rows in groups.items() if key for row in rows)
            return
        others = self.families[second].rows if second in self.families else {}
        if not self._is_of_items(first) and not self._is_of_items(second):
            yield (), self._total(first), self._total(second)
        for key, rows in groups.items():
            if key and key in others:
                yield from ((key, *pair) for pair in zip(rows, others[key], strict=True))
            elif key and self._is_of_items(first):
                before = [self._total(second), *rows] if previous else repeat(self._total(second))
                yield from ((key, *pair) for pair in zip(rows, before, strict=False))
        if self._is_of_items(second):
            yield from ((k, self._total(first), row) for k in others if k not in groups for row in others[k])

    def rule(self, frame: pd.DataFrame, name: str, label: str, value: float, *, unit: str, digits: int = 0) -> None:
        """Record a rule of the analysis with the file that it is applied to, so that it can be traced.

        ``name`` is its short id, ``value`` a number in ``unit``, printed under ``label`` with so many ``digits``.
        """
        given = Given(label, id=f"{self.id}.{name}", unit=unit, digits=digits, note=RULE)
        found = given(frame, value)
        where = " และ ".join(filter(None, (found.where, "กฎของการวิเคราะห์ที่ใช้กับข้อมูลในไฟล์นี้")))
        self._measured(replace(found, where=where, definition=f"{fingerprint('rule', value)}."))

    def fields(self, frame: pd.DataFrame, group: str | None = None) -> list[Column]:
        """Columns of a loaded frame under a group header of the file; without one, the questions it asks."""
        columns = source_of(frame).dataset.columns
        return [c for c in columns if (c.statement if group is None else c.group == group)]

    def labels(self, frame: pd.DataFrame | pd.Series, of: pd.DataFrame | None = None) -> pd.DataFrame:
        """A frame with headers and labels of the file in place of names and codes, as for ``to_excel``.

        Texts that Excel would take for formulas begin with an apostrophe; dates stay dates, and rows keep their order.

        Parameters
        ----------
        frame:
            A loaded frame, some of it, or what it was grouped or crossed into.
        of:
            The loaded frame that it was made of, where pandas has lost that, as by ``pd.crosstab``.

        Raises
        ------
        UsageError
            If neither frame says which file it comes from; or if rows are persons, or a column counts them, and the
            section was not opened with ``exact=True``.
        """
        told = frame if of is None else of
        if "source" not in told.attrs:
            raise UsageError("pandas lost which file this is of; name the loaded frame: s.labels(frame, of=rows)")
        return labelled(frame, told.attrs["source"].dataset, exact=self.shield.open)

    def present(self, frame: pd.DataFrame, column: str) -> dict[str, str]:
        """Codes of a column that rows have -> their labels, in the order of the codebook."""
        held = set(frame[column].dropna())
        return {code: label for code, label in source_of(frame).dataset[column].codes.items() if code in held}

    def commonest(self, name: str, by: str, column: str) -> Callable[[Row], str | None]:
        """What a table says of a group of ``by``: codes of a column that most are shown to have."""

        def said(row: Row) -> str | None:
            cells = [cell for cell in self.rows(name, (by, column)) if cell.codes[0] == row.code]
            return "; ".join(cell.names[1] for cell in self.claimed("most", cells)) or None

        return said

    def _splits(self, by: object) -> list[families.Split | families.Part]:
        """The splits that there are here: a brief is of one province, and some groups do not take part in it."""
        kept: list[families.Split | families.Part] = []
        for split in families.splits(by):
            if isinstance(split, families.Split) and split.present == "brief":
                kept.append(replace(split, present=not self.national))
            elif self.national or not PLACES & set(split.key):
                kept.append(split)
        return kept

    def _is_here(self, measure: Any, only: str | None) -> bool:  # noqa: ANN401 - measures of every kind
        counts_provinces = isinstance(measure, Distinct) and measure.column == PROVINCE
        return self.national or (only != COUNTRY and not counts_provinces)

    def _is_of_items(self, name: str) -> bool:
        """Whether a family has groups, but no total."""
        return name in self.families and f"{self.id}.{name}" not in self.ledger

    def _keep(self, family: Family, header: str, row: Row) -> None:
        """Record a row's finding, and keep the row with it as the ledger has it."""
        row = replace(row, finding=self._measured(row.finding), family=family.name)
        family.rows.setdefault(row.split, []).append(row)
        family.headers[row.split] = header

    def _as_columns(self, rows: list[tuple[str, Row]]) -> Iterator[tuple[str, Row]]:
        """Rows of items, protected as those of one split are that stand together."""
        columns: dict[Key, list[Finding]] = {}
        for _, row in rows:
            columns.setdefault(row.split, []).append(row.finding)
        shown = {f.id: f for column in columns.values() for f in self.shield.column(column)}
        yield from ((header, replace(row, finding=shown[row.finding.id])) for header, row in rows)

    def _total(self, name: str) -> Row:
        return Row((), ("",), self.ledger[f"{self.id}.{name}"], family=name)


def _of_item(row: Row, dimension: Key, code: str, called: str, item: Any) -> Row:  # noqa: ANN401
    """A row of a measure of one item, as a row of the family over all items."""
    names = (called, *(row.names if row.codes else ()))
    return replace(row, codes=(code, *row.codes), names=names, item=item, split=(*dimension, *row.split))


def any_number(findings: Iterable[Finding]) -> bool:
    """Whether there is anything to show: a count above zero, or a share of something, be it zero."""
    return any(f.value or (f.value == 0 and f.denominator) for f in findings)
