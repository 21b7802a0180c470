"""The ``dsw`` command: check raw files, make forms, run a round's notebooks, render its report."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsw_analysis import __version__
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.project import settings, use
from dsw_analysis.rounds import Round
from dsw_analysis.run.steps import BatchError

if TYPE_CHECKING:
    from dsw_analysis.intake.schemas import Schemas
    from dsw_analysis.report.audit import Slip
    from dsw_analysis.run.batch import Batch
    from dsw_analysis.run.steps import Outcome


_DEFECT = "this is a defect of dsw, not of your data; please report the lines above to those who maintain it"
_LAST = Round(2599, 12)  # in which all is valid that has no end
_REMEDY = "what was finished is kept, and the next run goes on from there"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0 for success, 1 if data or sections failed, 2 for misuse, 3 for a defect."""
    arguments = _parser().parse_args(argv)
    _print_thai()
    try:
        use(settings(arguments.project))
        return int(_COMMANDS[arguments.command](arguments))
    except UsageError as error:
        print(f"dsw: {error}", file=sys.stderr)
        return 2
    except (BatchError, DataError, TimeoutError) as error:
        print(f"dsw: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dsw: {error.filename or ''}: {error.strerror or error}; {_REMEDY}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"dsw: interrupted; {_REMEDY}", file=sys.stderr)
        return 130
    except Exception:
        traceback.print_exc()
        print(f"dsw {__version__}: {_DEFECT}; {_REMEDY}", file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dsw", description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(), help="folder with notebooks/ and data/ (default: here)")
    commands = parser.add_subparsers(dest="command", required=True)

    check = commands.add_parser("check", help="check a round's raw files and show every problem")
    check.add_argument("round", type=_round)
    check.add_argument("--dataset", help="only this dataset")
    check.add_argument("--file", type=Path, help="judge this file in place of the dataset's own")
    check.add_argument(
        "--to",
        type=Path,
        help="folder for problems.xlsx and .html (default: outputs/<round>), and senders/ with a workbook for each",
    )

    accept = commands.add_parser("accept", help="accept the reading options of a raw file, or take that back")
    accept.add_argument("file", type=Path, help="the raw file; its options stand beside it")
    accept.add_argument("--by", metavar="NAME", help="who accepts them")
    accept.add_argument("--on", type=_date, metavar="DATE", help="when, as 2026-04-01 (default: today)")
    accept.add_argument("--undo", action="store_true", help="take the acceptance back")

    template = commands.add_parser(
        "template", help="write a workbook to fill in for a dataset, over none that is filled in"
    )
    template.add_argument("dataset")
    template.add_argument("round", type=_round)
    template.add_argument("--to", type=Path, help="folder (default: outputs/<round>/templates)")
    template.add_argument("--xlsform", action="store_true", help="an XLSForm for KoboToolbox or ODK instead")

    codebook = commands.add_parser("codebook", help="write the data dictionary of all datasets")
    codebook.add_argument("round", type=_round)
    codebook.add_argument("--to", type=Path, help="folder (default: outputs/<round>)")

    returns = commands.add_parser("returns", help="say who has sent what, when, and whether it is complete")
    returns.add_argument("round", type=_round)
    returns.add_argument("--to", type=Path, help="folder for page and workbook (default: outputs/<round>)")

    for name, text in (
        ("run", "run a round's notebooks and write findings.json"),
        ("report", "run a round's notebooks and render its report"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("round", type=_round)
        command.add_argument("--section", action="append", help="only this section (may be repeated)")
        command.add_argument(
            "--accept-partial", action="store_true", help="use the valid rows of files with problems, and say so"
        )
        command.add_argument("--jobs", type=_positive, help="notebooks at once (default: number of cores)")
        command.add_argument(
            "--fresh", action="store_true", help="make what is asked for again, changed or not, from the raw files"
        )
        command.add_argument(
            "--allow-missing",
            action="store_true",
            help="replace the outputs in place by some that lack sections or files",
        )
        command.add_argument("--scheduler", metavar="ADDRESS", help="run on a Dask cluster, e.g. tcp://10.0.0.1:8786")
        command.set_defaults(by=None, only=None, explain=False, with_examples=None)
        if name == "run":
            command.add_argument("--explain", action="store_true", help="say what would run and why, and run nothing")
            command.add_argument("--by", choices=["province"], help="a brief for each province instead")
            command.add_argument("--only", type=_names, help="only these provinces, with commas")
        else:
            command.add_argument(
                "--to", type=_formats, default="html,pdf,docx", help="formats, with commas (default: %(default)s)"
            )
            command.add_argument(
                "--with-examples",
                action="store_true",
                default=False,
                help="print examples in PDF and DOCX too",
            )

    _add_judges(commands)

    new = commands.add_parser("new", help="begin a round, or a notebook that prepares a dataset's file")
    new.add_argument(
        "what",
        metavar="ROUND | prepare",
        help="a round, with --from; prepare: a notebook for raw files laid out otherwise",
    )
    new.add_argument("dataset", nargs="?", help="that the notebook prepares")
    new.add_argument("--from", dest="last", type=_round, metavar="ROUND", help="the round that a new one goes on from")

    commands.add_parser("list", help="list sections and datasets")
    return parser


def _add_judges(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands on what was made of a round."""
    verify = commands.add_parser("verify", help="say which file of a round's outputs is not what was made")
    verify.add_argument("round", type=_round)

    compare = commands.add_parser("compare", help="hold two rounds against each other: what differs, and why")
    compare.add_argument("old", type=_round)
    compare.add_argument("round", type=_round)
    compare.add_argument("--to", type=Path, help="folder (default: outputs/comparisons)")
    compare.add_argument("--anew", action="store_true", help="work out the old round anew from the new one's files too")

    audit = commands.add_parser("audit-report", help="check every number of a finished HTML against its ledger")
    audit.add_argument("page", type=Path, help="report.html, figures.html or one of sections/*.html")
    audit.add_argument("--findings", type=Path, required=True, help="the findings.json that it was made from")


def _print_thai() -> None:
    """Let output that goes to a file or another program hold Thai, whatever the machine's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _check(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.checking import check_files, to_text, unknown_files  # noqa: PLC0415 - keeps --help instant
    from dsw_analysis.intake.problem_files import write_problem_files  # noqa: PLC0415
    from dsw_analysis.intake.proposals import find_proposals  # noqa: PLC0415
    from dsw_analysis.intake.senders import SENDERS, write_sender_files  # noqa: PLC0415
    from dsw_analysis.run.preparing import prepare_alone  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    folder = _raw(arguments)
    schemas = _schemas(arguments)
    if arguments.file is None:
        prepare_alone(Project(root=arguments.project.resolve()), arguments.round, print, only=arguments.dataset)
    results = check_files(schemas, folder, only=arguments.dataset, path=arguments.file)
    width = shutil.get_terminal_size((100, 24)).columns
    print(to_text(results, width=width))
    if not (arguments.dataset or arguments.file):
        for note in (*unknown_files(schemas, folder), *_plan_notes(arguments, folder)):
            print(note)
    written = write_problem_files(arguments.round, results, arguments.to or _outputs(arguments))
    if arguments.to:
        written += write_sender_files(arguments.round, results, arguments.to / SENDERS)
    wrong = any(checked.problems for checked in results)
    if written:
        print("ส่งไฟล์ต่อไปนี้ให้เจ้าของข้อมูลแก้ไข แล้วตรวจอีกครั้ง:" if wrong else "ข้อควรยืนยันกับเจ้าของข้อมูลอยู่ในไฟล์ต่อไปนี้:")
    for path in written:
        print(path)
    for proposal in find_proposals(results, schemas, folder, arguments.file):
        proposal.write()
        print(f"\n{proposal.text(width)}")
    return 1 if wrong else 0


def _accept(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.options import accept, undo  # noqa: PLC0415

    if arguments.undo:
        print(f"ถอนการยอมรับแล้ว: {undo(arguments.file)}")
        return 0
    if not (arguments.by or "").strip():
        raise UsageError("say who accepts the options: --by NAME")
    print(f"ยอมรับแล้ว: {accept(arguments.file, arguments.by.strip(), arguments.on or date.today())}")
    return 0


def _plan_notes(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """What plan, notebooks and the last ledger of the round do not have in common."""
    from dsw_analysis.findings.ledger import SUMMARY  # noqa: PLC0415
    from dsw_analysis.plan.notes import plan_notes  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    try:
        findings = _ledger(_outputs(arguments) / "findings.json")["findings"]
    except UsageError:  # there is none yet, or it is spoilt: the next run makes it again
        findings = []
    try:
        sections = [s for s in Project(root=arguments.project).sections() if s != SUMMARY]
    except UsageError:  # files may be checked where there are no notebooks
        return []
    return plan_notes(_schemas(arguments), folder, sections, {finding["id"] for finding in findings})


def _new(arguments: argparse.Namespace) -> int:
    from dsw_analysis.run.new import new_preparation  # noqa: PLC0415
    from dsw_analysis.run.new_round import new_round  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    project, asked = Project(root=arguments.project), (arguments.dataset is not None, arguments.last is not None)
    if arguments.what == "prepare" and asked == (True, False):
        print(new_preparation(project, arguments.dataset))
        return 0
    if arguments.what == "prepare" or asked != (False, True):
        raise UsageError("say `dsw new ROUND --from ROUND`, e.g. 2569-12m --from 2569-6m, or `dsw new prepare DATASET`")
    try:
        round_ = Round.parse(arguments.what)
    except ValueError as error:
        raise UsageError(str(error)) from None
    made = new_round(project, round_, arguments.last)
    for path in made.written:
        print(path)
    for path in made.kept:
        print(f"{path} is there already and stays as it is")
    return 0


def _ledger(path: Path) -> dict[str, Any]:
    """The ledger of a round.

    Raises
    ------
    UsageError
        If there is none, or it is not one that dsw has written.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no file {path}; a run of the round makes it") from None
    except ValueError:  # no JSON, or no text
        document = None
    if not isinstance(document, dict) or not {"findings", "inputs", "sections"} <= document.keys():
        raise UsageError(f"{path} is no ledger that dsw wrote; `dsw report --fresh` makes it again")
    return document


def _template(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.forms import form  # noqa: PLC0415
    from dsw_analysis.intake.returns import RETURNS, prefilled  # noqa: PLC0415
    from dsw_analysis.intake.writing.whole import write_whole  # noqa: PLC0415
    from dsw_analysis.intake.xlsform import xlsform  # noqa: PLC0415

    schemas = _schemas(arguments)
    kind = schemas[arguments.dataset]
    folder = arguments.to or _outputs(arguments) / "templates"
    if arguments.xlsform:
        path, content = folder / f"{kind.id}.xlsform.xlsx", xlsform(kind, arguments.round)
        empty = [content]
    else:
        filled = {RETURNS: prefilled(schemas, _raw(arguments))} if kind.id == RETURNS else {}
        path, content = folder / f"{kind.stem}.xlsx", form(schemas, kind.id, filled)
        empty = [content, *(form(schemas, other.id) for other in schemas.in_file(kind.stem))]
    if path.exists() and path.read_bytes() not in empty:
        raise UsageError(f"{path} is there and may be filled in; move it away, or name another folder with --to")
    write_whole(path, content)
    print(path)
    return 0


def _codebook(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.codebook import write_codebook  # noqa: PLC0415

    for path in write_codebook(_schemas(arguments), _raw(arguments), arguments.to or _outputs(arguments)):
        print(path)
    return 0


def _returns(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.return_files import to_text, write_return_files  # noqa: PLC0415
    from dsw_analysis.intake.returns import expected_returns  # noqa: PLC0415
    from dsw_analysis.run.preparing import prepare_alone  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    prepare_alone(Project(root=arguments.project.resolve()), arguments.round, print)
    found = expected_returns(_schemas(arguments), _raw(arguments))
    print(to_text(found, width=shutil.get_terminal_size((100, 24)).columns))
    for path in write_return_files(arguments.round, found, arguments.to or _outputs(arguments)):
        print(path)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from dsw_analysis.run.batch import Batch  # noqa: PLC0415
    from dsw_analysis.run.preparing import preparations  # noqa: PLC0415
    from dsw_analysis.run.reports import write_briefs  # noqa: PLC0415
    from dsw_analysis.run.sections import explain, put_in_place, run_sections  # noqa: PLC0415
    from dsw_analysis.run.steps import failure, progress_on  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    print(f"dsw: {arguments.round.label}", flush=True)
    with contextlib.ExitStack() as stack:
        cluster = None
        if arguments.scheduler is not None:
            from dsw_analysis.run.cluster import connect  # noqa: PLC0415

            cluster = stack.enter_context(connect(arguments.scheduler))
        batch = stack.enter_context(
            Batch(
                Project(root=arguments.project.resolve()),
                arguments.round,
                jobs=cluster.threads if cluster else arguments.jobs,
                fresh=arguments.fresh,
                allow_missing=arguments.allow_missing,
                accept_partial=arguments.accept_partial,
                with_examples=arguments.with_examples,
                executor=cluster,
                progress=progress_on(sys.stdout),
            )
        )
        provinces, sections = _provinces(batch, arguments)
        if arguments.explain:
            for name, reasons in explain(batch, sections, provinces).items():
                print(f"{name}: {'; '.join(reasons) or 'current'}")
            return 0
        outcomes = write_briefs(batch, provinces, sections or []) if provinces else run_sections(batch, sections)
        failed = [outcome for outcome in outcomes if outcome.error is not None]
        clean = True
        if arguments.command == "report":
            clean = _report(batch, outcomes, arguments.to)
        elif not provinces:
            put_in_place(batch, outcomes)
        for outcome in failed:
            print(failure(outcome), file=sys.stderr)
        clean = clean and not any(place.reasons() for place in preparations(batch.project, batch.round))
    return 0 if clean and not failed else 1


def _report(batch: Batch, outcomes: Sequence[Outcome], formats: Sequence[str]) -> bool:
    """Write and audit the report; returns whether all of it is there and bears out its numbers."""
    from dsw_analysis.run.reports import audit, files_of, write_report  # noqa: PLC0415
    from dsw_analysis.run.tasks import BRIEF_PAGE  # noqa: PLC0415

    files = write_report(batch, outcomes, formats)
    brief = [path for path in (batch.out / BRIEF_PAGE,) if files and path.is_file()]
    for path in [*files, *brief]:
        print(path)
    slips = audit(batch, [path for path in (*files, *brief) if path.suffix == ".html"])
    for page, found in slips.items():
        _print_slips(page, found, batch.out / "findings.json")
    return files_of(outcomes, formats) == [path.name for path in files] and not any(slips.values())


def _provinces(batch: Batch, arguments: argparse.Namespace) -> tuple[list[str], list[str] | None]:
    """Provinces to write briefs for, none without ``--by province``, and the sections asked for."""
    if arguments.by is None:
        if arguments.only is not None:
            raise UsageError("--only needs --by province")
        return [], arguments.section
    from dsw_analysis.intake.provinces import official_province, province_names, provincial_sections  # noqa: PLC0415

    names = [official_province(name) for name in arguments.only or ()] or list(province_names())
    sections = provincial_sections(batch.notebooks)
    unfit = [section for section in arguments.section or () if section not in sections]
    if unfit:
        raise UsageError(f"no data by province in section {', '.join(unfit)}; there are {', '.join(sections)}")
    return list(dict.fromkeys(names)), arguments.section or list(sections)


def _audit_report(arguments: argparse.Namespace) -> int:
    from dsw_analysis.report.audit import audit_page  # noqa: PLC0415

    if not arguments.page.is_file():
        raise UsageError(f"no file {arguments.page}; a run of the round makes it")
    _ledger(arguments.findings)
    slips = audit_page(arguments.page.read_bytes(), arguments.findings.read_bytes())
    _print_slips(arguments.page, slips, arguments.findings)
    return 1 if slips else 0


def _verify(arguments: argparse.Namespace) -> int:
    from dsw_analysis.run.manifest import verify  # noqa: PLC0415

    out = _outputs(arguments)
    deviations = verify(out)
    for deviation in deviations:
        print(deviation, file=sys.stderr)
    if deviations:
        print(f"พบ {len(deviations):,} ไฟล์ที่ไม่ตรงกับที่สร้าง โปรดสร้างรายงานใหม่ หรือใช้ไฟล์ที่เก็บสำรองไว้", file=sys.stderr)
        return 1
    print(f"ทุกไฟล์ใน {out} ตรงกับที่สร้าง")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.writing.whole import write_whole  # noqa: PLC0415
    from dsw_analysis.report.comparing import compare_rounds  # noqa: PLC0415
    from dsw_analysis.report.comparison_files import files_of, said_in_short  # noqa: PLC0415

    found = compare_rounds(arguments.old, arguments.round, arguments.project)
    if arguments.anew:
        from dsw_analysis.run.anew import with_old_period  # noqa: PLC0415
        from dsw_analysis.run.tasks import Project  # noqa: PLC0415

        found = with_old_period(found, Project(root=arguments.project.resolve()))
    print(said_in_short(found))
    folder = arguments.to or arguments.project / "outputs" / "comparisons"
    for ending, content in files_of(found).items():
        path = folder / f"{arguments.old}_{arguments.round}.{ending}"
        write_whole(path, content)
        print(path)
    return 0


def _print_slips(page: Path, slips: Sequence[Slip], findings: Path) -> None:
    if slips:
        print(f"\n{page}: พบ {len(slips):,} แห่งที่ไม่ตรงกับ {findings.name}", file=sys.stderr)
    for slip in slips:
        print(f"  {slip}", file=sys.stderr)


def _schemas(arguments: argparse.Namespace) -> Schemas:
    from dsw_analysis.intake.schemas import Schemas  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    return Schemas.of(Project(root=arguments.project).data, arguments.round)


def _raw(arguments: argparse.Namespace) -> Path:
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    return Project(root=arguments.project).data / str(arguments.round)


def _outputs(arguments: argparse.Namespace) -> Path:
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    return Project(root=arguments.project).outputs(arguments.round)


def _list(arguments: argparse.Namespace) -> int:
    from dsw_analysis.intake.schemas import Schemas  # noqa: PLC0415
    from dsw_analysis.run.tasks import Project  # noqa: PLC0415

    project = Project(root=arguments.project)
    sections = project.sections()
    print("sections")
    for section, notebook in sections.items():
        print(f"  {section:<24} {notebook.name}")
    print("datasets")
    for kind in Schemas.of(project.data, _LAST).values():
        print(f"  {kind.id:<24} {kind.title}")
    return 0


_COMMANDS = {
    "check": _check,
    "accept": _accept,
    "template": _template,
    "codebook": _codebook,
    "returns": _returns,
    "run": _run,
    "report": _run,
    "verify": _verify,
    "compare": _compare,
    "audit-report": _audit_report,
    "new": _new,
    "list": _list,
}


def _round(text: str) -> Round:
    try:
        return Round.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-04-01") from None


def _formats(text: str) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    unknown = [name for name in asked if name not in ("html", "pdf", "docx")]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not a format; choose from html, pdf and docx")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
