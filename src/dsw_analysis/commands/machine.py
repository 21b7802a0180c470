"""The command that looks at the machine; it imports nothing that may be missing there."""

from __future__ import annotations

import argparse

from dsw_analysis.run.doctor import examine
from dsw_analysis.run.tasks import Project


def doctor(arguments: argparse.Namespace) -> int:
    """Say what is missing or odd on this machine."""
    grave = False
    for finding in examine(Project(root=arguments.project)):
        print(finding, flush=True)
        grave = grave or finding.grave
    return 1 if grave else 0
