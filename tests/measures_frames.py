"""Small frames with a source, for tests of measures."""

from __future__ import annotations

import pandas as pd

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source

YES_NO = {"yes": "ใช่", "no": "ไม่ใช่"}


def loaded(data, *columns, id_="toy_rows", provenance="published"):
    """A frame as a dataset's ``load`` gives it: codes as categories, a source, spreadsheet rows as index."""
    dataset = Dataset(id=id_, title="ทะเบียนตัวอย่าง", columns=columns)
    frame = pd.DataFrame({column.name: list(data[column.name]) for column in columns})
    for column in columns:
        if column.kind == "category":
            frame[column.name] = pd.Categorical(frame[column.name], categories=list(column.codes))
        elif column.kind == "integer":
            frame[column.name] = frame[column.name].astype("Int64")
        elif column.kind in ("multi", "province", "text"):
            frame[column.name] = frame[column.name].astype("str")
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    frame.attrs["source"] = Source(
        dataset=dataset, file=f"{id_}.csv", sha256="0" * 64, rows=len(frame), provenance=provenance
    )
    return frame


def yes_of(k, n):
    """``n`` answers of which ``k`` are yes."""
    return loaded({"a": ["yes"] * k + ["no"] * (n - k)}, Column("a", "คำตอบ", "category", codes=YES_NO))
