"""What a section records: findings, sources, families, and claims as they are asked."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsw_analysis import display
from dsw_analysis.findings import claims
from dsw_analysis.findings.disclosure import Shield
from dsw_analysis.findings.families import PLACES, Family, Key, Row, ranked
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger, UnknownFindingError
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.source import Source, joined
from dsw_analysis.intake.thai import format_date
from dsw_analysis.problems import TellingError
from dsw_analysis.rounds import Round
from dsw_analysis.section.shown import Shown

TOTAL = "total"
PLAN = "action_plan"
"""Stem of the raw file that says which projects there are."""
YEAR = 12
_OFFERED = frozenset(
    "attention bars beside cards change close codes columns combine commonest contents crosstab decisions "
    "families fields folder found gaps heatmap id judged know label labels ledger load measure national overdue "
    "overview owed place plan present project province questions quoted remaining roadmap round rows rule say "
    "schemas sections series steps strip table tile_map title topics trend".split()
)
"""What an analyst uses of a section, which is all that Tab offers."""


class WordsError(TellingError, ValueError):
    """A text cannot be made; says the line and what to write instead."""


@dataclass
class Condition:
    """A condition of a text while it is written: what it has asked, and if that chose words which are an example."""

    claims: list[int] = field(default_factory=list)
    chose_example: bool = False


@dataclass
class Cells:
    """Which cell of a notebook runs, and which findings cells have recorded, by their ids."""

    running: str | None = None
    recorded: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, repr=False)
class Recording:
    """The records of one section, of the whole country or of one province.

    Attributes
    ----------
    province:
        Official Thai name of the one province that the section is a brief of; ``None`` for the whole country.
    sources, read:
        Datasets that were loaded, and every file that they rest on -> hash of what was read.
    families:
        Families by the names that their numbers have in texts.
    claims:
        What was asked of the ledger to choose words, and its answers; see :mod:`dsw_analysis.findings.claims`.
    data:
        Data by the names that they have in texts.
    shield:
        What protects persons in its numbers.
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
    families: dict[str, Family] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, str] = field(default_factory=dict)
    shield: Shield = field(default_factory=Shield)
    _asked: list[int] = field(default_factory=list)
    _conditions: list[Condition] = field(default_factory=list)
    _cells: Cells = field(default_factory=Cells)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.id} {self.round}: {len(self.sources)} datasets, {len(self.ledger)} findings>"
        )

    def _repr_html_(self) -> str:
        return display.shown(display.card(f"{self.title} ({self.id})", self.contents()))

    def __dir__(self) -> list[str]:
        return sorted(_OFFERED.intersection(super().__dir__()))

    def _ipython_key_completions_(self) -> list[str]:
        return [id_.removeprefix(f"{self.id}.") for id_ in self.ledger]

    def contents(self) -> dict[str, str]:
        """What it holds so far and what comes next, as a notebook shows it: Thai term -> words in a line."""
        loaded = {id_: source for id_, source in self.sources.items() if source.dataset.stem != PLAN}
        rows = (id_ if s.rows is None else f"{id_} {s.rows:,} แถว" for id_, s in loaded.items())
        sizes = {name: sum(map(len, family.rows.values())) for name, family in self.families.items()}
        return {
            "รอบ": f"{self.round.label} ({self.round})",
            "พื้นที่": self.place,
            "ข้อมูลที่โหลดแล้ว": display.listed(rows) or "ยังไม่มี",
            "ตัวเลขที่บันทึกแล้ว": f"{len(self.ledger):,} ค่า",
            "ชุดตัวเลข": display.listed(f"{name} {size:,} ค่า" for name, size in sizes.items()),
            "ขั้นต่อไป": self._next(bool(loaded)),
        }

    def _next(self, loaded: bool) -> str:
        if not loaded:
            return 's.load("…") โหลดข้อมูล กด Tab ในเครื่องหมายคำพูดเพื่อดูรายชื่อ'
        if not self.families:
            return 's.measure(ข้อมูล, ชื่อ=dsw.Count("…")) คำนวณและบันทึกตัวเลข'
        if not self.shown.pieces and not self.shown.pictures:
            return "s.table(…) หรือ s.bars(…) แสดงผล และเซลล์ %%say เขียนข้อความ"
        return "s.close() เมื่อครบแล้ว เพื่อส่งส่วนนี้เข้ารายงาน"

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
                    f'finding {finding.id} is of {of} in a section of {here}; record it with only="country"'
                )
            self.ledger.add(finding)

    def _measured(self, finding: Finding) -> Finding:
        """Record what the running cell has measured; give it back as the ledger has it."""
        self.add(finding)
        if self._cells.running is not None:
            self._cells.recorded.setdefault(self._cells.running, set()).add(finding.id)
        return self.ledger[finding.id]

    def begin_cell(self, cell: str | None) -> None:
        """Forget what a cell has measured, since it runs again; ``None`` is a cell that nothing is known of."""
        self._cells.running = cell
        self.forget(self._cells.recorded.pop(cell or "", set()))

    def forget(self, ids: Collection[str]) -> None:
        """Take findings back, with what rests on them alone: rows of families, and what was recalled beside them."""
        recalled = {f.id for f in self.ledger.values() if f.round is not None and f.id.rpartition(".")[0] in ids}
        self.ledger.remove({*ids, *recalled})
        for name, family in [*self.families.items()]:
            lost = {key for key, rows in family.rows.items() if any(row.finding.id in ids for row in rows)}
            for key in lost:
                family.rows[key] = [row for row in family.rows[key] if row.finding.id not in ids]
            for key in lost:
                if not family.rows[key]:
                    del family.rows[key]
            if lost and not any(family.rows.values()):
                del self.families[name]

    def rest_on(self, source: Source) -> None:
        """Note a source of the section's numbers.

        Raises
        ------
        DataError
            If a file of it is not what the section has read of it before.
        """
        self.read.update(joined([self.read, source.read]))
        self.sources[source.dataset.id] = source

    def __getitem__(self, path: str) -> Finding:
        """Recorded finding of a short id, as texts have it, or of a full one.

        Raises
        ------
        UnknownFindingError
            If there is none; it names the nearest.
        """
        found = self.found(path)
        if found is None:
            raise UnknownFindingError(path, [i.removeprefix(f"{self.id}.") for i in self.ledger])
        return found

    def found(self, path: str) -> Finding | None:
        """Finding of a short id, or of a full one."""
        return self.ledger.get(f"{self.id}.{path}") or self.ledger.get(path)

    def is_absent(self, path: str) -> bool:
        """Whether a short id is of the country's numbers, in a brief."""
        name = path.partition(".")[0]
        return any(f.only_country for n, f in self.families.items() if n in {name, path})

    def rows(self, name: str, by: object = None, *, sort: bool = False) -> list[Row]:
        """Numbers of a family in the order of the codebook, or from the largest.

        Parameters
        ----------
        name:
            Short id of the family.
        by:
            The column that they are split by, a tuple of columns, ``"total"``, or a list of these; the family's first
            split by default. What is of provinces is empty in a brief.
        sort:
            From the largest; what has no value comes last.

        Raises
        ------
        WordsError
            If there is no such family, or it is not split so.
        """
        if name not in self.families:
            near = difflib.get_close_matches(name, self.families, n=3)
            raise WordsError(f"no family {name!r} in {self.id}; did you mean {', '.join(near) or 'another'}")
        family = self.families[name]
        if family.only_country and not self.national:
            return []
        found: list[Row] = []
        for key in self.keys(name, by):
            if key not in family.rows and not self.national and PLACES & set(key):
                continue
            if key not in family.rows:
                ways = ", ".join(map(str, filter(None, family.rows)))
                raise WordsError(f"{name} is not split by {', '.join(key)}; it is by {ways or 'nothing'}")
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
        return self.claimed("positive", self.rows(name, by, sort=True))

    def attention(self, name: str, threshold: str, by: object = None) -> list[Row]:
        """Numbers of the family ``name`` at or above the finding ``threshold``, from the highest; kept as a claim.

        ``by`` as in :meth:`rows`.
        """
        return self.claimed("attention", self.rows(name, by, sort=True), self.ledger[f"{self.id}.{threshold}"].id)

    def unknown(self, name: str, by: object = None) -> list[Row]:
        """Numbers of a family that have no value."""
        return [row for row in self.rows(name, by) if row.finding.value is None]

    def claimed(self, kind: str, rows: Sequence[Row], given: str | None = None) -> list[Row]:
        """Those rows that a claim is true of."""
        ids = self.claim(kind, [row.finding for row in rows], given) if rows else []
        return [row for row in rows if row.finding.id in ids]

    def claim(self, kind: str, of: Sequence[Finding], given: Any = None) -> Any:  # noqa: ANN401 - JSON
        """What the ledger answers, which is kept as a claim; see :func:`dsw_analysis.findings.claims.answer`."""
        ids = [finding.id for finding in of]
        says: Any = claims.answer(kind, ids, self.ledger, given)
        record = {"claim": kind, "of": ids, "says": says} | ({} if given is None else {"given": given})
        if record not in self.claims:
            self.claims.append(record)
        self._note(self.claims.index(record))
        return says

    def _note(self, claim: int) -> None:
        self._asked.append(claim)
        if self._conditions:
            self._conditions[-1].claims.append(claim)

    def asked(self) -> str:
        """The claim that was asked last, as its words are marked with it."""
        return f"{self.id}:{self._asked[-1]}"

    def ask_again(self, claim: str) -> None:
        """Note that a claim asked before chooses what is said next."""
        self._note(int(claim.rpartition(":")[2]))

    def is_example(self, *ids: str) -> bool:
        """Whether any of these findings is an example, which a national section keeps apart from what is real.

        A brief of a province keeps nothing apart: where its records were reconstructed, all of it is an example.
        """
        return self.national and any(self.ledger[i].mark == "example" for i in ids if i in self.ledger)

    def rests_on_example(self, claims: Iterable[int]) -> bool:
        """Whether any of these claims was about an example."""
        asked = (self.claims[place] for place in claims)
        return any(self.is_example(*claim["of"], str(claim.get("given"))) for claim in asked)

    def spoken(self) -> Iterator[str]:
        """Words that have numbers of their own: names of the round, of sources, of sections and of findings."""
        yield from (*round_names(self.round), self.title, *self.shown.texts)
        for finding in self.ledger.values():
            yield from filter(None, (finding.label, finding.note, finding.where))
        for column in (column for source in self.sources.values() for column in source.dataset.columns):
            yield from (column.statement, column.topic, column.group)

    def names(self) -> Mapping[str, Any]:
        """What every text knows besides numbers."""
        return {
            "country": self.national,
            "place": self.place,
            "round": self.round,
            "year_is_over": self.round.months == YEAR,
            **self.data,
        }

    def label(self, column: str, code: str) -> str:
        """Word of the codebook for a code of a loaded column."""
        for source in self.sources.values():
            for declared in source.dataset.columns:
                if declared.name == column and declared.codes:
                    return declared.label(code)
        raise WordsError(f"no codebook for a column {column!r} among the data loaded")


def round_names(round_: Round) -> Iterator[str]:
    """What texts may call a round and its parts."""
    yield from (round_.label, f"รอบ {round_.months} เดือน", "รอบ 12 เดือน", round_.passed)
    yield f"พ.ศ. {round_.year}"
    yield from (format_date(day) for day in (round_.start, round_.end, round_.due))
    yield from Round(round_.year, 12).month_labels().values()
