"""Invents numbers that keep a published total: apportionment, adjustment and seeded sources of chance."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from dsw_analysis.intake import thai

PROVINCES = tuple(province.name_th for province in thai.provinces())
BANGKOK = thai.parse_province("bangkok").name_th
OUTSIDE_BANGKOK = tuple(name for name in PROVINCES if name != BANGKOK)

_BUSY = {
    slug: weight
    for weight, slugs in {
        6.0: ("bangkok",),
        2.4: ("nakhon_ratchasima", "chiang_mai", "khon_kaen", "chon_buri", "songkhla"),
        1.7: ("ubon_ratchathani", "udon_thani", "nonthaburi", "pathum_thani", "samut_prakan", "surat_thani"),
    }.items()
    for slug in slugs
}


def chance(dataset: str) -> random.Random:
    """Source of chance of one dataset: adding a dataset does not change the others."""
    return random.Random(f"dsw-analysis/2569-6m/{dataset}")


def province_weights(rng: random.Random, names: Sequence[str]) -> list[float]:
    """Uneven weights, larger where more people live."""
    return [_BUSY.get(thai.parse_province(name).slug, 1.0) * rng.lognormvariate(0, 0.32) for name in names]


def apportion(total: int, weights: Sequence[float], *, least: int = 0) -> list[int]:
    """Whole numbers in proportion to ``weights`` (largest remainders), each at least ``least``, that make ``total``."""
    free = total - least * len(weights)
    shares = [free * weight / sum(weights) for weight in weights]
    parts = [least + int(share) for share in shares]
    by_remainder = sorted(range(len(weights)), key=lambda at: int(shares[at]) - shares[at])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def settle(values: list[int], total: int, low: Sequence[int], high: Sequence[int], rng: random.Random) -> list[int]:
    """Move values by ones, each within its bounds, until they make ``total``."""
    values = list(values)
    while (step := (total > sum(values)) - (total < sum(values))) != 0:
        at = rng.randrange(len(values))
        if low[at] <= values[at] + step <= high[at]:
            values[at] += step
    return values


def exactly(counts: Mapping[str, int], rng: random.Random) -> list[str]:
    """Each key as often as its count says, shuffled."""
    items = [key for key, count in counts.items() for _ in range(count)]
    rng.shuffle(items)
    return items


def pick(rng: random.Random, weights: Mapping[str, float]) -> str:
    """One key by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def thai_stamp(moment: datetime) -> str:
    """``13/02/2569 14:05``."""
    return f"{moment:%d/%m}/{moment.year + 543} {moment:%H:%M}"


def thai_day(moment: datetime) -> str:
    """``13/02/2569``."""
    return f"{moment:%d/%m}/{moment.year + 543}"
