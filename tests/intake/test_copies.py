"""Checked copies: a second load gives the same frame faster, and nothing that happens to a copy changes a result."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import FULL
from declared import DATASETS, dataset
from pandas.testing import assert_frame_equal

from dsw_analysis.intake import copies
from dsw_analysis.intake import files as sources
from dsw_analysis.intake.judging import Judge
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
ROUND = Round.parse("2569-6m")
MODULE = sys.modules["dsw_analysis.intake.dataset"]
CSR = dataset("csr_activities")


@pytest.fixture
def raw(tmp_path):
    """The round's raw files in a data folder of their own."""
    return Path(shutil.copytree(RAW, tmp_path / "data" / "raw" / "2569-6m"))


@pytest.fixture
def small(monkeypatch):
    """Parts, blocks and row groups so small that a real file has many."""
    monkeypatch.setattr(MODULE, "PART", 300)
    monkeypatch.setattr(copies, "BLOCK", 700)
    monkeypatch.setattr(copies, "GROUP", 50)


@pytest.fixture
def plain(tmp_path):
    """The same files in a folder that is no round's, so that no copy is kept or used."""
    return Path(shutil.copytree(RAW, tmp_path / "ที่อื่น"))


def kept(raw):
    folder = raw.parents[1] / "checked" / raw.name
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def unjudged(monkeypatch):
    """From here on, judging a file is an error."""

    def refuse(*_):
        raise AssertionError("the file was judged again")

    monkeypatch.setattr(Judge, "add", refuse)


def same(found, wanted):
    assert_frame_equal(found, wanted)
    assert found.attrs["source"] == wanted.attrs["source"]


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_second_load_is_the_first_without_judging(kind, raw, plain, monkeypatch):
    without = kind.load(ROUND, plain)
    assert kept(plain) == []
    first = kind.load(ROUND, raw)
    assert len(kept(raw)) == 1
    unjudged(monkeypatch)
    second = kind.load(ROUND, raw)
    same(first, without)
    same(second, without)
    with pytest.raises(AssertionError, match="judged again"):
        kind.load(ROUND, plain)


@pytest.mark.parametrize(
    "province", ["กรุงเทพมหานคร", "ตาก", "อำนาจเจริญ", "ไม่มีจังหวัดนี้"] if FULL else ["ตาก", "ไม่มีจังหวัดนี้"]
)
@pytest.mark.parametrize("columns", [None, ("held_on", "activity_id"), ("province",)])
def test_province_and_columns_are_those_of_the_whole_frame(province, columns, raw, plain, small):
    whole = CSR.load(ROUND, plain)
    wanted = whole[whole["province"].astype("str") == province]
    wanted = wanted if columns is None else wanted[list(columns)]
    for folder in (plain, raw, raw):  # without a copy, with the copy being made, from the copy
        found = CSR.load(ROUND, folder, province=province, columns=columns)
        assert_frame_equal(found, wanted, check_index_type=False)
        source = found.attrs["source"]
        assert (source.rows, source.province) == (len(whole), province)
    assert_frame_equal(CSR.load(ROUND, raw, columns=columns), whole if columns is None else whole[list(columns)])


def test_one_province_is_read_from_few_row_groups(raw, small):
    CSR.load(ROUND, raw)
    (name,) = kept(raw)
    with pq.ParquetFile(raw.parents[1] / "checked" / raw.name / name) as file:
        blocks = [14, 14, 14, 10]  # 2,559 rows: three blocks of 700 or a little more, parts being whole
        assert file.metadata.num_row_groups >= sum(blocks)
        found = copies._groups(file, copies.province_code("ตาก"))
    assert 1 <= len(found) <= 3 * len(blocks)


def test_unknown_column_and_missing_province_column_are_errors(raw):
    with pytest.raises(KeyError, match="no column 'nothing'"):
        CSR.load(ROUND, raw, columns=["nothing"])
    for _ in range(2):
        with pytest.raises(KeyError, match="no column 'province'"):
            dataset("knowledge_works").load(ROUND, raw, province="ตาก")


def test_changed_file_is_judged_anew_and_its_old_copy_goes(raw):
    kind = dataset("public_opinion")
    before = kind.load(ROUND, raw)
    old = kept(raw)
    dataset("csr_training").load(ROUND, raw)
    dataset("csr_training_summary").load(ROUND, raw)
    path = raw / "public_opinion.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert len(kind.load(ROUND, raw)) == len(before) - 1
    kinds = [name.partition("-")[0] for name in kept(raw)]
    assert kinds == ["csr_training", "csr_training_summary", "public_opinion"]
    assert old[0] not in kept(raw)


def test_copy_depends_on_registry_schema_and_code(raw, monkeypatch):
    survey = dataset("restructuring_survey")
    survey.load(ROUND, raw)
    old = kept(raw)
    replace(survey, title="ชื่ออื่น").load(ROUND, raw)
    assert len(kept(raw)) == len(old) and kept(raw) != old
    monkeypatch.setattr(copies, "code_hash", lambda: "other code")
    old = kept(raw)
    survey.load(ROUND, raw)
    assert len(kept(raw)) == len(old) and kept(raw) != old
    path = raw / f"{dataset('restructuring_units').stem}.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[dataset("restructuring_units").sheet] if dataset("restructuring_units").sheet else book.worksheets[0]
    page.cell(page.max_row, 1).value = "หน่วยงานอื่น"
    book.save(path)
    with pytest.raises(DataError, match="ทะเบียน"):
        survey.load(ROUND, raw)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_cut_copy_is_not_used_and_written_anew(share, raw, plain, small):
    wanted = CSR.load(ROUND, plain)
    CSR.load(ROUND, raw)
    (name,) = kept(raw)
    path = raw.parents[1] / "checked" / raw.name / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    same(CSR.load(ROUND, raw), wanted)
    assert path.read_bytes() == whole


def test_flipped_bits_never_change_a_result(raw, plain):
    kind = dataset("public_opinion")
    wanted = kind.load(ROUND, plain)
    kind.load(ROUND, raw)
    (name,) = kept(raw)
    path = raw.parents[1] / "checked" / raw.name / name
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        same(kind.load(ROUND, raw), wanted)


def edited(path):
    """Change a value of a copy as somebody would with pandas or pyarrow, all that it says of itself kept."""
    about = pq.read_metadata(path).metadata
    table = pq.read_table(path)
    at = table.column_names.index("negative")
    table = table.set_column(at, table.schema.field(at), pc.add(table["negative"], 1).cast(table.schema.types[at]))
    table = table.replace_schema_metadata({b"dsw_analysis": about[b"dsw_analysis"]})
    pq.write_table(table, path)


def test_a_copy_edited_by_hand_is_not_used_and_goes(raw, plain):
    kind = dataset("public_opinion")
    wanted = kind.load(ROUND, plain)
    kind.load(ROUND, raw)
    (name,) = kept(raw)
    path = raw.parents[1] / "checked" / raw.name / name
    whole = path.read_bytes()
    edited(path)
    # The edit would be believed but for its hash: what the copy says of itself is as it was.
    key = name.split("-")[1]
    about = json.loads(pq.read_metadata(path).metadata[b"dsw_analysis"])
    assert about["key"].startswith(key) and path.read_bytes() != whole
    same(kind.load(ROUND, raw), wanted)
    assert kept(raw) == [name] and path.read_bytes() == whole
    # Neither under another name, though beside the good one.
    path.with_name(f"public_opinion-{key}-{'0' * 64}.parquet").write_bytes(whole + b" ")
    path.with_name(f"public_opinion-{key}.parquet").write_bytes(whole)
    same(kind.load(ROUND, raw), wanted)


def test_a_source_names_all_that_was_read_with_its_hash(raw, plain):
    units = f"{dataset('restructuring_units').stem}.xlsx"
    for folder in (plain, raw, raw):  # without a copy, with the copy being made, from the copy
        source = dataset("restructuring_survey").load(ROUND, folder).attrs["source"]
        names = {source.file, units, "datapackage.json"}
        assert source.read == {name: hashlib.sha256((RAW / name).read_bytes()).hexdigest() for name in names}
        assert source.read[source.file] == source.sha256


def test_a_file_replaced_while_it_is_read_is_refused_even_by_one_of_the_same_size_and_time(raw, monkeypatch):
    path = raw / "public_opinion.csv"
    status = path.stat()
    read = sources.read_text

    def replaced(*arguments, **options):
        yield from read(*arguments, **options)
        content = path.read_bytes()
        other = path.with_name("other")
        other.write_bytes(content[:-3] + content[-3:].translate(bytes.maketrans(b"12345678", b"23456781")))
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(path)

    monkeypatch.setattr(sources, "read_text", replaced)
    with pytest.raises(DataError) as caught:
        dataset("public_opinion").load(ROUND, raw)
    assert [p.code for p in caught.value.problems] == ["changed_file"]
    assert path.stat().st_size == status.st_size and path.stat().st_mtime_ns == status.st_mtime_ns
    assert kept(raw) == []


def test_copy_of_another_file_is_not_used(raw, plain):
    CSR.load(ROUND, raw)
    (name,) = kept(raw)
    path = raw / "csr_activities.csv"
    path.write_bytes(path.read_bytes().rstrip().rpartition(b"\n")[0] + b"\n")
    CSR.load(ROUND, raw)
    folder = raw.parents[1] / "checked" / raw.name
    (now,) = kept(raw)
    (folder / now).rename(folder / name)
    shutil.copy(RAW / path.name, path)
    same(CSR.load(ROUND, raw), CSR.load(ROUND, plain))


def test_place_that_cannot_be_written_only_costs_time(raw, plain):
    (raw.parents[1] / "checked").write_text("a file where the folder should be", encoding="utf-8")
    for _ in range(2):
        same(CSR.load(ROUND, raw), CSR.load(ROUND, plain))


def test_full_disk_only_costs_time(raw, plain, small, monkeypatch):
    written = []

    def add(self, frame):
        written.append(frame)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copies.Writer, "add", add)
    same(CSR.load(ROUND, raw), CSR.load(ROUND, plain))
    assert len(written) == 3 and kept(raw) == []


def test_file_with_problems_leaves_no_copy(raw):
    path = raw / "csr_activities.csv"
    path.write_bytes(path.read_bytes().replace("บริษัทเอกชน".encode(), "บริษัท".encode(), 1))
    with pytest.raises(DataError):
        CSR.load(ROUND, raw)
    partial = CSR.load(ROUND, raw, accept_partial=True)
    assert (len(partial), partial.attrs["source"].refused) == (2558, 1)
    assert kept(raw) == []


def test_file_that_changes_while_it_is_judged_leaves_no_copy(raw, monkeypatch):
    monkeypatch.setattr(MODULE, "hashes", lambda paths, _: {path.name: "0" * 64 for path in paths})
    assert len(CSR.load(ROUND, raw)) == 2559
    assert kept(raw) == []


def test_link_is_refused_though_there_is_a_copy(raw, tmp_path):
    CSR.load(ROUND, raw)
    path = raw / "csr_activities.csv"
    try:
        (tmp_path / "link").symlink_to(path.rename(tmp_path / "elsewhere.csv"))
        (tmp_path / "link").rename(path)
    except OSError as error:
        pytest.skip(f"cannot be made on this system: {error}")
    with pytest.raises(DataError, match="ทางลัด"):
        CSR.load(ROUND, raw)


def load_rows(folder):
    return len(CSR.load(ROUND, Path(folder)))


def test_several_processes_may_write_at_once(raw):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(load_rows, [str(raw)] * 6) == [2559] * 6
    assert len(kept(raw)) == 1
