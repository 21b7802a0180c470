"""Rebuilds the raw files of round 2569-6m from the printed report: ``python data/reconstruct [--to FOLDER]``.

Published totals hold exactly; everything below them is invented from fixed seeds. The same bytes come out each time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import centres
import published
import records
import surveys
from files import RawFile
from package import descriptor

FILES = (
    RawFile(
        name="action_plan.xlsx",
        tables=(
            published.plan_projects(),
            published.plan_steps(),
            published.plan_indicators(),
            published.plan_topics(),
            published.plan_decisions(),
        ),
    ),
    RawFile(name="ea_activities.xlsx", tables=(published.ea_activities(),)),
    RawFile(name="restructuring_survey.xlsx", tables=(surveys.restructuring_survey(), surveys.restructuring_units())),
    RawFile(name="homeless_housing.csv", tables=(published.homeless_housing(),), encoding="cp874"),
    RawFile(name="career_participants.xlsx", tables=(centres.career_participants(),)),
    RawFile(name="csr_activities.csv", tables=(records.csr_activities(),), encoding="utf-8-sig"),
    RawFile(
        name="csr_training.xlsx",
        tables=(published.csr_training_sessions(), surveys.csr_training(), published.csr_training_summary()),
    ),
    RawFile(name="community_welfare.xlsx", tables=(centres.community_welfare(),)),
    RawFile(name="highland_welfare.xlsx", tables=(centres.highland_welfare(),)),
    RawFile(name="citizen_questions.xlsx", tables=(published.citizen_questions(),)),
    RawFile(name="urgent_cases.csv", tables=(records.urgent_cases(),), encoding="utf-8-sig"),
    RawFile(name="public_opinion.csv", tables=(published.public_opinion(),), encoding="utf-8-sig"),
    RawFile(name="knowledge_works.xlsx", tables=(centres.knowledge_works(), published.knowledge_stages())),
)


def main() -> None:
    """Write every raw file and ``datapackage.json``."""
    default = Path(__file__).resolve().parents[1] / "raw" / "2569-6m"
    parser = argparse.ArgumentParser(prog="python data/reconstruct", description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=default, metavar="FOLDER", help="where to write (default: %(default)s)"
    )
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        file.write(folder)
    (folder / "datapackage.json").write_bytes(descriptor(FILES))


if __name__ == "__main__":
    main()
