"""An edition held against itself, without its raw data: its files, what its pages say, and the digest kept outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from dsw_analysis.intake.writing.whole import sha256
from dsw_analysis.problems import UsageError
from dsw_analysis.report.audit import Audit
from dsw_analysis.report.edition import Edition
from dsw_analysis.report.frame import take_apart
from dsw_analysis.report.page import FIGURES, as_shown, unlink_absent
from dsw_analysis.report.signed import EDITIONS, ISSUE, approval_digest, content_of, ledger_of, page_of
from dsw_analysis.rounds import Round

_KEYS: Final = {"round", "number", "issued", "reason", "approval", "outputs", "code"}
_APPROVAL: Final = {"by", "role", "on", "content"}
_COPY: Final = "การเห็นชอบไม่ครอบคลุมสำเนาที่ถูกแก้ไข"


def editions_in(folder: Path) -> list[Path]:
    """Folders of editions in a folder, or that itself, in the order of their names."""
    found = (path.parent for path in folder.rglob(ISSUE) if path.is_file())
    return sorted(path for path in found if not any(part[0] == "." for part in path.relative_to(folder).parts))


def pins_of(folder: Path) -> set[str]:
    """Digests that approval and publication of an edition printed, if it is what they were printed of."""
    issue = _issue(folder)
    content = {scope: _content(folder, scope) for scope in issue["approval"]["content"]}
    return {str(sha256(folder / ISSUE)), approval_digest({**issue["approval"], "content": content})}


def deviations(folder: Path, code: str) -> Iterator[str]:
    """What is not right with an edition, in words; nothing if all is. Its ``project.toml`` must be in use.

    Parameters
    ----------
    code:
        Hash of the code of this package. Of pages that another made only the numbers that lead to findings are judged.

    Raises
    ------
    UsageError
        If the edition does not say what it is.
    """
    issue = _issue(folder)
    yield from _places(folder, issue)
    yield from _files(folder, issue["outputs"])
    if issue["approval"]["content"] != {scope: _content(folder, scope) for scope in issue["approval"]["content"]}:
        yield f"ตัวเลขหรือถ้อยคำไม่ใช่สิ่งที่ {issue['approval']['by']} เห็นชอบ การเห็นชอบจึงไม่มีผลกับฉบับนี้"
    for scope in issue["approval"]["content"]:
        yield from _pages(folder, scope, issue, whole=issue["code"].get("package") == code)


def _issue(folder: Path) -> Mapping[str, Any]:
    try:
        issue = json.loads((folder / ISSUE).read_bytes())
        whole = issue.keys() >= _KEYS and issue["approval"].keys() >= _APPROVAL
    except (FileNotFoundError, ValueError, AttributeError):
        whole = False
    if not whole:
        raise UsageError(
            f"{folder / ISSUE} is missing or damaged, and nothing else says what the edition is; use a copy"
        )
    found: Mapping[str, Any] = issue
    return found


def _places(folder: Path, issue: Mapping[str, Any]) -> Iterator[str]:
    """In a round's folder of outputs, folders are called by what is in them; elsewhere anything."""
    place = folder.resolve()
    round_ = place.parent.parent.name
    if place.parent.name == EDITIONS and _is_round(round_):
        if place.name != str(issue["number"]):
            yield f"โฟลเดอร์ชื่อ {place.name} แต่ {ISSUE} บอกว่าเป็นฉบับที่ {issue['number']}"
        if round_ != issue["round"]:
            yield f"อยู่ในโฟลเดอร์ของรอบ {round_} แต่ {ISSUE} บอกว่าเป็นรอบ {issue['round']}"


def _is_round(text: str) -> bool:
    try:
        Round.parse(text)
    except ValueError:
        return False
    return True


def _files(folder: Path, outputs: Mapping[str, str]) -> Iterator[str]:
    """Every file is there as it was published, and no other."""
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()}
    for name in sorted({*outputs, *there} - {ISSUE}):
        if name not in there:
            yield f"{name}: หายไป"
        elif name not in outputs:
            yield f"{name}: ไม่ใช่ไฟล์ของฉบับนี้"
        elif there[name].is_symlink() or sha256(there[name]) != outputs[name]:
            yield f"{name}: ถูกแก้ไขหลังออกฉบับ {_COPY}"


def _content(folder: Path, scope: str) -> dict[str, str]:
    """What the page and ledger of a set say; nothing if they are not there, or are none."""
    try:
        return content_of((folder / page_of(scope)).read_bytes(), (folder / ledger_of(scope)).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _pages(folder: Path, scope: str, issue: Mapping[str, Any], *, whole: bool) -> Iterator[str]:
    """Pages of a set bear out its ledger, and those of one section or of the summary say what the whole page says."""
    try:
        document = json.loads((folder / ledger_of(scope)).read_bytes())
        audit = Audit(document, Edition.of(issue["approval"], issue), Path(scope).name or None)
        page = (folder / page_of(scope)).read_bytes().decode()
    except (OSError, ValueError, KeyError, TypeError):
        return  # said of the files already
    shown = _bodies(page)
    names = [name for name in issue["outputs"] if name.endswith(".html") and name.startswith(scope)]
    for name in names if scope else [name for name in names if not name.startswith("provinces/")]:
        if not (folder / name).is_file():
            continue
        html = (folder / name).read_bytes().decode(errors="replace")
        if name in {page_of(scope), FIGURES}:
            yield from (f"{name}: {slip}" for slip in (audit.slips(html) if whole else audit.numbers(html)))
        for section, body in _bodies(html).items():
            if shown.get(section) != body:
                yield f"{name}: ส่วน {section} ไม่ตรงกับ {page_of(scope)}"


def _bodies(html: str) -> dict[str, str]:
    """Sections of a page as each shows them alone."""
    return {section: unlink_absent(as_shown(body), ()) for section, body in take_apart(html, ())[1].items()}
