"""What a section knows and says: families of numbers under short ids, and texts about them whose words are claims."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import pandas as pd

from dsw_analysis import blocks, claims, families, words
from dsw_analysis.blocks import Block
from dsw_analysis.datasets import Column, source_of
from dsw_analysis.families import PLACES, PROVINCE, Family, Key, Row, ranked
from dsw_analysis.findings import Finding
from dsw_analysis.measures.base import Distinct
from dsw_analysis.recording import Recording

COUNTRY, BRIEF = "country", "brief"
TOTAL = "total"
YEAR = 12
RULE = "เป็นเกณฑ์ที่กำหนดไว้ล่วงหน้า ไม่ได้คำนวณจากข้อมูล"


@dataclass(frozen=True, kw_only=True)
class Telling(Recording):
    """The grammar of numbers and words; a part of :class:`dsw_analysis.section.Section`."""

    # Numbers

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
        dimension, items = ("", [("", "", None)]) if over is None else families.items(over)
        recorder = None if frame is None else families.Recorder(self.id, frame, drawn, total)
        kept = self._splits(by)
        for name, measure in measures.items():
            if name in words.RESERVED or name in words.FUNCTIONS or name in self.names():
                raise ValueError(f"{name!r} means something else in texts; give the measure another name")
            one = measure if over is None else measure(items[0][2]) if items else None
            family = self.families.setdefault(name, Family(name, one.short or one.label if one is not None else name))
            family.total_name = total or family.total_name
            if recorder is None or not self._is_here(one, only):
                family.only_country = True
                continue
            if not items:
                family.rows.setdefault((dimension,), [])  # there are no rows to ask for, which is no error
            for split in kept:  # also where no group takes part
                family.rows.setdefault((dimension, *split.key) if over is not None else split.key, [])
            for code, called, item in items:
                one = measure if over is None else measure(item)
                one = (
                    replace(one, label=families.filled(one.label, called))
                    if over is not None and "{}" in one.label
                    else one
                )
                base = families.filled(ids or (name if over is None else f"{name}.{{}}"), code)
                for header, row in recorder.rows(base, one, kept):
                    self.add(row.finding)
                    kept_row = replace(row, finding=self.ledger[row.finding.id], family=name)
                    if over is not None:
                        kept_row = _of_item(kept_row, dimension, code, called, item)
                    self._keep(family, header, kept_row)

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
                made = replace(measure, id=f"{self.id}.{end}", label=label)
                self.add(made(x.finding, y.finding))
                header = self.families[group.family].headers.get(key, "") if key else ""
                self._keep(family, header, replace(group, finding=self.ledger[made.id], family=name))

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
        """Record a rule of the analysis with the file that it is applied to, so that it can be traced."""
        source = source_of(frame)
        finding = Finding(
            id=f"{self.id}.{name}",
            label=label,
            value=value,
            unit=unit,
            digits=digits,
            dataset=source.dataset.id,
            file=source.file,
            sha256=source.sha256,
            provenance=source.provenance_of(),
            where="กฎของการวิเคราะห์ที่ใช้กับคำตอบในไฟล์นี้",
            note=RULE,
            province=source.province,
        )
        self.add(finding)

    def fields(self, frame: pd.DataFrame, group: str | None = None) -> list[Column]:
        """Columns of a loaded frame under a group header of the file; without one, the questions it asks."""
        columns = source_of(frame).dataset.columns
        return [c for c in columns if (c.statement if group is None else c.group == group)]

    def present(self, frame: pd.DataFrame, column: str) -> dict[str, str]:
        """Codes of a column that rows have -> their labels, in the order of the codebook."""
        held = set(frame[column].dropna())
        return {code: label for code, label in source_of(frame).dataset[column].codes.items() if code in held}

    def commonest(self, frame: pd.DataFrame, by: str, column: str) -> Callable[[Row], str | None]:
        """What a table says of a group of ``by``: the labels of the codes of a column that most of its rows have."""
        declared = source_of(frame).dataset[column]

        def said(row: Row) -> str | None:
            counts = frame.loc[frame[by] == row.code, column].value_counts()
            top = [code for code in declared.codes if counts.get(code, 0) == counts.max() > 0]
            return "; ".join(map(declared.label, top)) or None

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
        family.rows.setdefault(row.split, []).append(row)
        family.headers[row.split] = header

    def _total(self, name: str) -> Row:
        return Row((), ("",), self.ledger[f"{self.id}.{name}"], family=name)

    def found(self, path: str) -> Finding | None:
        """Finding of a short id, or of a full one."""
        return self.ledger.get(f"{self.id}.{path}") or self.ledger.get(path)

    def is_absent(self, path: str) -> bool:
        """Whether a short id is of the country's numbers, in a brief."""
        name = path.partition(".")[0]
        return any(f.only_country for n, f in self.families.items() if n in {name, path})

    def number(self, path: str) -> words.Number:
        """A number or family by its short id.

        Raises
        ------
        WordsError
            If there is none; the message names the nearest.
        """
        full = f"{self.id}.{path}"
        known = [*self.ledger, *(f"{self.id}.{name}" for name in self.families)]
        if self.is_absent(path) or any(i in (full, path) or i.startswith((f"{full}.", f"{path}.")) for i in known):
            return words.Number(self, path)
        near = difflib.get_close_matches(full, known, n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(i.removeprefix(f'{self.id}.') for i in near)}" if near else ""
        raise words.WordsError(f"no number or family {path!r} in {self.id}{hint}")

    def rows(self, name: str, by: object = None, *, sort: bool = False) -> list[Row]:
        """Numbers of a family in the order of the codebook, or from the largest.

        Parameters
        ----------
        by:
            The column that they are split by, a tuple of columns, ``"total"``, or a list of these; the family's first
            split by default. What is of provinces is empty in a brief.

        Raises
        ------
        WordsError
            If there is no such family, or it is not split so.
        """
        if name not in self.families:
            near = difflib.get_close_matches(name, self.families, n=3)
            raise words.WordsError(f"no family {name!r} in {self.id}; did you mean {', '.join(near) or 'another'}")
        family = self.families[name]
        if family.only_country and not self.national:
            return []
        found: list[Row] = []
        for key in self.keys(name, by):
            if key not in family.rows and not self.national and PLACES & set(key):
                continue
            if key not in family.rows:
                ways = ", ".join(map(str, filter(None, family.rows)))
                raise words.WordsError(f"{name} is not split by {', '.join(key)}; it is by {ways or 'nothing'}")
            found += family.rows[key]
        return ranked(found) if sort else found

    def keys(self, name: str, by: object) -> list[Key]:
        """Splits of a family that ``by`` asks for."""
        if by is None:
            return [key for key in self.families[name].rows if key][:1]
        several: list[Any] = by if isinstance(by, list) else [by]
        return [() if key == TOTAL else (key,) if isinstance(key, str) else tuple(key) for key in several]

    def positive(self, name: str, by: object = None) -> list[Row]:
        """Numbers of a family above zero, from the largest; kept as a claim."""
        rows = self.rows(name, by, sort=True)
        ids = self.claim("positive", [row.finding for row in rows]) if rows else []
        return [row for row in rows if row.finding.id in ids]

    def unknown(self, name: str, by: object = None) -> list[Row]:
        """Numbers of a family that have no value."""
        return [row for row in self.rows(name, by) if row.finding.value is None]

    def attention(self, name: str, threshold: str, by: object = None) -> list[Row]:
        """Numbers of a family at or above a threshold, from the highest; kept as a claim."""
        rows = self.rows(name, by, sort=True)
        ids = self.claim("attention", [row.finding for row in rows], self.ledger[f"{self.id}.{threshold}"].id)
        return [row for row in rows if row.finding.id in ids]

    # Claims

    def claim(self, kind: str, of: Sequence[Finding], given: Any = None) -> Any:  # noqa: ANN401 - JSON
        """What the ledger answers, which is kept as a claim; see :func:`dsw_analysis.claims.answer`."""
        ids = [finding.id for finding in of]
        says: Any = claims.answer(kind, ids, self.ledger, given)
        record = {"claim": kind, "of": ids, "says": says} | ({} if given is None else {"given": given})
        if record not in self.claims:
            self.claims.append(record)
        self._asked.append(self.claims.index(record))
        return says

    def asked(self) -> str:
        """The claim that was asked last, as its words are marked with it."""
        return f"{self.id}:{self._asked[-1]}"

    def ask_again(self, claim: str) -> None:
        """Note that a claim asked before chooses what is said next."""
        self._asked.append(int(claim.rpartition(":")[2]))

    def fresh(self) -> words.Words:
        """Forget what was asked before: a condition begins."""
        self._asked.clear()
        return words.Words("")

    def opens(self) -> words.Words:
        """Begin a sentence that everything asked since :meth:`fresh` has chosen."""
        places = " ".join(f"{self.id}:{place}" for place in dict.fromkeys(self._asked))
        self._asked.clear()
        return words.Words(f"{blocks.BEGIN}{places}{blocks.HELD}")

    # Words

    def names(self) -> Mapping[str, Any]:
        """What every text knows besides numbers."""
        return {
            "country": self.national,
            "place": self.place,
            "round": self.round,
            "year_is_over": self.round.months == YEAR,
            **self.data,
        }

    def know(self, **data: str) -> None:
        """Give data a name, so that every text can print it: ``{{ centre }}``; in a guard an empty one is false.

        Raises
        ------
        ValueError
            If the name means something else in texts.
        """
        for name, text in data.items():
            if name in words.RESERVED or name in words.FUNCTIONS or name in self.names() or self.found(name):
                raise ValueError(f"{name!r} means something else in texts; give the data another name")
            self.data[name] = text

    def label(self, column: str, code: str) -> str:
        """Word of the codebook for a code of a loaded column."""
        for source in self.sources.values():
            for declared in source.dataset.columns:
                if declared.name == column and declared.codes:
                    return declared.label(code)
        raise words.WordsError(f"no codebook for a column {column!r} among the data loaded")

    def say(self, text: str, when: str = "", *, where: str = "text", **names: Any) -> Block | None:  # noqa: ANN401
        """Thai Markdown in the language of :mod:`dsw_analysis.words`; nothing if ``when`` does not hold or it is empty.

        Raises
        ------
        WordsError
            With the line and the nearest names.
        """
        if when and not words.holds(when, self, where=f"{where} if"):
            return None
        made = words.written(text, self, where=where, **names)
        return self.shown.block(blocks.prose(made, self.ledger)) if made.strip() else None

    def plain(self, text: str, where: str, **names: Any) -> str:  # noqa: ANN401 - data that the text names
        """A headline, caption or the like: one line, without Markdown."""
        return " ".join(words.written(text, self, where=where, **names).split())


def _of_item(row: Row, dimension: str, code: str, called: str, item: Any) -> Row:  # noqa: ANN401
    """A row of a measure of one item, as a row of the family over all items."""
    codes, names = (code, *row.codes), (called, *(name for name in row.names if row.codes))
    return replace(row, codes=codes, names=names, item=item, split=(dimension, *row.split))


def register(section: Telling) -> None:
    """Have cells that begin with ``%%say`` tell this section's story, where there is an IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return

    def say(line: str, cell: str) -> Block | None:
        """Thai Markdown with numbers by short id; ``%%say if activities`` says it only where there are any."""
        condition = line.strip()
        if condition and not condition.startswith("if "):
            raise words.WordsError(f"write %%say, or %%say if … and a condition; not {condition!r}")
        # One line more, so that lines are counted as the notebook shows them.
        return section.say("\n" + cell, condition.removeprefix("if "), where="%%say")

    shell.register_magic_function(say, "cell", "say")


def any_number(findings: Iterable[Finding]) -> bool:
    """Whether there is anything to show: a count above zero, or a share of something, be it zero."""
    return any(f.value or (f.value == 0 and f.denominator) for f in findings)
