"""Every kind of raw file that the report reads, in reading order."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.schemas import (
    career_development,
    citizen_questions,
    community_welfare,
    csr,
    enterprise_architecture,
    highland_welfare,
    homeless_housing,
    knowledge_management,
    plan,
    public_opinion,
    restructuring,
    urgent_cases,
)
from dsw_analysis.intake.source import Source, source_of
from dsw_analysis.problems import UsageError

__all__ = ["DATASETS", "Checked", "Column", "Dataset", "Rule", "Source", "dataset", "source_of"]

DATASETS: tuple[Dataset, ...] = (
    *plan.DATASETS,
    *enterprise_architecture.DATASETS,
    *restructuring.DATASETS,
    *homeless_housing.DATASETS,
    *career_development.DATASETS,
    *csr.DATASETS,
    *community_welfare.DATASETS,
    *highland_welfare.DATASETS,
    *citizen_questions.DATASETS,
    *urgent_cases.DATASETS,
    *public_opinion.DATASETS,
    *knowledge_management.DATASETS,
)
"""All datasets; a new one is declared in its section's module and listed there."""


def dataset(id_: str) -> Dataset:
    """Return the dataset of an id.

    Raises
    ------
    UsageError
        If there is none; the message names the known ids.
    """
    for known in DATASETS:
        if known.id == id_:
            return known
    raise UsageError(f"no dataset {id_!r}; known are {', '.join(d.id for d in DATASETS)}")
