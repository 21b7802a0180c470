"""Random edits of a finished page in ten classes, as somebody might make who wants it to say something else."""

import re

DIGIT = re.compile(r"\d")
STATES = ("ถึงเป้าหมาย", "เสร็จแล้ว", "กำลังดำเนินการ", "ยังไม่ถึงกำหนด", "รอข้อมูล")
SENTENCES = (
    "ผลการดำเนินงานสูงกว่าค่าเฉลี่ยของประเทศ",
    "จังหวัดเชียงใหม่มีผู้เข้าร่วมมากที่สุด",
    "ผู้เข้าร่วมทุกคนพึงพอใจในระดับมากที่สุด",
    "โครงการนี้ควรได้รับงบประมาณเพิ่มในปีต่อไป",
    "มีผู้ได้รับประโยชน์เจ็ดร้อยคน",
)


def other_digit(html, place, rng):
    """The page with another digit of the same script at a place."""
    base = ord(html[place]) - int(html[place])
    other = rng.choice([d for d in range(10) if d != int(html[place])])
    return html[:place] + chr(base + other) + html[place + 1 :]


def _body(html):
    """Where the section of a page stands, between cover and bases of numbers."""
    end = html.find('<div class="bases">')  # a section without numbers has none
    return html.index('<main id="content"'), end if end >= 0 else html.index("</main>")


def _visible(html, pattern, start, end):
    """Matches of a pattern in text that readers see."""
    for text in re.finditer(r">([^<]+)<", html[:end]):
        if text.start() >= start:
            yield from re.compile(pattern).finditer(html, text.start(1), text.end(1))


def _swap(html, first, second):
    """The page with two matches in each other's place."""
    (a, b), (c, d) = sorted([first.span(), second.span()])
    return html[:a] + html[c:d] + html[b:c] + html[a:b] + html[d:]


def _swapped(html, rng, cell):
    """Two different cells of one table in each other's place."""
    start, end = _body(html)
    pairs = []
    for table in re.compile(r"<tbody.*?</tbody>", re.S).finditer(html, start, end):
        cells = list(re.compile(cell, re.S).finditer(html, *table.span()))
        if len({match[0] for match in cells}) > 1:
            pairs.append(cells)
    if not pairs:
        return None
    cells = rng.choice(pairs)
    first = rng.choice(cells)
    return _swap(html, first, rng.choice([match for match in cells if match[0] != first[0]]))


def digit(html, rng):
    """Another digit, in words or in the basis of a number."""
    start = html.index("<body>")
    places = [match.start() for match in _visible(html, r"\d", start, html.index("<script>"))]
    return other_digit(html, rng.choice(places), rng)


def swapped_cells(html, rng):
    """Two numbers of one table in each other's place."""
    return _swapped(html, rng, r'<td class="num">.*?</td>')


def swapped_labels(html, rng):
    """Two heads of rows of one table in each other's place."""
    return _swapped(html, rng, r'<th scope="row">.*?</th>')


def status_word(html, rng):
    """Another state of a step, an indicator or a project."""
    cell = re.compile(r'(<td class="state">|<span class="status [a-z_]+">|<dt>สถานะในรอบนี้</dt><dd>)([^<]+)')
    found = list(cell.finditer(html, *_body(html)))
    if not found:
        return None
    at = rng.choice(found)
    return html[: at.start(2)] + rng.choice([state for state in STATES if state != at[2]]) + html[at.end(2) :]


def mark_removed(html, rng):
    """A mark of reconstructed data or the warning of the cover left out, or the dotted line of a number."""
    found = list(
        re.finditer(
            r'<span class="mark [a-z]+" title[^>]*>[^<]*</span>|<p class="warning">.*?</p>|(?<=class="n) r(?=")', html
        )
    )
    if not found:
        return None
    at = rng.choice(found)
    return html[: at.start()] + html[at.end() :]


def picture(html, rng):
    """A picture left out, alone or with its figure, or another in its place."""
    images = list(re.finditer(r"<svg .*?</svg>", html, re.S))
    if not images:
        return None
    at = rng.choice(images)
    kind = rng.randrange(3)
    if kind == 0:
        return html[: at.start()] + html[at.end() :]
    if kind == 1:
        start, end = html.rindex("<figure>", 0, at.start()), html.index("</figure>", at.end())
        return html[:start] + html[end + len("</figure>") :]
    digits = [found.start() for found in re.finditer(r"\d", html[: at.end()]) if found.start() > at.start()]
    place = rng.choice(digits)
    return html[:place] + ("7" if html[place] != "7" else "1") + html[place + 1 :]


def attribute(html, rng):
    """An attribute that hides, runs or renames, given to some element or put in the place of one."""
    tags = list(
        re.compile(r"<(p|td|th|tr|div|figure|table|section|h2|h3|li|span|strong|ul)\b(?=[ >])").finditer(
            html, *_body(html)
        )
    )
    at = rng.choice(tags).end()
    added = (
        "hidden",
        'onclick="alert()"',
        'style="display:none"',
        'class="skip"',
        'aria-hidden="true"',
        'contenteditable="true"',
        'title="ร้อยละ 99"',
        "inert",
    )
    return f"{html[:at]} {rng.choice(added)}{html[at:]}"


def link(html, rng):
    """A link or number that leads to another place, or away from the page."""
    links = list(re.finditer(r'<(?:a|button) [^>]*(?:href|popovertarget)="([^"]*)"', html))
    at = rng.choice(links)
    elsewhere = [match[1] for match in links if match[1] != at[1]]
    to = rng.choice(
        ["https://example.org/", "javascript:alert()", "#nowhere", *rng.sample(elsewhere, min(3, len(elsewhere)))]
    )
    return html[: at.start(1)] + to + html[at.end(1) :]


def policy(html, rng):
    """A content security policy that allows more, or none."""
    meta = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    allowed = meta[1]
    others = (
        allowed.replace("default-src 'none'", "default-src *"),
        allowed.replace("style-src", "style-src 'unsafe-inline'"),
        allowed.replace("script-src", "script-src 'unsafe-inline'"),
        allowed.replace("img-src data:", "img-src data: https:"),
        allowed.replace("form-action 'none'", "form-action *"),
        f"{allowed}; connect-src *",
        None,
    )
    new = rng.choice(others)
    if new is None:
        return html.replace(meta[0], "", 1)
    return html.replace(allowed, new, 1)


def invented_sentence(html, rng):
    """A sentence that nobody said."""
    start, end = _body(html)
    at = rng.choice([m.start() for m in re.compile('<(?:p|h3|figure|div class="table)').finditer(html, start, end)])
    return f"{html[:at]}<p>{rng.choice(SENTENCES)}</p>{html[at:]}"


EDITS = {
    "digit": digit,
    "swapped cells": swapped_cells,
    "swapped labels": swapped_labels,
    "status word": status_word,
    "mark removed": mark_removed,
    "picture": picture,
    "attribute": attribute,
    "link": link,
    "policy": policy,
    "invented sentence": invented_sentence,
}
"""Class of edits -> function of a page and a random generator: the edited page; ``None`` if it has nothing of it."""


def edited(pages, name, rng):
    """One of several pages (path -> HTML), edited: its path and the new HTML."""
    while True:
        path = rng.choice(sorted(pages))
        html = EDITS[name](pages[path], rng)
        if html is not None and html != pages[path]:
            return path, html
