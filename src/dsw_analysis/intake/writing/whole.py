"""Files that are there whole or not at all, and hashes that tell one content from another."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path


def sha256(path: Path) -> str | None:
    """Hash of a file's content; ``None`` if there is no such file, or it is a pipe or device, which might never end.

    Raises
    ------
    OSError
        If the file is there but cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest(content: bytes) -> str:
    """Hash of bytes."""
    return hashlib.sha256(content).hexdigest()


def listing(folder: str) -> str | None:
    """Hash of the names in a folder but for hidden and compiled ones; ``None`` if there is no such folder."""
    try:
        names = sorted(name for name in os.listdir(folder) if name[:1] != "." and name != "__pycache__")  # noqa: PTH208
    except OSError:
        return None
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written; what stood there before still does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        # The system names the file beside, or none at all; the reader looks for this one.
        raise type(error)(error.errno, error.strerror, str(path)) from error
