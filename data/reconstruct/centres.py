"""Participants and centres, invented within the published totals."""

from __future__ import annotations

from files import SCHEMAS, Row, Table
from spread import OUTSIDE_BANGKOK, apportion, chance, exactly, pick, settle

from dsw_analysis.intake import thai

_ROUND = "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569"

_HIGHLAND = ("chiang_mai", "uthai_thani", "tak")
_PROVINCE = {
    "khok_pho": "pattani",
    "bang_rakam": "phitsanulok",
    "lop_buri": "lop_buri",
    "lam_nam_un": "sakon_nakhon",
    "krasiao": "suphan_buri",
    **{unit: unit for unit in _HIGHLAND},
}
# Published: participants chosen from MSO-Logbook. Their sum is 59; all participants are 1,150.
_COHORT = {
    "khok_pho": 10,
    "bang_rakam": 10,
    "lop_buri": 10,
    "lam_nam_un": 10,
    "krasiao": 10,
    "chiang_mai": 3,
    "uthai_thani": 3,
    "tak": 3,
}
# Invented: how the other 1,091 spread over the units.
_OTHERS = {
    "khok_pho": 168,
    "bang_rakam": 141,
    "lop_buri": 187,
    "lam_nam_un": 203,
    "krasiao": 156,
    "chiang_mai": 112,
    "uthai_thani": 53,
    "tak": 71,
}
# The printed report names each unit's problems, needs and activities; how many participants share each is invented.
_PROFILE = {
    "khok_pho": (
        {"insufficient_income": 1},
        {"production_skills": 5, "marketing": 4, "online_sales": 3, "funding": 2, "inputs": 2},
        {"weaving_plastic": 3, "crochet": 2},
    ),
    "bang_rakam": (
        {"insufficient_income": 1},
        {"rice_products": 3, "marketing": 2},
        {"farm_standards": 1},
    ),
    "lop_buri": (
        {"insufficient_income": 1},
        {"product_design": 3, "marketing": 2},
        {"sunflower_seeds": 3, "coconut_brooms": 2},
    ),
    "lam_nam_un": (
        {"insufficient_income": 1},
        {"poultry_mushroom": 3, "community_enterprise": 1},
        {"income_security": 2, "financial_planning": 2, "mushroom": 3},
    ),
    "krasiao": (
        {"monoculture": 5, "capital": 3, "knowledge": 2, "prices": 3},
        {"farming": 4, "livestock": 2, "handicraft": 3},
        {"eco_print": 3, "livestock": 2, "butterfly_pea": 2},
    ),
    "chiang_mai": (
        {"elderly": 1},
        {"vocational_skills": 3, "marketing": 2},
        {"coffee_quality": 3, "natural_dye": 2},
    ),
    "uthai_thani": (
        {"low_income": 1},
        {"textile_design": 1},
        {"coffee_care": 2, "karen_textiles": 3},
    ),
    "tak": (
        {"elderly": 3, "low_income": 2},
        {"vocational_skills": 2, "marketing": 2, "hemp_embroidery": 3, "food_processing": 2, "online_sales": 1},
        {"radish": 1},
    ),
}


def career_participants() -> Table:
    """1,150 participants; whether those outside the cohort were trained is not printed and stays blank."""
    rng = chance("career_participants")
    rows: list[Row] = []
    for unit in SCHEMAS["career_participants"]["unit"].codes:
        problems, needs, activities = _PROFILE[unit]
        for source in exactly({"mso_logbook": _COHORT[unit], "open": _OTHERS[unit]}, rng):
            rows.append(
                {
                    "participant": f"C{len(rows) + 1:04d}",
                    "unit": unit,
                    "kind": "highland_centre" if unit in _HIGHLAND else "settlement",
                    "province": thai.parse_province(_PROVINCE[unit]).name_th,
                    "source": source,
                    "trained": "yes" if source == "mso_logbook" else None,
                    "problem": pick(rng, problems),
                    "need": pick(rng, needs),
                    "activity": pick(rng, activities),
                }
            )
    titles = ("ทะเบียนผู้เข้าร่วมโครงการพัฒนาศักยภาพด้านทักษะอาชีพ", _ROUND)
    return Table(dataset=SCHEMAS["career_participants"], rows=rows, titles=titles)


# Published: centres that completed each step, persons found by screening, persons whose life improved.
_PROFILED, _SCREENED, _CONSULTED, _IMPLEMENTED = 72, 64, 34, 20
_TARGET_GROUP, _IMPROVED = 1363, 299


def community_welfare() -> Table:
    """76 centres; which of them completed a step is invented, how many did is not."""
    rng = chance("community_welfare")
    profiled = rng.sample(OUTSIDE_BANGKOK, _PROFILED)
    screened = rng.sample(profiled, _SCREENED)
    consulted = rng.sample(screened, _CONSULTED)
    implemented = rng.sample(consulted, _IMPLEMENTED)
    found = apportion(_TARGET_GROUP, [rng.lognormvariate(0, 0.55) for _ in screened], least=5)
    target_group = dict(zip(screened, found, strict=True))
    caps = [target_group[name] for name in implemented]
    improved = settle([round(cap * rng.uniform(0.35, 0.95)) for cap in caps], _IMPROVED, [1] * len(caps), caps, rng)
    improved_in = dict(zip(implemented, improved, strict=True))
    rows: list[Row] = [
        {
            "centre": f"หน่วยงานจังหวัด{name}",
            "province": name,
            "area_selected": "yes",
            "profiled": "yes" if name in profiled else "no",
            "screened": "yes" if name in screened else "no",
            "consulted": "yes" if name in consulted else "no",
            "implemented": "yes" if name in implemented else "no",
            "target_group": target_group.get(name),
            "improved": improved_in.get(name),
        }
        for name in OUTSIDE_BANGKOK
    ]
    titles = ("ความคืบหน้าโครงการสร้างเสริมสวัสดิการสังคม รายหน่วยงาน 76 แห่ง", _ROUND)
    return Table(dataset=SCHEMAS["community_welfare"], rows=rows, titles=titles)


# Published: highland centres by state of their committee, and participants in the meetings.
_COMMITTEES = {"selected": 12, "selecting": 4}
_PARTICIPANTS = 1454


def highland_welfare() -> Table:
    """16 centres, three of which the report names; orders and persons helped are not printed."""
    rng = chance("highland_welfare")
    number = sum(_COMMITTEES.values())
    participants = apportion(_PARTICIPANTS, [rng.lognormvariate(0, 0.4) for _ in range(number)], least=35)
    states = exactly(_COMMITTEES, rng)
    named = [thai.parse_province(slug).name_th for slug in _HIGHLAND]
    rows: list[Row] = []
    for at in range(number):
        name = f"ศูนย์พัฒนาราษฎรบนพื้นที่สูง จังหวัด{named[at]}" if at < len(named) else None
        rows.append(
            {
                "centre": name or f"ศูนย์พัฒนาราษฎรบนพื้นที่สูง แห่งที่ {at + 1}",
                "province": named[at] if name else None,
                "participants": participants[at],
                "committee": states[at],
            }
        )
    titles = ("คณะกรรมการศูนย์ส่งเสริมการจัดสวัสดิการสังคมชุมชนบนพื้นที่สูง (ศสส.)", _ROUND)
    return Table(dataset=SCHEMAS["highland_welfare"], rows=rows, titles=titles)


def knowledge_works() -> Table:
    """138 works of which nothing but their number is printed."""
    rows = [{"work_id": f"KM69-{n:03d}"} for n in range(1, 139)]
    titles = ("บัญชีผลงานการจัดการความรู้ (Storytelling)", _ROUND)
    return Table(dataset=SCHEMAS["knowledge_works"], rows=rows, titles=titles)
