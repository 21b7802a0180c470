"""Training: gains worked out by hand, paired tests and reliability against the references that R made."""

import pytest
from measures_frames import loaded
from stats_references import close, reference, rows

from dsw_analysis.datasets import Column
from dsw_analysis.measures import (
    EffectivenessIndex,
    EffectSize,
    IndividualGain,
    Reliability,
    ScalePercent,
    ScoreChange,
    ScoreTest,
)

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
def test_change_effect_size_and_tests_agree_with_r(row):
    raw = reference("paired_scores")
    frame = loaded(raw[raw["set"] == row["set"]], *SCORES)
    change = make(ScoreChange)(frame)
    assert change.value == close(row["mean_difference"])
    assert (change.low, change.high) == (close(row["low"]), close(row["high"]))
    assert make(EffectSize)(frame).value == close(row["dz"])
    assert make(ScoreTest)(frame).value == close(row["p"])
    ranks = make(ScoreTest, test="signed_rank")(frame)
    assert (ranks.method, ranks.value) == ("signed_rank", close(row["signed_rank_p"]))


def test_of_a_single_pair_there_is_a_change_but_no_interval_size_or_test():
    frame = scores((3, 5))
    assert (make(ScoreChange)(frame).value, make(ScoreChange)(frame).low) == (2, None)
    for measure in (make(EffectSize), make(ScoreTest)):
        assert measure(frame).value is None
        assert measure(frame).note
    assert make(ScoreTest, test="signed_rank")(scores((3, 3), (4, 4))).value is None


class TestScales:
    @pytest.mark.parametrize("row", rows("reliability"), ids=lambda r: r["set"])
    def test_reliability_agrees_with_r(self, row):
        raw = reference(row["set"])
        frame = loaded(raw, *(Column(name, name, "number", required=False) for name in raw.columns))
        alpha = Reliability(id="toy.a", label="a", columns=tuple(raw.columns))(frame)
        omega = Reliability(id="toy.o", label="o", columns=tuple(raw.columns), coefficient="mcdonald_omega")(frame)
        assert (alpha.value, omega.value) == (close(row["alpha"]), close(row["omega"], rel=1e-5))
        assert (alpha.rows, alpha.missing) == (len(raw.dropna()), len(raw) - len(raw.dropna()))

    def test_reliability_of_one_item_is_undefined(self):
        frame = loaded({"q": [1, 2, 3]}, Column("q", "q", "number"))
        assert Reliability(id="toy.a", label="a", columns=("q",))(frame).note

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
