"""Exports of KoboToolbox and ODK Central: metadata, names and codes in place of headers and labels."""

from datetime import datetime, timedelta

from returns_tables import book, made, save, stamps, write

KEY = "f9b2c6d4-51c7-4a0e-9f3a-0000000000"


def collected(value):
    """A value as these tools store it: codes, several with a space between, ISO dates with their zone."""
    if isinstance(value, list):
        return " ".join(value)
    return f"{value:%Y-%m-%dT%H:%M:%S}.000+07:00" if isinstance(value, datetime) else value


def submissions(records, header, row_of, *, group=""):
    """Header and rows of an export of KoboToolbox with XML values and headers."""
    front, behind = (
        ["start", "end"],
        ["_id", "_uuid", "_submission_time", "_validation_status", "__version__", "_index"],
    )
    rows = [[*front, *(group + name for name in header), *behind]]
    for at, record in enumerate(records):
        moment = datetime(2026, 4, 1, 9, at)
        times = [collected(moment), collected(moment + timedelta(minutes=4))]
        ids = [431_000 + at, f"{KEY}{at:02d}", f"{moment:%Y-%m-%dT%H:%M:%S}", None, "vRt5kQ", at + 1]
        rows.append([*times, *row_of(record), *ids])
    return rows


def plainly(record):
    return [collected(value) for value in record.values()]


@made("kobo_csr")
def kobo_csr(path, table):
    goals = list(table.dataset["sdgs"].codes)
    names = list(table.dataset.names)
    at = names.index("sdgs") + 1

    def row(record):
        cells, chosen = plainly(record), record["sdgs"]
        cells[1] = f"{record['held_on']:%Y-%m-%d}"
        return [*cells[:at], *(None if chosen is None else int(goal in chosen) for goal in goals), *cells[at:]]

    header = [*names[:at], *(f"sdgs/{goal}" for goal in goals), *names[at:]]
    book(path, {"csr": submissions(table.records, header, row, group="activity/")})


@made("kobo_own_names")
def kobo_own_names(path, table):
    columns = table.dataset.columns
    asked = {column.name: f"q{at}" for at, column in enumerate(columns, start=1)}
    number = {c.name: {code: at for at, code in enumerate(c.codes, start=1)} for c in columns if c.codes}

    def row(record):
        return [number[name].get(value) if name in number else collected(value) for name, value in record.items()]

    write(path, submissions(table.records, asked.values(), row))
    kinds = {"datetime": "dateTime", "text": "text", "province": "text"}
    survey = [["type", "name", "label"]]
    survey += [[kinds.get(c.kind, f"select_one {c.name}"), asked[c.name], c.header] for c in columns]
    choices = [["list_name", "name", "label"]]
    choices += [[c.name, number[c.name][code], label] for c in columns for code, label in c.codes.items()]
    beside = path.with_name(f"{path.stem}.xlsform.xlsx")
    book(beside, {"survey": survey, "choices": choices, "settings": [["form_title"], ["เรื่องรับแจ้ง"]]})


@made("kobo_our_form")
def kobo_our_form(path, table):
    write(path, submissions(table.records, table.dataset.names, plainly))


@made("kobo_our_form_career")
def central(path, table):
    header = ["SubmissionDate", "start", "end", *table.dataset.names]
    header += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "ReviewState"]
    moments = stamps(table, "{0:%Y-%m-%dT%H:%M:%S}.000Z")
    rows = [
        [*[moment] * 3, *plainly(record), *[f"uuid:{KEY}{at:02d}"] * 2, 17, "เจ้าหน้าที่", 0, None]
        for at, (moment, record) in enumerate(zip(moments, table.records, strict=True))
    ]
    book(path, {"submissions": [header, *rows]})


@made("google_grid")
def google_grid(path, table):
    asked = [f"{group} [{item}]" if item else group for group, _, item in (h.partition(" / ") for h in table.header)]
    save(path, table.headed(asked).add(0, "ประทับเวลา", stamps(table)), sheet="การตอบแบบฟอร์ม 1")


@made("google_csr")
def google_csr(path, table):
    table = table.each("sdgs", lambda cell: cell.replace("; ", ", "))
    table = table.add(0, "ที่อยู่อีเมล", [f"office{at}@example.go.th" for at in range(len(table.rows))])
    save(path, table.add(0, "ประทับเวลา", stamps(table, "{0.day}/{0.month}/{0.year}, {0:%H:%M:%S}")))
