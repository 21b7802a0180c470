"""Command on findings over all rounds at hand: a table of each, or all as CSV."""

from __future__ import annotations

import argparse
import difflib
import shutil
from collections.abc import Mapping

from dsw_analysis.findings import past
from dsw_analysis.findings.past import Past
from dsw_analysis.findings.series import over_rounds
from dsw_analysis.intake.provenance import MARKS
from dsw_analysis.intake.terminal import table
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.section.labelled import harmless

_HEADS = ("รอบ", "สิ้นรอบ", "ค่า", "ตัวตั้ง/ตัวหาร", "ที่มา", "นิยาม")


def series(arguments: argparse.Namespace) -> int:
    """Print findings over all rounds that have left a ledger."""
    outputs = arguments.project / "outputs"
    known = past.earlier(outputs)
    if not known:
        raise UsageError(f"no round in {outputs} has findings.json; `dsw run ROUND` makes it")
    _see_that_there_are(arguments.ids, known)
    for id_ in arguments.ids:
        print(_table(id_, {round_: made for round_, made in known.items() if id_ in made.ledger}), end="\n\n")
    if arguments.csv is not None:
        frame = over_rounds(known, arguments.ids)
        frame["label"] = frame["label"].map(harmless)
        write_whole(arguments.csv, frame.to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8-sig"))
        print(arguments.csv)
    return 0


def _see_that_there_are(ids: list[str], known: Mapping[Round, Past]) -> None:
    every = sorted({id_ for made in known.values() for id_ in made.ledger})
    for id_ in ids:
        if id_ not in every:
            near = ", ".join(difflib.get_close_matches(id_, every, n=3, cutoff=0.5))
            raise UsageError(f"no round has a finding {id_!r}" + (f"; did you mean {near}?" if near else ""))


def _table(id_: str, known: Mapping[Round, Past]) -> str:
    """A finding in each round that has it, as printed, and whether it measured what it does in the last."""
    *_, last = known
    newest = known[last].ledger[id_]
    rows = []
    for round_, made in known.items():
        found = made.ledger[id_]
        other = past.redefined(found, newest, made, known[last])
        rows.append(
            [
                str(round_),
                format_date(round_.end),
                found.text("unit") if found.value is not None else f"– {found.note}",
                found.text("n/N") if found.has_base else "",
                MARKS[found.mark][1],
                " · ".join(past.REDEFINED[part] for part in other) or "เดียวกับรอบล่าสุด",
            ]
        )
    return f"{id_}  {newest.label}\n{table(_HEADS, rows, shutil.get_terminal_size().columns)}"
