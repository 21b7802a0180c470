"""What a preparation notebook holds: where the raw files are, and where the table that it makes of them goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.prepared import Prepared
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import HEADS, UsageError
from dsw_analysis.rounds import Round


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What a preparation notebook holds: the raw files' ``folder``, the ``dataset``, and a place for the table."""

    dataset: Dataset
    round: Round
    folder: Path

    def close(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Write the table in place of the dataset's file, with the dataset's names or headers over its columns.

        Cells are as in a file that is sent: labels of choices, several with ``;`` between them, dates in any form that
        the check accepts.

        Returns
        -------
        DataFrame
            The problems that the check finds in it, one a row; none if it can be loaded.
        """
        headers = {column.name: column.header for column in self.dataset.columns}
        place = Prepared.of(self.folder, self.dataset.id)
        if place is None:
            raise UsageError(f"notebooks/prepare/{self.dataset.id}.ipynb is not there; save this notebook as it")
        content = frame.rename(columns=headers).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
        write_whole(place.file, content)
        found = self.dataset.check(self.round, self.folder, path=place.file).problems
        said = [[problem.row, problem.column, problem.value, problem.expected, problem.action] for problem in found]
        return pd.DataFrame(said, columns=list(HEADS))


def open_preparation(dataset: str, *, round_id: str, data_dir: str | Path) -> Preparation:
    """Open the preparation of a dataset's file for a notebook.

    Parameters
    ----------
    dataset:
        Id of the dataset.
    round_id:
        Round, e.g. ``"2569-6m"``.
    data_dir:
        Folder that holds one folder of raw files a round.

    Raises
    ------
    ValueError
        If the round's id is malformed.
    UsageError
        If there is no such dataset.
    """
    round_ = Round.parse(round_id)
    return Preparation(dataset=Schemas.of(data_dir, round_)[dataset], round=round_, folder=Path(data_dir) / str(round_))
