"""The frame around a preview: whom it is served to, and that a new page is taken where the reader was."""

import urllib.error
import urllib.parse
import urllib.request

import pytest
from patience import wait_for
from test_html import driver  # noqa: F401 - fixture of a browser

from dsw_analysis.run.serving import Server


def page(*chapters):
    made = "".join(f'<section id="c{n}" class="chapter"><h2>{n}</h2>{lines}</section>' for n, lines in chapters)
    return f"<!doctype html><title>รายงาน</title><main>{made}</main>".encode()


LINES = "<p>ก</p>" * 40
PAGES = {"report.html": page(*((n, LINES) for n in range(9)))}


@pytest.fixture
def server():
    with Server("report.html", PAGES.get) as server:
        yield server


def asked(server, path, host=None):
    request = urllib.request.Request(server.address.split("/", 3)[0] + f"//{server.hosts[0]}/{path}")
    if host:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request) as found:
            return found.status
    except urllib.error.HTTPError as error:
        return error.code


def test_only_this_machine_and_who_knows_the_secret_is_served_and_only_pages(server):
    assert server.server_address[0] == "127.0.0.1"
    ours = server.secret
    assert asked(server, f"{ours}/") == asked(server, f"{ours}/report.html") == 200
    assert asked(server, f"{ours}/", f"localhost:{server.server_address[1]}") == 200
    for host in ("example.org", f"example.org:{server.server_address[1]}", "127.0.0.1", "127.0.0.1:1"):
        assert asked(server, f"{ours}/", host) == 403
    for path in ("", "report.html", "x/", "x/report.html", f"{ours[:-1]}/", ours, "ก/%E0"):
        assert asked(server, urllib.parse.quote(path)) == 403
    for path in ("nope", "../report.html", "../../etc/passwd", "manifest.json", "internal/exact/csr.json"):
        assert asked(server, f"{ours}/{path}") == 404


def test_a_new_page_is_taken_where_the_reader_was(server, driver):  # noqa: F811
    def inside(script):
        return driver.execute_script(f"const view = document.querySelector('iframe').contentWindow; {script}")

    def shown(number):
        wait_for(lambda: driver.execute_script("return document.documentElement.dataset.shown") == str(number))

    before = dict(PAGES)
    driver.get(server.address)
    server.tell(busy=False)
    server.show()
    shown(1)
    inside("view.document.getElementById('c5').scrollIntoView(); view.scrollBy(0, 123)")
    place = "return view.document.getElementById('c5').getBoundingClientRect().top"
    assert inside(place) == pytest.approx(-123, abs=1)
    try:
        long = LINES + "<p>ข</p>" * 30  # above what is read; before, too, it had another height
        PAGES["report.html"] = page(*((n, long if n == 2 else LINES) for n in range(9)))
        server.tell(failed=[{"name": "csr", "what": "cell 4, line 2: <b>KeyError</b>"}])
        server.show()
        shown(2)
        assert inside("return view.document.querySelectorAll('p').length") == 9 * 40 + 30
        assert inside(place) == pytest.approx(-123, abs=1)
        told = driver.execute_script("return document.getElementById('failed').innerText")
        assert "ประมวลผล csr ไม่สำเร็จ" in told and "cell 4, line 2: <b>KeyError</b>" in told
        assert [entry for entry in driver.get_log("browser") if entry["source"] == "security"] == []
    finally:
        PAGES.update(before)
