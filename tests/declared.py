"""The datasets that the project declares, as the printed round has them."""

from pathlib import Path

from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round

SCHEMAS = Schemas.of(Path(__file__).parent.parent / "data" / "raw", Round.parse("2569-6m"))
DATASETS = tuple(kind for kind in SCHEMAS.values() if not kind.optional)
OPTIONAL = tuple(kind for kind in SCHEMAS.values() if kind.optional)
MAY_BE_EMPTY = ("citizen_questions", "plan_topics", "plan_decisions")
"""What a round may have nothing of."""


def dataset(id_):
    return SCHEMAS[id_]
