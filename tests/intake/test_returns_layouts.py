"""Files as offices send them: each is read to exactly the rows that its maker knows, or refused in words that help."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest
from declared import SCHEMAS, dataset
from returns_made import MANIFEST, as_loaded, make

from dsw_analysis.intake.options import accept, path_of, to_yaml
from dsw_analysis.intake.proposing import propose
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
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


def sorted_rows(frame, names):
    """Rows of a frame or records as plain tuples; the parts of a dataset come in the order of their names."""
    records = frame.to_dict("records") if isinstance(frame, pd.DataFrame) else frame
    return sorted((tuple(plain(record[name]) for name in names) for record in records), key=str)


def plain(value):
    if pd.isna(value):
        return None
    return pd.Timestamp(value).isoformat() if isinstance(value, date) else value


def completed(given, more):
    """The keys of a proposal with what a person has filled in."""
    return {
        **given,
        **{k: completed(given.get(k, {}), v) if isinstance(v, Mapping) else v for k, v in more.items()},
    }


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["id"])
def test_a_file_is_read_to_the_rows_that_its_maker_knows_or_not_at_all(entry, tmp_path):
    """After one acceptance at most; what is to be prepared or refused gets no proposal and loads nothing."""
    folder = tmp_path / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    file, kind = make(entry["id"], folder), dataset(entry["dataset"])
    problems = kind.check(ROUND, folder).problems
    if entry["expect"] == "read":
        assert not problems
    else:
        assert problems
        with pytest.raises(DataError):
            kind.load(ROUND, folder)
        found = propose(kind, ROUND, folder, file)
        if entry["expect"] != "accept":
            assert found is None
            return
        given = completed(found[0].given(), entry.get("completed", {}))
        path_of(file).write_text(to_yaml(given), encoding="utf-8")
        with pytest.raises(DataError):  # as long as nobody has accepted it
            kind.load(ROUND, folder)
        accept(file, "ผู้ตรวจ", date(2026, 4, 2))
    frame = kind.load(ROUND, folder)
    assert sorted_rows(frame, kind.names) == sorted_rows(as_loaded(entry["id"]), kind.names)
    if file.is_file():
        assert frame[kind.names[0]].astype(object).tolist() == [r[kind.names[0]] for r in as_loaded(entry["id"])]


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["id"])
def test_what_is_used_of_a_file_that_nobody_accepted_is_of_the_known_rows(entry, tmp_path):
    """`--accept-partial` takes rows without a problem: none may say another thing than its maker knows."""
    folder = tmp_path / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    make(entry["id"], folder)
    kind = dataset(entry["dataset"])
    try:
        frame = kind.load(ROUND, folder, accept_partial=True)
    except DataError:
        assert entry["expect"] != "read"
    else:
        known = sorted_rows(as_loaded(entry["id"]), kind.names)
        assert [row for row in sorted_rows(frame, kind.names) if row not in known] == []
