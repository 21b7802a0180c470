"""Derived columns: worked out from others, with a header and labels of their own, so that filters can say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd
from pandas.api.types import is_numeric_dtype

from dsw_analysis.intake.coded import guarded
from dsw_analysis.intake.columns import Column, Kind
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import provinces
from dsw_analysis.project import current
from dsw_analysis.rounds import Round


def derive(
    frame: pd.DataFrame,
    name: str,
    header: str,
    values: pd.Series,
    *,
    of: Sequence[str],
    codes: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """A copy of a loaded frame with one more column, which measures and filters treat like those of the file.

    Parameters
    ----------
    name, header:
        Name of the column in the frame, and what the report calls it in Thai.
    values:
        Its cells, on the frame's index.
    of:
        Columns that it was worked out from; it inherits the weakest of their provenances.
    codes:
        Codebook, code -> Thai label, which makes it a categorical column; values that are not codes become blank.

    Raises
    ------
    ValueError
        If the frame has lost its source, or has a column of that name.
    KeyError
        If a column in ``of`` is not in the frame.
    """
    source = source_of(frame)
    missing = [column for column in of if column not in frame.columns]
    if missing:
        raise KeyError(f"no column {', '.join(missing)}; the frame has {', '.join(map(str, frame.columns))}")
    if name in frame.columns:
        raise ValueError(f"the frame already has a column {name!r}; give the derived one a name of its own")
    kind: Kind = "category" if codes is not None else "number" if is_numeric_dtype(values) else "text"
    column = Column(name, header, kind, codes=codes or {}, required=False)
    if codes is not None:
        values = values.where(values.isin(list(codes))).astype(pd.CategoricalDtype(list(codes)))
    derived = guarded(frame.assign(**{name: values}), [column])
    derived.attrs["source"] = replace(
        source,
        dataset=replace(source.dataset, columns=(*source.dataset.columns, column)),
        fields={**source.fields, name: source.provenance_of(*of)},
        derived={**source.derived, name: tuple(own for c in of for own in source.derived.get(c, (c,)))},
    )
    return derived


IN_MONTH: Final = "in_month"
"""Column of months that :func:`by_month` adds."""


def by_month(frame: pd.DataFrame, column: str, round_: Round) -> pd.DataFrame:
    """A copy of a loaded frame with the month of a date column as codes in column ``in_month``: ``2568-10`` and so on.

    Parameters
    ----------
    column:
        Name of a date or date-and-time column; dates outside the round get no month.
    round_:
        Round whose months are the codebook; see :meth:`Round.month_labels`.
    """
    header = source_of(frame).dataset[column].header
    labels = round_.month_labels()
    months = pd.DatetimeIndex(frame[column].to_numpy(dtype="datetime64[M]"))
    starts = pd.DatetimeIndex([f"{int(code[:4]) - 543}{code[4:]}-01" for code in labels])
    places = starts.get_indexer(months)
    values = pd.Series(pd.Categorical.from_codes(places, categories=pd.Index(list(labels))), index=frame.index)
    return derive(frame, IN_MONTH, f"เดือนของ{header}", values, of=[column], codes=labels)


HOURS = {f"{hour:02d}": f"{hour:02d}.00–{hour:02d}.59 น." for hour in range(24)}
OFFICE = {"office": "ในเวลาราชการ", "outside": "นอกเวลาราชการ"}


def by_hour(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A copy of a loaded frame with the hour of a time stamp as codes ``00`` to ``23`` in column ``hour``."""
    return derive(frame, "hour", "ช่วงเวลาที่รับเรื่อง", frame[column].dt.strftime("%H"), of=[column], codes=HOURS)


def by_office_hours(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A copy with ``office`` or ``outside`` in column ``office``: the project's hours from Monday to Friday.

    Public holidays are not known.
    """
    times = frame[column]
    inside = times.dt.strftime("%H.%M").between(*current().office_hours, inclusive="left") & times.dt.day_of_week.lt(5)
    values = inside.map({True: "office", False: "outside"})
    return derive(frame, "office", "เวลาราชการ", values, of=[column], codes=OFFICE)


REGION: Final = "region"
"""Column of regions that :func:`by_region` adds."""


def by_region(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a loaded frame with the region of its ``province`` in column ``region``: ``region0`` and so on."""
    names = dict.fromkeys(place.region for place in provinces())
    codes = {f"region{number}": name for number, name in enumerate(names)}
    code_of = {name: code for code, name in codes.items()}
    regions = frame["province"].map({place.name_th: code_of[place.region] for place in provinces()})
    return derive(frame, REGION, "ภาค", regions, of=["province"], codes=codes)
