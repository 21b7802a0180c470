"""Whole rounds made by program: the forms of `dsw template`, filled in from a seed, and what should come out of them.

``make_round(root, "2569-12m")`` is the next round of the printed plan. ``make_round(root, "2570-6m", changed=True)`` is
of another: a project was dropped, one added and one renamed, an indicator renamed, a target raised, other units asked.
What is expected is computed here with pandas from the records that were written, by what labels and documents say of
a number, never with the measures.
"""

import io
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
from declared import DATASETS, SCHEMAS, dataset
from protected import alone, fives, in_column, is_exact, quotient, shares, two_digits

from dsw_analysis.intake.forms import ONLY_SHEET, form
from dsw_analysis.intake.thai import provinces
from dsw_analysis.plan.plan import Plan
from dsw_analysis.rounds import Round

PRINTED = Path(__file__).parent.parent / "data" / "raw" / "2569-6m"
DROPPED, ADDED, RENAMED = "career_development", "digital_skills", "knowledge_management"
HOSTILE = "{csr.linked_share} **x** <b>y</b> $x^2$ [a](http://b.example) # z {{ 7*7 }} @ref #import"
"""Text that a template, Markdown, HTML, TeX or Typst would read; the added project has it in all of its names."""
UNITS = dataset("career_participants")["unit"].codes
KINDS = dataset("restructuring_units")["kind"].codes
ANSWERS = [column for column in dataset("restructuring_survey").columns if column.statement]
FUNNEL = [column.name for column in dataset("community_welfare").columns if column.group]
STATES = ("done", "in_progress", "not_started")
ANSWER = {
    "dsw:counted: [complete]": "dsw:counted: [complete, electronic]",
    "      - value: partial\n": "      - value: electronic\n        label: มีคำสั่งในระบบอิเล็กทรอนิกส์\n"
    "        dsw:from: 2569-12m\n      - value: partial\n",
}
"""What gives a question of ``restructuring_survey.yaml`` an answer more from the round of twelve months on."""


@dataclass
class MadeRound:
    """A round's raw files on disk, the records in them, and the values of findings that they should give."""

    round: Round
    folder: Path
    records: dict[str, pd.DataFrame]
    expected: dict[str, float | None] = field(default_factory=dict)


def make_round(root, round_id, *, changed=False, seed=2569):
    """Write the raw files of a round into ``root/data/raw/<round>``."""
    round_ = Round.parse(round_id)
    folder = Path(root) / "data" / "raw" / round_id
    folder.mkdir(parents=True)
    maker = Maker(round_, random.Random(f"{seed} {round_id}"), changed)
    records = {**maker.plan(), **{name: getattr(maker, name)() for name in SOURCES}}
    if changed:
        del records["career_participants"]
    for stem in dict.fromkeys(dataset(name).stem for name in records):
        write_form(folder, stem, round_, records)
    made = MadeRound(round_, folder, records)
    for expect in EXPECTATIONS:
        made.expected |= expect(round_, records)
    return made


def write_form(folder, stem, round_, records):
    """Fill the form of a file as a person does: labels from the lists, dates as dates."""
    schemas = SCHEMAS.at(round_)
    kinds = schemas.in_file(stem)
    book = openpyxl.load_workbook(io.BytesIO(form(schemas, kinds[0].id)))
    for kind in kinds:
        sheet = book[kind.sheet or ONLY_SHEET]
        depth = 2 if any(" / " in column.header for column in kind.columns) else 1
        for at, (_, record) in enumerate(records[kind.id].iterrows(), start=depth + 1):
            for place, column in enumerate(kind.columns, start=1):
                value = record.get(column.name)
                if isinstance(value, list):
                    value = "; ".join(column.codes[code] for code in value) or None
                elif value is None or pd.isna(value):
                    continue
                elif column.kind == "category":
                    value = column.codes[value]
                elif column.kind in ("date", "datetime"):
                    value = pd.Timestamp(value).to_pydatetime()
                    value = value.date() if column.kind == "date" else value
                elif column.kind in ("integer", "number"):
                    value = float(value) if value % 1 else int(value)
                sheet.cell(at, place).value = value
    book.save(folder / f"{stem}.xlsx")


def change_plan(project, round_, keep=lambda *_: True, change=lambda *_: None):
    """Go through the rows of the plan's sheets as a person does: delete some, write into others."""
    path = project.data / str(round_) / "action_plan.xlsx"
    book = openpyxl.load_workbook(path)
    for name in ("โครงการ", "ขั้นตอน", "ตัวชี้วัด", "รายละเอียด"):
        page = book[name]
        top = next(row for row in range(1, 6) if "รหัสส่วน" in [c.value for c in page[row]])
        heads = {page.cell(row, c.column).value: c.column for row in (top, top + 1) for c in page[top]}
        first = top + (2 if name == "ขั้นตอน" else 1)
        for row in range(page.max_row, first - 1, -1):
            section = page.cell(row, heads["รหัสส่วน"]).value
            if keep(section, name):
                change(page, row, heads, section)
            else:
                page.delete_rows(row)
        change(page, page.max_row + 1, heads, None)
    book.save(path)


class Maker:
    """Invents the records of one round; every draw comes from one source, so that a seed gives one round."""

    def __init__(self, round_, draw, changed):
        self.round, self.draw, self.changed = round_, draw, changed
        self.days = (round_.end - round_.start).days
        self.names = [p.name_th for p in provinces()]
        self.year = str(round_.year)

    def day(self):
        return pd.Timestamp(self.round.start) + timedelta(days=self.draw.randrange(self.days + 1))

    def moment(self):
        return self.day() + timedelta(minutes=self.draw.randrange(24 * 60))

    def some(self, codes, *, blank=0.0, weights=None):
        if self.draw.random() < blank:
            return None
        return self.draw.choices(list(codes), weights)[0]

    def frame(self, rows):
        return pd.DataFrame(list(rows)).astype(object)

    def plan(self):
        """The printed plan moved on: every step named, in months, with a state; changed if asked for."""
        printed = Plan.load(SCHEMAS, PRINTED)
        projects, steps, indicators = (f.astype(object) for f in (printed.projects, printed.steps, printed.indicators))
        steps = steps[steps["step"].notna()].reset_index(drop=True)
        months = [f"m{n:02d}" for n in range(1, 13)]
        steps[months] = None
        for row in steps.index:
            first = self.draw.randrange(12)
            last = min(11, first + self.draw.randrange(3))
            for month in months[first : last + 1]:
                steps.loc[row, month] = "planned"
            behind = self.draw.random() < 0.15
            state = 0 if last < self.round.months and not behind else 1 if first < self.round.months else 2
            steps.loc[row, "state"] = STATES[state]
        steps["name"] = steps["name"].fillna("ขั้นตอนของแผนลำดับที่ " + steps["step"].astype(str))
        steps["source_note"] = projects["source_note"] = projects["state"] = steps["due"] = None
        told = steps["state"].map({"done": "จัดแล้ว {} ครั้ง", "in_progress": "จัดแล้ว {} ครั้งจาก 9 ครั้ง"})
        steps["progress"] = [None if pd.isna(words) else words.format(self.draw.randint(2, 8)) for words in told]
        steps["obstacle"] = [self.some(["งบประมาณล่าช้า"], blank=0.8) for _ in steps.index]
        steps[["next", "next_by", "next_who"]] = None
        projects[["short", "background", "obstacles", "questions"]] = None
        projects.loc[projects["section"] == "csr", "questions"] = "คำถามที่หนึ่ง; คำถามที่สอง"
        indicators["due"] = pd.Timestamp(self.round.due)
        indicators["source_note"] = None
        if self.changed:
            projects, steps, indicators = self._changed(projects, steps, indicators)
        kept = ("csr", "restructuring")
        topics = self.frame(
            {"section": section, "topic": f"เรื่องที่ {n}", "aspect": aspect, "statement": f"ข้อความที่ {n} {HOSTILE}"}
            for section in kept for n in (1, 2) for aspect in ("ปัญหา", "ความต้องการ")
        )  # fmt: skip
        asked = {"section": "csr", "what": f"เห็นชอบแผนงาน {HOSTILE}", "who": "กยผ.", "by": "30 ก.ย."}
        found = {"projects": projects, "steps": steps, "indicators": indicators, "topics": topics}
        return {f"plan_{name}": frame for name, frame in {**found, "decisions": self.frame([asked])}.items()}

    def _changed(self, projects, steps, indicators):
        place = projects.loc[projects["section"] == DROPPED, "order"].iloc[0]
        projects, steps, indicators = (f[f["section"] != DROPPED] for f in (projects, steps, indicators))
        new = {"section": ADDED, "order": place, "project": f"ทักษะดิจิทัล {HOSTILE}", "owner": HOSTILE}
        projects = pd.concat([projects, pd.DataFrame([new])], ignore_index=True).sort_values("order")
        projects.loc[projects["section"] == RENAMED, "project"] = "คลังความรู้ของกรม (Storytelling)"
        names = (f"สำรวจทักษะ {HOSTILE}", "จัดอบรม", "ติดตามผล")
        states = zip(names, STATES, strict=True)
        add = [
            {"section": ADDED, "step": n, "name": w, "state": s, "m02": "planned"} for n, (w, s) in enumerate(states, 1)
        ]
        steps = pd.concat([steps, pd.DataFrame(add)], ignore_index=True)
        goal = {"section": ADDED, "indicator": f"{ADDED}.target", "name": f"ผู้ผ่านการทดสอบ {HOSTILE}", "stage": "set"}
        goal |= {
            "target": 60.0,
            "unit": "percent",
            "direction": "at_least",
            "kind": "rate",
            "measured_by": f"{ADDED}.passed_share",
        }
        indicators = pd.concat([indicators, pd.DataFrame([goal])], ignore_index=True)
        indicators["due"] = pd.Timestamp(self.round.due)
        ids = indicators["indicator"]
        named = {"indicator": "csr.linked_target", "name": "ร้อยละของกิจกรรมที่เชื่อมโยง", "stage": "set", "target": 60.0}
        named |= {"direction": "at_least"}
        indicators.loc[ids == "csr.target", list(named)] = list(named.values())
        indicators.loc[ids == "urgent_cases.target", "target"] = 95.0
        indicators.loc[ids == "enterprise_architecture.target", "due"] = pd.Timestamp(self.round.end)
        return projects, steps, indicators

    def ea_activities(self):
        kind = dataset("ea_activities")
        return self.frame(
            {"activity_id": f"EA-{n:02d}", "domain": self.some(kind["domain"].codes), "name": f"กิจกรรมที่ {n}",
             "state": self.some(kind["state"].codes, blank=0.25)} for n in range(1, 31)
        )  # fmt: skip

    def restructuring_units(self):
        kinds = ["settlement", "highland_centre"] if self.changed else list(KINDS)
        return self.frame(
            {"unit": f"หน่วยงานทดสอบ{KINDS[kind]}ที่ {n}", "kind": kind}
            for n in range(1, 36 if self.changed else 26) for kind in [kinds[n % len(kinds)]]
        )  # fmt: skip

    def restructuring_survey(self):
        kind = dataset("restructuring_survey")
        units = getattr(self, "_units", None) or self.restructuring_units().to_dict("records")
        answers = [c for c in kind.columns if c.kind == "category" and c.name != "kind"]
        return self.frame(
            {**unit, "answered_on": self.day(), **{c.name: self.some(c.codes) for c in answers},
             "problems": self.some(["อัตรากำลังไม่เพียงพอ", "ภารกิจซ้ำซ้อน"], blank=0.4),
             "suggestions": self.some(["ควรจัดอบรมข้ามภารกิจ"], blank=0.5)}
            for unit in units[:-3]
        )  # fmt: skip

    def homeless_housing(self):
        places = self.draw.sample(self.names, 11)
        return self.frame(
            {"province": name, "rooms": self.draw.randint(2, 30), "places": self.draw.randint(5, 60),
             "need": self.some([self.draw.randint(10, 400)], blank=0.4)} for name in places
        )  # fmt: skip

    def career_participants(self):
        kind = dataset("career_participants")
        highland = {"chiang_mai", "uthai_thani", "tak"}
        found = []
        for n in range(1, 301):
            unit = self.some(UNITS)
            codes = {c: self.some(kind[c].codes) for c in ("source", "problem", "need", "activity")}
            found.append(
                {"participant": f"C{n:04d}", "unit": unit, "province": UNITS[unit].split("จังหวัด")[1], **codes,
                 "kind": "highland_centre" if unit in highland else "settlement",
                 "trained": self.some(kind["trained"].codes, blank=0.1)}
            )  # fmt: skip
        return self.frame(found)

    def csr_activities(self):
        kind = dataset("csr_activities")
        sdgs = list(kind["sdgs"].codes)
        return self.frame(
            {"activity_id": f"CSR{n:04d}", "held_on": self.day(), "province": self.some(self.names),
             "welfare_area": self.some(kind["welfare_area"].codes, blank=0.2),
             "sdgs": sorted(self.draw.sample(sdgs, self.some([0, 1, 2, 3], weights=[2, 5, 2, 1]))),
             "partner_type": self.some(kind["partner_type"].codes), "vulnerable_helped": self.draw.randrange(12)}
            for n in range(1, 401)
        )  # fmt: skip

    def csr_training_sessions(self):
        return self.frame(
            {"session": n, "dates": f"วันอบรมที่ {n}", "format": self.some(["online", "onsite"]), "topic": "การทำงานกับภาคี"}
            for n in range(1, 4)
        )

    def csr_training(self):
        items = [c.name for c in dataset("csr_training").columns if c.header.startswith("ความพึงพอใจ")]
        return self.frame(
            {"participant": f"T{n:03d}", "province": self.some(self.names), "pre": self.some(range(4, 13), blank=0.05),
             "post": self.some(range(12, 21), blank=0.05),
             **{item: self.some([3, 4, 5], blank=0.02) for item in items}} for n in range(1, 81)
        )  # fmt: skip

    def csr_training_summary(self):
        rows = [
            ("effectiveness_threshold", "เกณฑ์ดัชนีประสิทธิผล", 0.5, "ดัชนี"),
            ("overall_success", "ความสำเร็จโดยรวม", 91.25, "ร้อยละ"),
        ]
        return self.frame(dict(zip(("item", "label", "value", "unit"), row, strict=True)) for row in rows)

    def community_welfare(self):
        found = []
        for n, name in enumerate(self.names[: 40 if self.changed else 76], start=1):
            done = self.draw.randrange(len(FUNNEL) + 1)
            steps = {step: "yes" if at < done else "no" for at, step in enumerate(FUNNEL)}
            steps["area_selected"] = "yes" if done else None
            group = self.draw.randint(5, 60) if done >= 3 else None
            improved = self.draw.randint(0, group) if done == len(FUNNEL) else None
            found.append(
                {"centre": f"ศูนย์ทดสอบที่ {n}", "province": name, **steps, "target_group": group, "improved": improved}
            )
        return self.frame(found)

    def highland_welfare(self):
        found = []
        for n in range(1, 13 if self.changed else 17):
            selected = self.draw.random() < 0.7
            ordered = self.day() if selected and self.draw.random() < 0.5 else None
            helped = self.draw.randint(10, 200) if ordered is not None else None
            found.append(
                {"centre": f"ศูนย์บนพื้นที่สูงที่ {n}", "province": self.names[n], "participants": self.draw.randint(20, 90),
                 "committee": "selected" if selected else "selecting", "ordered_on": ordered, "helped": helped}
            )  # fmt: skip
        return self.frame(found)

    def citizen_questions(self):
        found = []
        for n in range(1, 61):
            asked = self.moment()
            answered = asked + timedelta(minutes=self.draw.randint(30, 9000)) if self.draw.random() < 0.85 else None
            found.append(
                {"question_id": f"Q{n:03d}", "asked": asked, "topic": "สอบถามเบี้ยความพิการ", "answered": answered}
            )
        return self.frame(found)

    def urgent_cases(self):
        kind = dataset("urgent_cases")
        found = []
        for n in range(1, 601):
            channel, received = self.some(kind["channel"].codes), self.moment()
            wait = self.draw.choices([self.draw.randint(5, 1440), self.draw.randint(1441, 4000), None], [94, 4, 2])[0]
            found.append(
                {"case_id": f"U{n:05d}", "channel": channel, "province": self.some(self.names), "received": received,
                 "category": self.some(kind["category"].codes, blank=0.05) if channel == "ess" else None,
                 "urgency": self.some(kind["urgency"].codes, blank=0.05) if channel == "hotline" else None,
                 "referred": None if wait is None else received + timedelta(minutes=wait)}
            )  # fmt: skip
        return self.frame(found)

    def public_opinion(self):
        found = []
        for label in self.round.month_labels().values():
            comments = self.draw.randint(20, 3000)
            negative = self.draw.randint(0, comments // 4)
            found.append({"month": label, "comments": comments, "positive": comments - negative, "negative": negative})
        return self.frame(found)

    def knowledge_works(self):
        results = dataset("knowledge_works")["result"].codes
        return self.frame(
            {"work_id": f"KM{n:03d}", "title": f"ผลงานที่ {n}", "unit": f"หน่วยงานที่ {n % 31}",
             "submitted_on": self.some([self.day()], blank=0.1), "result": self.some(results, blank=0.3)}
            for n in range(1, 121)
        )  # fmt: skip

    def knowledge_stages(self):
        rows = [
            ("submitted", "นำมาพิจารณา", 120),
            ("shortlisted", "เข้าสู่การประชุมวิพากษ์", 45),
            ("outstanding", "ผลงานโดดเด่น", 12),
        ]
        return self.frame(dict(zip(("stage", "label", "planned"), row, strict=True)) for row in rows)


SOURCES = tuple(kind.id for kind in DATASETS if kind.stem != "action_plan" and hasattr(Maker, kind.id))


# --- what should come out --------------------------------------------------------------------------------------------


def per_cent(part, whole):
    return 100 * part / whole if whole else None


def filled(cells):
    return cells.map(lambda cell: bool(cell) if isinstance(cell, list) else not pd.isna(cell))


def in_month(cells):
    return cells.map(lambda day: f"{day.year + 543}-{day.month:02d}")


SLUGS = {p.name_th: p.slug for p in provinces()}


def expect_plan(round_, records):
    steps, found = records["plan_steps"], {}
    for section in records["plan_projects"]["section"]:
        own = steps[steps["section"] == section]
        counts = {"steps": len(own), **{f"steps_{state}": int((own["state"] == state).sum()) for state in STATES}}
        found |= {f"{section}.{name}": number for name, number in {**counts, "steps_not_stated": 0}.items()}
        last = own[[f"m{n:02d}" for n in range(1, 13)]].notna().mul(list(range(1, 13))).max(axis=1)
        late, going = (own["state"] != "done") & (last <= round_.months), own["state"] == "in_progress"
        found |= {f"{section}.steps_overdue": int(late.sum()), f"{section}.steps_under_way": int((going & ~late).sum())}
        found |= {f"{section}.steps_ahead": int((~late & (own["state"] == "not_started")).sum())}
        found[f"{section}.steps_waiting"] = 0
    for row in records["plan_indicators"].to_dict("records"):
        if not pd.isna(row["target"]):
            found[row["indicator"]] = row["target"]
    own = steps[steps["section"] == "five_year_plan"]
    last = own[[f"m{n:02d}" for n in range(1, 13)]].notna().mul(list(range(1, 13))).max(axis=1)
    due, done = last <= round_.months, own["state"] == "done"
    found["five_year_plan.steps_due"] = int(due.sum())
    found["five_year_plan.progress"] = per_cent(done.sum(), len(own))
    return found


def expect_architecture(_, records):
    work = records["ea_activities"]
    done = work["state"] == "done"
    found = {"activities": len(work), "done": int(done.sum()), "not_stated": int(work["state"].isna().sum())}
    found |= {"in_progress": int((work["state"] == "in_progress").sum()), "progress": per_cent(done.sum(), len(work))}
    for domain in dataset("ea_activities")["domain"].codes:
        own = work["domain"] == domain
        found |= {domain: int(own.sum()), f"{domain}_done": int((own & done).sum())}
        found |= {f"{domain}_in_progress": int((own & (work["state"] == "in_progress")).sum())}
        found |= {f"{domain}_not_stated": int((own & work["state"].isna()).sum())}
        found[f"{domain}_progress"] = per_cent((own & done).sum(), own.sum())
    return {f"enterprise_architecture.{name}": value for name, value in found.items()}


def expect_restructuring(_, records):
    units, survey = records["restructuring_units"], records["restructuring_survey"]
    found = {"units": len(units), "answered": len(survey), "response_rate": per_cent(len(survey), len(units))}
    for kind in KINDS:
        of_kind = survey["kind"] == kind
        found[f"{kind}s"] = int((units["kind"] == kind).sum())
        found[f"response_rate.{kind}"] = per_cent(of_kind.sum(), found[f"{kind}s"])
        for q in ANSWERS:
            counted = survey[q.name].isin(q.counted)
            found[f"{q.name}.{kind}"] = per_cent((counted & of_kind).sum(), of_kind.sum())
    for q in ANSWERS:
        found[q.name] = per_cent(survey[q.name].isin(q.counted).sum(), len(survey))
        found[f"{q.name}.concern"] = per_cent(survey[q.name].isin(q.concern).sum(), len(survey))
    for column in ("problems", "suggestions"):
        found[f"wrote_{column}"] = per_cent(survey[column].notna().sum(), len(survey))
    return {f"restructuring.{name}": value for name, value in found.items()}


def expect_housing(_, records):
    homes = records["homeless_housing"]
    stated = homes["need"].notna()
    found = {"rooms": homes["rooms"].sum(), "places": homes["places"].sum(), "needs": homes["need"].sum()}
    found |= {"provinces": len(homes), "need_stated": int(stated.sum()), "need_not_stated": int((~stated).sum())}
    found["places_per_room"] = homes["places"].sum() / homes["rooms"].sum()
    for row in homes.to_dict("records"):
        slug = SLUGS[row["province"]]
        found |= {f"rooms.{slug}": row["rooms"], f"places.{slug}": row["places"]}
        found[f"places_per_room.{slug}"] = row["places"] / row["rooms"]
        if not pd.isna(row["need"]):
            need = fives(row["need"])
            found |= {f"needs.{slug}": need, f"gap.{slug}": None if need is None else need - row["places"]}
    return {f"homeless_housing.{name}": value for name, value in found.items()}


def expect_career(_, records):
    if "career_participants" not in records:
        return {}
    people = records["career_participants"]
    cohort = (people["source"] == "mso_logbook") & (people["trained"] == "yes")
    of_all, rest = int(cohort.sum()), int((~cohort).sum())
    found = {"participants": len(people), "cohort": alone(of_all, rest)}
    found["share"] = per_cent(of_all, len(people)) if is_exact(of_all, rest) else quotient(fives(of_all), len(people))
    found["units"] = len(UNITS) if people["unit"].value_counts().reindex(UNITS, fill_value=0).min() >= 5 else None
    for unit in UNITS:
        own = people["unit"] == unit
        there, trained = fives(own.sum()), fives((own & cohort).sum())
        found |= {f"participants.{unit}": there, f"cohort.{unit}": trained, f"share.{unit}": quotient(trained, there)}
    for name in ("problem", "need"):
        codes = dataset("career_participants")[name].codes
        found |= in_column({f"{name}.{code}": (people[name] == code).sum() for code in codes})
    return {f"career_development.{name}": value for name, value in found.items()}


def expect_csr(_, records):
    work, people = records["csr_activities"], records["csr_training"]
    area, sdgs = work["welfare_area"], filled(work["sdgs"])
    linked = area.notna() & sdgs
    found = {"activities": len(work), "linked": int(linked.sum()), "linked_share": per_cent(linked.sum(), len(work))}
    found |= {"area_only": int((area.notna() & ~sdgs).sum()), "sdgs_only": int((area.isna() & sdgs).sum())}
    found |= {"unlinked": int((area.isna() & ~sdgs).sum()), "vulnerable_helped": work["vulnerable_helped"].sum()}
    found |= {"provinces": work["province"].nunique(), "not_linked": int((~linked).sum())}
    for code in dataset("csr_activities")["welfare_area"].codes:
        found[f"linked.{code}"] = int((linked & (area == code)).sum())
        for goal in ("sdg01", "sdg10", "sdg17"):
            found[f"linked.{code}.{goal}"] = int(
                ((area == code) & work["sdgs"].map(lambda own, g=goal: g in own)).sum()
            )
    splits = {"partner_type": {}, "province": SLUGS}
    for name, slugs in splits.items():
        for code in [*dataset("csr_activities")[name].codes, *slugs]:
            own, key = work[name] == code, slugs.get(code, code)
            found |= {
                f"activities.{key}": int(own.sum()),
                f"linked_share.{key}": per_cent((own & linked).sum(), own.sum()),
            }
    found |= {f"activities.{month}": int(n) for month, n in in_month(work["held_on"]).value_counts().items()}
    both = people[people["pre"].notna() & people["post"].notna()].astype({"pre": int, "post": int})
    gained = both["post"].sum() - both["pre"].sum()
    found["training_participants"] = alone(len(people))
    found |= shares({"scored": (len(both), len(people), 0)}, service=True)
    measured = float if is_exact(len(both), len(people) - len(both)) else two_digits
    found["effectiveness_index"] = measured(gained / (20 * len(both) - both["pre"].sum()))
    found["pre.mean"] = float(both["pre"].mean())
    found |= {"overall_success": 91.25, "effectiveness_threshold": 0.5}
    answers = people[[f"s{n}" for n in range(1, 9)]].astype(float)
    blank = answers.isna().sum()
    measured = float if is_exact(blank.sum()) else two_digits
    found["satisfaction"] = measured(per_cent(answers.sum().sum(), 5 * answers.count().sum()))
    measured = float if is_exact(*blank) else two_digits
    found |= {f"satisfaction_mean.{item}": measured(answers[item].mean()) for item in answers}
    return {f"csr.{name}": value for name, value in found.items()}


def expect_community(_, records):
    centres = records["community_welfare"]
    stages = dict(zip(("areas", *FUNNEL[1:]), FUNNEL, strict=True))
    counts = {stage: int((centres[column] == "yes").sum()) for stage, column in stages.items()}
    found = {"centres": len(centres), **counts}
    before = len(centres)
    for stage, number in counts.items():
        found |= {f"share.{stage}": per_cent(number, len(centres)), f"remaining.{stage}": len(centres) - number}
        found[f"step_share.{stage}"] = per_cent(number, before)
        before = number
    group, improved = centres["target_group"].astype(float), centres["improved"].astype(float)
    implemented = centres["implemented"] == "yes"
    found |= {"target_group": group.sum(), "improved": improved.sum()}
    found |= {"target_group_reached": group[implemented].sum(), "target_group_waiting": group[~implemented].sum()}
    found["improved_share"] = per_cent(improved.sum(), group.sum())
    found["improved_share_reached"] = per_cent(improved.sum(), group[implemented].sum())
    found["waiting.complete"] = counts["implemented"]
    passed = (centres[FUNNEL] == "yes").sum(axis=1)
    found |= {f"passed.{SLUGS[place]}": int(n) for place, n in zip(centres["province"], passed, strict=True)}
    return {f"community_welfare.{name}": value for name, value in found.items()}


def expect_highland(_, records):
    centres = records["highland_welfare"]
    people, selected = centres["participants"].astype(int), centres["committee"] == "selected"
    ordered = int(centres["ordered_on"].notna().sum())
    found = {"centres": len(centres), "participants": people.sum(), "participants_mean": people.mean()}
    found |= {"participants_min": fives(people.min()), "participants_max": fives(people.max())}
    found["selected"] = int(selected.sum())
    found |= {"selecting": int((~selected).sum()), "orders": ordered, "helped": centres["helped"].sum()}
    found["helped_reported"] = int(centres["helped"].notna().sum())
    found |= {f"participants.c{n:02d}": fives(number) for n, number in enumerate(people, start=1)}
    return {f"highland_welfare.{name}": value for name, value in found.items()}


def expect_questions(round_, records):
    asked = records["citizen_questions"]
    answered = int(asked["answered"].notna().sum())
    rest = len(asked) - answered
    found = {"questions": alone(len(asked)), "answered": alone(answered, rest), "open": alone(rest, answered)}
    found |= shares({"answered_share": (answered, len(asked), 0)}, service=True)
    months = in_month(asked["asked"]).value_counts()
    found |= in_column({f"month.{month}": int(months.get(month, 0)) for month in round_.month_labels()})
    return {f"citizen_questions.{name}": value for name, value in found.items()}


def expect_cases(round_, records):
    cases = records["urgent_cases"]
    end = datetime.combine(round_.end + timedelta(days=1), datetime.min.time())
    wait = [None if pd.isna(b) else b - a for a, b in zip(cases["received"], cases["referred"], strict=True)]
    day = timedelta(hours=24)
    in_time = pd.Series([w is not None and w <= day for w in wait])
    judged = pd.Series([w is not None or a + day <= end for w, a in zip(wait, cases["received"], strict=True)])
    found = {"all": alone(len(cases))}
    found |= shares({"within_24h": (in_time.sum(), judged.sum(), (~judged).sum())}, service=True)
    found["open"] = alone(cases["referred"].isna().sum(), cases["referred"].notna().sum())
    moments = pd.to_datetime(cases["received"])
    minutes = moments.dt.hour * 60 + moments.dt.minute
    office = (moments.dt.day_of_week < 5) & (minutes >= 8 * 60 + 30) & (minutes < 16 * 60 + 30)
    found |= in_column({"office.office": office.sum(), "office.outside": (~office).sum()})
    own = {channel: cases["channel"] == channel for channel in dataset("urgent_cases")["channel"].codes}
    of_channels = {channel: rows.sum() for channel, rows in own.items()}
    found |= in_column(of_channels)
    assert is_exact(*of_channels.values())  # so that their shares are, too
    found |= {f"channel_share.{channel}": per_cent(n, len(cases)) for channel, n in of_channels.items()}
    found |= shares(
        {
            f"within_24h.{channel}": ((rows & in_time).sum(), (rows & judged).sum(), (rows & ~judged).sum())
            for channel, rows in own.items()
        },
        service=True,
    )
    for name, channel in (("category", "ess"), ("urgency", "hotline")):
        codes = dataset("urgent_cases")[name].codes
        found |= in_column({f"{channel}.{code}": (cases[name] == code).sum() for code in codes})
    found |= in_column({f"month.{m}": int(n) for m, n in in_month(moments).value_counts().items()})
    found |= in_column({f"hour.{hour:02d}": (moments.dt.hour == hour).sum() for hour in range(24)})
    found |= {f"province.{slug}": fives((cases["province"] == name).sum()) for name, slug in SLUGS.items()}
    return {f"urgent_cases.{name}": value for name, value in found.items()}


def expect_opinion(round_, records):
    said = records["public_opinion"]
    found = {"months": len(said), "negative_share": per_cent(said["negative"].sum(), said["comments"].sum())}
    found |= {column: said[column].sum() for column in ("comments", "negative")}
    for column in ("comments", "positive", "negative"):
        pairs = zip(round_.month_labels(), said[column], strict=True)
        found |= {f"{column}.{month}": number for month, number in pairs}
    for month, comments in zip(round_.month_labels(), said["comments"], strict=True):
        found[f"month_share.{month}"] = per_cent(comments, said["comments"].sum())
    return {f"public_opinion.{name}": value for name, value in found.items()}


def expect_knowledge(_, records):
    works = records["knowledge_works"]
    found = {
        "submitted": len(works),
        "received": int(works["submitted_on"].notna().sum()),
        "units": works["unit"].nunique(),
    }
    found |= {"judged": int(works["result"].notna().sum()), "shortlisted": 45, "outstanding": 12}
    found |= {"shortlisted_share": per_cent(45, len(works)), "outstanding_share": per_cent(12, len(works))}
    return {f"knowledge_management.{name}": value for name, value in found.items()}


EXPECTATIONS = (
    expect_plan, expect_architecture, expect_restructuring, expect_housing, expect_career, expect_csr, expect_community,
    expect_highland, expect_questions, expect_cases, expect_opinion, expect_knowledge,
)  # fmt: skip
