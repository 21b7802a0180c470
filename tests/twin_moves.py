"""Persons of a round who are moved to another province or unit so that every number stays in its rounding cell.

Each move says which section reads the file, which cells get which values, and of which provinces numbers change. What
is shown of numbers is worked out here again; see :func:`twins.cell`.
"""

import csv
import random
from collections import Counter
from dataclasses import dataclass

import openpyxl
from twins import cell

UNIT, KIND, PROVINCE = "หน่วยงาน", "ประเภทหน่วยงาน", "จังหวัด"
HELPED = "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)"
QUESTIONS = "รหัสคำถาม,วันเวลาที่ถาม,เรื่อง,หน่วยงานที่เกี่ยวข้อง,วันเวลาที่ตอบ"


@dataclass(frozen=True)
class Move:
    """Values by row and column of a file, and provinces whose numbers they change."""

    section: str
    file: str
    cells: dict
    places: tuple = ()


class Table:
    """Rows of a CSV file or of a sheet, by the heads of their columns."""

    def __init__(self, path, head):
        self.path = path
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                self.rows = dict(enumerate(csv.DictReader(file)))
            return
        self.book = openpyxl.load_workbook(path)
        self.sheet, top = next(
            (sheet, row[0].row) for sheet in self.book for row in sheet.iter_rows() if head in [c.value for c in row]
        )
        self.heads = {c.value: c.column for c in self.sheet[top] if c.value}
        self.rows = {
            row[0].row: {name: row[column - 1].value for name, column in self.heads.items()}
            for row in self.sheet.iter_rows(min_row=top + 1)
            if row[0].value
        }

    def write(self, cells):
        """Write the table with other values in some cells."""
        if self.path.suffix == ".csv":
            rows = [
                self.rows[at] | {name: value for (row, name), value in cells.items() if row == at} for at in self.rows
            ]
            with self.path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
            return
        for (row, name), value in cells.items():
            self.sheet.cell(row, self.heads[name]).value = value
        self.book.save(self.path)


def looks_alike(before, after):
    """Whether numbers are shown alike, although not all are the same."""
    keys = {*before, *after}
    return +before != +after and all(cell(before[key]) == cell(after[key]) for key in keys)


def participants(raw, chance):
    """Two participants change places: units, and the provinces that these are in."""
    table = Table(raw / "career_participants.xlsx", "รหัสผู้เข้าร่วม")
    counted = ("ปัญหาหลัก", "ความต้องการหลัก", "กิจกรรม", "แหล่งที่มา", "การพัฒนาทักษะอาชีพ")

    def numbers(rows):
        found = Counter((row[UNIT], name, row[name]) for row in rows for name in counted)
        return found + Counter((row[UNIT], row["แหล่งที่มา"], row["การพัฒนาทักษะอาชีพ"]) for row in rows)

    while True:
        one, two = chance.sample([*table.rows], 2)
        first, second = table.rows[one], table.rows[two]
        places = {name: (first[name], second[name]) for name in (UNIT, KIND, PROVINCE)}
        cells = {(row, name): pair[at] for name, pair in places.items() for row, at in ((one, 1), (two, 0))}
        units = {*places[UNIT]}
        rows = {at: row for at, row in table.rows.items() if row[UNIT] in units}
        moved = {at: row | {name: cells.get((at, name), row[name]) for name in places} for at, row in rows.items()}
        if len(units) == 2 and looks_alike(numbers(rows.values()), numbers(moved.values())):
            yield Move("career_development", table.path.name, cells, places[PROVINCE])


def trained(raw, chance):
    """Two who were trained are of other provinces, of which each sends fewer than five."""
    table = Table(raw / "csr_training.xlsx", "รหัสผู้เข้าอบรม")
    before = Counter(row[PROVINCE] for row in table.rows.values())
    while True:
        one, two = chance.sample([*table.rows], 2)
        there = chance.sample(sorted(before), 2)
        here = table.rows[one][PROVINCE], table.rows[two][PROVINCE]
        if looks_alike(before, before - Counter(here) + Counter(there)):
            cells = {(one, PROVINCE): there[0], (two, PROVINCE): there[1]}
            yield Move("csr", table.path.name, cells, (*dict.fromkeys((*here, *there)),))


def helped(raw, chance):
    """One who was helped in a province was helped in another: a number of persons in rows that are activities."""
    table = Table(raw / "csr_activities.csv", HELPED)
    before = Counter()
    for row in table.rows.values():
        before[row[PROVINCE]] += int(row[HELPED])
    some = [at for at, row in table.rows.items() if int(row[HELPED])]
    while True:
        one, two = chance.choice(some), chance.choice([*table.rows])
        places = table.rows[one][PROVINCE], table.rows[two][PROVINCE]
        cells = {(at, HELPED): str(int(table.rows[at][HELPED]) + more) for at, more in ((one, -1), (two, 1))}
        if looks_alike(before, before - Counter([places[0]]) + Counter([places[1]])):
            yield Move("csr", table.path.name, cells, places)


def asked(raw, chance):
    """Two questions are for other units; nothing is counted by unit."""
    path = raw / "citizen_questions.csv"
    if not path.exists():
        (raw / "citizen_questions.xlsx").unlink()
        said = [f"Q{n},{1 + n} ม.ค. 2569 08:30,,กอง{'ก' if n % 3 else 'ข'},{2 + n} ม.ค. 2569 09:30" for n in range(28)]
        path.write_text("\n".join([QUESTIONS, *said]) + "\n", encoding="utf-8")
    table = Table(path, "รหัสคำถาม")
    head = "หน่วยงานที่เกี่ยวข้อง"
    while True:
        one, two = chance.sample([*table.rows], 2)
        units = table.rows[one][head], table.rows[two][head]
        if units[0] != units[1]:
            yield Move("citizen_questions", path.name, {(one, head): units[1], (two, head): units[0]})


def only(raw, file, n):
    """Let a province have so many persons of a file, and all others be elsewhere."""
    table = Table(raw / file, HEADS[file])
    if file == "csr_activities.csv":
        own = [at for at, row in table.rows.items() if row[PROVINCE] == PLACE]
        return Move("csr", file, {(at, HELPED): str(n if at == own[0] else 0) for at in own}, (PLACE,))
    known = next(row for row in table.rows.values() if row[PROVINCE] == PLACE)
    other = next(row for row in table.rows.values() if row[PROVINCE] != PLACE)
    heads = [head for head in (PROVINCE, UNIT, KIND) if head in known]
    own = [at for at, row in table.rows.items() if row[PROVINCE] == PLACE]
    own += [at for at, row in table.rows.items() if row is not other and row[PROVINCE] != PLACE][: max(0, 4 - len(own))]
    cells = {(at, head): (known if place < n else other)[head] for place, at in enumerate(own) for head in heads}
    return Move(FILES[file], file, cells, (PLACE,))


PLACE = "ตาก"
FILES = {
    "urgent_cases.csv": "urgent_cases",
    "career_participants.xlsx": "career_development",
    "csr_training.xlsx": "csr",
    "csr_activities.csv": "csr",
}
"""Files that count persons of provinces -> the section that reads them."""
MOVES = {"participants": participants, "trained": trained, "helped": helped, "asked": asked}
HEADS = {
    "urgent_cases.csv": "เลขที่เรื่อง",
    "career_participants.xlsx": "รหัสผู้เข้าร่วม",
    "csr_training.xlsx": "รหัสผู้เข้าอบรม",
    "csr_activities.csv": HELPED,
    "citizen_questions.csv": "รหัสคำถาม",
}
"""File -> the head of a column, by which its sheet is known."""


def moves(raw, name, seed=69):
    """Moves of a kind, without end."""
    return MOVES[name](raw, random.Random(f"{seed} {name}"))


def write_move(raw, move):
    """Write a file with the persons moved; as it was, if ``cells`` are none."""
    Table(raw / move.file, HEADS[move.file]).write(move.cells)
