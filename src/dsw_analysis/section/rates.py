"""Rates of a province's inhabitants, for maps of counts: where the round has a file that says how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from dsw_analysis.findings.families import PROVINCE, Row
from dsw_analysis.findings.finding import PER_100K, Finding
from dsw_analysis.findings.measures.base import Given
from dsw_analysis.findings.measures.comparisons import Ratio

POPULATION = "population"
"""Id of the dataset of inhabitants, which a round may do without; its columns are in its schema."""


def rates(frame: pd.DataFrame, rows: Sequence[Row], short: str, name: str) -> list[tuple[Finding, Row]]:
    """Inhabitants of each row's province, and the row with its count as a rate of them.

    A province that the file does not have is left out.

    Parameters
    ----------
    frame:
        The dataset, loaded.
    short, name:
        What the rates are called, and the end of their ids but for the province's.
    """
    people, made = frame.set_index(PROVINCE)[POPULATION], []
    for row in (row for row in rows if row.name in people):
        section, end = row.finding.section, row.finding.id.rpartition(".")[2]
        inhabitants = Given(
            f"จำนวนประชากร: {row.name}",
            id=f"{section}.{POPULATION}.{end}",
            unit="persons",
            where={PROVINCE: row.name},
        )(frame, int(people[row.name]), rows=1)
        rate = Ratio(f"{short}: {row.name}", id=f"{section}.{name}.{end}", unit=PER_100K)(row.finding, inhabitants)
        made.append((inhabitants, replace(row, finding=rate)))
    return made


def words(frame: pd.DataFrame, missing: Sequence[Row]) -> dict[str, Any]:
    """What a map of rates says, and the data that it names: year and source, and provinces that the file lacks."""
    lacking = f"ไม่มีจำนวนประชากรของ{' '.join(row.name for row in missing)} จึงไม่แสดงอัตรา" if missing else ""
    return {
        "headline": "{% if leaders() %}อัตราสูงที่สุดคือ{{ leaders() }} {{ leaders()|first|unit }}"
        "{% else %}{{ what }}{% endif %}",
        "subtitle": "{{ what }} จำนวนประชากร {{ years }} จาก{{ sources }} {{ lacking }}",
        "alt": "แสดง{{ what }} สูงที่สุด ได้แก่",
        "years": f"พ.ศ. {' '.join(map(str, sorted(set(frame['year']))))}",
        "sources": " ".join(dict.fromkeys(frame["source"])),
        "lacking": lacking,
        "listed": 5,
    }
