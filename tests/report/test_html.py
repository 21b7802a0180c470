"""The HTML in a real browser: accessible, self-contained, readable on a phone, with keyboard, and printed."""

import base64
import importlib.util
import io
import os
import re
import shutil
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from conftest import FULL
from patience import PATIENCE
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEGABYTE = 1_000_000
ABRIDGE = """
const make = row => row.outerHTML.replace(/>[^<]+</g, '><').replace(/(id|href)="[^"]*"/g, '$1');
for (const body of document.querySelectorAll('%s')) {
  const seen = new Set();
  for (const row of [...body.rows]) { if (seen.has(make(row))) row.remove(); else seen.add(make(row)); }
}
""" % (".ledger tbody" if FULL else "tbody")
"""Of a table's rows, a thousand in figures.html, one of every make is kept, so that the check takes seconds."""
LOOKS = [(390, "light"), (1280, "dark"), *([(1280, "light")] if FULL else [])]
"""Widths and colours of which the others are but mixed."""


MISFITS = """
document.querySelectorAll('details').forEach(panel => panel.open = true);
const found = [];
for (const table of document.querySelectorAll('main table')) {
  const name = table.textContent.slice(0, 60), around = table.closest('.scroll');
  const cells = [...table.querySelectorAll('th, td, caption')];
  if (cells.some(cell => cell.scrollWidth > cell.clientWidth + 1)) found.push(['a cell runs over', name]);
  if (!around && table.getBoundingClientRect().right > innerWidth + 1) found.push(['runs out of the page', name]);
  if (!around || around.scrollWidth < around.clientWidth + 2) continue;
  if (!getComputedStyle(around).backgroundImage.includes('gradient')) found.push(['without a cue', name]);
  if (innerWidth > 640) { found.push(['scrolls on a wide screen', name]); continue; }
  around.scrollLeft = 9999;
  const box = around.getBoundingClientRect();
  const head = table.querySelector('tbody th[scope=row]').getBoundingClientRect();
  if (Math.abs(head.left - box.left) > 1) found.push(['its first column is not frozen', name]);
  const widest = Math.max(...cells.filter(cell => cell.tagName === 'TD').map(cell => cell.offsetWidth));
  if (widest > box.right - head.right + 1) found.push(['a cell is never seen whole', name]);
}
return found;
"""
"""What is wrong with tables, all panels open: which and why."""


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


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("name", ["report.html", "figures.html"])
def test_axe_finds_nothing_in_the_report(made, browse, name, width, scheme):
    assert violations(browse(made.out / name, width, scheme=scheme, abridged=True)) == []


def test_axe_finds_nothing_on_the_narrowest_phone_with_all_panels_open(made, browse):
    driver = browse(made.out / "report.html", 320, scheme="dark", abridged=not FULL)
    driver.execute_script("document.querySelectorAll('details').forEach(panel => panel.open = true)")
    assert violations(driver) == []


def test_axe_finds_nothing_in_an_open_basis(made, browse):
    driver = browse(made.out / "sections" / "csr.html", 390)
    driver.execute_script("document.querySelector('#csr button.n').click()")
    assert driver.execute_script("return document.querySelectorAll(':popover-open').length") == 1
    assert violations(driver) == []


@pytest.mark.parametrize("section", ["policy_study", "restructuring", "citizen_questions"])
def test_axe_finds_nothing_in_a_whole_section(made, browse, section):
    assert violations(browse(made.out / "sections" / f"{section}.html", 390)) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_brief(made, browse, width, scheme):
    assert violations(browse(made.out / "brief.html", width, scheme=scheme)) == []


def test_axe_would_find_something(made, browse, tmp_path):
    page = (made.out / "sections" / "policy_study.html").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace(' lang="th"', "").replace("<title>", "<title hidden>"), encoding="utf-8")
    assert [v[0] for v in violations(browse(broken, 390))] == ["html-has-lang"]


def test_the_report_is_one_small_file_that_asks_for_nothing(made, browse):
    report = made.out / "report.html"
    assert report.stat().st_size < 1.2 * MEGABYTE
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


def test_a_figure_is_saved_as_svg_and_as_png(made, browse):
    driver = browse(made.out / "sections" / "csr.html", 390, scheme="dark")
    save = (
        "const done = arguments[1];"
        "HTMLAnchorElement.prototype.click = function () { done([this.download, this.href]) };"
        "[...document.querySelectorAll('#csr .get button')].find(b => b.textContent === arguments[0]).click()"
    )
    name, address = driver.execute_async_script(save, "SVG")
    root = ET.fromstring(unquote(address.removeprefix("data:image/svg+xml,")))
    shown = driver.execute_script(
        "const f = document.querySelector('#csr figure'); return [f.querySelector('.mark').title,"
        "...[...f.querySelectorAll('svg text')].map(t => t.textContent)]"
    )
    assert name.endswith(".svg")
    assert sorted(text.text for text in root.iter("{http://www.w3.org/2000/svg}text")) == sorted(shown)
    assert "@font-face" in root.find("{http://www.w3.org/2000/svg}style").text
    name, address = driver.execute_async_script(save, "PNG")
    image = Image.open(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,"))))
    assert name.endswith(".png")
    assert image.size == (2 * int(root.get("width")), 2 * int(root.get("height")))
    counts = image.convert("RGB").getcolors(maxcolors=1_000_000)
    assert max(counts)[1] == (255, 255, 255)  # white behind, though the page is dark
    assert len(counts) > 5


def test_files_to_download_are_large_enough_to_touch_and_not_printed(made, browse):
    driver = browse(made.out / "report.html", 320)
    seen = "[...document.querySelectorAll('.get > *')].map(e => e.getBoundingClientRect()).filter(r => r.width)"
    assert driver.execute_script(f"return {seen}.filter(r => r.width < 24 || r.height < 24).length") == 0
    assert driver.execute_script(f"return {seen}.length") > 60
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert driver.execute_script(f"return {seen}.length") == 0


@pytest.mark.parametrize("width", [320, 390, 1280, 2560])
def test_the_page_does_not_scroll_sideways(made, browse, width):
    driver = browse(made.out / "report.html", width)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    # Only what scrolls by itself may be wider than the page.
    wide = driver.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .skip') && "
        "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_table_is_cut_without_a_cue(made, browse, width):
    driver = browse(made.out / "report.html", width)
    assert driver.execute_script("return document.querySelectorAll('main .scroll > table').length") > 60
    assert driver.execute_script(MISFITS) == []


def test_the_whole_report_is_short_enough_to_scroll(made, browse):
    driver = browse(made.out / "report.html", 1280)
    assert driver.execute_script("return document.documentElement.scrollHeight") <= 32_000


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
        "method"
    ]
    assert any(css == "scroll" for _, css, _ in seen)
    assert any(tag == "button" and css.split()[0] == "n" for tag, css, _ in seen)


def test_skip_link_leads_where_it_says(made, browse):
    driver = browse(made.out / "report.html", 1280)
    driver.switch_to.active_element.send_keys(Keys.TAB, Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "content"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_number_opens_its_basis_by_keyboard_and_gives_the_focus_back(made, browse, width):
    driver = browse(made.out / "report.html", width)
    number = driver.find_element("css selector", "#csr button.n")
    basis = driver.find_element("id", number.get_attribute("popovertarget"))
    assert not basis.is_displayed()
    driver.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'}); arguments[0].focus()", number
    )
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert basis.is_displayed()
    assert (basis.aria_role, basis.accessible_name) == ("dialog", basis.find_element("tag name", "p").text)
    assert basis.find_element("tag name", "code").text == number.get_attribute("popovertarget").removeprefix("f.")
    box = basis.rect
    seen = driver.execute_script("return [scrollX, scrollY, innerWidth, innerHeight]")
    assert seen[0] <= box["x"] <= box["x"] + box["width"] <= seen[0] + seen[2]
    assert seen[1] <= box["y"] <= box["y"] + box["height"] <= seen[1] + seen[3] + 1
    if width > 600:  # beside the number
        assert abs(box["y"] - number.rect["y"] - number.rect["height"]) < 20
    assert driver.switch_to.active_element.text == "ปิด"
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not basis.is_displayed()
    assert driver.switch_to.active_element == number


def test_every_number_has_its_basis_in_the_page_or_among_all_figures(made, browse):
    driver = browse(made.out / "report.html", 1280)
    lacking = "return [...document.querySelectorAll('[popovertarget]')].filter(b => !b.popoverTargetElement).length"
    assert driver.execute_script(lacking) == 0
    page = (made.out / "figures.html").read_text(encoding="utf-8")
    targets = set(re.findall(r'href="figures\.html#([^"]+)"', (made.out / "report.html").read_text(encoding="utf-8")))
    assert targets
    assert all(f'<tr id="{target}">' in page for target in targets)
    assert "figures.html" not in (made.out / "sections" / "csr.html").read_text(encoding="utf-8")


def test_search_and_sorting_work_and_are_not_needed(made, browse):
    driver = browse(made.out / "report.html", 1280)
    field = driver.find_element("id", "filter")
    field.send_keys("เอกสารที่ไม่มีใครเขียนไว้")
    assert driver.find_element("class name", "count").text == "ไม่พบ"
    field.clear()
    field.send_keys("ดัชนีประสิทธิผล", Keys.ENTER)
    assert re.fullmatch(r"แห่งที่ 1 จาก \d+", driver.find_element("class name", "count").text)
    seen = (
        "const [range] = CSS.highlights.get('found'); const {top, bottom} = range.getBoundingClientRect();"
        "return String(range).includes('ดัชนีประสิทธิผล') && top > 0 && bottom < innerHeight"
    )
    WebDriverWait(driver, PATIENCE).until(lambda driver: driver.execute_script(seen))
    field.clear()
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
    assert not re.search(r"<[^>]* hidden|<noscript", page.partition("<script>")[0])


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


def test_letters_and_bars_of_drawings_follow_the_page_into_the_dark(made, browse):
    driver = browse(made.out / "report.html", 390, scheme="dark")
    style = "return [...new Set([...document.querySelectorAll('%s')].map(e => getComputedStyle(e).%s))]"
    ink = driver.execute_script("return getComputedStyle(document.body).color")
    assert ink in driver.execute_script(style % (".drawn text", "fill"))
    assert driver.execute_script(style % (".drawn rect.c1", "fill")) == ["rgb(156, 196, 255)"]
    assert min(float(size[:-2]) for size in driver.execute_script(style % (".drawn text", "fontSize"))) >= 12
    family = driver.execute_script(style % (".drawn text", "fontFamily"))
    assert family == [driver.execute_script("return getComputedStyle(document.body).fontFamily")]
    paper = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", paper)) < 120


def test_the_report_prints_on_a4_with_all_sections(made, browse):
    driver = browse(made.out / "report.html", 1280, scheme="dark", abridged=True)
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    with pypdfium2.PdfDocument(base64.b64decode(printed["data"])) as pdf:
        width, height = (v / 72 * 25.4 for v in pdf[0].get_mediabox()[2:])
        assert (round(width), round(height)) == (210, 297)
        assert 20 <= len(pdf) <= 80
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(f"{order}" in text for order in range(1, len(made.document["sections"])))
    assert "csr.linked_share" not in text
