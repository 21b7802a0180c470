"""Cases of a reduced round, and others that differ only in the province of two persons and must look the same."""

import csv
import math
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

CASES = "urgent_cases.csv"
_PLACE = "จังหวัด"
_TIMES = {"received": "วันเวลาที่รับเรื่อง", "referred": "วันเวลาที่ประสาน/ส่งต่อ"}


def cell(n):
    """What is shown of a number about a place: fewer than five, or the nearest five."""
    return "few" if n < 5 else (n + 2) // 5 * 5


def moment(text):
    if not text:
        return None
    day = datetime.strptime(text, "%d/%m/%Y %H:%M")
    return day.replace(year=day.year - 543)


@dataclass(frozen=True)
class Case:
    """A row of the file: its cells, and all by which it is counted somewhere."""

    row: tuple

    @classmethod
    def of(cls, row):
        return cls(tuple(row.items()))

    @property
    def place(self):
        return dict(self.row)[_PLACE]

    def at(self, place):
        return Case(tuple({**dict(self.row), _PLACE: place}.items()))

    @property
    def waited(self):
        """Logarithm of the minutes until it was passed on."""
        received, referred = (moment(dict(self.row)[name]) for name in _TIMES.values())
        return math.log(1 + (10**6 if referred is None else (referred - received).total_seconds() / 60))

    def groups(self, until=datetime(2026, 4, 1)):
        """Names of the groups that it is one of, in its province: of one column, and of that and how long it waited."""
        row = dict(self.row)
        received, referred = (moment(row[name]) for name in _TIMES.values())
        hour = received.hour * 60 + received.minute
        office = received.weekday() < 5 and 8 * 60 + 30 <= hour < 16 * 60 + 30
        day = timedelta(hours=24)
        late = None if referred is None and received + day > until else referred is None or referred - received > day
        own = [
            ("all",), ("channel", row["ช่องทาง"]), ("category", row["ประเภทเหตุ"]), ("urgency", row["ระดับความเร่งด่วน"]),
            ("month", received.year, received.month), ("office", office), ("reached", row["ช่องทาง"] != "Social Media"),
        ]  # fmt: skip
        waits = [("late", late), ("open", referred is None)]
        return [*own, *waits, *((*one, *wait) for one in own for wait in waits)]


def reduced(raw, every):
    """Every so many rows of a round's cases, in place of all."""
    path = raw / CASES
    with path.open(encoding="utf-8-sig", newline="") as file:
        cases = [Case.of(row) for row in csv.DictReader(file)][::every]
    write(raw, cases)
    return cases


def write(raw, cases):
    with (raw / CASES).open("w", encoding="utf-8-sig", newline="") as file:
        rows = [dict(case.row) for case in cases]
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def counted(cases):
    """Province and group -> how many."""
    return Counter((case.place, group) for case in cases for group in case.groups())


def looks(counts):
    """What is shown of numbers, and whether a service was in time for all, for none, or for some."""
    shown = {key: cell(n) for key, n in counts.items()}
    for (place, group), n in counts.items():
        if group[-2:-1] == ("late",) and len(group) > 2:
            base = sum(counts[place, (*group[:-1], late)] for late in (True, False))
            shown[place, group, "all"] = n in (0, base)
            shown[place, group, "base"] = cell(base)
    return shown


def twins(cases, seed=69):
    """Without end: two of the cases elsewhere, where no number falls into another cell, and not all are the same.

    They waited about as long, or are of places with so few that no quantile is shown.
    """
    chance, before = random.Random(seed), counted(cases)
    while True:
        one, two = chance.sample(range(len(cases)), 2)
        there = cases[two].place, chance.choice([cases[one].place, chance.choice(cases).place])
        places = {cases[one].place, cases[two].place, *there}
        is_small = all(before[place, ("all",)] < 7 for place in places)
        alike = there[1] == cases[one].place and abs(cases[one].waited - cases[two].waited) < 0.03
        if cases[one].place == there[0] or cases[two].place == there[1] or not (is_small or alike):
            continue
        other = [*cases]
        other[one], other[two] = cases[one].at(there[0]), cases[two].at(there[1])
        after = Counter(before)
        for case, way in ((cases[one], -1), (cases[two], -1), (other[one], 1), (other[two], 1)):
            for group in case.groups():
                after[case.place, group] += way
        old, new = ({key: n for key, n in c.items() if key[0] in places} for c in (before, after))
        if +Counter(old) != +Counter(new) and looks_alike(old, new):
            yield other, sorted(places)


def looks_alike(old, new):
    keys = {*old, *new}
    one, two = (looks(Counter({key: counts.get(key, 0) for key in keys})) for counts in (old, new))
    return one == two
