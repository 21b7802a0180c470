"""How long HTML, PDF and DOCX of a whole report take, and how large they are, against nbconvert's stock exporters.

Run after ``make report`` with ``.venv/bin/python benchmarks/formats.py``. From the same executed notebooks: our three
formats by ``dsw report``, start-up included, against ``HTMLExporter`` for every notebook in one process, and the
printing of these pages with the system's Chromium, which is what ``--to webpdf`` does (that itself needs
playwright's browser). Best of two. Ours must take less than stock HTML and PDF together, and our HTML at most half
their HTML's size. Ends with 1 if it does not.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

RUNS, SIZE = 2, 0.5
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

STOCK = """
import sys
from pathlib import Path
from nbconvert import HTMLExporter
exporter = HTMLExporter()
for path in sorted(Path(sys.argv[1]).glob("*.ipynb")):
    html, _ = exporter.from_filename(str(path))
    (Path(sys.argv[2]) / f"{path.stem}.html").write_text(html, encoding="utf-8")
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", default="2569-6m")
    parser.add_argument("--project", type=Path, default=Path(__file__).parent.parent)
    arguments = parser.parse_args()
    finished = arguments.project / "outputs" / arguments.round
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if not (finished / "findings.json").is_file() or browser is None:
        sys.exit("make the report first, and install Chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("notebooks", "data", f"outputs/{arguments.round}", "requirements.lock", "project.toml"):
            copy = shutil.copytree if (arguments.project / part).is_dir() else shutil.copy
            copy(arguments.project / part, folder / part)
        measured = measure(folder, arguments.round, browser)
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    names = ("nbconvert", "typst", "pypandoc_binary")
    print(", ".join(f"{name} {metadata.version(name)}" for name in names), version_of(browser), sep=", ")
    for what, number in measured.items():
        print(f"{what:<38} {number:>8.1f}")
    stock = measured["stock: HTML (s)"] + measured["stock: PDF by Chromium (s)"]
    time_, size = (
        measured["ours: HTML, PDF, DOCX (s)"] / stock,
        measured["ours: HTML (MB)"] / measured["stock: HTML (MB)"],
    )
    print(f"time: {time_:.2f} of stock, goal below 1; HTML: {size:.2f} of stock, goal at most {SIZE}")
    sys.exit(0 if time_ < 1 and size <= SIZE else 1)


def measure(folder, round_id, browser):
    out, pages = folder / "outputs" / round_id, folder / "stock"
    pages.mkdir()
    ours = best(lambda: report(folder, round_id))
    stock = best(lambda: run(sys.executable, "-c", STOCK, out / "notebooks", pages))
    printed = best(lambda: [print_page(browser, page) for page in sorted(pages.glob("*.html"))])
    return {
        "ours: HTML, PDF, DOCX (s)": ours,
        "stock: HTML (s)": stock,
        "stock: PDF by Chromium (s)": printed,
        "ours: HTML (MB)": megabytes([out / "report.html"]),
        "ours: PDF (MB)": megabytes([out / "report.pdf"]),
        "ours: DOCX (MB)": megabytes([out / "report.docx"]),
        "stock: HTML (MB)": megabytes(pages.glob("*.html")),
        "stock: PDF (MB)": megabytes(pages.glob("*.pdf")),
    }


def report(folder, round_id):
    """Our three formats of notebooks that are current already."""
    for path in (folder / "outputs" / round_id).glob("report.*"):
        path.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "dsw_analysis.cli", "--project", folder, "report", round_id],
        check=True, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    if " ok " in done.stdout:
        sys.exit("the report was not current: run make report first")


def print_page(browser, page):
    run(
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={page.parent / 'profile'}", f"--print-to-pdf={page.with_suffix('.pdf')}", page.as_uri(),
    )  # fmt: skip


def version_of(browser):
    return subprocess.run([browser, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def best(job):
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def megabytes(files):
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    main()
