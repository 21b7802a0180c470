"""A round as one file that is handed on: what it was made from and what was published of it, and nothing else."""

from __future__ import annotations

import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dsw_analysis.findings.ledger import LEDGER
from dsw_analysis.findings.past import at_hand
from dsw_analysis.findings.repairs import path_of
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import APPROVAL, EDITIONS
from dsw_analysis.rounds import Round
from dsw_analysis.run.manifest import Manifest
from dsw_analysis.run.outputs import PROVINCES, Outputs
from dsw_analysis.run.stale import Inputs, Stale
from dsw_analysis.run.tasks import Project

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN: Final = (stat.S_IFREG | 0o644) << 16
_UNIX: Final = 3
_LARGEST: Final = 4 << 30
"""Bytes that an archive may unpack to."""
_FORBIDDEN: Final = frozenset('<>:"|?*\\')
"""Characters that no file may have on one of the systems."""


def pack(project: Project, round_: Round, target: Path) -> int:
    """Write the archive of a round, with the same bytes for the same files; returns how many files it has.

    Raw files, what notebooks read beside them, schemas, notebooks, ``project.toml``, editions with the raw files that
    they were made from, an approval that is not published yet, and what the report rests on of earlier rounds: their
    ledgers, and what is shown less to protect persons. What can be made again is left out, and so is what is for those
    alone who make the report (``internal/``).

    Raises
    ------
    UsageError
        If there is nothing of the round.
    """
    raw = project.data / str(round_)
    if not raw.is_dir():
        raise UsageError(f"no raw files in {raw}; there is nothing of {round_} to hand on")
    files = {path.relative_to(project.root).as_posix(): path for path in _files(project, round_)}
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(beside, "w") as archive:
        for name, path in sorted(files.items()):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _PLAIN
            with path.open("rb") as source, archive.open(about, "w") as written:
                shutil.copyfileobj(source, written)
    beside.replace(target)
    return len(files)


def _files(project: Project, round_: Round) -> Iterator[Path]:
    root, out = project.root, project.outputs(round_)
    stale = Stale(Inputs(root, project.data / str(round_)), Manifest(out), Outputs(out), fresh=False)
    yield from (path for path in stale.beside() if path.is_file() and path.is_relative_to(root))
    yield from (path for name in ("project.toml", "requirements.lock") if (path := root / name).is_file())
    yield from (path for path in [out / APPROVAL] if path.is_file())
    for _, earlier in at_hand(project.root / "outputs", round_):
        yield from earlier.glob(LEDGER)
        yield from earlier.glob(f"{PROVINCES}*/{LEDGER}")
    yield from path_of(root / "data", round_).parent.glob("*.yaml")
    kept = project.kept(round_, 0).parent
    for folder in (project.notebooks, project.schemas, project.data / str(round_), kept, out / EDITIONS):
        for path in folder.rglob("*"):
            hidden = any(part[0] in ".~" or part == "__pycache__" for part in path.relative_to(folder).parts)
            if path.is_file() and not hidden:
                yield path


def unpack(file: Path, folder: Path) -> int:
    """Unpack an archive into a new folder, whole or not at all; returns how many files it had.

    Raises
    ------
    UsageError
        If it is no archive or a damaged one, if a file of it would lie elsewhere or be a link, if it is too large, or
        if something is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty; name a new folder")
    making = folder.with_name(f"{folder.name}.unpacking")
    shutil.rmtree(making, ignore_errors=True)
    try:
        with zipfile.ZipFile(file) as archive:
            members = [about for about in archive.infolist() if not about.is_dir()]
            _refuse_unsafe(file, members)
            for about in members:
                path = making / about.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(about) as source, path.open("wb") as written:
                    shutil.copyfileobj(source, written)
        making.mkdir(exist_ok=True)
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise UsageError(f"{file} is no archive, or a damaged one ({error}); ask for it again") from None
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return len(members)


def _refuse_unsafe(file: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse files that would not lie in the folder under their own name, and more than a disk is for."""
    seen: set[str] = set()
    for about in members:
        name = about.filename
        same = unicodedata.normalize("NFC", name).casefold()
        parts = name.split("/")
        if (
            {"", ".", ".."} & {*parts}
            or _FORBIDDEN & {*name}
            or not name.isprintable()
            or any(part[-1] in ". " for part in parts)
            or same in seen
        ):
            raise UsageError(
                f"{file} has a file {name!r}, which cannot lie in a folder under that name; nothing is unpacked"
            )
        if about.flag_bits & 1 or stat.S_ISLNK(about.external_attr >> 16):
            raise UsageError(f"{file}: {name} is encrypted or a link; nothing is unpacked")
        seen.add(same)
    size, packed = sum(about.file_size for about in members), sum(about.compress_size for about in members)
    if size > _LARGEST or size > 1000 * packed + (1 << 20):
        raise UsageError(f"{file} would unpack to {size:,} bytes of {packed:,}; nothing is unpacked")
