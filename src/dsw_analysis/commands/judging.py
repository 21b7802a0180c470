"""Commands on what was made of rounds: verify, audit, compare."""

from __future__ import annotations

import argparse
import sys

from dsw_analysis.commands.places import ledger_of, outputs_of
from dsw_analysis.commands.slips import print_slips
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.report.audit import audit_page
from dsw_analysis.report.comparing import compare_rounds
from dsw_analysis.report.comparison_files import files_of, said_in_short
from dsw_analysis.report.signed import edition_beside
from dsw_analysis.run import manifest


def verify(arguments: argparse.Namespace) -> int:
    """Say which file of the outputs is not what was made."""
    out = outputs_of(arguments)
    deviations = manifest.verify(out)
    for deviation in deviations:
        print(deviation, file=sys.stderr)
    if deviations:
        print(f"พบ {len(deviations):,} ไฟล์ที่ไม่ตรงกับที่สร้าง โปรดสร้างรายงานใหม่ หรือใช้ไฟล์ที่เก็บสำรองไว้", file=sys.stderr)
        return 1
    print(f"ทุกไฟล์ใน {out} ตรงกับที่สร้าง")
    return 0


def audit_report(arguments: argparse.Namespace) -> int:
    """Check every number of a page against its ledger."""
    if not arguments.page.is_file():
        raise UsageError(f"no file {arguments.page}; a run of the round makes it")
    ledger_of(arguments.findings)
    edition = edition_beside(arguments.findings.resolve().parent)
    slips = audit_page(arguments.page.read_bytes(), arguments.findings.read_bytes(), edition)
    print_slips(arguments.page, slips, arguments.findings)
    return 1 if slips else 0


def compare(arguments: argparse.Namespace) -> int:
    """Hold two rounds against each other."""
    found = compare_rounds(arguments.old, arguments.round, arguments.project)
    if arguments.anew:
        from dsw_analysis.run.anew import with_periods  # noqa: PLC0415
        from dsw_analysis.run.tasks import Project  # noqa: PLC0415

        found = with_periods(found, Project(root=arguments.project.resolve()))
    print(said_in_short(found))
    folder = arguments.to or arguments.project / "outputs" / "comparisons"
    for ending, content in files_of(found).items():
        path = folder / f"{arguments.old}_{arguments.round}.{ending}"
        write_whole(path, content)
        print(path)
    return 0
