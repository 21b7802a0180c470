"""Each table of a page as CSV, inside the link that gives it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dsw_analysis.findings.finding import Finding, units
from dsw_analysis.intake.provenance import MARKS
from dsw_analysis.section.labelled import harmless

ORIGIN, IDS = "ที่มา", "รหัสตัวเลข"
"""Columns that a CSV has besides its table's: what its numbers may be taken for, and their ids."""
_GROUP = "กลุ่ม"

_EXHIBIT = re.compile(
    r'<div class="table[^"]*"><div class="scroll".*?</table></div>|<figure><figcaption>.*?</figure>', re.S
)
_LINKS = re.compile(r'<p class="get">.*?</p>', re.S)
_CAPTION = re.compile(r'<(?:fig)?caption>(.*?)(?=<span class="(?:sub|mark)|</(?:fig)?caption>)', re.S)
_MARK = re.compile(r'<span class="mark [a-z]+" title="([^"]+)"')
_TABLE = re.compile(r"<table>.*?</table>", re.S)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
_CELL = re.compile(r"<t[hd]\b([^>]*)>(.*?)</t[hd]>", re.S)
_NUMBER = re.compile(r'<a class="n[ a-z]*" href="#f\.([^"]+)">[^<]*</a>')
_NONE = '<span class="none">-</span>'
_BREAK = re.compile(r"<(?:br|/?(?:p|div|ul|li))\b[^>]*>")
_UNSAFE = re.compile(r"[\x00-\x20\"#%&'<>\[\]\\^`{|}]")
"""ASCII that may not stand in an address, or in an attribute, as it is; Thai may."""
_BOM = "%EF%BB%BF"
"""Tells Excel that a CSV is UTF-8."""


def with_downloads(body: str, ledger: Mapping[str, Finding], name: str) -> str:
    """A section's body with a link beside each table, and the data of each figure, that holds it as CSV.

    Parameters
    ----------
    name:
        What the names of the files begin with.
    """
    count = 0

    def put(match: re.Match[str]) -> str:
        nonlocal count
        html = match[0]
        if (table := _TABLE.search(html)) is None:
            return html
        count += 1
        caption = _CAPTION.search(html)
        said = _text(caption[1]) if caption else ""
        link = _link(f"{name}-{count}.csv", to_csv(table[0], ledger, _MARK.findall(html)), said)
        # Of a figure it stands beside the line that opens its data.
        at = len(html) if html.startswith("<div") else html.rfind("<details>")
        return html[:at] + link + html[at:]

    return _EXHIBIT.sub(put, body)


def without_downloads(body: str) -> str:
    """A body as :func:`with_downloads` was given it."""
    return _LINKS.sub("", body)


def _link(file: str, content: str, said: str) -> str:
    data = _UNSAFE.sub(lambda m: f"%{ord(m[0]):02X}", content)
    label = escape(f"ดาวน์โหลดตาราง {said} (CSV)")
    return f'<p class="get"><a download="{file}" href="data:text/csv,{_BOM}{data}" aria-label="{label}">CSV</a></p>'


@dataclass(frozen=True)
class _Cell:
    """Text of a cell as shown, and its finding if it is a number and nothing else."""

    text: str
    finding: Finding | None


def to_csv(table: str, ledger: Mapping[str, Finding], marks: Sequence[str] = ()) -> str:
    """A table of a section as CSV: numbers as the report prints them, without commas, their unit in the head.

    A number is not given more exactly than it is printed, since of those that are as printed only that much is real. It
    stands as the page shows it, with its unit, where a column has several units. Heads of groups are a column of their
    own; what could become a formula begins with an apostrophe.

    Parameters
    ----------
    marks:
        What the table may be taken for as a whole: that of rows without numbers.
    """
    head, *lines = _ROW.findall(table)
    group, groups, origins, ids = "", [], [], []
    rows: list[list[_Cell]] = []
    for line in lines:
        cells = _CELL.findall(line)
        if "rowgroup" in cells[0][0]:
            group = _text(cells[0][1])
            continue
        found = [i for i in re.findall(r'href="#f\.([^"]+)"', line) if i in ledger]
        rows.append([_cell(inner, ledger) for _, inner in cells])
        groups.append(group)
        own = {ledger[i].mark for i in found}
        origins.append("; ".join(title for mark, (_, title) in MARKS.items() if mark in own) or "; ".join(marks))
        ids.append(" ".join(found))
    columns = [
        _column(_text(name), [row[at] for row in rows if at < len(row)])
        for at, (_, name) in enumerate(_CELL.findall(head))
    ]
    before = [[_GROUP, *groups]] if any(groups) else []
    after = [[name, *values] for name, values in ((ORIGIN, origins), (IDS, ids)) if any(values)]
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(zip(*before, *columns, *after, strict=True))
    return target.getvalue()


def _column(name: str, cells: Sequence[_Cell]) -> list[str]:
    """Head and values of a column."""
    measured = {cell.finding.unit for cell in cells if cell.finding}
    if len(measured) != 1:
        return [name, *(harmless(cell.text) for cell in cells)]
    word = units()[measured.pop()]
    numbers = [cell.finding.text().replace(",", "") if cell.finding else harmless(cell.text) for cell in cells]
    return [f"{name} ({word})" if word and word not in name else name, *("" if n == "-" else n for n in numbers)]


def _cell(html: str, ledger: Mapping[str, Finding]) -> _Cell:
    number = _NUMBER.fullmatch(html.strip())
    finding = ledger.get(number[1]) if number else None
    return _Cell("" if html.strip() in {_NONE, "-"} else _text(html), finding)


def _text(html: str) -> str:
    return str(Markup(_BREAK.sub(" ", html)).striptags()).replace("\u00a0", " ")
