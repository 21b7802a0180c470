"""JupyterLab in a real browser: run all, look in light and dark, Tab, Shift-Tab, errors as tables, %dsw."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from conftest import copied
from few_sections import keep
from patience import PATIENCE, wait_for
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from test_html import driver  # noqa: F401 - the fixture of a browser

CELLS = (
    'import dsw_analysis as dsw\n\ns = dsw.open_section("csr", round_id="2569-6m", data_dir="../data/raw")\n'
    'activities = s.load("csr_activities")\ns',
    's.measure(activities, by="partner_type", activities=dsw.Count("กิจกรรม", unit="activities"))\ns["csr.activities"]',
    "%%say\nมีกิจกรรม {activities:unit}",
    's.table({"จำนวน": "activities"}, by="partner_type", caption="ตารางที่ลอง")',
    's.bars("activities", by="partner_type", sort=True)',
    "%load_ext dsw_analysis\n%dsw check public_opinion",
    's.load("public_opinion")',
    "",
)
OPENED, FINDING, SAID, TABLE, FIGURE, CHECKED, FAILED, FREE = range(len(CELLS))
BAD = "<script>alert(1)</script>"
TEXTS = """
const SHOWN = '.dsw :is(p, dt, dd, th, td, figcaption, summary, button), .dsw svg > text';
const luminance = colour => {
  const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255);
  const [r, g, b] = parts.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = element => {
  for (let up = element; up; up = up.parentElement) {
    const colour = getComputedStyle(up).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour;
  }
};
const found = [];
for (const element of document.querySelectorAll(SHOWN)) {
  if (!element.textContent.trim() || !element.checkVisibility()) continue;
  const style = getComputedStyle(element), drawn = element instanceof SVGElement;
  const [a, b] = [luminance(drawn ? style.fill : style.color), luminance(behind(element))].sort((x, y) => y - x);
  found.push([element.textContent.slice(0, 40), (a + 0.05) / (b + 0.05)]);
}
return [found, getComputedStyle(document.querySelector('.dsw svg rect')).fill];
"""
"""Of each text that is seen its contrast with what is behind it, and the colour of a bar."""
THEME = "jupyterapp.commands.execute('apputils:change-theme', {theme: arguments[0]})"
BEHIND = """
const said = getComputedStyle(document.body).getPropertyValue('--jp-layout-color0');
return [document.body.dataset.jpThemeLight, said];
"""
OFFERED = """
const items = [...document.querySelectorAll('.jp-Completer:not(.lm-mod-hidden) .jp-Completer-item')];
const parts = ['.jp-Completer-match', '.jp-Completer-typeExtended'];
return items.map(item => parts.map(part => item.querySelector(part)?.textContent ?? ''));
"""
SPLIT = 's.measure(activities, n=dsw.Count("ก", where={"partner_type": "'


@pytest.fixture(scope="module")
def lab(tmp_path_factory, driver):  # noqa: F811 - the fixture
    """A notebook of a small project, open in JupyterLab and run to its end; ``cell(place)`` is one of its cells."""
    root = tmp_path_factory.mktemp("lab")
    project = copied(root / "project")
    keep(project, "csr")
    path = project.raw / "public_opinion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",7,6,1", f",{BAD},6,1", 1), encoding="utf-8")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, project.root / "notebooks" / "try.ipynb")
    settings = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "completer-extension/manager": {"providerTimeout": 1000 * PATIENCE},  # which drops what comes after a second
    }
    for name, said in settings.items():
        path = root / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(said), encoding="utf-8")
    own = {f"JUPYTER_{name}_DIR": str(root / name) for name in ("RUNTIME", "CONFIG", "DATA")}
    own |= {f"JUPYTERLAB_{name.upper()}_DIR": str(root / name) for name in ("settings", "workspaces")}
    options = {
        "ip": "127.0.0.1", "port": 0, "ServerApp.root_dir": root / "project", "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with open(root / "log", "wb") as log:  # noqa: PTH123
        server = subprocess.Popen(
            command,
            env={**os.environ, **own, "IPYTHONDIR": str(root / "ipython")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield opened(driver, wait_for(lambda: address(server, root)))
    finally:
        server.terminate()
        server.wait()


def address(server, root):
    """Where the server is to be found, once it is."""
    assert server.poll() is None, (root / "log").read_text(encoding="utf-8")
    for path in (root / "RUNTIME").glob("jpserver-*.json"):
        text = path.read_text(encoding="utf-8")
        return json.loads(text)["url"] if text.endswith("}") or text.endswith("}\n") else None


def opened(driver, url):  # noqa: F811 - the fixture
    """The notebook, when all of its cells have ended."""
    size = {"width": 1300, "height": 3000, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(f"{url}lab/tree/notebooks/try.ipynb")

    def ask(script, *arguments):
        return driver.execute_script(script, *arguments)

    def cell(place):
        return driver.find_elements("css selector", ".jp-Notebook .jp-CodeCell")[place]

    def written(code):
        """Write into the free cell, with the cursor at its end."""
        ask(
            "const book = jupyterapp.shell.currentWidget.content; book.activeCellIndex = arguments[0];"
            "const cell = book.activeCell; cell.model.sharedModel.setSource(arguments[1]); book.mode = 'edit';"
            "cell.editor.focus(); cell.editor.setCursorPosition({line: 0, column: arguments[1].length});",
            FREE,
            code,
        )

    wait_for(
        lambda: ask(
            "const context = window.jupyterapp?.shell.currentWidget?.sessionContext;"
            "return context?.isReady && context.session?.kernel?.status === 'idle'"
        )
    )
    ask("jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for(lambda: "DataError" in cell(FAILED).text)
    return SimpleNamespace(driver=driver, ask=ask, cell=cell, written=written)


def rows(cell):
    """Cells of the tables that a notebook's cell shows, row by row."""
    return [
        [part.text for part in row.find_elements("css selector", "th, td")]
        for row in cell.find_elements("css selector", ".jp-OutputArea tr")
    ]


def test_a_section_and_a_number_say_what_they_are(lab):
    said = lab.cell(OPENED).find_element("css selector", ".dsw").text
    assert "csr_activities 2,559 แถว" in said and "s.measure(" in said and len(said.splitlines()) <= 20
    assert "2,559 กิจกรรม" in lab.cell(FINDING).find_element("css selector", ".dsw").text


def test_run_all_shows_table_and_figure(lab):
    assert ["ประเภทภาคีเครือข่าย", "จำนวน"] in rows(lab.cell(TABLE)) and ["บริษัทเอกชน", "834"] in rows(lab.cell(TABLE))
    figure = lab.cell(FIGURE).find_element("css selector", "svg.drawn")
    assert figure.get_attribute("style") == f"height: {figure.size['height']}px;" and figure.size["height"] > 50
    bottom = max(text.rect["y"] + text.rect["height"] for text in figure.find_elements("css selector", "text"))
    assert bottom < figure.rect["y"] + figure.size["height"] + 5


def test_texts_are_read_in_light_and_dark_and_figures_follow(lab):
    (light, bar), (is_light, colour) = lab.ask(TEXTS), lab.ask(BEHIND)
    lab.ask(THEME, "JupyterLab Dark")
    wait_for(lambda: all(now != before for now, before in zip(lab.ask(BEHIND), (is_light, colour), strict=True)))
    dark, dark_bar = lab.ask(TEXTS)
    lab.ask(THEME, "JupyterLab Light")
    wait_for(lambda: lab.ask(BEHIND) == [is_light, colour])
    assert len(light) == len(dark) > 60 and bar != dark_bar
    assert [text for text in (*light, *dark) if text[1] < 4.5] == []


def test_a_number_opens_its_basis_and_leads_nowhere_else(lab):
    cell = lab.cell(SAID)
    number = cell.find_element("css selector", ".dsw button.n")
    basis = cell.find_element("css selector", "[popover]")
    assert number.text == "2,559 กิจกรรม" and not basis.is_displayed()
    number.click()
    assert basis.is_displayed() and "csr_activities.csv 2,559 แถว" in basis.text
    ActionChains(lab.driver).send_keys(Keys.ESCAPE).perform()
    assert not basis.is_displayed()
    assert lab.ask("return [...document.querySelectorAll('.dsw a')].map(link => link.outerHTML)") == []


def test_where_a_notebook_is_not_trusted_a_number_still_says_its_basis(lab):
    trust = "jupyterapp.shell.currentWidget.content.widgets[arguments[0]].model.trusted = arguments[1]"
    lab.ask(trust, SAID, False)
    wait_for(lambda: not lab.ask("return arguments[0].querySelector('.jp-OutputArea [popover]')", lab.cell(SAID)))
    number = lab.cell(SAID).find_element("css selector", "button.n")
    assert "csr_activities.csv 2,559 แถว" in number.get_attribute("title")
    assert lab.cell(SAID).find_element("css selector", ".jp-OutputArea").text.splitlines()[-1] == "มีกิจกรรม 2,559 กิจกรรม"
    lab.ask(trust, SAID, True)


def test_an_error_in_data_is_a_table_and_no_traceback(lab):
    found = rows(lab.cell(FAILED))
    assert found[0] == ["ไฟล์", "แผ่นงาน", "แถวที่", "คอลัมน์", "ค่าที่พบ", "ที่ต้องเป็น", "สิ่งที่ต้องทำ"]
    assert (
        found[1][:5] == ["public_opinion.csv", "-", "2", "ความคิดเห็นทั้งหมด (ความคิดเห็น)", f"“{BAD}”"] and len(found) == 2
    )
    assert "Traceback" not in lab.cell(FAILED).text and "DataError: พบปัญหา 1 จุด" in lab.cell(FAILED).text


def test_the_command_checks_the_files_of_the_section(lab):
    assert [row[:5] for row in rows(lab.cell(CHECKED)) if BAD in row[4]] == [
        ["public_opinion.csv", "-", "2", "ความคิดเห็นทั้งหมด (ความคิดเห็น)", f"“{BAD}”"]
    ]
    assert "ปฏิเสธ 1 แถว" in lab.cell(CHECKED).text


@pytest.mark.parametrize(
    ("code", "offers"),
    [
        (SPLIT, [["company", "บริษัทเอกชน"], ["foundation", "มูลนิธิ/สมาคม"]]),
        ('s.load("csr_', [["csr_activities", "กิจกรรม csr ร่วมกับภาคีเครือข่าย"]]),  # JupyterLab's letters
        ('s["', [["activities", "กิจกรรม"], ["activities.company", "กิจกรรม: บริษัทเอกชน"]]),
    ],
)
def test_tab_offers_codes_datasets_and_findings_with_their_meaning(lab, code, offers):
    lab.written(code)
    ActionChains(lab.driver).send_keys(Keys.TAB).perform()
    items = wait_for(lambda: lab.ask(OFFERED))
    ActionChains(lab.driver).send_keys(Keys.ESCAPE).perform()
    assert [item for item in offers if item not in items] == []
    assert not any("%" in text or ".ipynb" in text for text, _ in items)


def test_shift_tab_explains_with_the_signature(lab):
    lab.written("s.measure")
    ActionChains(lab.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    said = wait_for(lambda: lab.ask("return document.querySelector('.jp-Tooltip')?.textContent"))
    assert "frame" in said and "Record measures under their names" in said
