"""Commands that run notebooks: a round's findings, briefs and report."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from functools import partial

from dsw_analysis.commands.slips import print_slips
from dsw_analysis.intake.provinces import official_province, province_names, provincial_sections
from dsw_analysis.problems import UsageError
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.preparing import preparations
from dsw_analysis.run.reports import audit, files_of, write_briefs, write_report
from dsw_analysis.run.sections import explain, put_in_place, run_sections
from dsw_analysis.run.steps import Outcome, failure, progress_on
from dsw_analysis.run.tasks import BRIEF_PAGE, Project


def run(arguments: argparse.Namespace) -> int:
    """Run a round's notebooks, and write their findings, briefs or report."""
    print(f"dsw: {arguments.round.label}", flush=True)
    if arguments.exact and arguments.by is not None:
        raise UsageError("--exact makes no briefs; open_section(…, exact=True, province=…) shows one in JupyterLab")
    with contextlib.ExitStack() as stack:
        cluster = None
        if arguments.scheduler is not None:
            from dsw_analysis.run.cluster import connect  # noqa: PLC0415

            cluster = stack.enter_context(connect(arguments.scheduler))
        batch = stack.enter_context(
            Batch(
                Project(root=arguments.project.resolve(), exact=arguments.exact),
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
        if arguments.exact:
            print(f"{batch.out}: numbers of persons as they are, not to be passed on")
        for outcome in failed:
            print(failure(outcome), file=sys.stderr)
        clean = clean and not any(place.reasons() for place in preparations(batch.project, batch.round))
    return 0 if clean and not failed else 1


def preview(arguments: argparse.Namespace) -> int:
    """Show a round in the browser until Ctrl-C."""
    import webbrowser  # noqa: PLC0415 - for this command alone

    from dsw_analysis.run.preview import follow  # noqa: PLC0415

    def ready(address: str) -> None:
        print(f"{address}\nCtrl-C ends it", flush=True)
        if not arguments.no_open:
            webbrowser.open(address)

    project = Project(root=arguments.project.resolve())
    options = {"accept_partial": arguments.accept_partial, "say": partial(print, flush=True), "ready": ready}
    with contextlib.suppress(KeyboardInterrupt):
        follow(project, arguments.round, arguments.section, **options)
    return 0


def _report(batch: Batch, outcomes: Sequence[Outcome], formats: Sequence[str]) -> bool:
    """Write and audit the report; returns whether all of it is there and bears out its numbers."""
    files = write_report(batch, outcomes, formats)
    brief = [path for path in (batch.out / BRIEF_PAGE,) if files and path.is_file()]
    for path in [*files, *brief]:
        print(path)
    slips = audit(batch, [path for path in (*files, *brief) if path.suffix == ".html"])
    for page, found in slips.items():
        print_slips(page, found, batch.out / "findings.json")
    return files_of(outcomes, formats) == [path.name for path in files] and not any(slips.values())


def _provinces(batch: Batch, arguments: argparse.Namespace) -> tuple[list[str], list[str] | None]:
    """Provinces to write briefs for, none without ``--by province``, and the sections asked for."""
    if arguments.by is None:
        if arguments.only is not None:
            raise UsageError("--only needs --by province")
        return [], arguments.section
    names = [official_province(name) for name in arguments.only or ()] or list(province_names())
    sections = provincial_sections(batch.notebooks)
    if not sections:
        raise UsageError('no notebook can be narrowed to a province: it takes a parameter `province: str = ""`')
    unfit = [section for section in arguments.section or () if section not in sections]
    if unfit:
        raise UsageError(f"no data by province in section {', '.join(unfit)}; there are {', '.join(sections)}")
    return list(dict.fromkeys(names)), arguments.section or list(sections)
