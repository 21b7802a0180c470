"""Output files in place and in the making: a set is made whole beside, then takes the other's place, killed or not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from errno import EEXIST
from pathlib import Path
from typing import Any

from dsw_analysis.intake.writing.whole import digest, sha256, write_whole

INTERNAL = "internal/"
"""Where what names persons is kept: no set of outputs has any of it."""
PROVINCES = "provinces/"
"""Where the folders of the provinces are, each of which holds a set of its own."""

_NEXT = ".next"
_OLD = ".old"
_EXCHANGE = ".exchange.json"
WORKING = frozenset({_NEXT, _OLD, _EXCHANGE})
"""What stands in an output folder while a set is in the making, and is none of its files."""


class Outputs:
    """Files of a round's output folder, by their names from there.

    What is made goes to ``.next`` first. An exchange moves the files of the set in place to ``.old``, one by one, and
    only then those of the new one out of ``.next``: at no moment do files of both stand in one folder. Files that are
    the same in both stay where they are. Before the first move the exchange is written down, so that the next run
    completes one that was interrupted. The caller holds the folder's lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._scope = ""
        self.next, self._old, self._exchange = folder / _NEXT, folder / _OLD, folder / _EXCHANGE

    def newest(self, name: str) -> Path:
        """Where a file is as it was made last: waiting in ``.next``, or in place."""
        waiting = self.next / name
        return waiting if waiting.is_file() else self.folder / name

    def stage(self, name: str, content: bytes) -> None:
        """Have a file wait for the next exchange; one that is in place already need not."""
        if sha256(self.folder / name) == digest(content):
            (self.next / name).unlink(missing_ok=True)
        else:
            write_whole(self.next / name, content)

    def keep(self, name: str, content: bytes | None) -> None:
        """Put a file that is no output, of :data:`INTERNAL`, in its place at once; ``None`` removes it."""
        if content is None:
            (self.folder / name).unlink(missing_ok=True)
        else:
            write_whole(self.folder / name, content)

    def waiting(self, scope: str = "") -> list[str]:
        """Names of the files that wait for an exchange, of all or of one folder (``provinces/ตาก/``)."""
        root = self.next / scope
        return sorted(path.relative_to(self.next).as_posix() for path in root.rglob("*") if path.is_file())

    def differ(self, old: Iterable[str], new: Iterable[str]) -> bool:
        """Whether files must be moved to have ``new`` in the place of ``old``."""
        new = set(new)
        gone = {name for name in old if name not in new and (self.folder / name).exists()}
        return bool(gone or new.intersection(self.waiting()))

    def exchange(self, scope: str, old: Iterable[str], new: Iterable[str], note: Mapping[str, Any]) -> None:
        """Put the files called ``new`` in the place of those called ``old``; :meth:`settle` ends it.

        ``scope`` is a folder that is the set's alone (``provinces/ตาก/``); empty for the round's set, which has all but
        the provinces. ``note`` is to be noted once it is done; :meth:`resume` gives it back if this run is killed
        before that.

        Raises
        ------
        OSError
            If a file cannot be moved, naming it: all is as it was before.
        """
        new = sorted(set(new))
        coming = [name for name in new if (self.next / name).is_file()]
        going = sorted({*(set(old) - set(new)), *coming})
        going = [name for name in going if (self.folder / name).exists()]
        for path in (self.folder / name for name in going):
            if not path.is_file():
                raise FileExistsError(EEXIST, "stands where an output belongs and is no file; move it away", str(path))
        shutil.rmtree(self._old, ignore_errors=True)
        plan = {"scope": scope, "going": going, "coming": coming, "note": dict(note)}
        write_whole(self._exchange, json.dumps(plan, ensure_ascii=False).encode())
        self._carry_out(plan)

    def resume(self) -> Mapping[str, Any] | None:
        """Tidy up after a run that was killed, and complete its exchange, which raises as it does.

        Returns what is to be noted; ``None`` if there was none.
        """
        for path in self.folder.rglob("*.part"):
            path.unlink(missing_ok=True)
        try:
            plan = json.loads(self._exchange.read_bytes())
            plan = {"scope": str(plan["scope"]), "going": [*plan["going"]], "coming": [*plan["coming"]], **plan}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # There is none, or one that was spoilt: what is missing then is made again.
            self._exchange.unlink(missing_ok=True)
            shutil.rmtree(self._old, ignore_errors=True)
            return None
        self._carry_out(plan)
        note: Mapping[str, Any] = plan["note"]
        return note

    def settle(self) -> None:
        """End an exchange that has been noted: forget what was replaced, and what waits in its scope for nothing.

        What is held open by another program goes the next time.
        """
        shutil.rmtree(self._old, ignore_errors=True)
        for name in self.waiting(self._scope):
            if self._scope or not name.startswith(PROVINCES):
                (self.next / name).unlink()
        for path in sorted((self.next, *self.next.rglob("*")), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        self._exchange.unlink(missing_ok=True)

    def _carry_out(self, plan: Mapping[str, Any]) -> None:
        self._scope = plan["scope"]
        try:
            for source, target in self._moves(plan):
                _move(source, target)
        except OSError as error:
            self._undo(plan)
            self._exchange.unlink()
            raise type(error)(
                error.errno,
                f"{error.strerror}: close it if it is open in another program (Word, Excel), then run again; "
                "the outputs in place are the old ones, whole",
                error.filename,
            ) from error

    def _moves(self, plan: Mapping[str, Any]) -> Iterator[tuple[Path, Path]]:
        """What is still to be moved, in order. Of a file that has come what stands in place is the new one."""
        coming = set(plan["coming"])
        for name in plan["going"]:
            come = name in coming and not (self.next / name).exists()
            if (self.folder / name).exists() and not come:
                yield self.folder / name, self._old / name
        for name in plan["coming"]:
            if (self.next / name).exists():
                yield self.next / name, self.folder / name

    def _undo(self, plan: Mapping[str, Any]) -> None:
        """Move all back. Killed at that, or unable to, it leaves the exchange to be completed by the next run."""
        for name in plan["coming"]:
            if not (self.next / name).exists() and (self.folder / name).exists():
                _move(self.folder / name, self.next / name)
        for name in plan["going"]:
            if (self._old / name).exists() and not (self.folder / name).exists():
                _move(self._old / name, self.folder / name)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(source)) from error
