"""What the cover of a report says of it: a draft, or approved by whom, and which edition it was published as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

_LINES = re.compile(r'(?:<p class="edition">[^\n]*</p>\n)+')
_DRAFT = '<p class="edition"><strong>ร่าง</strong>'
"""Begins the lines of what is none but a draft."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """How far a report has come: a draft unless somebody approved it; published once it has a number.

    Attributes
    ----------
    by, role, on:
        Who approved it, as what, and when, if that was said.
    number, issued, reason:
        Number of the edition, its day of issue, and why it replaces the one before.
    """

    by: str = ""
    role: str = ""
    on: date | None = None
    number: int | None = None
    issued: date | None = None
    reason: str = ""

    @classmethod
    def of(cls, approval: Mapping[str, Any], issue: Mapping[str, Any] | None = None) -> Self:
        """What approval and edition, as they are kept in JSON, say."""
        about = {} if issue is None else {"number": issue["number"], "reason": issue["reason"] or ""}
        issued = None if issue is None else day(issue["issued"])
        return cls(by=approval["by"], role=approval["role"], on=day(approval["on"]), issued=issued, **about)

    @property
    def draft(self) -> bool:
        """Whether nobody has approved it."""
        return not self.by

    @property
    def record(self) -> dict[str, Any]:
        """What it says, for JSON."""
        return {name: str(value) if isinstance(value, date) else value for name, value in vars(self).items()}


DRAFT = Edition()
"""What is not approved; as such every page is made."""


def day(text: str | None) -> date | None:
    """A day of JSON, if there is one."""
    return None if text is None else date.fromisoformat(text)


def with_edition(page: str, edition: Edition) -> str:
    """A finished page whose cover says what it is; a page without a cover stays as it is."""
    found = _LINES.search(page)
    if found is None or (edition.draft and found[0].startswith(_DRAFT)):
        return page
    from dsw_analysis.intake.thai import format_date  # noqa: PLC0415 - slow, and `dsw run` meets drafts, mostly
    from dsw_analysis.intake.writing.pages import environment  # noqa: PLC0415

    lines = environment().get_template("edition.html.j2").render(edition=edition, format_date=format_date)
    return f"{page[: found.start()]}{lines}{page[found.end() :]}"
