"""The HTML in a real browser: accessible, self-contained, readable on a phone, with keyboard, and printed."""

import base64
import importlib.util
import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEGABYTE = 1_000_000
ABRIDGE = """
const make = row => row.outerHTML.replace(/>[^<]+</g, '><').replace(/(id|href)="[^"]*"/g, '$1');
for (const body of document.querySelectorAll('#figures tbody')) {
  const seen = new Set();
  for (const row of [...body.rows]) { if (seen.has(make(row))) row.remove(); else seen.add(make(row)); }
}
"""
"""Of the thousand rows of the appendix, each table keeps one of every make, so that the check takes seconds."""


def need(found, what):
    """Skip without a browser at home, fail in CI: there the check must run."""
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} is not installed")
    return found


def axe_script():
    found = importlib.util.find_spec("selenium_axe_python")
    folder = Path(need(found, "selenium-axe-python").origin).parent
    return (folder / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def driver():
    """Headless Chromium, started once."""
    names = ("chromium", "chromium-browser", "google-chrome")
    options = webdriver.ChromeOptions()
    options.binary_location = need(next(filter(None, map(shutil.which, names)), None), "Chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(need(shutil.which("chromedriver"), "chromedriver")))
    driver.set_script_timeout(110)
    yield driver
    driver.quit()


@pytest.fixture
def browse(driver):
    """Open a page at a width, as if nothing had been opened before; ``browse(path, 390)`` gives the driver."""

    def browse(page, width, *, scheme="light", abridged=False):
        driver.get("about:blank")  # so that the same page is not taken up where the last test left it
        for log in ("browser", "performance"):
            driver.get_log(log)  # what is told is told once
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        driver.get(page.as_uri())
        if abridged:
            driver.execute_script(ABRIDGE)
        return driver

    return browse


def violations(driver):
    # The page's policy forbids foreign scripts, so axe comes in as a debugger's expression.
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe_script()})
    found = driver.execute_async_script(
        "const done = arguments[1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations']})"
        ".then(r => done(r), e => done({error: String(e)}))",
        TAGS,
    )
    assert "error" not in found, found
    assert len(found["passes"]) > 15, "axe found hardly anything to check"
    return [(v["id"], len(v["nodes"]), v["nodes"][0]["html"][:200]) for v in found["violations"]]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "light"), (1280, "dark")])
def test_axe_finds_nothing_in_the_report(made, browse, width, scheme):
    assert violations(browse(made.out / "report.html", width, scheme=scheme, abridged=True)) == []


@pytest.mark.parametrize("section", ["summary", "policy_study", "restructuring", "citizen_questions"])
def test_axe_finds_nothing_in_a_whole_section(made, browse, section):
    assert violations(browse(made.out / "sections" / f"{section}.html", 390)) == []


def test_axe_would_find_something(made, browse, tmp_path):
    page = (made.out / "sections" / "policy_study.html").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace(' lang="th"', "").replace("<title>", "<title hidden>"), encoding="utf-8")
    assert [v[0] for v in violations(browse(broken, 390))] == ["html-has-lang"]


def test_the_report_is_one_small_file_that_asks_for_nothing(made, browse):
    report = made.out / "report.html"
    assert report.stat().st_size < 3 * MEGABYTE
    driver = browse(report, 1280)
    sent = [e["message"] for e in driver.get_log("performance") if '"Network.requestWillBeSent"' in e["message"]]
    asked = {url for message in sent for url in re.findall(r'"url":"([^"]+)"', message)}
    assert {url for url in asked if not url.startswith("data:")} == {report.as_uri()}
    assert driver.get_log("browser") == []
    loaded = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in loaded if not name.startswith("data:")] == []
    blocked = driver.execute_async_script(
        "const done = arguments[0];"
        "document.addEventListener('securitypolicyviolation', e => done(e.violatedDirective));"
        "const image = new Image(); image.src = 'https://example.org/x.png'; document.body.append(image);"
    )
    assert blocked == "img-src"
    assert driver.execute_script("return document.fonts.check('16px Sarabun', 'ก')")


@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_the_page_does_not_scroll_sideways(made, browse, width):
    driver = browse(made.out / "report.html", width)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    # Only what scrolls by itself may be wider than the page.
    wide = driver.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .skip') && "
        "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []


def test_keyboard_reaches_skip_link_contents_tables_and_origins(made, browse):
    driver = browse(made.out / "report.html", 1280)
    body = driver.switch_to.active_element
    seen = []
    for _ in range(60):
        body.send_keys(Keys.TAB)
        body = driver.switch_to.active_element
        seen.append((body.tag_name, body.get_attribute("class"), body.get_attribute("href") or ""))
    assert seen[0][:2] == ("a", "skip")
    assert ("input", "", "") in seen[:4]
    links = [href.partition("#")[2] for tag, _, href in seen if tag == "a"]
    assert links[1:18] == [s["section"] for s in [made.document["sections"][-1], *made.document["sections"][:-1]]] + [
        "figures"
    ]
    assert any(css == "scroll" for _, css, _ in seen)
    assert any(link.startswith("f.") for link in links)


def test_skip_link_and_back_links_lead_where_they_say(made, browse):
    driver = browse(made.out / "report.html", 1280)
    driver.switch_to.active_element.send_keys(Keys.TAB, Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "content"
    forth = driver.find_element("css selector", "#csr a.n")
    target = forth.get_attribute("href").partition("#")[2]
    driver.execute_script("arguments[0].click()", forth)
    assert driver.execute_script("return document.querySelector(':target').id") == target
    driver.execute_script("document.querySelector(':target .back').click()")
    assert driver.execute_script("return document.querySelector(':target').getAttribute('href')") == f"#{target}"


def test_filter_and_sorting_work_and_are_not_needed(made, browse):
    driver = browse(made.out / "report.html", 1280)
    driver.find_element("id", "filter").send_keys("คนไร้บ้าน")
    shown = driver.execute_script(
        "return [...document.querySelectorAll('section[data-filter]:not([hidden])')].map(s => s.id)"
    )
    assert "homeless_housing" in shown
    assert "csr" not in shown
    driver.find_element("id", "filter").clear()
    driver.find_element("id", "filter").send_keys(" ")
    numbers = (
        "const tables = [...document.querySelectorAll('#homeless_housing table')];"
        "const t = tables.find(t => t.querySelector('thead button'));"
        "const column = [...t.tHead.rows[0].cells].findIndex(c => c.classList.contains('num'));"
    )
    read = "return [...t.tBodies[0].rows].map(r => Number(r.cells[column].textContent.replace(',', '')))"
    click = "t.tHead.rows[0].cells[column].querySelector('button').click();"
    before = driver.execute_script(numbers + read)
    assert driver.execute_script(numbers + click + read) == sorted(before)
    assert driver.execute_script(numbers + click + read) == sorted(before, reverse=True)
    page = (made.out / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<[^>]* hidden|<noscript|<button", page.partition("<script>")[0])


def test_headings_are_in_order_and_tables_have_scoped_heads(made, browse):
    driver = browse(made.out / "report.html", 1280)
    levels = driver.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert driver.execute_script("return document.querySelectorAll('th:not([scope])').length") == 0
    assert driver.execute_script("return document.querySelectorAll('img:not([alt]), img[alt=\"\"]').length") == 0
    assert driver.execute_script("return document.documentElement.lang") == "th"


def test_pictures_stand_on_white_in_the_dark(made, browse):
    driver = browse(made.out / "report.html", 390, scheme="dark")
    style = "return [...document.querySelectorAll('figure img')].map(i => getComputedStyle(i).backgroundColor)"
    assert set(driver.execute_script(style)) == {"rgb(255, 255, 255)"}
    paper = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", paper)) < 120


def test_the_report_prints_on_a4_with_all_sections(made, browse):
    driver = browse(made.out / "report.html", 1280, scheme="dark", abridged=True)
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    with pypdfium2.PdfDocument(base64.b64decode(printed["data"])) as pdf:
        width, height = (v / 72 * 25.4 for v in pdf[0].get_mediabox()[2:])
        assert (round(width), round(height)) == (210, 297)
        assert 30 <= len(pdf) <= 150
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(f"{order}" in text for order in range(1, len(made.document["sections"])))
    assert "SHA-256" in text
