"""Commands that sign what was made of a round: approve."""

from __future__ import annotations

import argparse

from dsw_analysis.run import editions
from dsw_analysis.run.tasks import Project


def approve(arguments: argparse.Namespace) -> int:
    """Write down who approved a round's report."""
    with editions.batch_as_made(Project(root=arguments.project.resolve()), arguments.round, print) as batch:
        digest = editions.approve(batch, arguments.by, arguments.role, arguments.on)
    print(f"บันทึกการเห็นชอบแล้ว ปกของรายงานระบุผู้เห็นชอบ หากตัวเลขหรือถ้อยคำเปลี่ยน รายงานจะกลับเป็นร่าง\n{digest}")
    print("เก็บรหัสนี้ไว้นอกเครื่องนี้ ใช้ตรวจรายงานภายหลังด้วย dsw verify --pin")
    return 0
