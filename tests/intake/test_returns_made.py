"""Files as offices send them, as the tests make them: each has the form that the manifest says, and known records."""

import csv
import zipfile
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
import python_calamine
from bs4 import BeautifulSoup
from declared import dataset
from returns_made import ENTRIES, as_loaded, make, truth
from returns_tables import MAKERS, Table, book, write

from dsw_analysis.rounds import Round

ROUND = Round(2569, 6)


def plain(frame):
    """A loaded frame as records: cells as Python has them, blanks ``None``."""
    return [
        {name: None if pd.isna(cell) else cell for name, cell in record.items()} for record in frame.to_dict("records")
    ]


@pytest.mark.parametrize("id_", ENTRIES)
def test_the_records_of_every_entry_load_from_the_form_as_they_are_known(id_, tmp_path):
    """The truth itself fits the schema, whatever people then did to the file."""
    kind = dataset(ENTRIES[id_]["dataset"])
    for typed, save in ((True, lambda path, rows: book(path, {kind.sheet or "ข้อมูล": rows})), (False, write)):
        path = tmp_path / f"{kind.stem}.{'xlsx' if typed else 'csv'}"
        save(path, Table.of(kind.id, truth(id_), typed=typed).all)
        loaded = plain(kind.load(ROUND, tmp_path))
        assert loaded == [moments(record) for record in as_loaded(id_)] and len(loaded) == ENTRIES[id_]["rows"]
        path.unlink()


def moments(record):
    """A record with its days as pandas has them."""
    return {name: pd.Timestamp(cell) if hasattr(cell, "year") else cell for name, cell in record.items()}


def test_every_entry_has_its_maker():
    assert set(MAKERS) == set(ENTRIES)


def sheets(path):
    """Rows of every sheet of a workbook, or of a text file as one sheet."""
    if path.is_dir():
        return {part.name: next(iter(sheets(part).values())) for part in sorted(path.iterdir())}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {"": [[cell or None for cell in row] for row in csv.reader(file)]}
    return {sheet.title: [list(row) for row in sheet.values] for sheet in openpyxl.load_workbook(path)}


def only(path):
    (rows,) = sheets(path).values()
    return rows


def column(rows, header, depth=1):
    return [row[rows[0].index(header)] for row in rows[depth:]]


def own(id_):
    """Headers of the entry's form."""
    return {c.header for c in dataset(ENTRIES[id_]["dataset"]).columns}


def has_merged(path, id_):
    areas = openpyxl.load_workbook(path).active.merged_cells.ranges
    return {(a.min_row, a.max_row) for a in areas} == {(2, 5), (6, 9), (10, 13)}


def has_first_rows_only(path, id_):
    filled = [at for at, cell in enumerate(column(only(path), "จังหวัด")) if cell]
    return filled == [0, 4, 8] and not (path.suffix == ".xlsx" and has_merges(path))


def has_merges(path):
    return bool(openpyxl.load_workbook(path).active.merged_cells.ranges)


def has_sub_totals(path, id_):
    first = [row[0] for row in only(path)]
    words = [cell for cell in first if str(cell).startswith("รวม")]
    return len(words) == 4 and first.count("ภาคเหนือ") == 1 and first[-1] == "รวมทั้งสิ้น"


def has_hidden(path, id_):
    sheet = openpyxl.load_workbook(path).active
    letters = [letter for letter, wide in sheet.column_dimensions.items() if wide.hidden]
    return bool(letters) and all(sheet[f"{letter}1"].value not in own(id_) for letter in letters)


def has_key(path, id_):
    first, key = sheets(path).values()
    labels = {label for c in dataset(ENTRIES[id_]["dataset"]).columns for label in c.codes.values()}
    answers = {cell for row in first[1:] for cell in row}
    return {1, 2} <= answers and {cell for row in key for cell in row} & labels and len(key) > 4


def is_binary(path, id_):
    rows = python_calamine.CalamineWorkbook.from_object(BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()
    return "xl/workbook.bin" in zipfile.ZipFile(path).namelist() and len(rows) == ENTRIES[id_]["rows"] + 1


def is_page(path, id_):
    text = path.read_bytes().decode("utf-16" if path.read_bytes()[:2] == b"\xff\xfe" else "utf-8")
    return len(BeautifulSoup(text, "html.parser").find_all("tr")) == ENTRIES[id_]["rows"] + 1


FORMS = {
    "harmless columns": lambda p, i: set(only(p)[0]) > own(i) and only(p)[0][0] in ("ลำดับที่", "ที่"),
    "merged provinces": has_merged,
    "province in the first row only": has_first_rows_only,
    "a sheet for each province": lambda p, i: len(sheets(p)) >= 3 and "เชียงใหม่" in sheets(p),
    "a file for each province": lambda p, i: len(sheets(p)) == 3,
    "region headings and sub-totals": has_sub_totals,
    "signature block": lambda p, i: any("ผู้รายงาน" in str(row[0]) for row in only(p)[-4:]),
    "Google Forms": lambda p, i: only(p)[0][0] == "ประทับเวลา" and (", " in str(only(p)) or " [" in str(only(p)[0])),
    "Kobo raw": lambda p, i: only(p)[0][:2] == ["start", "end"] and not own(i) & set(only(p)[0]),
    "Kobo export of our XLSForm": lambda p, i: set(dataset(ENTRIES[i]["dataset"]).names) < set(only(p)[0]),
    "coded answers with a key": has_key,
    "renamed columns": lambda p, i: 1 <= len(own(i) & set(only(p)[0])) < len(own(i)) or "จว." in only(p)[0],
    "words for a blank": lambda p, i: {"-", "ไม่มี", "ไม่มีข้อมูล"} & {cell for row in only(p) for cell in row},
    "other words for an answer": lambda p, i: {"อปท.", 1300} & {cell for row in only(p) for cell in row},
    "two-digit years": lambda p, i: "/25" not in str(only(p)) and "/68" in str(only(p)),
    "date and time in two columns": lambda p, i: len(only(p)[0]) == len(own(i)) + 2 and "เวลา" in only(p)[0][-1],
    "header further down": lambda p, i: set(only(p)[0]) != own(i) and any(own(i) == set(row) for row in only(p)),
    "unit in the title only": lambda p, i: "จังหวัด" in only(p)[0][0] and not any("จังหวัด" in row for row in only(p)),
    "hidden column": has_hidden,
    "columns of their own": lambda p, i: own(i) < set(only(p)[0]),
    "other sign between answers": lambda p, i: "; " not in str(column(only(p), "เป้าหมาย SDGs")),
    "another table below": lambda p, i: any(row[0] in ("ภาค", "หน่วยงาน") for row in only(p)[2:]),
    "months across": lambda p, i: sum("ต.ค." in str(c) or "ม.ค." in str(c) for c in only(p)[0]) == 2,
    "tick columns": lambda p, i: has_merges(p) and {"✓", "x"} & {cell for row in only(p) for cell in row},
    "a vertical form for each unit": lambda p, i: all(
        own(i) <= {row[0] for row in rows} for rows in sheets(p).values()
    ),
    "pivot": lambda p, i: (
        own(i) - {"จังหวัด", "รหัสผู้เข้าอบรม"} <= {row[0] for row in only(p)} | {row[1] for row in only(p)}
    ),
    "xls that is HTML": is_page,
    "xlsb": is_binary,
    "protected file": lambda p, i: p.read_bytes()[:4] == b"\xd0\xcf\x11\xe0",
}
"""What makes a file one of its kind."""


@pytest.mark.parametrize("id_", ENTRIES)
def test_a_file_really_has_the_form_of_its_kind(id_, tmp_path):
    path = make(id_, tmp_path)
    assert FORMS[ENTRIES[id_]["kind"]](path, id_)
    assert ("beside" not in ENTRIES[id_]) or (tmp_path / ENTRIES[id_]["beside"]).is_file()
