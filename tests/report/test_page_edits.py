"""Random edits of finished pages: verify finds all of them; the audit, alone, those of which the ledger says enough."""

import random
import shutil

import pytest
from conftest import FULL
from page_edits import EDITS, edited

from dsw_analysis.report.audit import Audit
from dsw_analysis.run.manifest import verify

FOUND_BY_AUDIT = {
    "digit": True,
    "swapped cells": True,
    "swapped labels": True,
    "status word": True,
    "mark removed": True,
    "picture": True,
    "attribute": True,
    "link": True,
    "policy": True,
    "invented sentence": False,  # a sentence without a number is not in the ledger
}
"""Class of edits -> whether the audit alone must find it; verify must find every one."""

EACH = 100 if FULL else 20


@pytest.fixture(scope="module")
def pages(made):
    return {p.relative_to(made.out).as_posix(): p.read_text(encoding="utf-8") for p in made.out.glob("sections/*.html")}


@pytest.fixture(scope="module")
def audit(made):
    return Audit(made.document)


def test_every_class_has_its_detector():
    assert FOUND_BY_AUDIT.keys() == EDITS.keys()


@pytest.mark.parametrize("name", EDITS)
def test_edits_are_found(made, tmp_path, pages, audit, name):
    out = tmp_path / made.out.name
    shutil.copytree(made.out, out)
    rng = random.Random(name)
    missed, last = [], {}
    for _ in range(EACH):
        path, html = edited(pages, name, rng)
        last[path] = html
        if FOUND_BY_AUDIT[name] and not audit.slips(html):
            missed.append((path, html))
    assert len(missed) == 0, [_difference(pages[path], html) for path, html in missed]
    for path, html in last.items():  # at once: whatever an edit is, verify looks at bytes
        (out / path).write_text(html, encoding="utf-8", newline="")
    assert [(d.file, d.kind) for d in verify(out)] == [(path, "changed") for path in sorted(last)]
    for path in last:
        (out / path).write_text(pages[path], encoding="utf-8", newline="")
    assert verify(out) == []


def _difference(old, new):
    place = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    return old[place - 80 : place + 40], new[place - 80 : place + 40]
