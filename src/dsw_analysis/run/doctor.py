"""What is missing or odd on a machine: each thing with what to do about it, in Thai and English."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from dsw_analysis.run.tasks import Project

_PACKAGE = "dsw-analysis"
_TRIED = ((3, 11), (3, 13))
"""First and last version of Python that the package is tested with."""
_LONGEST_WINDOWS_PATH = 259
_BELOW = 170
"""Characters of the longest path that a run makes below the project's folder; those of checked copies have hashes."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is, and, unless all is well, what is the matter and what to do.

    ``grave`` says that a report cannot be made so.
    """

    what: str
    thai: str = ""
    english: str = ""
    grave: bool = False

    @property
    def well(self) -> bool:
        """Whether there is nothing to say."""
        return not self.english

    def __str__(self) -> str:
        """As it is printed: one line if all is well, else three."""
        sign = "ok   " if self.well else "wrong" if self.grave else "odd  "
        return "\n      ".join(filter(None, (f"{sign} {self.what}", self.thai, self.english)))


def examine(project: Project) -> Iterator[Finding]:
    """Look at all there is, one after the other; what fails to be looked at is a finding too."""
    for look in (_python, _packages, _typefaces, _tools, _texts, _folders, _kernel, _browser):
        try:
            yield from look(project)
        except Exception as error:
            yield Finding(
                what=f"{look.__name__.strip('_')}: {type(error).__name__}: {error}"[:300],
                thai="ตรวจส่วนนี้ไม่สำเร็จ ให้ติดตั้งโปรแกรมใหม่ทั้งหมด แล้วตรวจอีกครั้ง",
                english="this could not be looked at; install everything anew, then ask again",
                grave=True,
            )


def _python(_: Project) -> Iterator[Finding]:
    what = f"Python {'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}"
    if _TRIED[0] <= sys.version_info[:2] <= _TRIED[1]:
        yield Finding(what=what)
        return
    tried = " – ".join(".".join(map(str, version)) for version in _TRIED)
    yield Finding(
        what=what,
        thai=f"โปรแกรมทดสอบกับ Python {tried} เท่านั้น หากพบข้อผิดพลาด ให้ใช้รุ่นในช่วงนี้",
        english=f"tested with Python {tried} only; if anything fails, use one of these",
    )


def _packages(project: Project) -> Iterator[Finding]:
    """What the package needs, and versions against the lock file of the project, if it has one."""
    absent = [
        need.name
        for need in map(Requirement, metadata.requires(_PACKAGE) or ())
        if (need.marker is None or need.marker.evaluate({"extra": ""})) and _version(need.name) is None
    ]
    if absent:
        yield Finding(
            what=f"packages: {', '.join(absent)}",
            thai="ยังไม่ได้ติดตั้งแพ็กเกจเหล่านี้ ให้ติดตั้งตามขั้นตอนใน README อีกครั้ง",
            english="not installed; install again as the README says",
            grave=True,
        )
    lock = project.root / "requirements.lock"
    pinned = list(locked(lock.read_text(encoding="utf-8"))) if lock.is_file() else []
    others = [
        f"{pin.name} {has} ({pin.specifier})"
        for pin in pinned
        if (has := _version(pin.name)) is not None and not pin.specifier.contains(has, prereleases=True)
    ]
    if others:
        yield Finding(
            what=f"requirements.lock: {', '.join(others)}",
            thai="รุ่นของแพ็กเกจต่างจากที่ล็อกไว้ (ในวงเล็บ) รายงานอาจต่างจากของผู้อื่น ให้ติดตั้งจาก requirements.lock อีกครั้ง",
            english="not the locked versions (in brackets), so reports may differ: install from requirements.lock",
        )
    if not absent and not others:
        yield Finding(what=f"packages{' as in requirements.lock' if pinned else ''}")


def locked(text: str) -> Iterator[Requirement]:
    """What a lock file pins for this machine."""
    for line in re.findall(r"^(\S.*?)\s*\\?$", text, re.MULTILINE):
        try:
            pin = Requirement(line)
        except InvalidRequirement:  # a comment or an option
            continue
        if pin.marker is None or pin.marker.evaluate():
            yield pin


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _typefaces(_: Project) -> Iterator[Finding]:
    from dsw_analysis.intake.writing.typefaces import SARABUN, boxed  # noqa: PLC0415 - broken packages are a finding

    lost = [face for face in ("Regular", "Bold") if not (SARABUN / f"Sarabun-{face}.ttf").is_file()]
    lost += list(boxed("กำ้😀中"))
    if not lost:
        yield Finding(what="typefaces: Sarabun, Noto")
        return
    yield Finding(
        what=f"typefaces: {', '.join(lost)}",
        thai="ไม่พบแบบอักษรที่มากับแพ็กเกจ ให้ติดตั้งแพ็กเกจ fontpkg-sarabun manimgx-fonts และ noto-cjk-sans-jp-regular ใหม่",
        english="gone from their packages: install fontpkg-sarabun, manimgx-fonts, noto-cjk-sans-jp-regular again",
        grave=True,
    )


def _tools(_: Project) -> Iterator[Finding]:
    """Whether pandoc and typst run: each comes as a program inside its package, which a machine may refuse to start."""
    import pypandoc  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
    import typst  # noqa: PLC0415

    def pandoc() -> str:
        return str(pypandoc.convert_text("ก", "plain", format="markdown")).strip()

    def pdf() -> bytes:
        return typst.compile(b"\\u{e01}")[:4]

    for name, package, run, wanted in (("pandoc", "pypandoc_binary", pandoc, "ก"), ("typst", "typst", pdf, b"%PDF")):
        try:
            found: object = run()
        except Exception as error:
            found = error
        if found == wanted:
            yield Finding(what=f"{name} {_version(package)}")
            continue
        yield Finding(
            what=f"{name}: {found}"[:300],
            thai=f"เรียก {name} ไม่ได้ จึงสร้าง PDF หรือ DOCX ไม่ได้ ให้ติดตั้งแพ็กเกจ {package} ใหม่ หรือให้ผู้ดูแลเครื่องอนุญาต",
            english=f"does not run, so no PDF or DOCX: install {package} again, or have it allowed on this machine",
            grave=True,
        )


def _texts(_: Project) -> Iterator[Finding]:
    """Whether Thai can be printed, and be the name of a file."""
    shown, names = getattr(sys.stdout, "encoding", None) or "utf-8", sys.getfilesystemencoding()
    if not _holds_thai(shown):
        yield Finding(
            what=f"terminal: {shown}",
            thai="หน้าต่างคำสั่งแสดงภาษาไทยไม่ได้ ใน Windows ให้สั่ง chcp 65001 ก่อน หรือใช้ Windows Terminal",
            english="cannot show Thai; on Windows say chcp 65001 first, or use Windows Terminal",
        )
    if not _holds_thai(names):
        yield Finding(
            what=f"names of files: {names}",
            thai="ตั้งชื่อไฟล์ภาษาไทยไม่ได้ ให้ตั้งตัวแปร PYTHONUTF8=1 หรือใช้ locale ที่เป็น UTF-8",
            english="cannot be Thai; set PYTHONUTF8=1, or a locale of UTF-8",
            grave=True,
        )
    if _holds_thai(shown) and _holds_thai(names):
        yield Finding(what=f"texts: {shown}, names of files: {names}")


def _holds_thai(encoding: str) -> bool:
    try:
        "กำ้".encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _folders(project: Project) -> Iterator[Finding]:
    """Whether there is a project, which can be written to, at a place that is not too deep."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - as above

    root = project.root.resolve()
    there = project.notebooks.is_dir() and project.data.is_dir()
    if not there:
        yield Finding(
            what=f"project: {root}",
            thai="โฟลเดอร์นี้ไม่มี notebooks และ data/raw ให้ไปที่โฟลเดอร์ของโครงการ หรือเริ่มโครงการใหม่ด้วย dsw init FOLDER",
            english="no project here (notebooks and data/raw): go to its folder, or begin one with dsw init FOLDER",
        )
    own = (root, root / "outputs", root / "data") if there else ()
    places = (*own, user_cache_path(), Path(tempfile.gettempdir()))
    refused = [f"{place}: {error}" for place in places if place.is_dir() and (error := _refusal(place))]
    if refused:
        yield Finding(
            what=f"folders: {'; '.join(refused)}",
            thai="เขียนไฟล์ในโฟลเดอร์เหล่านี้ไม่ได้ ให้ขอสิทธิ์เขียน หรือย้ายโครงการไปไว้ในโฟลเดอร์ของตนเอง",
            english="cannot be written to: ask for the right to, or move the project to a folder of your own",
            grave=True,
        )
    longest = longest_path(root) if os.name == "nt" and not _long_paths() else 0
    if longest > _LONGEST_WINDOWS_PATH:
        yield Finding(
            what=f"project: {root}",
            thai=f"ชื่อไฟล์จะยาวถึง {longest} ตัวอักษร เกินที่ Windows รับได้ ให้ย้ายโครงการไปไว้ในโฟลเดอร์ที่ชื่อสั้นกว่า เช่น C:\\dsw",
            english=f"paths of up to {longest} characters, more than Windows takes: move the project, e.g. to C:\\dsw",
            grave=True,
        )
    if there and not refused and longest <= _LONGEST_WINDOWS_PATH:
        yield Finding(what=f"project: {root}")


def longest_path(root: Path) -> int:
    """Length of the longest path that a run makes in a project's folder."""
    return len(str(root)) + 1 + _BELOW


def _long_paths() -> bool:
    """Whether this Windows takes long paths."""
    if sys.platform != "win32":
        return True
    import winreg  # noqa: PLC0415 - of Windows alone

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def _refusal(folder: Path) -> str | None:
    """What the system says to a file with a Thai name; ``None`` if it takes one."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix="dsw ทดสอบ "):
            return None
    except (OSError, UnicodeEncodeError) as error:  # the latter where names of files cannot be Thai
        return getattr(error, "strerror", None) or type(error).__name__


def _kernel(_: Project) -> Iterator[Finding]:
    """Whether a notebook that is opened in JupyterLab runs with this Python and its packages."""
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - as above

    started = KernelSpecManager().get_kernel_spec("python3").argv[0]
    if Path(started).name == started or os.path.realpath(started) == os.path.realpath(sys.executable):
        yield Finding(what="kernel of notebooks: python3")
        return
    yield Finding(
        what=f"kernel of notebooks: {started}",
        thai="JupyterLab จะใช้ Python ตัวอื่น ให้ลบ kernel ชื่อ python3 ของผู้ใช้ (jupyter kernelspec remove python3)",
        english="JupyterLab would start another Python: remove the kernel of yours (jupyter kernelspec remove python3)",
    )


def _browser(_: Project) -> Iterator[Finding]:
    import webbrowser  # noqa: PLC0415 - as above

    try:
        webbrowser.get()
    except webbrowser.Error:
        yield Finding(
            what="browser",
            thai="เครื่องนี้ไม่มีเบราว์เซอร์ ให้คัดลอก report.html ไปเปิดในเครื่องอื่น เป็นไฟล์เดียวและไม่ต้องใช้อินเทอร์เน็ต",
            english="none on this machine: open report.html on another; it is one file and needs no network",
        )
        return
    yield Finding(what="browser")
