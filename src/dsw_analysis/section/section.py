"""A section: what every notebook holds in its hand, from its data to the findings it hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.showing import Showing


@dataclass(frozen=True, kw_only=True)
class Section(Showing):
    """What every notebook of the report needs: a place to record findings and ways to tell and show them."""

    def close(self) -> Block:
        """List the section's findings and hand them to the batch; the last cell of every notebook."""
        rows = "".join(
            f'<tr><td><code>{f.id}</code></td><td>{escape(f.label)}</td><td class="num">{f.text("full")}</td></tr>'
            for _, f in sorted(self.ledger.items())
        )
        head = "<tr><th>id</th><th>รายการ</th><th>ค่า</th></tr>"
        html = f'<table class="findings"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        return Block(html, {SECTION_MIME: self._handed_over()})

    def _handed_over(self) -> dict[str, Any]:
        return {
            "section": self.id,
            "order": self.order,
            "title": self.title if self.national else f"{self.title} {self.place}",
            "round": str(self.round),
            "province": self.province,
            "inputs": [
                {"dataset": name, "file": s.file, "sha256": s.sha256, "rows": s.rows, "refused": s.refused}
                for name, s in sorted(self.sources.items())
            ],
            "read": dict(sorted(self.read.items())),
            "indicators": self._judged(),
            "findings": self.ledger.records(),
            "shown": self.shown.record(),
            "claims": self.claims,
        }

    def _judged(self) -> list[dict[str, Any]]:
        return []
