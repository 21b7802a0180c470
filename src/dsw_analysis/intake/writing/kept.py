"""What takes long to make and is the same for all: kept in the cache folder of the user, by whoever made it first."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from typing import Final

from platformdirs import user_cache_path

from dsw_analysis.intake.writing.whole import digest, write_whole

_MARK: Final = hashlib.sha256().digest_size
"""Bytes before a content in the cache, which tell a spoilt one."""


def kept(name: str, made_from: bytes, make: Callable[[], bytes]) -> bytes:
    """What ``make`` returns, from the cache if it was made of the same before.

    Parameters
    ----------
    name:
        Name of the file, with ``{}`` for what tells contents apart.
    made_from:
        All that the content depends on.
    """
    path = user_cache_path("dsw-analysis", appauthor=False) / name.format(digest(made_from)[:16])
    with contextlib.suppress(OSError):  # never made, or not to be read
        mark, content = (found := path.read_bytes())[:_MARK], found[_MARK:]
        if hashlib.sha256(content).digest() == mark:
            return content
    content = make()
    with contextlib.suppress(OSError):  # without a folder to keep it in, each process makes its own
        write_whole(path, hashlib.sha256(content).digest() + content)
    return content
