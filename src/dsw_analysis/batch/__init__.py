"""The batch: a round's notebooks run and rendered, changed ones only, in parallel, outputs whole or not at all."""

from dsw_analysis.batch.manifest import write_whole
from dsw_analysis.batch.run import Batch
from dsw_analysis.batch.steps import BatchError, Outcome, Progress
from dsw_analysis.batch.tasks import SUMMARY, Project, Task, execute, handed_over, was_run

__all__ = [
    "SUMMARY",
    "Batch",
    "BatchError",
    "Outcome",
    "Progress",
    "Project",
    "Task",
    "execute",
    "handed_over",
    "was_run",
    "write_whole",
]
