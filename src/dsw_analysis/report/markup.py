"""What a cell writes, as safe HTML of a report: Markdown, formulas, pictures; and a note of all that is left out."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import nh3
from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image

from dsw_analysis.section import readback
from dsw_analysis.section.blocks import thai_markdown

Note = Callable[[str], object]
"""Takes a sentence on what is left out of a cell, and what to do."""

_TAGS = readback.TAGS | readback.DRAWN | {"h1"}
_ATTRIBUTES = readback.ATTRIBUTES | {"*": readback.ATTRIBUTES["*"] | {"aria-hidden"}}
"""What may stay of a cell: what a section may hold, and what is moved or dropped on the way there."""
_EMPTIED = {"script", "style", "iframe", "object", "video", "audio", "canvas", "math", "select", "textarea"}
"""Tags whose content goes with them; of other tags that are not allowed the words stay."""
_LOST = (_EMPTIED - {"style"}) | {"embed", "input", "button"}
"""Tags that show something no report can show."""

_TAG = re.compile(r"<([a-z][a-z0-9]*)\b", re.I)
_IMG = re.compile(r"<img\b[^>]*>")
_SVG = re.compile(r"<svg\b([^>]*)>.*?</svg>", re.S)
_OURS = re.compile(r' class="drawn( |")')
_ALT = re.compile(r' alt="([^"]*)"')
_DATA = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,(.*)", re.S)
_KINDS = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")
_TEX = re.compile(r'<span class="tex( block)?">(.*?)</span>', re.S)
_TASK = re.compile(r'<input class="task-list-item-checkbox"[^>]*?(checked)?/?>')
_ALIGNED = re.compile(r' style="text-align:(right|center|left)"')
_HEADING = re.compile(r"<h([1-6])\b(.*?)</h\1>", re.S)
_DEEPEST = 4
NO_ALT = "ภาพที่ไม่มีคำบรรยาย"
"""Alternative text of a picture that came without one: readers of the page must know that it is there."""


def allowed_html(html: str, note: Note = str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Keep the tags and attributes that a report needs and drop all else: scripts, styles, handlers, forms.

    Pictures stay if they are inside the notebook; a report asks for nothing from anywhere. Of one that is left out,
    the alternative text stands in its place.

    Parameters
    ----------
    note:
        Is told of everything that shows and is left out.
    attachments:
        The cell's pictures: name -> MIME type -> Base64.
    """
    for tag in sorted({found.lower() for found in _TAG.findall(html)} & _LOST):
        note(f"<{tag}> has no form in a report and is left out")

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":  # only pictures may have one
            return None if tag != "img" else _picture(value, attachments or {}, note)
        if attribute == "href" and re.match(r"\s*(data|http|attachment):", value, re.I):
            return None
        return value

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_EMPTIED,
        attributes=_ATTRIBUTES,
        url_schemes={"data", "http", "https", "mailto", "attachment"},
        attribute_filter=keep,
        link_rel=None,
    )

    def drawn(match: re.Match[str]) -> str:
        if _OURS.search(match[1]):
            return match[0]
        note("<svg> has no form in a report and is left out")
        return ""

    return _IMG.sub(lambda match: _described(match[0], note), _SVG.sub(drawn, cleaned))


def markdown(text: str, note: Note = str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Markdown as JupyterLab reads it, with raw HTML, formulas (as MathML) and the cell's pictures."""
    html = thai_markdown(MarkdownWithMath(renderer=_Renderer()).render, text)
    html = _TASK.sub(lambda m: "☑ " if m[1] else "☐ ", html)
    html = _ALIGNED.sub(lambda m: ' class="num"' if m[1] == "right" else "", html)
    return _with_formulas(allowed_html(html, note, attachments), note)


def ordered_headings(html: str) -> str:
    """Headings so that none skips a level and only one is the title: the first, if it stands on top."""
    before = 0 if re.match(r"\s*<h1\b", html) else 1

    def place(match: re.Match[str]) -> str:
        nonlocal before
        before = min(max(int(match[1]), 2 if before else 1), before + 1, _DEEPEST)
        return f"<h{before}{match[2]}</h{before}>"

    return _HEADING.sub(place, html)


class _Renderer(IPythonRenderer):  # type: ignore[misc]  # nbconvert has no types
    """Leaves pictures to the allow-list, and marks formulas for what makes MathML of them."""

    def __init__(self) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)

    def _embed_image_or_attachment(self, src: str) -> str:
        return src

    def inline_math(self, body: str) -> str:
        return f'<span class="tex">{escape(body)}</span>'

    def block_math(self, body: str) -> str:
        return f'<span class="tex block">{escape(body)}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def _with_formulas(html: str, note: Note) -> str:
    found = [(bool(m[1]), unescape(m[2])) for m in _TEX.finditer(html)]
    if not found:
        return html
    made = iter(convert_formulas(found, "html"))

    def put(match: re.Match[str]) -> str:
        mathml, tex = next(made), Markup(match[2])
        if mathml.startswith("<math"):
            return mathml
        note(f"the formula {tex.unescape()} cannot be read and stands as it was written")
        return f"<code>{tex}</code>"

    return _TEX.sub(put, html)


def convert_formulas(formulas: list[tuple[bool, str]], form: str) -> list[str]:
    """Formulas of TeX (whether each stands alone, and its text) as pandoc writes them in ``html`` or ``typst``."""
    import pypandoc  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, and few sections have formulas

    kinds = {True: "DisplayMath", False: "InlineMath"}
    blocks = [{"t": "Para", "c": [{"t": "Math", "c": [{"t": kinds[alone]}, tex.strip()]}]} for alone, tex in formulas]
    parted: list[dict[str, Any]] = [block for formula in blocks for block in ({"t": "HorizontalRule"}, formula)]
    rule = {"html": "<hr />", "typst": "#horizontalrule"}[form]
    written = pypandoc.convert_text(
        json.dumps({"pandoc-api-version": pandoc_version(), "meta": {}, "blocks": parted}),
        form,
        format="json",
        extra_args=["--sandbox", "--mathml", "--wrap=none", "--quiet"],
    )
    return [re.sub(r"^<p>|</p>$", "", part.strip()) for part in written.split(rule)[1:]]


@cache
def pandoc_version() -> list[int]:
    """Version of pandoc's document model, which JSON for it must carry."""
    import pypandoc  # noqa: PLC0415 - see above

    return list(json.loads(pypandoc.convert_text("", "json", format="html"))["pandoc-api-version"])


def _picture(source: str, attachments: Mapping[str, Mapping[str, str]], note: Note) -> str | None:
    """The picture as part of the page; ``None``, after a note, if it is not in the notebook or is none."""
    if source.startswith("attachment:"):
        name = unquote(source.removeprefix("attachment:"))
        kinds = attachments.get(name, {})
        kind = next((kind for kind in _KINDS if kind in kinds), None)
        if kind is None:
            what = f"is of type {', '.join(kinds)}" if kinds else "is not in the cell"
            note(f"the picture {name} {what} and is left out; paste it again, as PNG, JPEG, GIF or SVG")
            return None
        source = f"data:{kind};base64,{''.join(''.join(kinds[kind]).split())}"
    if not source.startswith("data:"):
        where = "on the network" if re.match(r"\s*(https?:)?//", source, re.I) else "in a file beside the notebook"
        note(f"the picture {source[:80]} is {where} and is left out; paste the picture itself into the cell")
        return None
    match = _DATA.fullmatch(source)
    if match is None or not _opens(match[1], match[2]):
        note(f"the picture {source[:30]}… cannot be opened and is left out; use PNG, JPEG, GIF or SVG")
        return None
    return source


def _opens(kind: str, content: str) -> bool:
    """Whether a picture can be drawn from what it holds itself."""
    try:
        decoded = base64.b64decode(content)
        if kind == "svg+xml":
            root = ET.fromstring(decoded)
            links = [value for e in root.iter() for name, value in e.attrib.items() if name.endswith("href")]
            return root.tag.endswith("svg") and all(link.startswith(("#", "data:")) for link in links)
        Image.open(io.BytesIO(decoded)).load()
    except (binascii.Error, ET.ParseError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _described(tag: str, note: Note) -> str:
    """A picture with an alternative text, or that text alone where the picture is left out."""
    match = _ALT.search(tag)
    alt = match[1].strip() if match else ""
    if ' src="' not in tag:
        return f'<span class="none">[ไม่ได้แสดงภาพ{": " if alt else ""}{alt}]</span>'
    if alt:
        return tag
    note("a picture has no alternative text; write one, as in ![what it shows](attachment:picture.png)")
    return _ALT.sub("", tag).replace("<img", f'<img alt="{NO_ALT}"', 1)


def picture_html(kind: str, content: Any, about: Mapping[str, Any]) -> str:  # noqa: ANN401 - JSON
    """A picture that a cell showed, as HTML that has yet to pass the allow-list.

    Parameters
    ----------
    about:
        The output's metadata: ``alt``, and width and height by MIME type.
    """
    text = "".join(content)
    encoded = base64.b64encode(text.encode()).decode() if kind == "image/svg+xml" else "".join(text.split())
    size = about.get(kind, {})
    sides = "".join(f' {side}="{escape(size[side])}"' for side in ("width", "height") if side in size)
    return f'<figure><img alt="{escape(about.get("alt", ""))}" src="data:{kind};base64,{encoded}"{sides}></figure>'
