"""Files as offices send them: each is read to exactly the rows that its maker knows, or refused in words that help."""

from collections import Counter
from pathlib import Path

import yaml
from declared import SCHEMAS

MANIFEST = yaml.safe_load((Path(__file__).parent.parent / "data" / "layouts.yaml").read_text(encoding="utf-8"))
EXPECTED = ("read", "accept", "prepare", "refuse")


def test_the_manifest_has_two_files_of_each_kind_and_most_are_read_after_one_acceptance():
    assert len({entry["id"] for entry in MANIFEST}) == len(MANIFEST) >= 40
    assert set(Counter(entry["kind"] for entry in MANIFEST).values()) == {2}
    expected = Counter(entry["expect"] for entry in MANIFEST)
    assert set(expected) == set(EXPECTED)
    assert expected["accept"] >= 28
    assert (expected["accept"] + expected["read"]) * 40 >= 28 * len(MANIFEST)


def test_an_entry_of_the_manifest_says_what_a_test_needs():
    for entry in MANIFEST:
        assert {"id", "kind", "dataset", "file", "did", "expect", "rows"} <= set(entry), entry["id"]
        assert set(entry) <= {"id", "kind", "dataset", "file", "did", "expect", "rows", "says", "beside", "completed"}
        assert entry["dataset"] in SCHEMAS and entry["rows"] > 0
        assert ("says" in entry) == (entry["expect"] in ("prepare", "refuse")), entry["id"]
        assert ("completed" not in entry) or entry["expect"] == "accept"
