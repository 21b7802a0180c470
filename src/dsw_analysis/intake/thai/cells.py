"""Whole columns of cells read at once: fast paths first, then every distinct spelling once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .text import SUSPECT, ThaiValueError, read_text

Reading = tuple[Any, tuple[str, ...]]
"""A value (``None`` for a blank) and the kinds of change made to read it."""
Fast = tuple[npt.NDArray[np.bool_], npt.NDArray[Any], Mapping[str, int]]
"""Which strings were read, the values of those, and kind of change → number of them."""
FastPath = Callable[[pa.Array], Fast]
NativeFast = Callable[[npt.NDArray[Any]], tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]]
"""Tells which cells of one type it reads without any change, and gives the values of those."""
_STR = pd.StringDtype("pyarrow", na_value=np.nan)
_SAMPLE = 4096
_FEW = 64  # strings that are read sooner than a search in Arrow is set up


@dataclass(frozen=True)
class Parsed:
    """A column that was read.

    Attributes
    ----------
    values:
        Typed values with the index of the column; missing where the cell is blank or refused.
    refused:
        For refused cells only, with their index: the Thai phrase that says what is expected.
    changed:
        Kind of change (key of :data:`dsw_analysis.intake.thai.CHANGES`) → number of cells it was made in.
    """

    values: pd.Series
    refused: pd.Series
    changed: dict[str, int]


class Gathered:
    """Results by position while a column is read.

    Parameters
    ----------
    cells:
        The column.
    empty:
        Array of its length that gives the type of the values and takes them.
    """

    def __init__(self, cells: pd.Series, empty: npt.NDArray[Any]) -> None:
        self.cells, self.values = cells, empty
        self.present: npt.NDArray[np.bool_] = np.zeros(len(cells), dtype=bool)
        self.changed: Counter[str] = Counter()
        self._refused_at: list[npt.NDArray[np.intp]] = []
        self._refused_why: list[npt.NDArray[Any]] = []

    def put(self, at: npt.NDArray[np.intp], values: npt.NDArray[Any]) -> None:
        """Store values that were read."""
        self.values[at] = values
        self.present[at] = True

    def put_distinct(
        self,
        at: npt.NDArray[np.intp],
        codes: npt.NDArray[np.integer],
        distinct: list[Any],
        read: Callable[[Any], Reading],
    ) -> None:
        """Read each distinct cell once and store it at all its positions."""
        found: list[Any] = [None] * len(distinct)
        why: list[str | None] = [None] * len(distinct)
        messages: dict[str, str] = {}  # one copy of each, however many cells are refused
        kinds: dict[str, list[int]] = {}
        for code, cell in enumerate(distinct):
            try:
                found[code], changes = read(cell)
            except ThaiValueError as error:
                why[code] = messages.setdefault(str(error), str(error))
                continue
            for kind in changes:
                kinds.setdefault(kind, []).append(code)
        count = np.bincount(codes, minlength=len(distinct))
        self.changed.update({kind: int(count[which].sum()) for kind, which in kinds.items()})
        good = np.array([value is not None for value in found], dtype=bool)
        slots = np.cumsum(good) - 1
        read_values = np.empty(int(good.sum()), dtype=self.values.dtype)
        read_values[:] = [value for value in found if value is not None]
        rows = good[codes]
        self.put(at[rows], read_values[slots[codes[rows]]])
        bad = np.array([text is not None for text in why], dtype=bool)[codes]
        if bad.any():
            self._refused_at.append(at[bad])
            self._refused_why.append(np.array(why, dtype=object)[codes[bad]])

    def put_strings(self, at: npt.NDArray[np.intp], strings: pa.Array, read: Callable[[str], Reading]) -> None:
        """Read each distinct string once."""
        if len(strings):
            encoded = pc.dictionary_encode(strings)
            codes = encoded.indices.to_numpy(zero_copy_only=False)
            self.put_distinct(at, codes, encoded.dictionary.to_pylist(), read)

    def parsed(self, values: Any) -> Parsed:  # noqa: ANN401 - arrays of pandas and of numpy
        """The column with its typed values, the refused cells in the order of the column."""
        index, refused = self.cells.index, pd.Series(index=self.cells.index[:0], dtype=object)
        if self._refused_at:
            at = np.concatenate(self._refused_at)
            order = np.argsort(at, kind="stable")
            refused = pd.Series(np.concatenate(self._refused_why)[order], index=index[at[order]], dtype=object)
        typed = pd.Series(values, index=index, name=self.cells.name)
        return Parsed(typed, refused, dict(sorted(self.changed.items())))


def then(first: Callable[[Any], Reading], read: Callable[[str], Reading]) -> Callable[[Any], Reading]:
    """A reader by ``first``, and of the text that it gives by ``read``; a blank has no value."""

    def read_both(cell: Any) -> Reading:  # noqa: ANN401
        text, kinds = first(cell)
        if not text:
            return None, ()
        value, more = read(text)
        return value, (*kinds, *more)

    return read_both


def gather(
    cells: pd.Series,
    empty: npt.NDArray[Any],
    read: Callable[[str], Reading],
    native: Callable[[object], Reading],
    fast: Sequence[FastPath] = (),
    *,
    native_fast: NativeFast | None = None,
) -> Gathered:
    """Read a column into ``empty``, an array of its length that gives the type of the values.

    Parameters
    ----------
    cells:
        Strings, or objects as a spreadsheet reader gives them; missing cells are blanks.
    read, native:
        Read one string, or one cell of another type; they raise ``ThaiValueError`` or return a :data:`Reading`.
    fast:
        Tried in turn where strings hardly repeat: each reads some spellings of a whole Arrow array at once.
    native_fast:
        Tried for the cells of each other type.
    """
    result = Gathered(cells, empty)
    strings, at, others = _split(cells)
    for path in () if not fast or _few_distinct(strings) else fast:
        mask, values, changed = path(strings)
        result.put(at[mask], values)
        result.changed.update(changed)
        strings, at = _rest(strings, at, ~mask)
    result.put_strings(at, strings, read)
    for where, group in others:
        if native_fast is not None:
            mask, values = native_fast(group)
            result.put(where[mask], values)
            where, group = where[~mask], group[~mask]  # noqa: PLW2901
        codes, distinct = pd.factorize(group)
        result.put_distinct(where, codes, list(distinct), native)
    return result


def gather_strings(
    cells: pd.Series, read: Callable[[str], Reading], native: Callable[[object], Reading], *, tidy_is_read: bool = False
) -> Parsed:
    """Read a column whose values are strings.

    ``tidy_is_read`` says that a non-blank string without anything to normalise or refuse is its own value, so
    that near-unique columns are scanned and not read one by one.
    """
    kept = pa.array([], type=pa.large_string())  # strings as they are, which stand before those that were read
    table: dict[str, int] = {}

    def keep_tidy(strings: pa.Array) -> Fast:
        nonlocal kept
        tidy = ~_suspect(strings)
        kept, at = _rest(strings, np.arange(len(strings)), tidy)
        return tidy, np.arange(len(at)), {}

    def place(text: str) -> Reading:
        return len(kept) + table.setdefault(text, len(table)), ()

    empty = np.zeros(len(cells), dtype=np.int64)
    result = gather(cells, empty, then(read, place), then(native, place), [keep_tidy] if tidy_is_read else [])
    texts = pa.concat_arrays([kept, pa.array(list(table), type=pa.large_string())])
    return result.parsed(pd.array(texts.take(pa.array(result.values, mask=~result.present)), dtype=_STR))


def parse_text(cells: pd.Series) -> Parsed:
    """Read text, normalised; whole numbers in spreadsheet cells become their digits (codes typed as numbers).

    Values are pandas ``str``. Refused: hidden control characters and direction overrides, dates, times and logical
    values in spreadsheet cells.

    Examples
    --------
    >>> parse_text(pd.Series(["  เเพร่", "", 12.0], dtype=object)).values.tolist()
    ['แพร่', nan, '12']
    """
    return gather_strings(cells, read_text, native_text, tidy_is_read=True)


def native_text(cell: object) -> Reading:
    """A spreadsheet's number as its digits; dates, times and logical values are no text."""
    if isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (int, float, np.integer, np.floating)):
        raise ThaiValueError("ต้องเป็นข้อความ")
    number: Any = cell
    if not abs(number) < 10**15:
        raise ThaiValueError("ต้องเป็นข้อความ (รหัสที่ยาวเกิน 15 หลักให้พิมพ์เป็นข้อความ เพราะเซลล์ตัวเลขเก็บได้ไม่ครบ)")
    return (str(int(number)) if number == int(number) else repr(float(number))), ("number_as_text",)


_Parts = tuple[pa.Array, npt.NDArray[np.intp], list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]]


def _split(cells: pd.Series) -> _Parts:
    """Strings with their positions, and the cells of each other type with theirs; missing cells are in neither."""
    if isinstance(cells.dtype, pd.StringDtype):
        array = pa.array(cells.array, type=pa.large_string(), from_pandas=True)
        return _present(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    objects = cells.to_numpy(dtype=object)
    strings = _all_strings(objects)
    if strings is not None:
        return _present(strings)
    present = np.flatnonzero(~pd.isna(objects))
    types = np.empty(len(present), dtype=object)
    types[:] = list(map(type, objects[present]))
    codes, kinds = pd.factorize(types)
    groups = [(kind, present[codes == code]) for code, kind in enumerate(kinds)]
    text = [where for kind, where in groups if issubclass(kind, str)]
    at = np.sort(np.concatenate(text)) if text else present[:0]
    others = [(where, objects[where]) for kind, where in groups if not issubclass(kind, str)]
    return _encoded(objects[at]), at, others


def _present(strings: pa.Array) -> _Parts:
    if strings.null_count == 0:
        return strings, np.arange(len(strings), dtype=np.intp), []
    return strings.drop_null(), np.flatnonzero(strings.is_valid().to_numpy(zero_copy_only=False)), []


def _all_strings(objects: npt.NDArray[Any]) -> pa.Array | None:
    """Cells as one array if all are strings or missing: quicker than asking each for its type."""
    try:
        array = pa.array(objects, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, UnicodeEncodeError, OverflowError):
        return None
    return array.cast(pa.large_string()) if isinstance(array, pa.StringArray | pa.NullArray) else None


def _encoded(texts: npt.NDArray[Any]) -> pa.Array:
    try:
        return pa.array(texts, type=pa.large_string())
    except UnicodeEncodeError:  # a lone surrogate; U+FFFD stands for it and is refused just as well
        mended = [t and t.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for t in texts]
        return pa.array(mended, type=pa.large_string())


def _rest(
    strings: pa.Array, at: npt.NDArray[np.intp], wanted: npt.NDArray[np.bool_]
) -> tuple[pa.Array, npt.NDArray[np.intp]]:
    if wanted.all():
        return strings, at
    return strings.filter(pa.array(wanted)), at[wanted]


def _few_distinct(strings: pa.Array) -> bool:
    """Whether they are few, or a sample repeats itself: reading distinct spellings then beats scanning all cells."""
    if len(strings) <= _FEW:
        return True
    if len(strings) > _SAMPLE:
        strings = strings.take(pa.array(np.linspace(0, len(strings) - 1, _SAMPLE).astype(np.int64)))
    return bool(pc.count_distinct(strings).as_py() * 2 < len(strings))


def _suspect(strings: pa.Array) -> npt.NDArray[np.bool_]:
    """Strings that could be blank, change or be refused."""
    blank = pc.equal(pc.binary_length(strings), 0)
    found = pc.or_(blank, pc.match_substring_regex(strings, SUSPECT))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
