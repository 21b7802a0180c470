"""The example notebook of social return against fractions, R's geometric series, and its own files."""

import ast
import csv
import io
import json
from fractions import Fraction

import pytest
from conftest import ROOT
from stats_references import close, rows

EXAMPLES = ROOT / "data" / "examples"
NOTEBOOK = ROOT / "notebooks" / "example_sroi.ipynb"

# quantity, proxy, then in per cent deadweight, attribution, displacement and drop-off, and years
JOB = ("job", 10, 1000, 20, 25, 0, 10, 2)
HARM = ("harm", 4, -50, 0, 0, 0, 0, 1)


def run(folder, rate):
    """Names of the notebook after its code cells ran with these parameters; ``shown`` is what the cells show."""
    names = {"shown_by_cells": []}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        assert not any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in ast.walk(tree))
        if isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
            exec(compile(tree, NOTEBOOK.name, "exec"), names)
            names["shown_by_cells"].append(eval(compile(last, NOTEBOOK.name, "eval"), names))
        else:
            exec(compile(tree, NOTEBOOK.name, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {"data_dir": str(folder), "discount_rate": rate}
    return names


@pytest.fixture
def files(tmp_path):
    """Write the two files: inputs of one amount, and these outcomes."""

    def files(amount, *outcomes):
        write(tmp_path / "sroi_inputs.csv", 3, [("ก", "ข", amount)])
        written = [("ผู้มีส่วนได้ส่วนเสีย", *o[:3], "ที่มา", *o[3:]) for o in outcomes]
        write(tmp_path / "sroi_outcomes.csv", 10, written)
        return tmp_path

    def write(path, columns, lines):
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([["สมมติ"], ["หัวคอลัมน์"] * columns, *lines])

    return files


def test_ratio_by_hand_in_fractions(files):
    # 10 * 1000 * 0.8 * 0.75 = 6000; years 6000 and 5400 at 4 %; 4 * -50 in one year.
    rate = Fraction(104, 100)
    names = run(files(2500, JOB, HARM), 0.04)
    assert list(names["present_value"]) == [close(float(6000 / rate + 5400 / rate**2)), close(float(-200 / rate))]
    assert names["ratio"] == close(float((6000 / rate + 5400 / rate**2 - 200 / rate) / 2500))


@pytest.mark.parametrize("row", rows("social_return"))
def test_present_values_agree_with_r(row, files):
    shares = (100 * row[name] for name in ("deadweight", "attribution", "displacement", "drop_off"))
    names = run(files(1000, ("x", row["quantity"], row["proxy"], *shares, row["duration"])), row["rate"])
    assert list(names["present_value"]) == [pytest.approx(row["present_value"], rel=1e-8, abs=1e-8)]


def test_each_assumption_is_moved_alone_within_its_bounds(files):
    names = run(files(2500, JOB, HARM), 0.0)
    swings = names["swings"]
    # Undiscounted base: (6000 + 5400 - 200) / 2500; the ends by hand.
    expected = {
        "job: quantity": ((9120 - 200) / 2500, (13680 - 200) / 2500),
        "job: deadweight": ((12825 - 200) / 2500, (9975 - 200) / 2500),
        "job: drop_off": ((6000 + 6000 - 200) / 2500, (6000 + 4800 - 200) / 2500),
        # A share below 0 does not exist: the low end is the assumption itself.
        "job: displacement": (11200 / 2500, (10260 - 200) / 2500),
        "harm: proxy": ((11400 - 160) / 2500, (11400 - 240) / 2500),
        "discount rate": (11200 / 2500, (6000 / 1.01 + 5400 / 1.01**2 - 200 / 1.01) / 2500),
    }  # fmt: skip
    for assumption, ends in expected.items():
        assert tuple(swings.loc[assumption]) == (close(ends[0]), close(ends[1])), assumption
    assert len(swings) == 2 * 6 + 1
    widest = names["shown_by_cells"][-1]
    width = (widest["high"] - widest["low"]).abs()
    assert len(widest) == 6
    assert list(width) == sorted(width, reverse=True)
    assert width.iloc[-1] >= max((swings["high"] - swings["low"]).abs().drop(widest.index)) - 1e-12
    assert (names["low"], names["high"]) == (close(swings.min().min()), close(swings.max().max()))


def lines(name):
    text = (EXAMPLES / name).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_example_is_the_sum_worked_out_from_its_files_and_says_that_it_is_invented():
    values = []
    for _, _, quantity, proxy, _, *shares in lines("sroi_outcomes.csv")[2:]:
        deadweight, attribution, displacement, drop_off, years = map(float, shares)
        first = float(quantity) * float(proxy) * (100 - deadweight) * (100 - attribution) * (100 - displacement) / 1e6
        values.append(sum(first * (1 - drop_off / 100) ** year / 1.03 ** (year + 1) for year in range(int(years))))
    inputs = sum(float(amount) for _, _, amount in lines("sroi_inputs.csv")[2:])
    names = run(EXAMPLES, 0.03)
    assert list(names["present_value"]) == pytest.approx(values)
    assert names["ratio"] == pytest.approx(sum(values) / inputs)
    summary = names["shown_by_cells"][0]
    assert str(summary.iloc[0]) == f"{sum(values) / inputs:.2f}"
    assert "สมมติ" in summary.name
    for name in ("sroi_inputs.csv", "sroi_outcomes.csv"):
        assert "สมมติ" in lines(name)[0][0]


@pytest.mark.parametrize(
    ("place", "value"), [(3, 120), (4, -10), (6, ""), (7, 0), (7, 1.5), (1, -1), (2, ""), (0, "harm")]
)
def test_assumptions_that_cannot_be_are_refused(place, value, files):
    wrong = list(JOB)
    wrong[place] = value
    with pytest.raises(ValueError, match="outcomes need"):
        run(files(2500, wrong, HARM), 0.03)


@pytest.mark.parametrize("amount", [0, -5, ""])
def test_a_return_on_nothing_is_refused(amount, files):
    with pytest.raises(ValueError, match="inputs are"):
        run(files(amount, JOB), 0.03)
