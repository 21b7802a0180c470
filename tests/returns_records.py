"""Records that the files of `returns_made.py` are made from: plain lists of dicts under the names of a schema.

A choice is its code, several are a list of codes in the order of the codebook, a blank is ``None``. Records of one
place stand together, so that a place may be written once for all of them.
"""

from datetime import date, datetime, timedelta

from declared import dataset

NORTH, NORTHEAST, SOUTH = "ภาคเหนือ", "ภาคตะวันออกเฉียงเหนือ", "ภาคใต้"
REGIONS = {
    "เชียงใหม่": NORTH, "ตาก": NORTH, "น่าน": NORTH,
    "ขอนแก่น": NORTHEAST, "นครราชสีมา": NORTHEAST,
    "ปัตตานี": SOUTH, "ภูเก็ต": SOUTH, "สงขลา": SOUTH,
}  # fmt: skip
"""Provinces of the records, by region."""
PLACES = ("เชียงใหม่", "ขอนแก่น", "สงขลา")
UNITS = {"khok_pho": "ปัตตานี", "chiang_mai": "เชียงใหม่", "tak": "ตาก"}
START = datetime(2025, 10, 1, 8, 5)


def records(id_, rows, province=None):
    """The first records of a dataset, all of one province if it is given."""
    made = [MAKERS[id_](at) for at in range(rows)]
    return made if province is None else [{**record, "province": province} for record in made]


def codes(id_, column):
    return list(dataset(id_)[column].codes)


def pick(id_, column, at, *, blank_each=None):
    """A code of a column, or every so often a blank."""
    known = codes(id_, column)
    return None if blank_each and at % blank_each == blank_each - 1 else known[at % len(known)]


def csr_activities(at):
    goals = codes("csr_activities", "sdgs")
    chosen = sorted({goals[at], goals[(at * 5 + 3) % 17], goals[9]}) if at % 3 else [goals[(at + 3) % 17]]
    return {
        "activity_id": f"CSR69-{at + 1:04d}",
        "held_on": date(2025, 10, 3) + timedelta(days=15 * at),
        "province": PLACES[at // 4],
        "title": ("ปลูกป่าชายเลน", "มอบอุปกรณ์กีฬา", None, "ปรับปรุงบ้าน 1 หลัง")[at % 4],
        "welfare_area": pick("csr_activities", "welfare_area", at, blank_each=4),
        "sdgs": None if at % 6 == 5 else chosen,
        "partner_type": pick("csr_activities", "partner_type", at),
        "vulnerable_helped": (0, 12, 1470, 3)[at % 4] + at // 4,
    }


def urgent_cases(at):
    channel = pick("urgent_cases", "channel", at)
    received = START + timedelta(days=13 * at, hours=7 * at, minutes=11 * at)
    return {
        "case_id": f"U69-{at + 1:05d}",
        "channel": channel,
        "category": pick("urgent_cases", "category", at) if channel == "ess" else None,
        "urgency": pick("urgent_cases", "urgency", at) if channel == "hotline" else None,
        "province": PLACES[at // 4],
        "received": received,
        "referred": None if at % 5 == 4 else received + timedelta(hours=5 * at, minutes=25),
    }


def career_participants(at):
    unit = list(UNITS)[at // 4]
    return {
        "participant": f"P{at + 1:03d}",
        "unit": unit,
        "kind": "settlement" if unit == "khok_pho" else "highland_centre",
        "province": UNITS[unit],
        "source": pick("career_participants", "source", at),
        "trained": pick("career_participants", "trained", at, blank_each=4),
        "problem": pick("career_participants", "problem", at),
        "need": pick("career_participants", "need", at),
        "activity": pick("career_participants", "activity", at),
    }


def homeless_housing(at):
    return {
        "province": list(REGIONS)[at],
        "rooms": 10 + 7 * at,
        "places": 25 + 14 * at,
        "need": (120, None, 0, 45)[at % 4],
    }


def community_welfare(at):
    done = ["yes" if step < 5 - at % 4 else "no" for step in range(5)]
    group = 40 + at if done[2] == "yes" else None
    return {
        "centre": f"ศูนย์คุ้มครองคนไร้ที่พึ่ง แห่งที่ {at + 1}",
        "province": list(REGIONS)[at],
        "area_selected": "yes",
        "profiled": done[1],
        "screened": done[2],
        "consulted": done[3],
        "implemented": done[4],
        "target_group": group,
        "improved": 20 + at if done[4] == "yes" else None,
    }


def highland_welfare(at):
    names = ("ดอยสะเก็ด", "แม่แตง", "อมก๋อย", "แม่สอด", "บ่อเกลือ", "ปัว")
    return {
        "centre": f"ศูนย์พัฒนาราษฎรบนพื้นที่สูง {names[at]}",
        "province": ("เชียงใหม่", "เชียงใหม่", "เชียงใหม่", "ตาก", "น่าน", "น่าน")[at],
        "participants": 30 + 4 * at,
        "committee": pick("highland_welfare", "committee", at),
        "ordered_on": None if at % 2 else date(2025, 11, 5) + timedelta(days=20 * at),
        "helped": None if at == 3 else 5 * at,
    }


def citizen_questions(at):
    asked = START + timedelta(days=17 * at, hours=3 * at, minutes=7 * at)
    return {
        "question_id": f"Q69-{at + 1:03d}",
        "asked": asked,
        "topic": ("เบี้ยยังชีพผู้สูงอายุ", "เงินอุดหนุนเด็กแรกเกิด", None)[at % 3],
        "unit": ("กองกิจการนิคมสร้างตนเอง", "กองบริการคนไร้ที่พึ่ง")[at % 2],
        "answered": None if at % 4 == 3 else asked + timedelta(days=at % 3, hours=2),
    }


def csr_training(at):
    answered = at % 4 != 2
    return {
        "participant": f"T{at + 1:03d}",
        "province": ("ขอนแก่น", "สงขลา")[at // 4],
        "pre": 8 + at % 5,
        "post": 13 + at % 6 if answered else None,
        **{f"s{item}": 3 + (at + item) % 3 if answered else None for item in range(1, 9)},
    }


def public_opinion(at):
    positive, negative = 40 + 3 * at, 5 + at
    return {
        "month": date(2025 + (at + 9) // 12, (at + 9) % 12 + 1, 1),
        "comments": positive + negative,
        "positive": positive,
        "negative": negative,
    }


MAKERS = {
    made.__name__: made
    for made in (
        csr_activities, urgent_cases, career_participants, homeless_housing, community_welfare, highland_welfare,
        citizen_questions, csr_training, public_opinion,
    )
}  # fmt: skip
