"""Approvals and editions of a round, each bound to the content that it is of: a changed figure or word has neither."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.problems import UsageError
from dsw_analysis.report.edition import DRAFT, Edition, with_edition

APPROVAL: Final = "approval.json"
"""Who approved what lies in an output folder, beside it."""
EDITIONS: Final = "editions"
"""Folder of what was published of a round, by number."""
ISSUE: Final = "edition.json"
"""What an edition is, in its folder."""
AROUND: Final = "page"
"""Part of a content that is no section's: cover, contents, bases, method, inputs."""

_LOOKS = re.compile(r"<style>.*?</style>|<script>.*?</script>|<meta http-equiv=[^>]*>", re.S)

Content = Mapping[str, str]
"""Section, or :data:`AROUND` -> digest of all its figures and words."""


def page_of(scope: str) -> str:
    """The page of a set of outputs that shows all of it: of the report, or of a brief in its folder."""
    return f"{scope}{Path(scope).name}.html" if scope else "report.html"


def ledger_of(scope: str) -> str:
    """Its ledger."""
    return f"{scope}findings.json"


def content_of(page: bytes, ledger: bytes) -> dict[str, str]:
    """Digests of every figure and word of a report, by section; what says of it that it is approved is none of them."""
    from dsw_analysis.report.frame import take_apart  # noqa: PLC0415 - slow, and most rounds have nothing signed

    document = json.loads(ledger)
    failed = {section["section"] for section in document["sections"] if section["error"] is not None}
    frame, bodies = take_apart(with_edition(page.decode(), DRAFT), failed)
    findings: dict[str, list[Any]] = {}
    for finding in document.pop("findings"):
        findings.setdefault(finding["section"], []).append(finding)
    told = {section["section"]: section for section in document.pop("sections")}
    parts = {s: digest_of([bodies.get(s), told.get(s), findings.get(s)]) for s in {*bodies, *told, *findings}}
    return {**dict(sorted(parts.items())), AROUND: digest_of([_LOOKS.sub("", frame), document])}


def digest_of(content: object) -> str:
    """Digest of JSON."""
    return digest(json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def approval_digest(approval: Mapping[str, Any]) -> str:
    """What is kept outside: binds who approved, as what and when, to all figures and words."""
    return digest_of({key: approval[key] for key in ("by", "role", "on", "content")})


def to_json(record: Mapping[str, Any]) -> bytes:
    """A record as it is kept."""
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What was approved in an output folder, and what was published from it last; both may be ``None``."""

    folder: Path
    approval: Mapping[str, Any] | None = None
    issue: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What is kept beside the outputs of a round.

        Raises
        ------
        UsageError
            If the last edition does not say what it is.
        """
        numbers = sorted(int(p.name) for p in (folder / EDITIONS).glob("*") if p.name.isascii() and p.name.isdigit())
        issue = None
        if numbers:
            path = folder / EDITIONS / str(numbers[-1]) / ISSUE
            issue = _record(path, {"number", "issued", "reason", "approval", "outputs"})
            if issue is None or not _whole(issue["approval"]):
                raise UsageError(f"{path} is missing or damaged; put back the copy that is kept elsewhere")
        approval = _record(folder / APPROVAL, {"by"})
        return cls(folder=folder, approval=approval if _whole(approval) else None, issue=issue)

    @property
    def published(self) -> Path:
        """Folder of the last edition."""
        assert self.issue is not None
        return self.folder / EDITIONS / str(self.issue["number"])

    @property
    def digest(self) -> str | None:
        """Digest of what the last edition says of itself, which has the hashes of all its files."""
        return None if self.issue is None else digest(to_json(self.issue))

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return self.approval is not None or self.issue is not None

    def of(self, scope: str, content: Content) -> Edition:
        """What the cover of a set of outputs says, by its content."""
        if self.issue is not None and self.issue["approval"]["content"].get(scope) == content:
            return Edition.of(self.issue["approval"], self.issue)
        if self.approval is not None and self.approval["content"].get(scope) == content:
            return Edition.of(self.approval)
        return DRAFT

    def void(self, scope: str, content: Content) -> list[str]:
        """Parts of a content that are not what was approved last; none if they are, or nothing was."""
        last = self.approval or (self.issue or {}).get("approval") or {"content": {}}
        then: Content = last["content"].get(scope, {})
        if not then or self.of(scope, content) != DRAFT:
            return []
        changed = [part for part in sorted({*then, *content}) if then.get(part) != content.get(part)]
        return [part for part in changed if part != AROUND] or changed


def edition_beside(folder: Path) -> Edition:
    """What the covers of pages in a folder must say: of an edition, of a round's outputs, or of a brief among them."""
    scope = f"{folder.parent.name}/{folder.name}/" if folder.parent.name == "provinces" else ""
    top = folder.parent.parent if scope else folder
    issue = _record(top / ISSUE, {"number", "issued", "reason", "approval"})
    signed = Signed(folder=top, issue=issue) if issue and _whole(issue["approval"]) else Signed.read(top)
    page, ledger = top / page_of(scope), top / ledger_of(scope)
    if not signed or not (page.is_file() and ledger.is_file()):
        return DRAFT
    return signed.of(scope, content_of(page.read_bytes(), ledger.read_bytes()))


def _record(path: Path, keys: set[str]) -> dict[str, Any] | None:
    """What a file of JSON holds, if it is a table with such keys."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return found if isinstance(found, dict) and keys <= found.keys() else None


def _whole(approval: object) -> bool:
    return isinstance(approval, dict) and {"by", "role", "on", "content"} <= approval.keys()
