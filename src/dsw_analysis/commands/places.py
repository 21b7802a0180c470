"""Where a command finds a round's raw files, schemas, outputs and ledger."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.problems import UsageError
from dsw_analysis.run.tasks import Project


def ledger_of(path: Path) -> dict[str, Any]:
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


def schemas_of(arguments: argparse.Namespace) -> Schemas:
    """Schemas of the round that is asked for."""
    return Schemas.of(Project(root=arguments.project).data, arguments.round)


def raw_of(arguments: argparse.Namespace) -> Path:
    """Its folder of raw files."""
    return Project(root=arguments.project).data / str(arguments.round)


def outputs_of(arguments: argparse.Namespace) -> Path:
    """Its folder of outputs."""
    return Project(root=arguments.project).outputs(arguments.round)
