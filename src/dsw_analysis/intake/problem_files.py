"""``problems.xlsx`` and ``problems.html``: what was found in the files, to be sent back to their owners."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from dsw_analysis.intake.checking import WARNINGS, file_of, summary_lines, total_line
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, ROW_LIMIT, new_workbook, write_table
from dsw_analysis.problems import HEADS, Group, Problem, group_problems, visible
from dsw_analysis.rounds import Round

NAMES: Final = ("problems.xlsx", "problems.html")
_ABOUT: Final = ("ชุดข้อมูล", "ไฟล์", "แถวที่อ่าน", "แถวที่ใช้ได้", "แถวที่ปฏิเสธ", "ปัญหา (จุด)", "รายละเอียด")
_MOST_RANGES: Final = 1_000
_PAGE_GROUPS: Final = 2_000


def write_problem_files(round_: Round, results: Sequence[Checked], folder: Path) -> list[Path]:
    """Write both files if there are problems or warnings; else take away those of an earlier check.

    Returns
    -------
    list of Path
        The files written.
    """
    paths = [folder / name for name in NAMES]
    if not any(checked.problems or checked.warnings for checked in results):
        for path in paths:
            path.unlink(missing_ok=True)
        return []
    write_whole(paths[0], problems_workbook(round_, results))
    write_whole(paths[1], problems_page(round_, results).encode())
    return paths


def problems_workbook(round_: Round, results: Sequence[Checked]) -> bytes:
    """Sheets: the files, the problems grouped, every cell with a problem in a row of its own, and the warnings.

    All texts are written as texts: a value ``=1+1`` of a file stays those four characters.
    """
    target = io.BytesIO()
    about = (
        (c.dataset.title, _file(c), c.rows_read, c.rows_loaded, c.rows_refused, len(c.problems), _details(c))
        for c in results
    )
    grouped, widths = ("ไฟล์", "แผ่นงาน", *HEADS), (26, 18, 24, 32, 32, 50, 50)
    sheets: dict[str, tuple[Sequence[str], Iterator[tuple[str | int | None, ...]], Sequence[int]]] = {
        "สรุป": (_ABOUT, about, (40, 26, 12, 12, 12, 12, 80)),
        "ปัญหา": (grouped, _grouped(results), widths),
        "ข้อควรยืนยัน": (grouped, _grouped(results, warnings=True), widths),
        "รายช่อง": (grouped, _single(results), (26, 18, 10, 32, 32, 50, 50)),
    }
    if not any(checked.warnings for checked in results):
        del sheets["ข้อควรยืนยัน"]
    with new_workbook(target, title=f"ปัญหาในไฟล์ข้อมูล {round_.label}", created=round_.end) as book:
        head, body = book.add_format(HEAD), book.add_format(BODY)
        for name, (heads, rows, columns) in sheets.items():
            write_table(book.add_worksheet(name), heads, islice(rows, ROW_LIMIT), head=head, body=body, widths=columns)
    return target.getvalue()


def problems_page(round_: Round, results: Sequence[Checked]) -> str:
    """One self-contained page with tables of grouped problems and of warnings for each dataset that has some."""
    files = [
        (checked, _file(checked), summary_lines(checked), _page_rows(checked.problems), _page_rows(checked.warnings))
        for checked in results
    ]
    return render_page(
        "problems.html.j2",
        round=round_,
        files=files,
        heads=HEADS,
        warnings=WARNINGS,
        total=total_line(results),
        format_date=format_date,
        most=_PAGE_GROUPS,
    )


def _file(checked: Checked) -> str:
    return visible(file_of(checked))


def _details(checked: Checked) -> str:
    return "; ".join(summary_lines(checked)[1:])


def _page_rows(problems: Sequence[Problem]) -> list[tuple[str, ...]]:
    """Rows of the page's tables; the first cell says the sheet, and the file where they are of several."""
    several = len({p.file for p in problems}) > 1 or any("/" in p.file for p in problems)
    places = (
        (g, " ".join(filter(None, [g.first.file if several else None, g.first.sheet])))
        for g in group_problems(problems)
    )
    return [(visible(place or "-"), *g.cells()) for g, place in places]


def _grouped(results: Sequence[Checked], *, warnings: bool = False) -> Iterator[tuple[str, ...]]:
    for checked in results:
        for group in group_problems(checked.warnings if warnings else checked.problems):
            yield (group.first.file, group.first.sheet or "-", group.rows(_MOST_RANGES), *group.cells()[1:])


def _single(results: Sequence[Checked]) -> Iterator[tuple[str | int | None, ...]]:
    for checked in results:
        for p in checked.problems:
            found = Group(problems=(p,)).values()
            yield (p.file, p.sheet or "-", p.row, p.column or "-", found, p.expected, p.action)
