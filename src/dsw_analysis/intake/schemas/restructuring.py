"""The questionnaire on the restructuring: units that took over the work of dissolved protection centres."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

KINDS = {
    "settlement": "นิคมสร้างตนเอง",
    "highland_centre": "ศูนย์พัฒนาราษฎรบนพื้นที่สูง",
    "shelter": "สถานคุ้มครองคนไร้ที่พึ่ง",
}

ANSWERS = (
    Column(
        "written_orders",
        "ด้านโครงสร้าง / คำสั่งมอบหมายงานและการแบ่งฝ่ายตามโครงสร้างใหม่",
        "category",
        codes={
            "complete": "มีคำสั่งเป็นลายลักษณ์อักษรและแบ่งฝ่ายครบถ้วน",
            "partial": "มีคำสั่งเป็นลายลักษณ์อักษร แต่แบ่งฝ่ายยังไม่ครบ",
            "verbal": "มอบหมายด้วยวาจา",
            "none": "ยังไม่มีการมอบหมาย",
        },
        topic="คำสั่งมอบหมายงานและการแบ่งฝ่าย",
        counted=("complete",),
        concern=("partial", "verbal", "none"),
        statement="มีคำสั่งมอบหมายงานเป็นลายลักษณ์อักษรและแบ่งฝ่ายตามโครงสร้างใหม่ครบถ้วน",
    ),
    Column(
        "admin_in_one_division",
        "ด้านโครงสร้าง / การรวมงานบริหารทั่วไป",
        "category",
        codes={
            "one_division": "รวมไว้ในฝ่ายเดียว",
            "some_divided": "รวมเป็นส่วนใหญ่ ยังแยกอยู่บางฝ่าย",
            "every_division": "แยกอยู่ทุกฝ่าย",
        },
        topic="การรวมงานบริหารทั่วไป",
        counted=("one_division",),
        concern=("some_divided", "every_division"),
        statement="รวมงานบริหารทั่วไปไว้ในฝ่ายเดียว",
    ),
    Column(
        "resources_shared",
        "ด้านโครงสร้าง / การใช้ทรัพยากรร่วมกัน",
        "category",
        codes={
            "regularly": "ใช้ร่วมกันเป็นประจำ",
            "occasionally": "ใช้ร่วมกันเป็นบางครั้ง",
            "separately": "ต่างฝ่ายต่างใช้",
        },
        topic="การใช้ทรัพยากรร่วมกัน",
        counted=("regularly", "occasionally"),
        concern=("separately",),
        statement="มีการใช้ทรัพยากรร่วมกัน",
    ),
    Column(
        "budget_on_target",
        "ด้านโครงสร้าง / การบริหารงบประมาณของทุกกอง",
        "category",
        codes={
            "all_divisions": "ได้ตามเป้าหมายทุกกอง",
            "some_divisions": "ได้ตามเป้าหมายบางกอง",
            "no_division": "ยังไม่ได้ตามเป้าหมาย",
        },
        topic="การบริหารงบประมาณของทุกกอง",
        counted=("all_divisions",),
        concern=("some_divisions", "no_division"),
        statement="บริหารงบประมาณของทุกกองได้ตามเป้าหมาย",
    ),
    Column(
        "mission_continuity",
        "ด้านการดำเนินงานตามภารกิจ / ความต่อเนื่องของภารกิจใหม่",
        "category",
        codes={
            "all_missions": "ต่อเนื่องทุกภารกิจ ไม่สะดุดหรือหยุดชะงัก",
            "some_missions": "ต่อเนื่องบางภารกิจ",
            "interrupted": "หยุดชะงัก",
        },
        topic="ความต่อเนื่องของภารกิจใหม่",
        counted=("all_missions",),
        concern=("some_missions", "interrupted"),
        statement="ดำเนินงานตามภารกิจใหม่ได้ต่อเนื่องทุกภารกิจ ไม่สะดุดหรือหยุดชะงัก",
    ),
    Column(
        "single_report_dataset",
        "ด้านการดำเนินงานตามภารกิจ / การรายงานผลเป็นข้อมูลชุดเดียวกัน",
        "category",
        codes={
            "one_set": "รายงานเป็นข้อมูลชุดเดียวกันได้",
            "some_sets": "รวมได้บางส่วน",
            "separate_sets": "รายงานแยกตามกอง",
        },
        topic="การรายงานเป็นข้อมูลชุดเดียวกัน",
        counted=("one_set",),
        concern=("some_sets", "separate_sets"),
        statement="รายงานผลการดำเนินงานเป็นข้อมูลชุดเดียวกันของหน่วยงานได้",
    ),
    Column(
        "must_interpret_orders",
        "ด้านการประสานงานจากส่วนกลาง / การสอบถามหรือตีความคำสั่งจากส่วนกลาง",
        "category",
        codes={
            "never": "ไม่ต้องสอบถามหรือตีความ",
            "rarely": "แทบไม่ต้องสอบถามหรือตีความ",
            "sometimes": "ต้องสอบถามหรือตีความเป็นบางครั้ง",
            "often": "ต้องสอบถามหรือตีความเป็นประจำ",
        },
        topic="การตีความคำสั่งจากส่วนกลาง",
        counted=("sometimes", "often"),
        concern=("sometimes", "often"),
        statement="ต้องสอบถามหรือตีความคำสั่งจากส่วนกลาง",
    ),
    Column(
        "head_understands_all",
        "ด้านความรู้ข้ามภารกิจ / ความเข้าใจภารกิจของหัวหน้าหน่วยงาน",
        "category",
        codes={
            "fully": "เข้าใจครบถ้วนทุกภารกิจ",
            "mostly": "เข้าใจเกือบทุกภารกิจ",
            "partly": "เข้าใจบางภารกิจ",
        },
        topic="ความเข้าใจภารกิจของหัวหน้า",
        counted=("fully",),
        concern=("mostly", "partly"),
        statement="หัวหน้าหน่วยงานเข้าใจภารกิจครบถ้วน",
    ),
    Column(
        "staff_understand_part",
        "ด้านความรู้ข้ามภารกิจ / ความเข้าใจภารกิจของเจ้าหน้าที่ปฏิบัติงาน",
        "category",
        codes={
            "all_missions": "เข้าใจทุกภารกิจ",
            "most_missions": "เข้าใจเกือบทุกภารกิจ",
            "some_missions": "เข้าใจเพียงบางภารกิจ",
        },
        topic="ความเข้าใจภารกิจของเจ้าหน้าที่",
        counted=("some_missions",),
        concern=("some_missions",),
        statement="เจ้าหน้าที่ปฏิบัติงานเข้าใจเพียงบางภารกิจ",
    ),
    Column(
        "partly_interchangeable",
        "ด้านความรู้ข้ามภารกิจ / การทำงานแทนกันของเจ้าหน้าที่",
        "category",
        codes={
            "all_divisions": "ทำงานแทนกันได้ทุกฝ่าย",
            "some_divisions": "ทำงานแทนกันได้เพียงบางฝ่าย",
            "no_division": "ทำงานแทนกันไม่ได้",
        },
        topic="การทำงานแทนกันของเจ้าหน้าที่",
        counted=("some_divisions",),
        concern=("some_divisions", "no_division"),
        statement="เจ้าหน้าที่ทำงานแทนกันได้เพียงบางฝ่าย",
    ),
    Column(
        "admin_workload_up",
        "ด้านภาระงานและค่าใช้จ่าย / ภาระงานของฝ่ายบริหารทั่วไป",
        "category",
        codes={
            "less": "ลดลง",
            "same": "เท่าเดิม",
            "more": "เพิ่มขึ้น",
            "much_more": "เพิ่มขึ้นมาก",
        },
        topic="ภาระงานของฝ่ายบริหารทั่วไป",
        counted=("more", "much_more"),
        concern=("more", "much_more"),
        statement="ภาระงานของฝ่ายบริหารทั่วไปเพิ่มขึ้น",
    ),
    Column(
        "admin_cost_down",
        "ด้านภาระงานและค่าใช้จ่าย / ค่าใช้จ่ายในการบริหารจัดการ",
        "category",
        codes={
            "lower": "ลดลงจริง",
            "same": "เท่าเดิม",
            "higher": "เพิ่มขึ้น",
            "cannot_tell": "ยังประเมินไม่ได้",
        },
        topic="ค่าใช้จ่ายในการบริหารจัดการ",
        counted=("lower",),
        concern=("higher",),
        statement="การปรับปรุงโครงสร้างทำให้ค่าใช้จ่ายในการบริหารจัดการลดลงจริง",
    ),
    Column(
        "partners_not_informed",
        "ด้านภาคีเครือข่าย / การแจ้งโครงสร้างใหม่และช่องทางการติดต่อแก่ภาคีเครือข่าย",
        "category",
        codes={
            "fully": "แจ้งครบถ้วนแล้ว",
            "partly": "แจ้งแล้วบางส่วน",
            "not_yet": "ยังไม่ได้แจ้ง",
        },
        topic="การแจ้งโครงสร้างใหม่แก่ภาคี",
        counted=("partly", "not_yet"),
        concern=("partly", "not_yet"),
        statement="ยังไม่ได้แจ้งโครงสร้างใหม่และช่องทางการติดต่อแก่ภาคีเครือข่ายครบถ้วน",
    ),
    Column(
        "no_new_partnerships",
        "ด้านภาคีเครือข่าย / ความร่วมมือกับภาคีเครือข่ายใหม่",
        "category",
        codes={
            "built": "สร้างความร่วมมือแล้ว",
            "in_talks": "อยู่ระหว่างประสานความร่วมมือ",
            "not_yet": "ยังไม่ได้สร้างความร่วมมือ",
        },
        topic="ความร่วมมือกับภาคีใหม่",
        counted=("not_yet",),
        concern=("not_yet",),
        statement="ยังไม่ได้สร้างความร่วมมือกับภาคีเครือข่ายใหม่",
    ),
)
"""The fourteen questions; in each the answers run from the best to the most troubling."""

RESTRUCTURING_UNITS = Dataset(
    id="restructuring_units",
    title="ทะเบียนหน่วยงานที่ส่งแบบติดตาม",
    file="restructuring_survey",
    sheet="ทะเบียนหน่วยงาน",
    columns=(
        Column("unit", "หน่วยงาน", "text", unique=True),
        Column("kind", "ประเภทหน่วยงาน", "category", codes=KINDS),
    ),
)
"""Every unit that was asked, whether it has answered or not; the base of census and response rate."""

RESTRUCTURING_SURVEY = Dataset(
    id="restructuring_survey",
    title="แบบติดตามและประเมินผลการปรับปรุงโครงสร้างภารกิจและอัตรากำลังของหน่วยงานที่ยุบเลิก",
    columns=(
        Column("unit", "หน่วยงาน", "text", unique=True),
        Column("kind", "ประเภทหน่วยงาน", "category", codes=KINDS),
        Column("answered_on", "วันที่ตอบ", "date", in_round=True),
        *ANSWERS,
        Column("problems", "ปัญหาอุปสรรค", "text", required=False),
        Column("suggestions", "ข้อเสนอแนะ", "text", required=False),
    ),
    registries={"unit": (RESTRUCTURING_UNITS, "unit")},
)

DATASETS = (RESTRUCTURING_SURVEY, RESTRUCTURING_UNITS)

ATTENTION_THRESHOLD = 50
"""A question needs attention if at least this percentage of units gave an answer that is a reason for concern."""
