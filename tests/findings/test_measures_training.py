"""Training: gains worked out by hand, change, signed ranks and reliability against the references that R made."""

import math

import pytest
from measures_frames import loaded
from stats_references import close, reference, rows

from dsw_analysis.findings.measures.scores import (
    EffectivenessIndex,
    EffectSize,
    IndividualGain,
    Reliability,
    ScalePercent,
    ScoreChange,
    ScoreTest,
)
from dsw_analysis.intake.columns import Column

SCORES = (Column("pre", "ก่อน", "number", required=False), Column("post", "หลัง", "number", required=False))


def scores(*pairs):
    return loaded({"pre": [a for a, _ in pairs], "post": [b for _, b in pairs]}, *SCORES)


def make(kind, **options):
    return kind(id="toy.t", label="t", pre="pre", post="post", **options)


class TestGains:
    # Of full 20: gains possible 10, 15, 0; reached 5, 15, 0; two pairs are incomplete.
    frame = scores((10, 15), (5, 20), (20, 20), (None, 12), (8, None))

    def test_index_divides_sums_and_counts_those_with_full_score_before(self):
        found = make(EffectivenessIndex, unit="ratio", full=20)(self.frame)
        assert (found.value, found.numerator, found.denominator) == (0.8, 20, 25)
        assert (found.rows, found.missing) == (3, 2)
        assert "1 คน" in found.note

    def test_individual_gain_averages_quotients_and_leaves_them_out(self):
        found = make(IndividualGain, unit="ratio", full=20)(self.frame)
        assert found.value == pytest.approx((5 / 10 + 15 / 15) / 2)
        assert (found.rows, found.missing) == (2, 2)

    def test_with_nothing_to_gain_both_are_undefined(self):
        for kind in (EffectivenessIndex, IndividualGain):
            for frame in (scores((20, 20), (20, 18)), scores((None, 3)), scores()):
                found = make(kind, full=20)(frame)
                assert found.value is None
                assert found.note

    def test_a_score_outside_the_scale_is_refused(self):
        with pytest.raises(ValueError, match="between 0 and 20"):
            make(EffectivenessIndex, full=20)(scores((10, 21)))


@pytest.mark.parametrize("row", rows("paired_tests"), ids=lambda r: r["set"])
def test_change_effect_size_and_signed_ranks_agree_with_r(row):
    raw = reference("paired_scores")
    frame = loaded(raw[raw["set"] == row["set"]], *SCORES)
    change = make(ScoreChange)(frame)
    assert change.value == close(row["mean_difference"])
    assert (change.low, change.high) == (close(row["low"]), close(row["high"]))
    assert make(EffectSize)(frame).value == close(row["dz"])
    if row["exact"]:
        assert make(ScoreTest)(frame).value == close(row["signed_rank_p"])


def test_the_test_names_whether_it_is_exact():
    # Fifty pairs rise, and one way of 2^50 to give signs is as far on either side.
    exact = make(ScoreTest)(scores(*[(0, 1)] * 50, (3, 3)))
    assert (exact.method, exact.value) == ("signed_rank_exact", 2 / 2**50)
    assert exact.basis() == ["วิธี: Wilcoxon signed-rank แบบแม่นตรง"]
    approximate = make(ScoreTest)(scores(*[(0, 1)] * 51))
    assert approximate.basis() == ["วิธี: Wilcoxon signed-rank ประมาณด้วยการแจกแจงปกติ"]
    # Fifty-one ties share the rank 26: V = 1326, middle 663, variance 51 * 26^2 / 4, half a rank nearer.
    z = (663 - 0.5) / (51 * 26**2 / 4) ** 0.5
    assert approximate.value == pytest.approx(math.erfc(z / 2**0.5))


def test_of_a_single_pair_there_is_a_change_but_no_interval_or_size():
    frame = scores((3, 5))
    assert (make(ScoreChange)(frame).value, make(ScoreChange)(frame).low) == (2, None)
    assert make(EffectSize)(frame).value is None
    assert "เพียงคนเดียว" in make(EffectSize)(frame).note
    # Up or down: both signs are as far from the middle.
    assert make(ScoreTest)(frame).value == 1


ALIKE, STILL = "เปลี่ยนแปลงเท่ากัน", "ไม่เปลี่ยนแปลง"


@pytest.mark.parametrize(
    ("pairs", "size", "test"),
    [
        ([(3, 5), (4, 6), (None, 1)], ALIKE, None),
        ([(0.1, 0.3), (5.2, 5.4)], ALIKE, None),
        ([(3, 3), (4, 4)], ALIKE, STILL),
        ([(3, 3), (4, 5)], None, None),
        ([(7.1, 7.1), (7.2, 7.3)], None, None),
    ],
)
def test_that_nothing_varies_is_said_where_it_is_true_and_nowhere_else(pairs, size, test):
    for measure, why in ((EffectSize, size), (ScoreTest, test)):
        found = make(measure)(scores(*pairs))
        assert (found.value is None) == (why is not None)
        assert (found.note or "") == "" if why is None else why in found.note


def test_without_any_pair_all_are_undefined_for_want_of_pairs():
    for measure in (ScoreChange, EffectSize, ScoreTest):
        found = make(measure)(scores((3, None), (None, 4)))
        assert (found.value, found.note) == (None, "ไม่มีรายการให้คำนวณ จึงไม่มีค่า")


class TestScales:
    @pytest.mark.parametrize("row", rows("reliability"), ids=lambda r: r["set"])
    def test_reliability_agrees_with_r(self, row):
        raw = reference(row["set"])
        frame = loaded(raw, *(Column(name, name, "number", required=False) for name in raw.columns))
        alpha = Reliability(id="toy.a", label="a", columns=tuple(raw.columns))(frame)
        assert alpha.value == close(row["alpha"])
        assert (alpha.rows, alpha.missing) == (len(raw.dropna()), len(raw) - len(raw.dropna()))

    def test_reliability_of_one_item_is_refused(self):
        with pytest.raises(ValueError, match="two items or more"):
            Reliability(id="toy.a", label="a", columns=("q",))

    @pytest.mark.parametrize(
        ("answers", "why"),
        [
            ([(2, 3), (None, 4), (5, None)], "ไม่ถึงสองคน"),
            ([], "ไม่ถึงสองคน"),
            ([(2, 3), (2, 3), (5, None)], "คะแนนรวมของผู้ที่ตอบครบทุกข้อเท่ากันทุกคน"),
            ([(1, 3), (2, 2), (3, 1)], "คะแนนรวมของผู้ที่ตอบครบทุกข้อเท่ากันทุกคน"),
            ([(0.1, 0.2), (0.3, 0.0)], "คะแนนรวมของผู้ที่ตอบครบทุกข้อเท่ากันทุกคน"),
            ([(2, 3), (2, 4)], None),
        ],
    )
    def test_reliability_says_truly_why_there_is_none(self, answers, why):
        data = {"q": [a for a, _ in answers], "r": [b for _, b in answers]}
        columns = (Column("q", "q", "number", required=False), Column("r", "r", "number", required=False))
        found = Reliability(id="toy.a", label="a", columns=("q", "r"))(loaded(data, *columns))
        assert (found.value is None) == (why is not None)
        assert found.note is None if why is None else why in found.note

    def test_item_table(self):
        columns = (
            Column("s1", "ความพึงพอใจ / เนื้อหา", "integer", required=False),
            Column("s2", "ความพึงพอใจ / วิทยากร", "integer", required=False),
        )
        frame = loaded({"s1": [5, 4, None], "s2": [3, None, None]}, *columns)
        items = ScalePercent(id="toy.s", label="ความพึงพอใจ", columns=("s1", "s2"), top=5).items(frame)
        assert {k: (f.id, f.label, f.value, f.missing) for k, f in items.items()} == {
            "s1": ("toy.s.s1", "ความพึงพอใจ: เนื้อหา", 90, 1),
            "s2": ("toy.s.s2", "ความพึงพอใจ: วิทยากร", 60, 2),
        }
