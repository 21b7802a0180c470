"""``dsw run --exact``: numbers of persons as they are, kept in what is internal, and in nothing that is published."""

import json

from conftest import hashes
from few_sections import keep

from dsw_analysis.cli import main
from dsw_analysis.rounds import Round
from dsw_analysis.run.tasks import Project

ROUND = Round.parse("2569-6m")
WARNING = "แสดงค่าจริงที่ยังไม่ได้คุ้มครองข้อมูลส่วนบุคคล ใช้ดูภายในเท่านั้น ห้ามเผยแพร่"


def few(copy):
    """The copied project with the section of urgent cases alone, as notebook and in the plan, and 400 of the cases."""
    keep(copy, "urgent_cases")
    lines = (copy.raw / "urgent_cases.csv").read_text(encoding="utf-8-sig").splitlines()
    (copy.raw / "urgent_cases.csv").write_text("\n".join(lines[:401]) + "\n", encoding="utf-8-sig")
    return copy.root


def counts(path):
    found = json.loads(path.read_bytes())["findings"]
    return {f["id"]: f["value"] for f in found if f["id"].startswith("urgent_cases.province.")}


def test_exact_numbers_are_internal_and_the_published_set_stays(copy, capsys):
    root = few(copy)
    out = Project(root=root).outputs(ROUND)
    assert main(["--project", str(root), "run", "2569-6m"]) == 0
    before = {name: hash_ for name, hash_ in hashes(out).items() if not name.startswith("internal/")}

    assert main(["--project", str(root), "run", "2569-6m", "--exact"]) == 0
    assert str(out / "internal" / "run") in capsys.readouterr().out
    after = {name: hash_ for name, hash_ in hashes(out).items() if not name.startswith("internal/")}
    assert after == before
    shown, exact = counts(out / "findings.json"), counts(out / "internal" / "run" / "findings.json")
    assert any(1 <= n <= 4 for n in exact.values()) and sum(exact.values()) == 400
    assert all(shown[id_] is None or shown[id_] % 5 == 0 for id_ in exact)
    (page,) = (out / "internal" / "run").rglob("*.html")
    assert page.read_text(encoding="utf-8").count(WARNING) == 2  # on top, and in the section itself
    assert WARNING not in (out / "sections" / "urgent_cases.html").read_text(encoding="utf-8")
    assert main(["--project", str(root), "verify", "2569-6m"]) == 0


def test_the_batch_refuses_a_notebook_that_opens_its_section_so(copy):
    root = few(copy)
    notebook = copy.notebook("urgent_cases")
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(
        text.replace("accept_partial=accept_partial", "accept_partial=accept_partial, exact=True"), "utf-8"
    )
    assert main(["--project", str(root), "run", "2569-6m"]) == 1
    out = Project(root=root).outputs(ROUND)
    (section,) = json.loads((out / "findings.json").read_bytes())["sections"]
    assert section["state"] == "failed" and "exact=True" in section["error"]
    assert not (out / "notebooks").exists() and (out / "internal" / "failed" / notebook.name).is_file()


def test_exact_makes_no_briefs(copy, capsys):
    assert main(["--project", str(copy.root), "run", "2569-6m", "--exact", "--by", "province"]) == 2
    assert "--exact makes no briefs" in capsys.readouterr().err
