"""Columns of codes refuse labels and misspelt codes wherever a frame is filtered, and are categories in all else."""

import pickle

import pandas as pd
import pytest
from conftest import ROOT, ROUND

from dsw_analysis.findings.measures.base import Count
from dsw_analysis.findings.measures.derived import by_month
from dsw_analysis.findings.measures.shares import Share
from dsw_analysis.intake.coded import Coded, UnknownCodeError, guarded
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round

KIND = Column(
    "kind", "ประเภทหน่วยงาน", "category", codes={"central": "ส่วนกลาง", "regional": "ส่วนภูมิภาค", "local": "ท้องถิ่น"}
)
PROVINCE = Column("province", "จังหวัด", "province")
LABEL = "kind (ประเภทหน่วยงาน) holds codes: write 'regional' for 'ส่วนภูมิภาค'"


@pytest.fixture
def rows():
    frame = pd.DataFrame(
        {
            "kind": pd.Categorical(["central", "regional", "local", "regional", None], categories=list(KIND.codes)),
            "province": pd.Categorical(["ตาก", "น่าน", "ตาก", "ตาก", "น่าน"], categories=["น่าน", "ตาก", "กรุงเทพมหานคร"]),
            "n": range(5),
        }
    )
    return guarded(frame, [KIND, PROVINCE])


@pytest.mark.parametrize(
    "compare",
    [
        lambda rows: rows["kind"] == "ส่วนภูมิภาค",
        lambda rows: rows["kind"] != "ส่วนภูมิภาค",
        lambda rows: "ส่วนภูมิภาค" == rows["kind"],  # noqa: SIM300 - asked the other way round
        lambda rows: rows.kind.eq("ส่วนภูมิภาค"),
        lambda rows: rows["kind"].isin(["local", "ส่วนภูมิภาค"]),
        lambda rows: rows["kind"].isin({"ส่วนภูมิภาค"}),
        lambda rows: rows["kind"].isin(pd.Series(["ส่วนภูมิภาค"])),
        lambda rows: rows.query("kind == 'ส่วนภูมิภาค'"),
        lambda rows: rows.query("kind in ['ส่วนภูมิภาค']"),
        lambda rows: rows.loc[rows["kind"] == "ส่วนภูมิภาค", "n"],
        lambda rows: rows.set_index("kind").index == "ส่วนภูมิภาค",
        lambda rows: rows["kind"] == pd.Series(["ส่วนภูมิภาค"] * 5),
    ],
)
def test_a_label_is_refused_and_its_code_named(rows, compare):
    with pytest.raises(UnknownCodeError) as error:
        compare(rows)
    assert LABEL in str(error.value)
    assert "\n" not in "".join(error.value._render_traceback_())


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("kind", "regionl", "kind (ประเภทหน่วยงาน) has no 'regionl'; did you mean regional (ส่วนภูมิภาค)"),
        ("kind", "ส่วนภูมิภาพ", "has no 'ส่วนภูมิภาพ'; did you mean regional (ส่วนภูมิภาค)"),
        ("kind", "ส่วน ภูมิภาค", "holds codes: write 'regional' for 'ส่วน ภูมิภาค'"),
        ("kind", 7, "has no 7; it has central (ส่วนกลาง), regional (ส่วนภูมิภาค), local (ท้องถิ่น)"),
        ("province", "กทม.", "province (จังหวัด) holds official names: write 'กรุงเทพมหานคร' for 'กทม.'"),
        ("province", "tak", "write 'ตาก' for 'tak'"),
    ],
)
def test_what_is_meant_is_named(rows, column, value, says):
    with pytest.raises(UnknownCodeError) as error:
        rows[column] == value  # noqa: B015 - it is refused
    assert says in str(error.value)


def test_codes_blanks_and_other_columns_of_the_codebook_are_compared_as_pandas_does(rows):
    plain = rows.assign(kind=pd.Categorical(list(rows["kind"]), categories=list(KIND.codes)))
    for compare in (
        lambda frame: frame["kind"] == "regional",
        lambda frame: frame["kind"] != "regional",
        lambda frame: frame["kind"].isin(["regional", None]),
        lambda frame: frame["kind"] == frame["kind"],
        lambda frame: frame["kind"] == pd.NA,
        lambda frame: frame["kind"].isna(),
        lambda frame: frame.query("kind in ['local', 'central']"),
    ):
        assert compare(rows).equals(compare(plain))
    assert (rows["kind"] == "regional").tolist() == [False, True, False, True, False]


@pytest.mark.parametrize(
    "step",
    [
        lambda rows: rows[rows["n"] > 0],
        lambda rows: rows.copy(),
        lambda rows: rows.sort_values("kind"),
        lambda rows: rows.merge(rows[["n"]], on="n"),
        lambda rows: pd.concat([rows.iloc[:2], rows.iloc[2:]]),
        lambda rows: rows.set_index("kind").reset_index(),
        lambda rows: rows.assign(more=1).dropna(),
        lambda rows: rows.groupby("n").first(),
        lambda rows: pickle.loads(pickle.dumps(rows)),
    ],
)
def test_a_step_of_pandas_keeps_the_guard(rows, step):
    with pytest.raises(UnknownCodeError, match="write 'regional'"):
        step(rows)["kind"] == "ส่วนภูมิภาค"  # noqa: B015 - it is refused


def test_what_pandas_makes_of_categories_it_makes_of_codes(rows, tmp_path):
    plain = pd.DataFrame({"kind": pd.Categorical(list(rows["kind"]), categories=list(KIND.codes)), "n": range(5)})
    pd.testing.assert_frame_equal(rows[["kind", "n"]], plain)
    assert rows.groupby("kind", observed=False)["n"].sum().to_dict() == {"central": 0, "regional": 4, "local": 2}
    assert pd.crosstab(rows["kind"], rows["province"]).to_numpy().tolist() == [[0, 1], [1, 1], [0, 1]]
    assert rows["kind"].value_counts().to_dict() == {"regional": 2, "central": 1, "local": 1}
    assert rows.astype({"kind": "category"})["kind"].equals(plain["kind"])
    other = pd.concat([rows["kind"], pd.Series(["x"], dtype="category")])
    assert other.tolist()[:4] == ["central", "regional", "local", "regional"]
    rows.to_parquet(tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "rows.parquet")[["kind", "n"]], plain)
    changed = rows["kind"].cat.rename_categories(KIND.codes)
    assert (changed == "ส่วนภูมิภาค").sum() == 2


@pytest.mark.parametrize("again", [False, True], ids=["from the file", "from its checked copy"])
def test_a_loaded_frame_and_its_derived_columns_are_guarded(made_data, again):
    round_ = Round.parse(ROUND)
    schema = Schemas.of(made_data / "raw", round_)["urgent_cases"]
    if again:
        schema.load(round_, made_data / "raw" / ROUND)
    cases = by_month(schema.load(round_, made_data / "raw" / ROUND), "received", round_)
    assert isinstance(cases["channel"].array, Coded)
    for wrong, meant in ({"channel": "สายด่วน 1300"}, "hotline"), ({"in_month": "ต.ค. 2568"}, "2568-10"):
        ((column, label),) = wrong.items()
        for ask in (
            lambda: cases[column] == label,  # noqa: B023 - called at once
            lambda: Count(id="urgent_cases.x", label="เรื่อง", unit="reports", where=wrong)(cases),  # noqa: B023
            lambda: Share(id="urgent_cases.x", label="เรื่อง", counted=wrong)(cases),  # noqa: B023
        ):
            with pytest.raises(UnknownCodeError, match=f"write '{meant}' for '{label}'"):
                ask()


@pytest.fixture
def made_data(tmp_path):
    """The round's data without checked copies."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "schemas").symlink_to(ROOT / "data" / "schemas")
    (tmp_path / "data" / "raw" / ROUND).symlink_to(ROOT / "data" / "raw" / ROUND)
    return tmp_path / "data"
