"""Families: one measure, its total and all groups in one pass, equal to what plain pandas counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dsw_analysis import BLANK, FILLED, Count, Difference, Mean, Part, Ratio, Share, Split, Summary, Total, by_region
from dsw_analysis.findings.families import filled, ranked
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source
from dsw_analysis.rounds import Round
from dsw_analysis.section.recording import WordsError
from dsw_analysis.section.section import Section

KINDS = {"town": "เมือง", "farm": "ไร่", "shore": "ชายฝั่ง"}
GOALS = {"g1": "เป้า 1", "g2": "เป้า 2", "g3": "เป้า 3"}
TOYS = Dataset(
    id="toys",
    title="ของเล่น",
    columns=(
        Column("kind", "ประเภท", "category", codes=KINDS, required=False),
        Column("goals", "เป้าหมาย", "multi", codes=GOALS, required=False),
        Column("province", "จังหวัด", "province"),
        Column("score", "คะแนน", "number", required=False),
        Column("q1", "ความเห็น / สี", "category", codes={"good": "ดี", "bad": "แย่"}, required=False, statement="สีดี",
               counted=("good",), concern=("bad",)),
        Column("q2", "ความเห็น / รูป", "category", codes={"good": "ดี", "bad": "แย่"}, required=False, statement="รูปแย่",
               counted=("bad",), concern=("bad",), topic="รูปทรง"),
    ),
)  # fmt: skip


@pytest.fixture
def toys():
    rng = np.random.default_rng(7)
    n = 400
    frame = pd.DataFrame(
        {
            "kind": pd.Categorical(rng.choice([*KINDS, None], n), categories=list(KINDS)),
            "goals": rng.choice(["g1", "g2;g3", "g1;g2;g3", None, "g3"], n),
            "province": rng.choice(["ตาก", "ระนอง", "กรุงเทพมหานคร"], n),
            "score": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 20, n).astype(float)),
            "q1": pd.Categorical(rng.choice(["good", "bad", None], n), categories=["good", "bad"]),
            "q2": pd.Categorical(rng.choice(["good", "bad"], n), categories=["good", "bad"]),
        },
        index=pd.RangeIndex(2, n + 2, name="row"),
    )
    frame.attrs["source"] = Source(dataset=TOYS, file="toys.csv", sha256="0" * 64, rows=n)
    return frame


@pytest.fixture
def s():
    return Section(id="toy", order=1, title="ของเล่น", round=Round.parse("2569-6m"))


def held(frame, column, code):
    return frame[column].fillna("").str.split(";").map(lambda codes: code in codes)


def test_counts_of_a_column_of_several_codes_and_of_crossed_columns(s, toys):
    s.measure(toys, by=["kind", "goals", ("kind", "goals")], toys=Count("ของเล่น", unit="works"))
    assert s["toy.toys"].value == len(toys)
    for kind, name in KINDS.items():
        assert s[f"toy.toys.{kind}"].value == (toys["kind"] == kind).sum()
        assert s[f"toy.toys.{kind}"].label == f"ของเล่น: {name}"
        for goal in GOALS:
            assert s[f"toy.toys.{kind}.{goal}"].value == ((toys["kind"] == kind) & held(toys, "goals", goal)).sum()
    for goal in GOALS:
        assert s[f"toy.toys.{goal}"].value == held(toys, "goals", goal).sum()
    assert s["toy.toys.town.g2"].label == "ของเล่น: เมือง และ เป้า 2"
    assert s["toy.toys.town.g2"].where == "ประเภท: เมือง และ เป้าหมาย: เป้า 2"


@pytest.mark.parametrize("by", ["kind", "goals", "province", ("kind", "goals")])
def test_every_measure_by_group_is_the_same_measure_of_those_rows(s, toys, by):
    """Against the measure called alone with the group in its filter: that is how one would check it by hand."""
    good = {"q1": ("good",)}
    made = {
        "n": Count("จำนวน", unit="works", where={"score": FILLED}),
        "share": Share("ส่วน", counted=good, where={"score": FILLED}),
        "sum": Total("รวม", unit="points", column="score"),
        "mean": Mean("เฉลี่ย", unit="points", column="score"),
    }
    s.measure(toys, by=[by], **made)
    for name, measure in made.items():
        for row in s.rows(name, by):
            columns = (by,) if isinstance(by, str) else by
            names = {"province": {p.finding.id: p.name for p in s.rows(name, by)}}
            values = [row.name if c == "province" else code for c, code in zip(columns, row.codes, strict=True)]
            where = {**measure.where, **dict(zip(columns, values, strict=True))}
            alone = type(measure)(
                **{**vars(measure), "id": row.finding.id, "label": row.finding.label, "where": where}
            )(toys)
            assert row.finding == alone, names


def test_provinces_without_rows_are_there_with_zero(s, toys):
    s.measure(toys, by="province", toys=Count("ของเล่น", unit="works"), good=Share("ดี", counted={"q1": "good"}))
    assert len(s.rows("toys")) == 77
    assert s["toy.toys.phuket"].value == 0
    assert s["toy.good.phuket"].value is None


def test_ids_and_labels_may_be_irregular_in_one_stated_way(s, toys):
    s.measure(
        toys, by=[Split("kind", "ของเล่นใน{}", ids="{}s", within="ที่อยู่"), Part("wet", "เปียก", {"kind": ("shore",)})],
        toys=Count("ของเล่น", unit="works"),
    )  # fmt: skip
    assert s["toy.towns"].label == "ของเล่นในที่อยู่: เมือง"
    assert s["toy.toys.wet"].value == (toys["kind"] == "shore").sum()
    assert s["toy.toys.wet"].label == "ของเล่น: เปียก"


def test_a_measure_may_have_another_id_than_its_name(s, toys):
    s.measure(toys, ids="most", largest=Count("ของเล่น", unit="works"))
    assert s["toy.most"].value == len(toys)
    assert "มี" in s.say("มี {toy.most:unit}").html


def test_over_items_each_measure_is_made_for_each_item(s, toys):
    s.measure(
        toys,
        by="kind",
        over={"question": s.fields(toys)},
        ids="{}",
        statement=lambda q: Share(q.statement, counted={q.name: q.counted}),
    )
    s.measure(
        toys, over={"question": s.fields(toys)}, concern=lambda q: Share("ข้อกังวล: {}", counted={q.name: q.concern})
    )
    answered = toys["q1"].notna()
    assert s["toy.q1"].value == 100 * (toys["q1"] == "good").sum() / answered.sum()
    towns = toys[toys["kind"] == "town"]
    assert s["toy.q2.town"].value == 100 * (towns["q2"] == "bad").sum() / len(towns)
    assert s["toy.concern.q1"].label == "ข้อกังวล: สี"
    assert s["toy.concern.q2"].label == "ข้อกังวล: รูปทรง"
    assert [row.name for row in s.rows("statement", "question")] == ["สี", "รูปทรง"]
    assert [row.codes for row in s.rows("statement", ("question", "kind"))][:3] == [
        ("q1", "town"),
        ("q1", "farm"),
        ("q1", "shore"),
    ]


def test_summary_is_mean_and_quartiles(s, toys):
    s.measure(toys, score=Summary("คะแนน", mean="คะแนนเฉลี่ย", column="score"))
    scores = toys["score"].dropna()
    assert s["toy.score.mean"].value == pytest.approx(scores.mean())
    assert s["toy.score.q3"].value == scores.quantile(0.75)
    assert s["toy.score.median"].label == "มัธยฐานของคะแนน"


def test_combining_families_goes_group_by_group(s, toys):
    s.measure(
        toys,
        by="kind",
        all=Count("ทั้งหมด", unit="works"),
        good=Count("ดี", unit="works", where={"q1": "good"}),
    )
    s.combine(of=("good", "all"), share=Ratio("ส่วนที่ดี"), rest=Difference("ที่เหลือ", unit="works"))
    farm = toys[toys["kind"] == "farm"]
    assert s["toy.share.farm"].value == pytest.approx(100 * (farm["q1"] == "good").sum() / len(farm))
    assert s["toy.share"].numerator == (toys["q1"] == "good").sum()
    assert s["toy.rest.town"].value == s["toy.good.town"].value - s["toy.all.town"].value
    assert s["toy.share.town"].label == "ส่วนที่ดี: เมือง"
    s.combine(of=("all", "total"), part=Ratio("ส่วนของทั้งหมด", short="ส่วนของ{}"))
    assert s["toy.part.farm"].value == pytest.approx(100 * len(farm) / len(toys))
    assert s["toy.part.farm"].label == "ส่วนของไร่"
    assert "toy.part" not in s.ledger


@pytest.fixture
def stages(s, toys):
    """100 began, 60 got as far as sawn, 45 of them were painted too."""
    codes = {"sawn": "เลื่อย", "painted": "ทาสี"}
    left = dict(zip(codes, (60, 45), strict=True))
    frame = toys.iloc[:100].assign(score=np.arange(100.0))
    s.measure(frame, all=Count("เริ่ม", unit="works"))
    s.measure(
        frame,
        over={"stage": codes},
        ids="{}",
        done=lambda code: Count("{}แล้ว", unit="works", where={"score": slice(None, left[code] - 1)}),
    )
    return s


def test_items_are_combined_with_a_total_and_stages_with_the_one_before(stages):
    stages.combine(share=Ratio("{}แล้ว ต่อทั้งหมด"), of=("done", "all"))
    stages.combine(step=Ratio("{}แล้ว ต่อขั้นก่อน"), of=("done", "all"), previous=True)
    stages.combine(left=Difference("ยังไม่ได้{}", unit="works"), of=("all", "done"))
    stages.combine(same=Ratio("{}"), of=("left", "done"))
    assert [row.finding.value for row in stages.rows("share")] == [60, 45]
    assert [row.finding.value for row in stages.rows("step")] == [60, 75]
    assert [row.finding.value for row in stages.rows("left")] == [40, 55]
    assert stages["toy.same.painted"].value == pytest.approx(100 * 55 / 45)
    assert (stages["toy.left.sawn"].label, stages["toy.step.painted"].label) == ("ยังไม่ได้เลื่อย", "ทาสีแล้ว ต่อขั้นก่อน")
    assert [row.name for row in stages.rows("left", "stage")] == ["เลื่อย", "ทาสี"]
    assert not {"toy.share", "toy.step", "toy.left"} & set(stages.ledger)


def test_items_may_be_columns_under_other_codes_and_none_at_all(s, toys):
    first, _ = s.fields(toys)
    s.measure(toys, over={"q": {"colour": first}}, ids="{}", good=lambda q: Share("{} ดี", counted={q.name: q.counted}))
    assert s["toy.colour"].label == "สี ดี"
    s.measure(toys, over={"q": {}}, absent=lambda code: Count("{}", unit="works", where={"kind": code}))
    assert s.rows("absent", "q") == s.rows("absent") == []


def test_regions_are_those_of_the_provinces_and_only_the_countrys(s, toys):
    placed = by_region(toys)
    s.measure(placed, by=["region", ("kind", "region")], toys=Count("ของเล่น", unit="works"))
    region = {"ตาก": "ภาคตะวันตก", "ระนอง": "ภาคใต้", "กรุงเทพมหานคร": "ภาคกลาง"}
    counts = toys["province"].map(region).value_counts()
    assert {row.name: row.finding.value for row in s.rows("toys", "region") if row.finding.value} == counts.to_dict()
    brief = Section(id="toy", order=1, title="ของเล่น", round=s.round, province="ตาก")
    only = placed[placed["province"] == "ตาก"]
    only.attrs["source"] = replace(only.attrs["source"], province="ตาก")
    brief.measure(only, by=["region", ("kind", "region"), "kind"], toys=Count("ของเล่น", unit="works"))
    assert brief.rows("toys", "region") == brief.rows("toys", ("kind", "region")) == []
    assert set(brief.ledger) == {"toy.toys", *(f"toy.toys.{kind}" for kind in KINDS)}


def test_what_can_not_be_split_is_named(s, toys):
    with pytest.raises(ValueError, match="'score' has no fixed groups"):
        s.measure(toys, by="score", n=Count("x", unit="works"))
    with pytest.raises(ValueError, match="m is filtered by kind already"):
        s.measure(toys, by="kind", m=Count("x", unit="works", where={"kind": "town"}))
    with pytest.raises(ValueError, match="one dimension"):
        s.measure(toys, over={}, x=lambda _: Count("x", unit="works"))
    s.measure(toys, by="kind", toys=Count("ของเล่น", unit="works"))
    with pytest.raises(WordsError, match="no family 'toy' in toy; did you mean toys"):
        s.rows("toy")
    with pytest.raises(WordsError, match="toys is not split by province; it is by"):
        s.rows("toys", "province")


def test_filled_does_nothing_with_other_braces():
    assert filled("{x} {}: {}", "ก", "ข") == "{x} ก: ข"
    assert filled("{} {}", "ก") == "ก ก"
    assert filled("ไม่มี", "ก") == "ไม่มี"


def test_ranking_puts_the_undefined_last_and_provinces_in_the_order_of_slugs(s, toys):
    s.measure(toys, by="province", n=Count("จำนวน", unit="works"), good=Share("ดี", counted={"q1": "good"}))
    order = ranked(s.rows("n"))
    assert {row.name for row in order[:3]} == {"ตาก", "ระนอง", "กรุงเทพมหานคร"}
    assert [row.code for row in order[3:]] == sorted(row.code for row in order[3:])
    assert all(row.finding.value is None for row in ranked(s.rows("good"))[3:])


def test_blanks_are_in_no_group(s, toys):
    s.measure(toys, by="kind", n=Count("จำนวน", unit="works"))
    blank = Count("ว่าง", id="toy.blank", unit="works", where={"kind": BLANK})(toys)
    assert sum(row.finding.value for row in s.rows("n")) + blank.value == len(toys)
