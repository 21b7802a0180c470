"""Commands that sign what was made of a round, and hand it on: approve, publish, archive, unpack."""

from __future__ import annotations

import argparse

from dsw_analysis.run import archive as archives
from dsw_analysis.run import editions
from dsw_analysis.run.tasks import Project


def approve(arguments: argparse.Namespace) -> int:
    """Write down who approved a round's report."""
    with editions.batch_as_made(Project(root=arguments.project.resolve()), arguments.round, print) as batch:
        digest = editions.approve(batch, arguments.by, arguments.role, arguments.on)
    print(f"บันทึกการเห็นชอบแล้ว ปกของรายงานระบุผู้เห็นชอบ หากตัวเลขหรือถ้อยคำเปลี่ยน รายงานจะกลับเป็นร่าง\n{digest}")
    print("เก็บรหัสนี้ไว้นอกเครื่องนี้ ใช้ตรวจรายงานภายหลังด้วย dsw verify --pin")
    return 0


def publish(arguments: argparse.Namespace) -> int:
    """Make an edition of a round's approved report."""
    with editions.batch_as_made(Project(root=arguments.project.resolve()), arguments.round, print) as batch:
        folder, digest = editions.publish(batch, arguments.on, arguments.because)
    print(f"ออกฉบับที่ {folder.name} แล้ว ทุกไฟล์อยู่ใน {folder.relative_to(batch.project.root)}\n{digest}")
    print("เก็บรหัสนี้ไว้นอกเครื่องนี้ ใช้ตรวจทุกไฟล์ของฉบับนี้ภายหลังด้วย dsw verify --pin")
    return 0


def archive(arguments: argparse.Namespace) -> int:
    """Write a round as one file."""
    project = Project(root=arguments.project)
    target = arguments.to or project.root / "outputs" / f"{arguments.round}.zip"
    print(f"รวม {archives.pack(project, arguments.round, target):,} ไฟล์ไว้ใน {target}")
    return 0


def unpack(arguments: argparse.Namespace) -> int:
    """Unpack such a file."""
    print(f"แตก {archives.unpack(arguments.file, arguments.folder):,} ไฟล์ไว้ใน {arguments.folder}")
    return 0
