"""A copy of the project to work in: what reports are made of, without what was made of it."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent.parent


def project_in(folder, root=HERE):
    """Copy a checkout's project into a folder, and give it back."""
    project = Path(folder)
    skipped = shutil.ignore_patterns(".ipynb_checkpoints", "checked", "prepared", "__pycache__")
    for name in ("notebooks", "data"):
        shutil.copytree(root / name, project / name, ignore=skipped)
    for name in ("requirements.lock", "project.toml"):
        shutil.copy(root / name, project)
    return project
