"""Files that are read as they are, or after their reading options were accepted: what people did to the form."""

from datetime import date

from returns_tables import MONTHS, book, by_region, in_text, made, runs, save, width


@made("harmless_csv")
def harmless_csv(path, table):
    remarks = ["รอหลักฐาน" if at % 5 == 1 else None for at in range(len(table.rows))]
    save(path, table.add(len(table.header), "หมายเหตุ", remarks).add(0, "ลำดับที่", range(1, len(table.rows) + 1)))


@made("harmless_xlsx")
def harmless_xlsx(path, table):
    count = len(table.rows)
    table = table.add(width(table), "ผู้บันทึก", ["เจ้าหน้าที่ พมจ."] * count)
    table = table.add(width(table), "วันที่บันทึก", [date(2026, 4, 2)] * count)
    save(path, table.add(0, "ที่", range(1, count + 1)))


@made("merged_province", "merged_unit")
def merged(path, table):
    areas = [
        {"start_row": first + 2, "end_row": last + 2, "start_column": at, "end_column": at}
        for at in (table.at(name) + 1 for name in of_place(table))
        for first, last in runs(table.provinces)
    ]
    save(path, once(table), merged=areas)


@made("first_row_province", "first_row_unit")
def first_row_only(path, table):
    save(path, once(table))


def of_place(table):
    """Columns that say of which place a row is."""
    return [name for name in ("unit", "kind", "province") if name in table.dataset.names]


def once(table):
    """The table with its place in the first row of each only."""
    first = {begin for begin, _ in runs(table.provinces)}
    for name in of_place(table):
        table = table.put(name, [cell if at in first else None for at, cell in enumerate(table[name])])
    return table


@made("sheets_named")
def sheets_named(path, table):
    book(path, {name: part.without("province").all for name, part in table.by_province()})


@made("sheets_alike")
def sheets_alike(path, table):
    counts = [[name, len(part.rows)] for name, part in table.by_province()]
    sheets = {name: part.all for name, part in table.by_province()}
    book(path, {**sheets, "สรุป": [["จังหวัด", "จำนวนเรื่อง"], *counts, ["รวม", len(table.rows)]]})


@made("parts_province")
def parts_province(path, table):
    for name, part in table.by_province():
        save(path / f"{name}.xlsx", part)


@made("parts_mixed")
def parts_mixed(path, table):
    count = len(table.rows)
    save(path / "ภาคกลาง.xlsx", table.take(range(3)))
    save(path / "ภาคตะวันออกเฉียงเหนือ.csv", table.take(range(3, 5)))
    save(path / "ภาคใต้.xlsx", table.take(range(5, count)).add(0, "ลำดับที่", range(1, count - 4)))


@made("regions_housing", "regions_welfare")
def regions(path, table):
    numbers = [column.kind == "integer" for column in table.dataset.columns]

    def total(word, rows):
        sums = [sum(row[at] or 0 for row in rows) if number else None for at, number in enumerate(numbers)]
        return [word, *sums[1:]]

    plain = table.dataset.id == "community_welfare"
    body = []
    for region, places in by_region(table):
        rows = [table.rows[at] for at in places]
        body += [[region], *rows, total("รวม" if plain else f"รวม{region}", rows)]
    book(path, {"ข้อมูล": [table.header, *body, total("รวมทั้งสิ้น", table.rows)]})


@made("signature_csr")
def signature_csr(path, table):
    signed = [["(นางสมศรี ใจดี)"], ["นักพัฒนาสังคมชำนาญการ"], ["วันที่ ......../......../........"]]
    note = [[], ["หมายเหตุ: ข้อมูล ณ วันที่ 31 มีนาคม 2569"], [], ["ลงชื่อ ........................... ผู้รายงาน"]]
    save(path, table, below=[*note, *signed])


@made("signature_highland")
def signature_highland(path, table):
    lines = ("ผู้รายงาน นายสมชาย ใจดี", "ตำแหน่ง นักพัฒนาสังคมปฏิบัติการ", "โทร. 0 5311 2233")
    save(path, table, below=[[line, *[None] * (width(table) - 1)] for line in lines])


@made("renamed_csr", "renamed_cases")
def renamed(path, table):
    other = {
        "วันที่ดำเนินกิจกรรม": "วันที่จัดกิจกรรม",
        "ด้านสวัสดิการสังคม": "ด้านสวัสดิการ",
        "เป้าหมาย SDGs": "เป้าหมาย SDG",
        "ประเภทภาคีเครือข่าย": "ประเภทภาคี",
        "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)": "กลุ่มเปราะบางที่ได้รับความช่วยเหลือ (ราย)",
        "เลขที่เรื่อง": "เลขเรื่อง",
        "ช่องทาง": "ช่องทางที่รับแจ้ง",
        "ประเภทเหตุ": "ประเภทของเหตุ",
        "ระดับความเร่งด่วน": "ความเร่งด่วน",
        "วันเวลาที่รับเรื่อง": "วันเวลารับเรื่อง",
        "วันเวลาที่ประสาน/ส่งต่อ": "วันเวลาส่งต่อ",
    }
    if table.dataset.id == "urgent_cases":
        other["จังหวัด"] = "จว."
    save(path, table.headed([other.get(header, header) for header in table.header]))


@made("coded_career")
def coded_career(path, table):
    key = [["คอลัมน์", "รหัส", "ความหมาย"]]
    for name in ("source", "trained", "problem"):
        column = table.dataset[name]
        key += [[column.header, at, label] for at, label in enumerate(column.codes.values(), start=1)]
        table = table.coded(name, numbers_of(column))
    save(path, table, more={"คำอธิบายรหัส": key}.items())


@made("coded_cases")
def coded_cases(path, table):
    key = []
    for name in ("channel", "category", "urgency"):
        column = table.dataset[name]
        key += [[column.header], ["รหัส", "ความหมาย"], *map(list, enumerate(column.codes.values(), start=1)), []]
        table = table.coded(name, numbers_of(column))
    save(path, table, more={"รหัส": key}.items())


def numbers_of(column):
    """What makes 1, 2, 3 of the codes of a column, and keeps blanks."""
    return {code: at for at, code in enumerate(column.codes, start=1)}.get


@made("blank_housing")
def blank_housing(path, table):
    blanks = [at for at, cell in enumerate(table["need"]) if cell is None]
    words = {at: "-" if at == blanks[-1] else "ไม่มีข้อมูล" for at in blanks}
    save(path, table.put("need", [words.get(at, cell) for at, cell in enumerate(table["need"])]))


@made("blank_csr")
def blank_csr(path, table):
    for name, word in (("welfare_area", "ไม่มี"), ("sdgs", "-"), ("title", "-")):
        table = table.put(name, [word if cell is None else cell for cell in table[name]])
    save(path, table)


@made("aliases_csr")
def aliases_csr(path, table):
    words = {"องค์กรปกครองส่วนท้องถิ่น": "อปท.", "รัฐวิสาหกิจ": "รสก.", "บริษัทเอกชน": "เอกชน"}
    save(path, table.each("partner_type", lambda cell: words.get(cell, cell)))


@made("aliases_cases")
def aliases_cases(path, table):
    words = {"สายด่วน 1300": 1300, "ESS Help Me": "ESS", "Social Media": "โซเชียล"}
    save(path, table.each("channel", words.__getitem__))


@made("short_years_csr")
def short_years_csr(path, table):
    days = [record["held_on"] for record in table.records]
    texts = [
        f"{day.day} {MONTHS[day.month - 1]} {(day.year + 543) % 100}" if at % 2 else in_text(day).replace("/25", "/")
        for at, day in enumerate(days)
    ]
    save(path, table.put("held_on", texts))


@made("short_years_questions")
def short_years_questions(path, table):
    for name in ("asked", "answered"):
        table = table.each(name, lambda moment: in_text(moment).replace("/25", "/"))
    save(path, table)


@made("clock_apart_cases", "clock_apart_questions")
def clock_apart(path, table):
    for name in [column.name for column in table.dataset.columns if column.kind == "datetime"][::-1]:
        at, what = table.at(name), table.dataset[name].header.removeprefix("วันเวลา")
        moments = [record[name] for record in table.records]
        days = [moment and moment.date() for moment in moments]
        clocks = [moment and moment.time() for moment in moments]
        if not table.typed:
            days = [day and in_text(day) for day in days]
            clocks = [clock and f"{clock:%H.%M} น." for clock in clocks]
        table = table.put(name, days, header=f"วันที่{what.removeprefix('ที่')}").add(at + 1, f"เวลา{what}", clocks)
    save(path, table)


@made("titles_csr")
def titles_csr(path, table):
    above = [
        ["แบบรายงานกิจกรรม CSR"],
        ["สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์"],
        ["ปีงบประมาณ พ.ศ. 2569"],
        [],
        ["รอบ 6 เดือน"],
    ]
    numbers = [[f"({at})" for at in range(1, width(table) + 1)]]
    book(path, {"ข้อมูล": [*above, table.header, *numbers, *table.rows]})


@made("preamble_cases")
def preamble_cases(path, table):
    above = [["รายงานเรื่องรับแจ้ง"], ["เงื่อนไขการค้นหา"], *([f"เงื่อนไขที่ {at}", "ทั้งหมด"] for at in range(1, 71))]
    save(path, table, above=above)


@made("title_province_csr")
def title_province_csr(path, table):
    save(path, table.without("province"), above=[["กิจกรรม CSR ร่วมกับภาคีเครือข่าย จังหวัดเชียงใหม่"], ["ปีงบประมาณ 2569"]])


@made("title_province_training")
def title_province_training(path, table):
    save(path, table.without("province"), above=[["ผลการอบรม ศูนย์ CSR จังหวัดขอนแก่น"]], sheet="ผู้เข้าอบรม")


@made("hidden_remark")
def hidden_remark(path, table):
    remarks = [f"ตรวจแล้ว {at}" for at in range(len(table.rows))]
    save(path, table.add(4, "หมายเหตุ", remarks), hidden=[4])


@made("hidden_check")
def hidden_check(path, table):
    table = table.add(2, "จำนวนห้อง ปี 2568", [cell - 2 for cell in table["rooms"]])
    save(path, table.add(1, "ตรวจกับ พมจ. แล้ว", ["✓"] * len(table.rows)), hidden=[1, 3])


@made("extra_csr")
def extra_csr(path, table):
    count = len(table.rows)
    table = table.add(width(table), "งบประมาณ (บาท)", ["5,000"] * count)
    table = table.add(width(table), "ผู้ประสานงาน", ["คุณเอ"] * count)
    save(path, table.add(3, "อำเภอ", ["เมือง", "สันทราย"] * (count // 2)))


@made("extra_highland")
def extra_highland(path, table):
    count = len(table.rows)
    table = table.add(1, "อำเภอ", ["เมือง"] * count)
    save(path, table.add(width(table), "ผลการดำเนินงานโดยสรุป", ["จัดประชุมแล้ว"] * count))


@made("separator_comma", "separator_lines")
def separators(path, table):
    sign = "," if path.suffix == ".csv" else "\n"
    save(path, table.each("sdgs", lambda cell: cell.replace("; ", sign)))


@made("below_housing")
def below_housing(path, table):
    rooms = [[region, sum(table.rows[at][1] for at in places)] for region, places in by_region(table)]
    save(path, table, below=[[], [], ["สรุปรายภาค"], ["ภาค", "รวมห้อง"], *rooms])


@made("below_questions")
def below_questions(path, table):
    units = sorted(set(table["unit"]))
    counts = [[unit, table["unit"].count(unit), "ครบถ้วน"] for unit in units]
    save(path, table, below=[[], ["ผลการตอบรายหน่วยงาน"], ["หน่วยงาน", "จำนวนคำถาม", "สถานะ"], *counts])
