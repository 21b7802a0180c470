"""The built site of the documentation (`make docs`): whole, searched in Thai, fit for a phone, asks nobody."""

import os
import re
import zlib

import pytest
from conftest import ROOT
from patience import PATIENCE
from selenium.webdriver.support.ui import WebDriverWait
from test_html import browse, driver, violations  # noqa: F401 - fixtures of a browser

import dsw_analysis as dsw

SITE = ROOT / "outputs" / "site"
pytestmark = pytest.mark.skipif(not (SITE / "objects.inv").exists() and "CI" not in os.environ, reason="make docs")
LOADS = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc="([^"]+)|<link[^>]*\shref="([^"]+)|url\(["']?([^"')]+)""")


def test_nothing_is_loaded_from_elsewhere():
    files = [path for kind in ("html", "css") for path in SITE.rglob(f"*.{kind}")]
    assert len(files) > 25
    loaded = {next(filter(None, m)) for path in files for m in LOADS.findall(path.read_text(encoding="utf-8"))}
    assert any(name.endswith("site.css") or "site.css?" in name for name in loaded)
    assert [name for name in loaded if re.match(r"(\w+:)?//", name) and not name.startswith("data:")] == []


def test_every_page_of_the_docs_is_in_the_site():
    pages = [path.relative_to(ROOT).with_suffix("") for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))]
    assert len(pages) > 20
    assert [str(page) for page in pages if not (SITE / f"{page}.html").is_file()] == []


def test_the_reference_has_every_public_name():
    inventory = zlib.decompress((SITE / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    described = {line.split()[0] for line in inventory.splitlines()}
    homes = {name: getattr(getattr(dsw, name), "__module__", "") for name in dsw.__all__}
    asked = {f"dsw_analysis.{name}" if homes[name] else "dsw_analysis.section.figures" for name in homes}
    assert asked - described == set()


def test_no_page_is_wider_than_a_phone(browse):  # noqa: F811 - the fixture
    wide = {}
    for page in SITE.glob("docs/**/*.html"):
        width = browse(page, 390).execute_script("return document.documentElement.scrollWidth")
        if width > 390:
            wide[page.name] = width
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["docs/index", "docs/gallery", "docs/gallery_measures", "docs/api", "README.th"])
def test_axe_finds_nothing(browse, page, scheme):  # noqa: F811 - the fixture
    assert violations(browse(SITE / f"{page}.html", 1280, scheme=scheme)) == []


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("เชื่อมั่น", "จากไฟล์ CSV ถึงรายงาน"),  # within ช่วงความเชื่อมั่น
        ("หลักพันด้วยจุลภาค", "ภาษาของรายงาน"),
        ("Kaplan", "Measures"),
    ],
)
def test_a_part_of_a_thai_phrase_finds_its_page(browse, query, page):  # noqa: F811 - the fixture
    driver = browse(SITE / "search.html", 1280)  # noqa: F811
    driver.get((SITE / "search.html").as_uri() + f"?q={query}")
    titles = WebDriverWait(driver, PATIENCE).until(
        lambda d: [found.text for found in d.find_elements("css selector", "ul.search li a")]
    )
    assert any(page in title for title in titles)
    assert len(titles) < 15, "it finds everything"
