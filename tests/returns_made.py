"""Files as offices send them, made of records that are known; `tests/data/layouts.yaml` says what people did to each.

``make("merged_province", folder)`` writes the file of that entry, ``truth("merged_province")`` are the records in it.
Nothing here reads a file or uses the reader.
"""

from pathlib import Path

import returns_forms  # noqa: F401 - registers makers
import returns_layouts  # noqa: F401
import returns_shapes  # noqa: F401
import yaml
from returns_records import records
from returns_tables import MAKERS, Table

MANIFEST = yaml.safe_load((Path(__file__).parent / "data" / "layouts.yaml").read_text(encoding="utf-8"))
ENTRIES = {entry["id"]: entry for entry in MANIFEST}
TOLD = {"topic": "[ไม่แสดงข้อความของบุคคล]"}
"""Free text of the one dataset of persons that has some -> what is shown in its place."""
ONE_PROVINCE = {"title_province_csr": "เชียงใหม่", "title_province_training": "ขอนแก่น"}


def truth(id_):
    """The records of an entry's file, in its order."""
    entry = ENTRIES[id_]
    return records(entry["dataset"], entry["rows"], ONE_PROVINCE.get(id_))


def make(id_, folder):
    """Write the file of an entry, with what lies beside it, into the folder of a round; the path of the file."""
    entry = ENTRIES[id_]
    path = Path(folder) / entry["file"]
    MAKERS[id_](path, Table.of(entry["dataset"], truth(id_), typed=path.suffix != ".csv"))
    return path


def as_loaded(id_):
    """The records of an entry as a loaded frame holds them: several codes joined by ``;``, no free text of persons."""
    told = TOLD if ENTRIES[id_]["dataset"] == "citizen_questions" else {}
    return [
        {
            name: ";".join(cell) if isinstance(cell, list) else told.get(name, cell) if cell is not None else None
            for name, cell in record.items()
        }
        for record in truth(id_)
    ]
