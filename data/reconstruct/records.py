"""Long lists of records, invented within the published totals: CSR activities and urgent cases."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from files import SCHEMAS, Row, Table
from spread import (
    OUTSIDE_BANGKOK,
    PROVINCES,
    apportion,
    chance,
    exactly,
    pick,
    province_weights,
    thai_day,
    thai_stamp,
)

_FIRST_DAY = datetime(2025, 10, 1)
_DAYS = [_FIRST_DAY + timedelta(days=n) for n in range(182)]

# Totals of the printed report.
_ACTIVITIES, _LINKED, _VULNERABLE = 2559, 1470, 158
_ESS = {"threat_of_harm": 958, "detention": 167, "sexual_abuse_risk": 142, "disturbed_person": 590, "gathering": 497}
_HOTLINE = {"most_urgent": 90, "urgent": 21, "moderate": 178, "normal": 1790}
_SOCIAL_MEDIA = 1478

_AREA_WEIGHTS = {
    "social_service": 30.0,
    "education": 22.0,
    "health": 17.0,
    "occupation": 13.0,
    "housing": 9.0,
    "recreation": 6.0,
    "justice": 3.0,
}
_SDG_WEIGHTS = {
    "social_service": {"sdg01": 6.0, "sdg02": 3.0, "sdg10": 4.0, "sdg17": 2.0, "sdg12": 0.4},
    "education": {"sdg04": 8.0, "sdg10": 2.0, "sdg17": 1.0, "sdg09": 0.5, "sdg05": 0.7},
    "health": {"sdg03": 8.0, "sdg06": 1.5, "sdg02": 1.0, "sdg13": 0.3},
    "occupation": {"sdg08": 7.0, "sdg01": 4.0, "sdg12": 1.0, "sdg05": 0.8},
    "housing": {"sdg11": 7.0, "sdg01": 3.0, "sdg07": 0.7, "sdg13": 0.5},
    "recreation": {"sdg03": 4.0, "sdg11": 2.0, "sdg17": 1.0, "sdg15": 1.0, "sdg14": 0.5},
    "justice": {"sdg16": 8.0, "sdg05": 3.0, "sdg10": 2.0},
}
_PARTNER_WEIGHTS = {
    "social_service": {"company": 30, "state_enterprise": 9, "foundation": 24, "local_government": 17, "community": 20},
    "education": {"company": 34, "state_enterprise": 14, "foundation": 18, "local_government": 8, "community": 26},
    "health": {"company": 22, "state_enterprise": 8, "foundation": 30, "local_government": 24, "community": 16},
    "housing": {"company": 38, "state_enterprise": 10, "foundation": 15, "local_government": 27, "community": 10},
}
_OTHER_PARTNERS = {"company": 36, "state_enterprise": 10, "foundation": 17, "local_government": 17, "community": 20}
# October to March; December is the season of giving, January has Children's Day.
_CSR_MONTHS = {10: 0.6, 11: 0.8, 12: 1.35, 1: 1.3, 2: 1.05, 3: 0.9}


def csr_activities() -> Table:
    """2,559 activities, 1,470 of them linked to a welfare area and to SDGs."""
    rng = chance("csr_activities")
    counts = apportion(_ACTIVITIES, province_weights(rng, OUTSIDE_BANGKOK), least=7)
    places = exactly(dict(zip(OUTSIDE_BANGKOK, counts, strict=True)), rng)
    weights = [_CSR_MONTHS[day.month] * (0.35 if day.weekday() >= 5 else 1.0) for day in _DAYS]
    days = sorted(rng.choices(_DAYS, weights, k=_ACTIVITIES))
    linked = set(rng.sample(range(_ACTIVITIES), _LINKED))
    helped = dict.fromkeys(rng.sample(sorted(linked), 97), 1)
    for at in rng.choices(sorted(helped), k=_VULNERABLE - len(helped)):
        helped[at] += 1
    rows: list[Row] = []
    for at, (day, place) in enumerate(zip(days, places, strict=True)):
        area, sdgs = _links(rng, complete=at in linked)
        rows.append(
            {
                "activity_id": f"CSR69-{at + 1:04d}",
                "held_on": thai_day(day),
                "province": place,
                "welfare_area": area,
                "sdgs": sdgs,
                "partner_type": pick(rng, _PARTNER_WEIGHTS.get(area or "", _OTHER_PARTNERS)),
                "vulnerable_helped": helped.get(at, 0),
            }
        )
    return Table(dataset=SCHEMAS["csr_activities"], rows=rows)


def _links(rng: random.Random, *, complete: bool) -> tuple[str | None, tuple[str, ...]]:
    """Welfare area and SDGs: both, or at most one of the two."""
    area = pick(rng, _AREA_WEIGHTS)
    goals = {pick(rng, _SDG_WEIGHTS[area]) for _ in range(rng.choices((1, 2, 3), (55, 33, 12))[0])}
    if complete:
        return area, tuple(sorted(goals))
    kept = pick(rng, {"area": 0.38, "sdgs": 0.14, "neither": 0.48})
    return (area if kept == "area" else None), (tuple(sorted(goals)) if kept == "sdgs" else ())


# Relative number of reports in each hour from midnight on, and in each month from October on.
_HOURS = {
    "ess": (5, 4, 3, 2, 2, 2, 3, 4, 5, 6, 6, 6, 7, 6, 6, 6, 7, 8, 10, 12, 13, 12, 10, 7),
    "hotline": (2, 1, 1, 1, 1, 1, 2, 4, 9, 12, 12, 11, 8, 10, 11, 10, 9, 7, 5, 5, 4, 4, 3, 2),
    "social_media": (1, 1, 0.5, 0.5, 0.5, 1, 3, 6, 10, 11, 10, 9, 8, 8, 8, 8, 7, 6, 6, 7, 7, 6, 4, 2),
}
_MONTHS = {
    "ess": {10: 0.9, 11: 0.85, 12: 1.15, 1: 1.05, 2: 0.95, 3: 1.1},
    "hotline": {10: 1.1, 11: 1.05, 12: 0.85, 1: 0.95, 2: 1.0, 3: 1.05},
    "social_media": {10: 0.7, 11: 0.85, 12: 1.0, 1: 1.05, 2: 1.15, 3: 1.25},
}
# Median and spread (of the logarithm) of the minutes until a report is passed on.
_WAITS = {
    "threat_of_harm": (24, 0.8),
    "detention": (19, 0.7),
    "sexual_abuse_risk": (21, 0.75),
    "disturbed_person": (28, 0.85),
    "gathering": (41, 0.9),
    "most_urgent": (17, 0.7),
    "urgent": (38, 0.8),
    "moderate": (115, 0.85),
    "normal": (265, 0.9),
    "social_media": (170, 1.0),
}
_DAY_MINUTES = 24 * 60


def urgent_cases() -> Table:
    """5,911 reports by channel and kind, every one passed on within 24 hours."""
    rng = chance("urgent_cases")
    weights = {channel: province_weights(rng, PROVINCES) for channel in _HOURS}
    kinds = [("ess", kind) for kind in exactly(_ESS, rng)]
    kinds += [("hotline", kind) for kind in exactly(_HOTLINE, rng)]
    kinds += [("social_media", "social_media")] * _SOCIAL_MEDIA
    cases = []
    for channel, kind in kinds:
        received = _moment(rng, channel)
        referred = received + timedelta(minutes=_wait(rng, kind))
        province = rng.choices(PROVINCES, weights[channel])[0]
        cases.append((received, referred, channel, kind, province))
    rows: list[Row] = [
        {
            "case_id": f"U69-{n:05d}",
            "channel": channel,
            "category": kind if channel == "ess" else None,
            "urgency": kind if channel == "hotline" else None,
            "province": province,
            "received": thai_stamp(received),
            "referred": thai_stamp(referred),
        }
        for n, (received, referred, channel, kind, province) in enumerate(sorted(cases), start=1)
    ]
    return Table(dataset=SCHEMAS["urgent_cases"], rows=rows)


def _moment(rng: random.Random, channel: str) -> datetime:
    weights = [_MONTHS[channel][day.month] for day in _DAYS]
    day = rng.choices(_DAYS, weights)[0]
    hour = rng.choices(range(24), _HOURS[channel])[0]
    return day + timedelta(hours=hour, minutes=rng.randrange(60))


def _wait(rng: random.Random, kind: str) -> int:
    """Minutes, drawn again until they fall within a day."""
    median, spread = _WAITS[kind]
    while (minutes := round(rng.lognormvariate(math.log(median), spread))) > _DAY_MINUTES:
        pass
    return minutes
