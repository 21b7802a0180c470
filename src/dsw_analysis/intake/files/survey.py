"""What is known of a sheet before it is loaded: its size, what is hidden in it, cells without a sure value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from dsw_analysis.intake.files.formats import UnclearError, shown, shown_days
from dsw_analysis.intake.files.header import Merge
from dsw_analysis.intake.files.limits import LIMITS, RESAVE, Limits, refuse
from dsw_analysis.intake.files.table import error_problem, letter
from dsw_analysis.problems import Problem

Doubt = Literal["error", "uncached", "external", "format"]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; ``part`` is its name inside the archive (XLSX only)."""

    name: str
    hidden: bool
    part: str = ""


@dataclass(frozen=True)
class Doubtful:
    """A cell without a sure value; row and column are 1-based."""

    kind: Doubt
    row: int
    column: int
    text: str


@dataclass
class Survey:
    """Facts about one sheet, gathered while streaming through it.

    Attributes
    ----------
    rows, columns:
        Bounds of the used area (1-based; columns may be a little too many, never too few).
    filled:
        Cells with a value.
    hidden_rows, hidden_columns:
        1-based numbers.
    formulas:
        Formula cells; their cached values are read.
    shown:
        Row, column and value of cells of which a person sees something else than what is stored.
    struck:
        1-based numbers of rows in which something is struck out.
    merges:
        Merged ranges (ODS only; the readers of the other formats tell them).
    comments:
        Places of the cells that have a comment: ``B4``.
    """

    rows: int = 0
    columns: int = 0
    filled: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    doubtful: list[Doubtful] = field(default_factory=list)
    formulas: int = 0
    shown: list[tuple[int, int, object]] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def see(self, row: int, column: int, number: float, code: str, *, since_1904: bool = False) -> None:
        """Note what a person sees of a number under a format (1-based place)."""
        try:
            self.shown.append((row, column, shown(number, code, since_1904=since_1904)))
        except UnclearError:
            self.doubt(row, column, "format", f"{number:.15g} ({code})")

    def see_all(
        self, places: Sequence[tuple[int, int]], numbers: Sequence[float], code: str, *, since_1904: bool = False
    ) -> None:
        """As :meth:`see` for many cells of one format, dates at once."""
        days = shown_days(numbers, code, since_1904=since_1904)
        if days is not None:
            self.shown += [(row, column, day) for (row, column), day in zip(places, days, strict=True)]
            return
        for (row, column), number in zip(places, numbers, strict=True):
            self.see(row, column, number, code, since_1904=since_1904)

    def doubt(self, row: int, column: int, kind: Doubt, text: str) -> None:
        """Note a cell without a sure value; one more than are listed is enough to refuse the sheet."""
        if len(self.doubtful) <= LIMITS.listed_cells:
            self.doubtful.append(Doubtful(kind, row, column, text))

    @property
    def is_sparse(self) -> bool:
        """Whether the used area is large and nearly empty, as when one cell lies far out."""
        area = self.rows * self.columns
        return area > LIMITS.sparse_cells and self.filled < LIMITS.sparse_share * area


_WORDS: Final[dict[str, tuple[str, str]]] = {
    "format": (
        "รูปแบบเซลล์ทำให้ค่าที่เห็นไม่ตรงกับค่าที่เก็บไว้ จึงไม่ทราบว่าต้องใช้ค่าใด",
        "เปลี่ยนรูปแบบเซลล์เป็น General (ทั่วไป) หรือรูปแบบวันที่ที่มีวัน เดือน ปีครบ แก้ค่าให้ถูกต้อง แล้วส่งไฟล์ใหม่",
    ),
    "uncached": (
        "เซลล์เป็นสูตรที่ไม่มีผลลัพธ์บันทึกไว้",
        "เปิดไฟล์ด้วย Excel ให้คำนวณ แล้วบันทึกใหม่ หรือคัดลอกแล้ววางเป็นค่า (Paste Values)",
    ),
    "external": (
        "เซลล์เป็นสูตรที่ดึงค่าจากไฟล์อื่น จึงตรวจสอบค่าไม่ได้",
        "คัดลอกแล้ววางเป็นค่า (Paste Values) จากนั้นบันทึกและส่งไฟล์ใหม่",
    ),
}


def check_size(survey: Survey, file: str, sheet: str | None, limits: Limits = LIMITS) -> None:
    """Refuse a sheet whose used area passes the limits, or is so sparse that a stray cell must be at fault."""
    if survey.columns > limits.columns:
        refuse(
            "too_many_columns",
            file,
            f"มีข้อมูลถึงคอลัมน์ {letter(survey.columns - 1)} เกินกว่าที่รับได้ ({limits.columns:,} คอลัมน์)",
            "ลบเซลล์ที่อยู่นอกตาราง ให้เหลือคอลัมน์ตามแม่แบบ แล้วบันทึกใหม่",
            sheet=sheet,
            column=letter(survey.columns - 1),
        )
    if survey.rows > limits.sheet_rows:
        refuse(
            "too_many_rows",
            file,
            f"เกินจำนวนแถวที่แผ่นงานมีได้ ({limits.sheet_rows:,} แถว) ไฟล์ผิดปกติ",
            "บันทึกใหม่ด้วย Excel แล้วส่งไฟล์ใหม่",
            sheet=sheet,
            row=survey.rows,
        )
    if survey.is_sparse:
        refuse(
            "stray_cell",
            file,
            f"พบเซลล์ที่อยู่ไกลจากตารางมาก: มีข้อมูล {survey.filled:,} เซลล์ แต่กระจายถึงเซลล์ "
            f"{letter(survey.columns - 1)}{survey.rows}",
            "กด Ctrl+End เพื่อไปยังเซลล์สุดท้าย ลบแถวและคอลัมน์ส่วนเกินนอกตาราง แล้วบันทึกใหม่",
            sheet=sheet,
            row=survey.rows,
        )


def check_small(surveys: Sequence[Survey], path: Path, limits: Limits = LIMITS) -> None:
    """Refuse an .xls or .ods file whose sheets together are too large, as their reader holds all of them."""
    for survey in surveys:
        check_size(survey, path.name, None, limits)
    area = sum(survey.rows * survey.columns for survey in surveys)
    if area > limits.old_cells:
        refuse(
            "too_large",
            path.name,
            f"มี {area:,} เซลล์ เกินกว่าที่รับได้สำหรับไฟล์ชนิด {path.suffix.lower()} ({limits.old_cells:,} เซลล์)",
            RESAVE,
        )


def refuse_sheets(count: int, file: str, limits: Limits = LIMITS) -> None:
    """Refuse a workbook of too many sheets."""
    if count > limits.sheets:
        refuse(
            "too_many_sheets",
            file,
            f"มี {count:,} แผ่นงาน เกินกว่าที่รับได้ ({limits.sheets:,})",
            "เก็บเฉพาะแผ่นงานที่มีข้อมูล แล้วบันทึกใหม่",
        )


def check_doubts(survey: Survey, file: str, sheet: str, limits: Limits = LIMITS) -> None:
    """Refuse a sheet that has more cells without a sure value than are listed one by one."""
    if len(survey.doubtful) > limits.listed_cells:
        kinds = {cell.kind for cell in survey.doubtful}
        kind = next((kind for kind in ("uncached", "format") if kind in kinds), "external")
        refuse(
            "too_many_doubtful",
            file,
            f"มีเซลล์ที่ไม่มีค่าแน่นอน (สูตรที่ไม่มีผลลัพธ์ ความผิดพลาด ลิงก์ หรือรูปแบบที่ซ่อนค่าจริง) เกิน {limits.listed_cells:,} เซลล์ "
            f"เซลล์แรกคือ {letter(survey.doubtful[0].column - 1)}{survey.doubtful[0].row}",
            _WORDS[kind][1],
            sheet=sheet,
            row=survey.doubtful[0].row,
        )


def doubts(survey: Survey, texts: tuple[str, ...], file: str, sheet: str, below: int) -> Iterable[Problem]:
    """Problems of the doubtful cells below row ``below``; ``texts`` are the columns' headers."""
    for cell in survey.doubtful:
        if cell.row <= below:
            continue
        named = texts[cell.column - 1] if cell.column <= len(texts) else ""
        column = named or letter(cell.column - 1)
        if cell.kind == "error":
            yield error_problem(file, sheet, cell.row, column, cell.text)
            continue
        expected, action = _WORDS[cell.kind]
        yield Problem(
            code="cell_format" if cell.kind == "format" else f"{cell.kind}_formula",
            file=file,
            sheet=sheet,
            row=cell.row,
            column=column,
            value=cell.text[:120] or None,
            expected=expected,
            action=action,
        )
