"""What texts may ask of a section: numbers and families by short id, whose answers become claims."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partialmethod
from typing import Any, Final

from dsw_analysis.findings.claims import OPERATORS
from dsw_analysis.findings.families import Row, ranked
from dsw_analysis.findings.finding import Finding
from dsw_analysis.section.blocks import BEGIN, CLOSE, END, HELD, OPEN, PLACEHOLDER, literal
from dsw_analysis.section.recording import Condition, Recording, WordsError

_HIDDEN = re.compile("[\ue000-\uf8ff]")
_CHOSEN = re.compile(f"{BEGIN}([^{HELD}]*){HELD}")
_ANNOUNCES = re.compile(r"(ได้แก่|คือ|:)\W*$")


class Words(str):
    """Text that is ours: Markdown with ``{id:style}``. All other text is data, and is escaped."""

    __slots__ = ()


class Number:
    """A finding, or a family, by its short id in a text: it prints itself, and what is asked of it becomes a claim."""

    __slots__ = ("_story", "path")

    def __init__(self, story: Asking, path: str) -> None:
        self._story, self.path = story, path

    @property
    def finding(self) -> Finding:
        """The finding, or the family's total."""
        found = self._story.found(self.path)
        if found is None and self._story.is_absent(self.path):
            raise WordsError(f"{self.path!r} is the country's alone; put it under [if country]")
        if found is None:
            start = f"{self._story.id}."
            near = [i.removeprefix(start) for i in self._story.ledger if i.startswith(f"{start}{self.path}.")]
            raise WordsError(f"{self.path!r} has no total; its numbers are {', '.join(near[:4])} …")
        return found

    def __getitem__(self, end: str) -> Number:
        return self._story.number(f"{self.path}.{end}")

    def ask(self, kind: str, given: Any = None) -> Any:  # noqa: ANN401 - JSON
        """What the ledger answers; see :func:`dsw_analysis.findings.claims.answer`."""
        if kind in OPERATORS:
            for finding in (self.finding, given.finding if isinstance(given, Number) else self.finding):
                if finding.value is None:
                    raise WordsError(f"{finding.id} has no value; first ask [if {self.path} is known]")
        return self._story.claim(kind, [self.finding], given.finding.id if isinstance(given, Number) else given)

    def __bool__(self) -> bool:
        return bool(self.ask("nonzero"))

    def __eq__(self, other: object) -> bool:
        return bool(self.ask("==", other))

    def __ne__(self, other: object) -> bool:
        return bool(self.ask("!=", other))

    def __lt__(self, other: object) -> bool:
        return bool(self.ask("<", other))

    def __le__(self, other: object) -> bool:
        return bool(self.ask("<=", other))

    def __gt__(self, other: object) -> bool:
        return bool(self.ask(">", other))

    def __ge__(self, other: object) -> bool:
        return bool(self.ask(">=", other))

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        raise WordsError(f"write {{{{ {self.path} }}}} or {{{self.path}:unit}} alone, not joined to other text")


class Chosen(list[Row]):
    """Rows that a claim chose; whether there are any is asked of it too."""

    claim = ""
    story: Asking | None = None

    def __bool__(self) -> bool:
        if self.story is not None and self.claim:
            self.story.ask_again(self.claim)
        return len(self) > 0


class Gap(dict[str, Row]):
    """A ``row`` with its ``high`` and ``low`` end; empty if none differs, which is asked of its claim too."""

    def __init__(self, story: Asking, claim: str, rows: Mapping[str, Row]) -> None:
        super().__init__({name: replace(row, claim=claim) for name, row in rows.items()})
        self._story, self._claim = story, claim

    def __bool__(self) -> bool:
        self._story.ask_again(self._claim)
        return len(self) > 0


class Functions:
    """What texts may ask of families; in the words of a figure or table, of what that shows."""

    def __init__(self, story: Asking, shown: list[Row] | None = None) -> None:
        self._story, self._shown = story, shown

    def _rows(self, family: Number | str | list[Row] | None, by: object) -> list[Row]:
        if isinstance(family, list):  # some of a family: each(answers)[:-1]
            return family
        if family is not None:
            return self._story.rows(family.path if isinstance(family, Number) else family, by)
        if self._shown is None:
            raise WordsError('say of what, e.g. most(activities, by="province")')
        return self._shown

    def _those(self, kind: str, rows: list[Row], given: str | None = None) -> Chosen:
        chosen = Chosen(self._story.claimed(kind, rows, given))
        chosen.claim, chosen.story = self._story.asked() if rows else "", self._story
        return chosen

    def _chosen(self, kind: str, family: Number | None = None, by: object = None) -> Chosen:
        return self._those(kind, self._rows(family, by))

    leaders = partialmethod(_chosen, "most")
    """The largest, ties together; none if none is above zero."""
    zeros = partialmethod(_chosen, "zeros")
    above_zero = partialmethod(_chosen, "positive")
    unknown = partialmethod(_chosen, "unknown")
    """Those that have no value."""

    def each(self, family: Number | None = None, by: object = None) -> list[Row]:
        """All, in the order of the codebook."""
        return self._rows(family, by)

    def most(self, family: Number | None = None, by: object = None, share: Number | str | None = None) -> Words:
        """The largest for prose, with its number: ``ตาก จำนวน 12 กิจกรรม``; ``share`` adds the share of it."""
        top = self.leaders(family, by)
        if not top:
            of = family.path if family is not None else "what is shown"
            raise WordsError(f"nothing of {of} is above zero; put it under [if {of}]")
        first, *others = top
        names = [escape(row.name) for row in top]
        joint = "และ" if "ก" <= names[-1][0] <= "๎" else "และ "  # a space between Thai and other letters
        together = f"{' '.join(names[:-1])} {joint}{names[-1]}" if others else names[0]
        shares = {row.code: row.finding.id for row in self._rows(share, None)} if share is not None else {}
        of_all = f" ({{{shares[first.code]}:unit}})" if first.code in shares else ""
        equal = "เท่ากัน" if others else ""
        return held(top.claim, f"{together} จำนวน {{{first.finding.id}:unit}}{equal}{of_all}")

    def _end(self, kind: str, family: Number | None = None, by: object = None, ties: bool = False) -> Any:  # noqa: ANN401
        found = self._chosen(kind, family, by)
        return found if ties else next((replace(row, claim=found.claim) for row in found), None)

    highest = partialmethod(_end, "highest")
    """The highest known one, the first of those that are equal; with ``ties`` all of them."""
    lowest = partialmethod(_end, "lowest")

    def attention(self, family: Number, threshold: Number, by: object = None) -> list[Row]:
        """Those at or above a threshold, from the highest."""
        chosen = self._those("attention", self._rows(family, by), threshold.finding.id)
        chosen[:] = ranked(chosen)
        return chosen

    def compare(self, first: Number, second: Number) -> Words:
        """``สูงกว่า``, ``เท่ากับ`` or ``ต่ำกว่า``."""
        for number in (first, second):
            if number.finding.value is None:
                raise WordsError(f"{number.path} has no value to compare; first ask [if {number.path} is known]")
        word = self._story.claim("compare", [first.finding, second.finding])
        return held(self._story.asked(), word)

    def widest(self, family: Number, by: str, across: str) -> Gap:
        """The row of ``by`` that differs most ``across`` groups, with its highest and lowest."""
        cells = self._rows(family, (by, across))
        groups = [[cell.finding.id for cell in cells if cell.codes[0] == row.code] for row in self._rows(family, by)]
        chosen = self._story.claim("widest", [cell.finding for cell in cells], groups)
        claim, found = self._story.asked(), {cell.finding.id: cell for cell in cells}
        if not chosen:
            return Gap(self._story, claim, {})
        high, low = (replace(found[id_], names=found[id_].names[1:], codes=found[id_].codes[1:]) for id_ in chosen)
        whole = next(row for row in self._rows(family, by) if row.code == found[chosen[0]].codes[0])
        return Gap(self._story, claim, {"row": whole, "high": high, "low": low})

    def label(self, column: str, codes: Iterable[str] | str) -> str:
        """Words of the codebook for codes of a column: ``ไม่ระบุ หรือ อื่น``."""
        return " หรือ ".join(self._story.label(column, code) for code in ([codes] if isinstance(codes, str) else codes))


RESERVED: Final = frozenset("and else false if in is none not or true".split())
"""Names that mean something else in a text."""

FUNCTIONS: Final = frozenset(name for name in vars(Functions) if not name.startswith("_"))


@dataclass(frozen=True, kw_only=True, repr=False)
class Asking(Recording):
    """The records of a section as texts ask them; a part of :class:`dsw_analysis.section.section.Section`."""

    def number(self, path: str) -> Number:
        """A number or family by its short id.

        Raises
        ------
        WordsError
            If there is none; the message names the nearest.
        """
        full = f"{self.id}.{path}"
        known = [*self.ledger, *(f"{self.id}.{name}" for name in self.families)]
        if self.is_absent(path) or any(i in (full, path) or i.startswith((f"{full}.", f"{path}.")) for i in known):
            return Number(self, path)
        near = difflib.get_close_matches(full, known, n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(i.removeprefix(f'{self.id}.') for i in near)}" if near else ""
        raise WordsError(f"no number or family {path!r} in {self.id}{hint}")

    def fresh(self) -> Words:
        """Forget what was asked before: a condition begins."""
        self._asked.clear()
        return Words("")

    def opens(self) -> Words:
        """Begin a sentence that everything asked since :meth:`fresh` has chosen."""
        places = " ".join(f"{self.id}:{place}" for place in dict.fromkeys(self._asked))
        self._asked.clear()
        return Words(f"{BEGIN}{places}{HELD}")

    def asks(self) -> bool:
        """Begin to listen to what a condition asks; always true, so that it can stand in front of one."""
        self._conditions.append(Condition())
        return True

    def within(self) -> Words:
        """Begin what a condition chose: it is an example if the condition asked about one."""
        condition = self._conditions[-1]
        condition.chose_example = self.rests_on_example(condition.claims)
        return Words(OPEN if condition.chose_example else "")

    def ends(self) -> Words:
        """End a condition, and what it chose."""
        return Words(CLOSE if self._conditions.pop().chose_example else "")

    def tells_example(self, text: str) -> bool:
        """Whether a written text prints an example, or a condition or claim about one has chosen words of it."""
        ids = (match[1] for match in PLACEHOLDER.finditer(text))
        claims = (int(mark.rpartition(":")[2]) for held_ in _CHOSEN.findall(text) for mark in held_.split())
        return OPEN in text or self.is_example(*ids) or (self.national and self.rests_on_example(claims))

    def apart(self, text: str) -> tuple[str, str]:
        """A written text, sentence by sentence: what is real, and what is an example.

        A list of examples takes the sentence that announces it along.
        """
        real: list[str] = []
        example: list[str] = []
        depth = 0
        for line in text.split("\n"):
            said = line.lstrip(CLOSE)
            depth -= len(line) - len(said)
            is_example = depth > 0 or self.tells_example(said)
            depth += said.count(OPEN) - said.count(CLOSE)
            if is_example and said.strip():
                last = next((place for place in range(len(real) - 1, -1, -1) if real[place].strip()), 0)
                if real and _ANNOUNCES.search(real[last]):
                    example += real[last:]
                    del real[last:]
                example.append(said)
            else:
                real.append(said)
                example += [""] if example and not said.strip() else []
        return "\n".join(real), "\n".join(example)

    def know(self, **data: str) -> None:
        """Give data a name, so that every text can print it: ``{{ centre }}``; in a guard an empty one is false.

        Raises
        ------
        ValueError
            If the name means something else in texts.
        """
        for name, text in data.items():
            if name in RESERVED or name in FUNCTIONS or name in self.names() or self.found(name):
                raise ValueError(f"{name!r} means something else in texts; give the data another name")
            self.data[name] = text


def held(claim: str, said: str) -> Words:
    """Words that a claim has chosen, marked with it."""
    return Words(f"{BEGIN}{claim}{HELD}{said}{END}" if claim else said)


def escape(text: object) -> str:
    """Text of data, in which nothing is markup or the place of a number any more."""
    return literal(_HIDDEN.sub("", str(text)))
