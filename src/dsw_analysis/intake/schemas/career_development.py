"""Participants of the career projects in settlements and highland centres."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset

UNITS = {
    "khok_pho": "นิคมสร้างตนเองโคกโพธิ์ จังหวัดปัตตานี",
    "bang_rakam": "นิคมสร้างตนเองบางระกำ จังหวัดพิษณุโลก",
    "lop_buri": "นิคมสร้างตนเองลพบุรี จังหวัดลพบุรี",
    "lam_nam_un": "นิคมสร้างตนเองลำน้ำอูน จังหวัดสกลนคร",
    "krasiao": "นิคมสร้างตนเองกระเสียว จังหวัดสุพรรณบุรี",
    "chiang_mai": "ศูนย์พัฒนาราษฎรบนพื้นที่สูง จังหวัดเชียงใหม่",
    "uthai_thani": "ศูนย์พัฒนาราษฎรบนพื้นที่สูง จังหวัดอุทัยธานี",
    "tak": "ศูนย์พัฒนาราษฎรบนพื้นที่สูง จังหวัดตาก",
}
KINDS = {"settlement": "นิคมสร้างตนเอง", "highland_centre": "ศูนย์พัฒนาราษฎรบนพื้นที่สูง"}
SOURCES = {"mso_logbook": "MSO-Logbook", "open": "รับสมัครทั่วไป"}
TRAINED = {"yes": "ได้รับ", "no": "ยังไม่ได้รับ"}
PROBLEMS = {
    "insufficient_income": "รายได้ไม่เพียงพอ",
    "low_income": "รายได้ต่ำกว่า 5,000 บาทต่อเดือน",
    "elderly": "เป็นผู้สูงอายุ",
    "monoculture": "ปลูกพืชเชิงเดี่ยว",
    "capital": "ขาดเงินทุนและการลงทุน",
    "knowledge": "ขาดทักษะความรู้",
    "prices": "ปริมาณ คุณภาพ และราคาของผลผลิต",
}
NEEDS = {
    "production_skills": "ความรู้และทักษะการผลิต",
    "vocational_skills": "ความรู้และทักษะด้านการพัฒนาอาชีพ",
    "marketing": "ทักษะการตลาดและช่องทางการจำหน่าย",
    "online_sales": "การประชาสัมพันธ์และการขายออนไลน์",
    "funding": "แหล่งเงินทุน",
    "inputs": "ปัจจัยการผลิต เช่น เมล็ดพันธุ์ ปุ๋ย",
    "farming": "พัฒนาศักยภาพและสร้างมูลค่าด้านเกษตร",
    "livestock": "พัฒนาศักยภาพและสร้างมูลค่าด้านปศุสัตว์",
    "handicraft": "พัฒนาศักยภาพและสร้างมูลค่าด้านหัตถกรรม",
    "rice_products": "แปรรูปผลิตภัณฑ์เกี่ยวกับข้าว",
    "poultry_mushroom": "เลี้ยงไก่ไข่และเพาะเห็ด",
    "community_enterprise": "จัดตั้งวิสาหกิจชุมชน",
    "product_design": "พัฒนารูปแบบผลิตภัณฑ์ให้ตรงกับความต้องการของตลาด",
    "textile_design": "ออกแบบลวดลายผ้าและแปรรูปกระเป๋า/เสื้อผ้า",
    "hemp_embroidery": "ผลิตภัณฑ์ผ้าใยกัญชงและผ้าปักชนเผ่า",
    "food_processing": "แปรรูปหัวไชเท้า",
}
ACTIVITIES = {
    "weaving_plastic": "จักสานเส้นพลาสติกผสมยางพารา",
    "crochet": "ถักโครเชต์เชือกกล้วย",
    "eco_print": "ย้อมผ้า Eco print",
    "livestock": "พัฒนาศักยภาพด้านปศุสัตว์",
    "butterfly_pea": "ปลูกดอกอัญชัน",
    "farm_standards": "อบรมมาตรฐานสินค้าเกษตร",
    "income_security": "โครงการเพื่อสร้างอาชีพและความมั่นคงทางรายได้",
    "financial_planning": "วางแผนทางการเงิน วินัยการออม และการสร้างอาชีพ",
    "mushroom": "ฝึกอบรมเชิงปฏิบัติการการเพาะเห็ดสร้างรายได้",
    "sunflower_seeds": "อบรมคั่วเมล็ดทานตะวัน",
    "coconut_brooms": "อบรมทำไม้กวาดทางมะพร้าว",
    "coffee_quality": "เพิ่มผลผลิตกาแฟที่มีคุณภาพ",
    "natural_dye": "สร้างมูลค่าผ้าทอย้อมสีธรรมชาติ",
    "coffee_care": "บำรุงต้นพันธุ์กาแฟ ตัดแต่งกิ่ง และกำจัดวัชพืช",
    "karen_textiles": "พัฒนาคุณภาพผลิตภัณฑ์ผ้าทอกะเหรี่ยงย้อมสีธรรมชาติ",
    "radish": "แปรรูปหัวไชเท้า",
}

CAREER_PARTICIPANTS = Dataset(
    id="career_participants",
    title="ผู้เข้าร่วมโครงการพัฒนาศักยภาพด้านทักษะอาชีพ",
    columns=(
        Column("participant", "รหัสผู้เข้าร่วม", "text", unique=True),
        Column("unit", "หน่วยงาน", "category", codes=UNITS),
        Column("kind", "ประเภทหน่วยงาน", "category", codes=KINDS),
        Column("province", "จังหวัด", "province"),
        Column("source", "แหล่งที่มา", "category", codes=SOURCES),
        Column("trained", "การพัฒนาทักษะอาชีพ", "category", codes=TRAINED, required=False, help="เว้นว่างหากไม่มีข้อมูล"),
        Column("problem", "ปัญหาหลัก", "category", codes=PROBLEMS),
        Column("need", "ความต้องการหลัก", "category", codes=NEEDS),
        Column("activity", "กิจกรรม", "category", codes=ACTIVITIES),
    ),
    rules=(
        Rule(
            name="unit_is_of_its_kind",
            column="kind",
            holds=lambda f: (
                f["unit"].isna()
                | f["kind"].isna()
                | (f["unit"].isin(["chiang_mai", "uthai_thani", "tak"]) == (f["kind"] == "highland_centre"))
            ),
            expected="ประเภทหน่วยงานต้องตรงกับหน่วยงาน",
            action="แก้ประเภทหน่วยงานหรือหน่วยงานในแถวนี้ให้ตรงกัน",
        ),
    ),
)

DATASETS = (CAREER_PARTICIPANTS,)
