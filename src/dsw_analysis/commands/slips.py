"""How what an audit found is printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsw_analysis.report.audit import Slip


def print_slips(page: Path, slips: Sequence[Slip], findings: Path) -> None:
    """Print what an audit found on a page."""
    if slips:
        print(f"\n{page}: พบ {len(slips):,} แห่งที่ไม่ตรงกับ {findings.name}", file=sys.stderr)
    for slip in slips:
        print(f"  {slip}", file=sys.stderr)
