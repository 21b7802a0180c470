"""Answers of units and of trainees, invented within the published shares."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from files import SCHEMAS, Row, Table
from spread import OUTSIDE_BANGKOK, chance, settle

# Published: units of each kind.
_UNITS = {"settlement": 12, "highland_centre": 9, "shelter": 4}

# How often each answer (best first, as the questionnaire lists them) was given by settlements, highland centres and
# shelters. Only the total behind the published share is real; its split and the other answers are invented.
_ANSWERS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "written_orders": ((12, 0, 0, 0), (9, 0, 0, 0), (4, 0, 0, 0)),
    "admin_in_one_division": ((12, 0, 0), (8, 1, 0), (4, 0, 0)),
    "resources_shared": ((6, 5, 1), (3, 4, 2), (3, 1, 0)),
    "budget_on_target": ((12, 0, 0), (8, 1, 0), (4, 0, 0)),
    "mission_continuity": ((12, 0, 0), (9, 0, 0), (4, 0, 0)),
    "single_report_dataset": ((8, 3, 1), (4, 3, 2), (4, 0, 0)),
    "must_interpret_orders": ((1, 5, 4, 2), (0, 3, 4, 2), (1, 2, 1, 0)),
    "head_understands_all": ((11, 1, 0), (8, 1, 0), (4, 0, 0)),
    "staff_understand_part": ((5, 5, 2), (3, 3, 3), (2, 1, 1)),
    "partly_interchangeable": ((2, 9, 1), (1, 7, 1), (1, 2, 1)),
    "admin_workload_up": ((1, 5, 4, 2), (0, 2, 4, 3), (1, 2, 1, 0)),
    "admin_cost_down": ((6, 4, 1, 1), (2, 4, 2, 1), (3, 1, 0, 0)),
    "partners_not_informed": ((9, 2, 1), (5, 3, 1), (3, 1, 0)),
    "no_new_partnerships": ((4, 4, 4), (2, 1, 6), (2, 1, 1)),
}

_PROBLEMS = {
    "orders": (
        "คำสั่งจากแต่ละกองซ้ำซ้อนกัน ต้องสอบถามก่อนปฏิบัติ",
        "หนังสือสั่งการจากส่วนกลางขัดแย้งกันระหว่างกอง",
        "แนวทางจากส่วนกลางยังไม่ชัดเจน ต้องตีความเอง",
    ),
    "reports": (
        "ต้องรายงานข้อมูลชุดเดียวกันหลายระบบ",
        "แบบรายงานของแต่ละกองไม่เหมือนกัน รวมข้อมูลยาก",
    ),
    "knowledge": (
        "เจ้าหน้าที่ยังไม่เข้าใจภารกิจใหม่ครบทุกด้าน",
        "เจ้าหน้าที่ทำงานแทนกันได้บางฝ่าย เมื่อมีผู้ลางานล่าช้า",
        "ยังขาดความรู้ด้านการคุ้มครองและจัดสวัสดิการ",
    ),
    "workload": (
        "งานบริหารทั่วไปเพิ่มขึ้น แต่อัตรากำลังเท่าเดิม",
        "ภาระงานพัสดุและการเงินเพิ่มขึ้นจากการรวมภารกิจ",
    ),
    "resources": (
        "ยานพาหนะและวัสดุไม่เพียงพอต่อการลงพื้นที่",
        "งบประมาณมาล่าช้าและแยกตามกอง",
    ),
    "partners": (
        "ภาคีเครือข่ายยังติดต่อตามช่องทางเดิม",
        "หน่วยงานในพื้นที่ยังไม่ทราบโครงสร้างใหม่",
    ),
}
_SUGGESTIONS = {
    "orders": (
        "ควรให้กองร่วมกันออกคำสั่งเป็นฉบับเดียว",
        "ขอให้ส่วนกลางกำหนดผู้ประสานงานหลักเพียงจุดเดียว",
    ),
    "reports": ("ควรใช้แบบรายงานกลางร่วมกันทุกกอง", "ขอให้เชื่อมโยงระบบรายงานเป็นระบบเดียว"),
    "knowledge": ("ควรจัดอบรมข้ามภารกิจให้เจ้าหน้าที่", "ขอคู่มือการปฏิบัติงานของภารกิจใหม่"),
    "workload": ("ขออัตรากำลังเพิ่มในฝ่ายบริหารทั่วไป", "ควรทบทวนกรอบอัตรากำลังให้เหมาะกับภาระงาน"),
    "resources": ("ควรจัดสรรงบประมาณเป็นก้อนเดียวตามหน่วยงาน", "ขอสนับสนุนยานพาหนะสำหรับลงพื้นที่"),
    "partners": ("ควรประชาสัมพันธ์โครงสร้างใหม่แก่ภาคีเครือข่าย",),
}


def restructuring_survey() -> Table:
    """25 units and their fourteen answers; units under more strain tend to give the more troubling ones."""
    rng = chance("restructuring_survey")
    schema = SCHEMAS["restructuring_survey"]
    rows: list[dict[str, object]] = []
    for place, (kind, number) in enumerate(_UNITS.items()):
        units: list[dict[str, object]] = [
            {
                "unit": name,
                "kind": kind,
                "answered_on": date(2026, 1, 12) + timedelta(days=rng.choice((0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14))),
            }
            for name in _names(kind, number)
        ]
        strain = [rng.gauss(0, 1) for _ in units]
        for question in (column for column in schema.columns if column.statement):
            counts = _ANSWERS[question.name][place]
            answers = [code for code, count in zip(question.codes, counts, strict=True) for _ in range(count)]
            order = sorted(range(number), key=lambda at: strain[at] + rng.gauss(0, 0.8))
            for at, answer in zip(order, answers, strict=True):
                units[at][question.name] = answer
        for unit in units:
            _say(unit, rng)
        rows += units
    titles = (
        "แบบติดตามและประเมินผลการปรับปรุงโครงสร้างภารกิจและอัตรากำลังของหน่วยงานที่ยุบเลิก",
        "หน่วยงานที่ตอบ 25 แห่ง ปีงบประมาณ พ.ศ. ๒๕๖๙",
    )
    return Table(dataset=schema, rows=rows, titles=titles)


def restructuring_units() -> Table:
    """Every unit that was asked, under the names of the answers."""
    rows = [{"unit": unit, "kind": kind} for kind, number in _UNITS.items() for unit in _names(kind, number)]
    titles = ("ทะเบียนหน่วยงานที่ส่งแบบติดตามการปรับปรุงโครงสร้าง",)
    return Table(dataset=SCHEMAS["restructuring_units"], rows=rows, titles=titles)


def _names(kind: str, number: int) -> list[str]:
    kinds = SCHEMAS["restructuring_units"]["kind"].codes
    return [f"{kinds[kind]} แห่งที่ {n}" for n in range(1, number + 1)]


def _say(unit: dict[str, object], rng: random.Random) -> None:
    """Free text on what the unit's own answers point at, or on nothing."""
    themes = {
        "orders": unit["must_interpret_orders"] in {"often", "sometimes"},
        "reports": unit["single_report_dataset"] != "one_set",
        "knowledge": unit["staff_understand_part"] == "some_missions",
        "workload": unit["admin_workload_up"] in {"more", "much_more"},
        "resources": unit["resources_shared"] == "separately",
        "partners": unit["partners_not_informed"] != "fully",
    }
    pointed = [theme for theme, holds in themes.items() if holds] or ["resources"]
    named = rng.sample(pointed, min(len(pointed), rng.choices((0, 1, 2), (20, 50, 30))[0]))
    unit["problems"] = " และ".join(rng.choice(_PROBLEMS[theme]) for theme in named) or None
    if rng.random() < 0.75:
        unit["suggestions"] = rng.choice(_SUGGESTIONS[rng.choice(named or pointed)])


# Published: 92 trainees of 76 provinces; E.I. = 0.8115; satisfaction 86.75 %.
_TRAINEES, _RATED = 92, 90
# (1650 - 832) / (92 * 20 - 832) = 0.81151; the smaller sum makes an entry test of 9.0 of 20 on average.
_PRE_TOTAL, _POST_TOTAL = 832, 1650
# 3123 / (90 * 8 * 5) = 86.75 % exactly.
_RATING_TOTAL = 3123
_ITEM_MEANS = (4.4, 4.55, 4.25, 4.35, 4.0, 4.2, 4.5, 4.45)


def csr_training() -> Table:
    """Trainees with both scores; two of them left the satisfaction form blank."""
    rng = chance("csr_training")
    schema = SCHEMAS["csr_training"]
    full = int(schema["post"].le or 0)
    items = [column.name for column in schema.columns if column.group]
    places = [*OUTSIDE_BANGKOK, *rng.sample(OUTSIDE_BANGKOK, _TRAINEES - len(OUTSIDE_BANGKOK))]
    places.sort(key=OUTSIDE_BANGKOK.index)
    skill = [rng.gauss(0, 1) for _ in places]
    pre = [min(16, max(3, round(9 + 2.3 * s + rng.gauss(0, 1.2)))) for s in skill]
    pre = settle(pre, _PRE_TOTAL, [3] * _TRAINEES, [16] * _TRAINEES, rng)
    post = [min(full, max(11, round(17.9 + 0.9 * s + rng.gauss(0, 1.3)))) for s in skill]
    post = settle(post, _POST_TOTAL, [11] * _TRAINEES, [full] * _TRAINEES, rng)
    ratings = _ratings(rng)
    silent = set(rng.sample(range(_TRAINEES), _TRAINEES - _RATED))
    rows: list[Row] = []
    for at, place in enumerate(places):
        answers = [] if at in silent else ratings.pop()
        rows.append(
            {
                "participant": f"P{at + 1:03d}",
                "province": place,
                "pre": pre[at],
                "post": post[at],
                **dict(zip(items, answers, strict=False)),
            }
        )
    titles = ("ผลการอบรมศูนย์ CSR จังหวัด", "คะแนนเต็ม ๒๐ คะแนน ความพึงพอใจ ๕ ระดับ")
    return Table(dataset=schema, rows=rows, titles=titles)


def _ratings(rng: random.Random) -> list[list[int]]:
    """Ratings of the trainees who gave any, item by item."""
    flat = []
    for _ in range(_RATED):
        mood = rng.gauss(0, 0.45)
        flat += [min(5, max(2, round(mean + mood + rng.gauss(0, 0.45)))) for mean in _ITEM_MEANS]
    flat = settle(flat, _RATING_TOTAL, [2] * len(flat), [5] * len(flat), rng)
    width = len(_ITEM_MEANS)
    return [flat[at : at + width] for at in range(0, len(flat), width)]
