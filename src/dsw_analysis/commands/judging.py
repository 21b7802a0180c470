"""Commands on what was made of rounds: verify, audit, compare."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from dsw_analysis.commands.places import ledger_of
from dsw_analysis.commands.slips import print_slips
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.project import settings, use
from dsw_analysis.report.audit import audit_page
from dsw_analysis.report.comparing import compare_rounds
from dsw_analysis.report.comparison_files import files_of, said_in_short
from dsw_analysis.report.signed import edition_beside
from dsw_analysis.report.verifying import deviations, editions_in, pins_of
from dsw_analysis.rounds import Round
from dsw_analysis.run import manifest
from dsw_analysis.run.archive import unpack
from dsw_analysis.run.stale import package_code
from dsw_analysis.run.tasks import Project


def verify(arguments: argparse.Namespace) -> int:
    """Say what is not as it was made or published: of a round's outputs, an edition, or an archive."""
    with contextlib.ExitStack() as stack:
        folder = _folder_of(arguments, stack)
        editions = {(Path(arguments.what) / path.relative_to(folder)).as_posix(): path for path in editions_in(folder)}
        found: dict[str, list[str]] = {}
        if not editions or (folder / manifest.MANIFEST).exists():
            found[arguments.what] = [*map(str, manifest.verify(folder))]
        for name, path in editions.items():
            use(settings(path))
            found[name] = [*deviations(path, package_code())]
        pinned = [name for name, path in editions.items() if arguments.pin in pins_of(path)]
    for name, wrong in found.items():
        for said in wrong:
            print(f"{name}: {said}", file=sys.stderr)
    unknown = arguments.pin is not None and not pinned
    if unknown:
        print(f"ไม่มีฉบับใดตรงกับรหัส {arguments.pin} เนื้อหาหรือไฟล์จึงไม่ใช่สิ่งที่เห็นชอบหรือออกไว้", file=sys.stderr)
    if count := sum(map(len, found.values())) + unknown:
        print(f"พบ {count:,} แห่งที่ไม่ตรงกับที่สร้างหรือออกไว้ โปรดสร้างรายงานใหม่ หรือใช้ไฟล์ที่เก็บสำรองไว้", file=sys.stderr)
        return 1
    for name in found:
        print(f"{name}: ทุกไฟล์ตรงกับที่{'ออกไว้' if name in editions else 'สร้าง'}{' และตรงกับรหัสที่ให้มา' * (name in pinned)}")
    if editions and arguments.pin is None:
        print("ไม่ได้เทียบกับรหัสที่เก็บไว้ภายนอก จึงไม่พบการแก้ไขที่แก้ edition.json ให้ตรงกันด้วย ให้ระบุรหัสด้วย --pin")
    return 0


def _folder_of(arguments: argparse.Namespace, stack: contextlib.ExitStack) -> Path:
    """Folder that is to be verified: a round's outputs, one that is named, or what is in an archive."""
    path = Path(arguments.what)
    if path.is_dir():
        return path
    if path.is_file():
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "archive"
        unpack(path, folder)
        return folder
    try:
        return Project(root=arguments.project).outputs(Round.parse(arguments.what))
    except ValueError:
        raise UsageError(f"{path} is no round, folder or archive; name one, e.g. 2569-6m") from None


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
