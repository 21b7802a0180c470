"""The printed figures as data: read whole or refused by row, and every computed number held to them."""

import shutil
from decimal import Decimal

import pytest
from conftest import ROOT, run_cells

from dsw_analysis.intake.published import COLUMNS, Published, differs
from dsw_analysis.problems import DataError

RAW = ROOT / "data" / "raw" / "2569-6m"


def written(folder, *rows, columns=COLUMNS):
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    (folder / "published.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_round_without_the_file_has_no_printed_figures(tmp_path):
    assert Published.of(tmp_path) == Published()


def test_every_figure_of_the_report_is_there_and_february_is_a_declared_blank():
    figures = Published.of(RAW).figures
    assert len(figures) == 133
    assert [id_ for id_, figure in figures.items() if figure.value is None] == ["public_opinion.positive.2569-02"]
    assert (figures["csr.linked_share"].value, figures["csr.linked_share"].has_fraction) == (Decimal("57.44"), True)
    assert all(figure.place and figure.cause is None for figure in figures.values())


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ([("a.b", "1,5", "", "", "", "", "", "", "")], COLUMNS, None),
        ([("a.b", "สิบ", "", "", "", "", "", "", "")], COLUMNS, "แถวที่ 2 คอลัมน์ “value”: พบ “สิบ”"),
        ([("a.b", 1, "", "", "", "", "", "", "")] * 2, COLUMNS, "แถวที่ 3 คอลัมน์ “id”: พบ “a.b”"),
        ([("", 1, "", "", "", "", "", "", "")], COLUMNS, "แถวที่ 2 คอลัมน์ “id”"),
        ([], COLUMNS[:-1], "คอลัมน์ “cause”"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_row(tmp_path, rows, columns, said):
    written(tmp_path, *rows, columns=columns)
    if said is None:  # a comma makes two cells of it: the value is 1
        assert Published.of(tmp_path).figures["a.b"].value == 1
        return
    with pytest.raises(DataError) as error:
        Published.of(tmp_path)
    assert said in str(error.value)
    assert "published.csv" in str(error.value)


@pytest.mark.parametrize(
    ("printed", "computed", "same"),
    [
        ("57.44", Decimal("57.44"), True),
        ("100", Decimal("100.00"), True),
        ("57.44", Decimal("57.45"), False),
        ("", None, True),
        ("", Decimal(0), False),
        ("0", None, False),
    ],
)
def test_a_number_is_the_printed_one_or_the_difference_is_named(tmp_path, printed, computed, same):
    figure = Published.of(written(tmp_path, ("a.b", printed, "", "", "", "", "", "", ""))).figures["a.b"]
    problem = differs("a.b", figure, computed)
    assert (problem is None) == same
    if problem is not None:
        assert problem.row == 2
        assert "a.b" in str(problem)
        assert "cause" in str(problem)


@pytest.fixture
def printed_round(copy):
    """The demonstration round with its print, in a folder that may change."""
    shutil.rmtree(copy.raw)
    shutil.copytree(RAW, copy.raw)
    return copy


def change(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def section_of(project, name):
    return run_cells(project.notebook(name), data_dir=str(project.root / "data" / "raw"))


def test_a_first_edition_that_computes_another_number_stops(printed_round):
    change(
        printed_round.raw / "published.csv", "public_opinion.comments.2569-01,7", "public_opinion.comments.2569-01,8"
    )
    with pytest.raises(DataError, match=r"public_opinion\.comments\.2569-01 ที่คำนวณได้คือ “7” แต่ฉบับพิมพ์คือ “8”"):
        section_of(printed_round, "public_opinion")


def test_a_restated_edition_lists_the_difference_with_its_cause(printed_round):
    path = printed_round.raw / "published.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    (place,) = (n for n, row in enumerate(rows) if row.startswith("public_opinion.comments.2569-01,"))
    rows[place] = rows[place].replace(",7,", ",8,") + "หน่วยงานแก้ยอดเดือนมีนาคม"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    shown = section_of(printed_round, "public_opinion")
    assert shown.section.restated == [
        {"id": "public_opinion.comments.2569-01", "printed": "8", "cause": "หน่วยงานแก้ยอดเดือนมีนาคม"}
    ]
    assert shown.section["public_opinion.comments.2569-01"].printed is None
    assert shown.section["public_opinion.comments.2569-01"].mark == "computed"


def test_a_printed_number_of_invented_rows_shows_only_the_fraction_that_is_printed(made):
    from dsw_analysis.findings.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger.from_records(made.document["findings"])
    assert ledger["csr.linked_share"].text("full") == "ร้อยละ 57.44 (1,470/2,559)"  # as printed
    assert ledger["restructuring.must_interpret_orders"].text("full") == "ร้อยละ 52"  # 13 of 25 is in no print
    marks = {
        id_: ledger[id_].mark for id_ in ("csr.linked", "csr.linked_share.chiang_mai", "five_year_plan.steps_overdue")
    }
    assert marks == {
        "csr.linked": "printed",
        "csr.linked_share.chiang_mai": "example",
        "five_year_plan.steps_overdue": "computed",
    }
