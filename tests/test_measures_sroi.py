"""Social return: the example notebook against the sum worked out from its files with the csv module alone."""

import csv
import io
from dataclasses import replace

import pytest
from conftest import ROOT, run_cells

from dsw_analysis.datasets.sroi import DATASETS, SROI_INPUTS, SROI_OUTCOMES
from dsw_analysis.measures import SocialReturnRatio
from dsw_analysis.rounds import Round

EXAMPLES = ROOT / "data" / "examples"
ROUND = Round.parse("2569-6m")
RATIO = SocialReturnRatio(id="sroi.ratio", label="ผลตอบแทน", discount_rate=0.03)


def lines(name):
    text = (EXAMPLES / name).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[2:]


def worth(quantity, proxy, deadweight, attribution, displacement, drop_off, years, rate=0.03):
    first = quantity * proxy * (1 - deadweight / 100) * (1 - attribution / 100) * (1 - displacement / 100)
    return sum(first * (1 - drop_off / 100) ** year / (1 + rate) ** (year + 1) for year in range(int(years)))


def computed(rate=0.03):
    """Present value of each outcome and the sum of the inputs."""
    values = {
        name: worth(*map(float, (quantity, proxy, *shares)), rate=rate)
        for _, name, quantity, proxy, _, *shares in lines("sroi_outcomes.csv")
    }
    return values, sum(float(amount) for _, _, amount in lines("sroi_inputs.csv"))


@pytest.fixture
def frames():
    return SROI_OUTCOMES.load(ROUND, EXAMPLES), SROI_INPUTS.load(ROUND, EXAMPLES)


def test_ratio_and_impacts_follow_the_guide(frames):
    values, inputs = computed()
    found = RATIO(*frames)
    assert found.value == pytest.approx(sum(values.values()) / inputs)
    assert (found.numerator, found.denominator) == (pytest.approx(sum(values.values())), inputs)
    assert {name: f.value for name, f in RATIO.impacts(frames[0]).items()} == pytest.approx(values)
    assert found.provenance == "reconstructed"


def test_the_range_is_that_of_one_assumption_moved_at_a_time(frames):
    found = RATIO(*frames)
    swings = RATIO.swings(*frames, most=100)
    ends = [f.value for pair in swings.values() for f in pair]
    assert (found.low, found.high) == pytest.approx((min(ends), max(ends)))
    assert found.method == "sensitivity"
    rates = [pair for words, pair in swings.items() if words.startswith("อัตราคิดลด")]
    values, inputs = computed(rate=0.02)
    assert rates[0][0].value == pytest.approx(sum(values.values()) / inputs)
    wide = [abs(high.value - low.value) for low, high in swings.values()]
    assert wide == sorted(wide, reverse=True)


def test_a_higher_rate_lowers_the_ratio_and_no_spread_is_no_range(frames):
    assert replace(RATIO, discount_rate=0.1)(*frames).value < RATIO(*frames).value
    still = replace(RATIO, varied={})(*frames)
    assert (still.low, still.high) == (still.value, still.value)


def test_without_outcomes_or_inputs_it_is_undefined(frames):
    outcomes, inputs = frames
    for found in (RATIO(outcomes.iloc[:0], inputs), RATIO(outcomes, inputs.iloc[:0])):
        assert found.value is None
        assert found.note
    assert RATIO.impacts(outcomes.iloc[:0]) == {}


def test_shares_outside_0_to_100_are_problems(tmp_path):
    for name in ("sroi_inputs.csv", "sroi_outcomes.csv"):
        text = (EXAMPLES / name).read_text(encoding="utf-8-sig").replace(",20,25,10,", ",120,25,10,")
        (tmp_path / name).write_text(text, encoding="utf-8")
    (problem,) = SROI_OUTCOMES.check(ROUND, tmp_path).problems
    assert (problem.row, problem.column, problem.value) == (3, "ผลที่เกิดขึ้นอยู่แล้ว (ร้อยละ)", "120")


def test_example_notebook_shows_the_ratio_and_says_that_it_is_invented():
    shown = run_cells(ROOT / "notebooks" / "example_sroi.ipynb", data_dir=str(EXAMPLES))
    values, inputs = computed()
    assert shown.value("sroi.ratio") == pytest.approx(sum(values.values()) / inputs)
    assert "ข้อมูลจำลอง" in shown.html
    for dataset in DATASETS:
        assert "สมมติ" in (EXAMPLES / f"{dataset.id}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
