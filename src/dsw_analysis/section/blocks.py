"""Blocks of a section: prose, tables and figures as safe HTML in which every number links to its origin."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mistune
import pandas as pd
from markupsafe import Markup, escape

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.provenance import INVENTED, MARKS, Provenance
from dsw_analysis.section.executed import SHOWN_MIME

PLACEHOLDER = re.compile(r"\{([a-z0-9_.-]+)(?::([a-zA-Z/]+))?\}")
"""``{id}`` or ``{id:style}``, where a number goes into a text."""

_SIGNS = {ord(sign): chr(0xE000 + ord(sign)) for sign in string.punctuation}
_AS_WRITTEN = {hidden: sign for sign, hidden in ((chr(k), ord(v)) for k, v in _SIGNS.items())}
"""Punctuation that Markdown or a template could take for its own, and what stands for it until both are done."""

BEGIN, HELD, END = "\ue001", "\ue002", "\ue003"
"""Stand before, in and after words that claims chose: ``BEGIN csr:3 HELD สูงกว่า END``. No text of the data holds them:
the intake refuses such characters."""

OPEN, CLOSE = "\ue004", "\ue005"
"""Stand before and after words that a condition chose which asked about an example."""

_CLAIMED = re.compile(f"{BEGIN}([^{HELD}]*){HELD}|{END}|[{OPEN}{CLOSE}]")

_TO_FINDING = re.compile(r'href="#f\.([^"]+)"')
_MARKDOWN = mistune.create_markdown(escape=True, plugins=["strikethrough", "table"])

_THAI_MARKS = "\u0e31" + "".join(map(chr, [*range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F)]))
_BESIDE_STAR = re.compile(f"(?<=[*_])[{_THAI_MARKS}]|[{_THAI_MARKS}](?=[*_])")
_AS_LETTERS = {ord(mark): chr(0x10900 + place) for place, mark in enumerate(_THAI_MARKS)}
_AS_MARKS = {ord(letter): chr(mark) for mark, letter in _AS_LETTERS.items()}
"""Letters, of a script that nobody writes any more, that stand for the marks while Markdown is read."""

_FEW = 30
"""Rows below which a share is shown with its count: one of few moves it a lot."""
_DATA = re.compile(r"<(details|style|svg)\b.*?</\1>|<img\b[^>]*>", re.S)
_BLOCKS = re.compile(r"</?(?:br|caption|d[dltiv]+|fig\w+|h[1-6]|li|[ou]l|p|t[dhr]|tbody|thead)\b[^>]*>")
"""Drawings with their data, which no words say; and where a line or cell begins or ends."""
_SCROLLED = re.compile('^<svg class="[^"]* wider?"')
"""Drawings that a phone cannot show whole: it scrolls them."""


@dataclass(frozen=True)
class Block:
    """A piece of a section that Jupyter shows as HTML; ``data`` are further MIME types for programs."""

    html: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/html": self.html, "text/plain": _as_text(self.html), SHOWN_MIME: {}, **self.data}


def anchor(finding_id: str) -> str:
    """HTML id of a finding's row in the table of figures."""
    return f"f.{finding_id}"


def link(finding: Finding, style: str = "value") -> Markup:
    """A number as a link to its row in the table of figures."""
    return Markup('<a class="{}" href="#{}">{}</a>').format(look(finding), anchor(finding.id), finding.text(style))


def look(finding: Finding) -> str:
    """Class of a linked number, which tells examples."""
    return "n r" if finding.mark == "example" else "n"


def literal(text: str) -> str:
    """Text of data for use in prose, a headline, caption, note or alternative text: it prints as it is written.

    Only so do ``{csr.linked_share}``, ``**x**``, ``<b>`` or ``# 1`` of a file stay what they are, and neither numbers
    nor markup. What a notebook itself says needs nothing of the kind.
    """
    return " ".join(text.split()).translate(_SIGNS)


def as_written(text: str) -> str:
    """Plain text with literal text as it was written."""
    return text.translate(_AS_WRITTEN)


def _written_html(html: str) -> Markup:
    """HTML with literal text as it was written, escaped."""
    return Markup(html.translate({hidden: str(escape(sign)) for hidden, sign in _AS_WRITTEN.items()}))


def unmarked(text: str) -> str:
    """A text without the marks of claims."""
    return _CLAIMED.sub("", text)


def fill(text: str, findings: Mapping[str, Finding]) -> str:
    """Put numbers into ``{id}`` or ``{id:style}`` as plain text.

    Raises
    ------
    UnknownFindingError
        If an id is not among ``findings``.
    """
    return as_written(unmarked(PLACEHOLDER.sub(lambda m: findings[m[1]].text(m[2] or "value"), text)))


def rich(text: str, findings: Mapping[str, Finding]) -> Markup:
    """Escape a text and put linked numbers into ``{id}`` or ``{id:style}``."""
    return _linked(str(escape(text)), findings)


def prose(text: str, findings: Mapping[str, Finding]) -> Block:
    """Markdown prose with linked numbers; raw HTML in it is escaped."""
    return Block(_linked(thai_markdown(_MARKDOWN, text.strip()), findings))


def _linked(html: str, findings: Mapping[str, Finding]) -> Markup:
    """HTML with linked numbers, and the words that claims chose marked with them."""
    filled = PLACEHOLDER.sub(lambda m: link(findings[m[1]], m[2] or "value"), html)
    open_: list[bool] = []

    def mark(match: re.Match[str]) -> str:
        if match[0] in {OPEN, CLOSE}:
            return ""
        if match[0] == END:
            return "</span>" if open_.pop() else ""
        open_.append(bool(match[1]))  # what no claim chose, such as the words of a brief, has no mark
        return f'<span data-claim="{match[1]}">' if match[1] else ""

    return _written_html(_CLAIMED.sub(mark, filled))


def thai_markdown(render: Callable[[str], Any], text: str) -> str:
    """Render Markdown with Thai in it: ``**ที่**`` is bold, though mistune takes the tone mark for punctuation."""
    return str(render(_BESIDE_STAR.sub(lambda m: m[0].translate(_AS_LETTERS), text))).translate(_AS_MARKS)


def said(text: str) -> Markup:
    """Words of a source, told apart from the report's own, so that numbers in them need no finding."""
    return Markup('<span class="src">{}</span>').format(text)


def ids_of(cell: object) -> list[str]:
    """Ids of the findings that a cell of a table prints."""
    return [cell.id] if isinstance(cell, Finding) else _TO_FINDING.findall(cell) if isinstance(cell, Markup) else []


def marks(findings: Iterable[Finding], provenances: Iterable[Provenance] = ()) -> list[tuple[str, str, str]]:
    """Class, meaning and sign of what numbers, and quoted data, may be taken for; none where all was received."""
    found = {finding.mark for finding in findings if finding.mark != "computed" or finding.provenance != "received"}
    found |= {"example" for provenance in provenances if provenance in INVENTED}
    return [(f"mark {mark}", title, sign) for mark, (sign, title) in MARKS.items() if mark in found]


def badge(findings: Iterable[Finding], provenances: Iterable[Provenance] = ()) -> Markup:
    """The marks of a table or figure, beside its name."""
    shown = (Markup('<span class="{}" title="{}">{}</span>').format(*mark) for mark in marks(findings, provenances))
    return Markup(" ").join(shown)


def with_example(real: str, example: str) -> str:
    """HTML of a block, with what of it is an example told apart: a report puts that where it can mislead nobody."""
    return f'{real}<div class="example">{example}</div>' if example else real


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    findings: Mapping[str, Finding],
    note: str | None = None,
    uses: Iterable[Finding] = (),
    provenances: Iterable[Provenance] = (),
    css: str = "",
) -> Block:
    """A table with a caption; the first column heads the rows.

    Parameters
    ----------
    frame:
        Cells are texts, findings (printed as linked numbers), :class:`~markupsafe.Markup` or ``None``.
    uses:
        Findings that the table rests on besides those in its cells.
    provenances:
        Those of data that it quotes.

    Raises
    ------
    TypeError
        If a cell is a bare number: readers could not trace it.
    """
    cells = frame.to_numpy().ravel()
    used = [*uses, *(c for c in cells if isinstance(c, Finding))]
    used += [findings[i] for c in cells if isinstance(c, Markup) for i in ids_of(c)]
    aligned = [_css(frame[name]) for name in frame.columns]
    shares = [_are_shares(frame[name]) for name in frame.columns]
    heads = [
        f"{n} (ร้อยละ)" if share and "ร้อยละ" not in n else n for n, share in zip(frame.columns, shares, strict=True)
    ]
    head = "".join(f'<th scope="col"{css}>{escape(n)}</th>' for n, css in zip(heads, aligned, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(_cell(c, first=at == 0, css=aligned[at], share=shares[at]) for at, c in enumerate(row))
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    title = rich(caption, findings)
    label = escape(fill(caption, findings))
    remark = Markup('<p class="note">{}</p>').format(rich(note, findings)) if note else ""
    return Block(
        f'<div class="table {css}"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f"<table><caption>{title} {badge(used, provenances)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{remark}</div>"
    )


@dataclass(frozen=True)
class Drawing:
    """A drawn figure: its SVG and the findings that it shows, by their labels in the figure.

    ``boxed`` are characters of it that no typeface has, so that it shows boxes in their place.
    """

    svg: str
    shows: tuple[tuple[str, Finding], ...]
    boxed: str = ""


def figure(drawing: Drawing, *, headline: str, subtitle: str, alt: str, findings: Mapping[str, Finding]) -> Block:
    """A figure with a headline that says the finding, a subtitle that says the statistic, and its data.

    Parameters
    ----------
    alt:
        What the picture shows, for those who do not see it; ``{id}`` as in prose.
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="num">{link(finding, "full")}</td></tr>'
        for label, finding in drawing.shows
    )
    mark = badge(finding for _, finding in drawing.shows)
    data = (
        f'<details><summary>ข้อมูลของภาพ</summary><table><thead><tr><th scope="col">รายการ</th>'
        f'<th scope="col" class="num">ค่า</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )
    said = f'<svg role="img" aria-label="{escape(fill(alt, findings))}"'
    picture = drawing.svg.replace("<svg", said, 1)
    boxes = Markup('<p class="note">ภาพแสดงอักขระต่อไปนี้เป็นกรอบ: {}</p>').format(drawing.boxed) if drawing.boxed else ""
    if _SCROLLED.search(drawing.svg):
        label = escape(fill(headline, findings))
        picture = f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{picture}</div>'
    return Block(
        f"<figure><figcaption><strong>{rich(headline, findings)}</strong> "
        f'<span class="sub">{rich(subtitle, findings)}</span> {mark}</figcaption>'
        f"{picture}{boxes}{data if rows else ''}</figure>"
    )


def _are_shares(cells: pd.Series) -> bool:
    """Whether all numbers of a column are percentages, so that its head can say so once."""
    units = {cell.unit for cell in cells if isinstance(cell, Finding)}
    return units == {"percent"}


def _cell(cell: Any, *, first: bool, css: str, share: bool) -> str:  # noqa: ANN401 - see table
    if isinstance(cell, Finding):
        few = share and cell.has_base and cell.denominator is not None and cell.denominator < _FEW
        style = "counted" if few else "value" if share or cell.unit != "percent" else "full"
        return f'<td class="num">{link(cell, style)}</td>'
    if isinstance(cell, (int, float)) and not pd.isna(cell):
        raise TypeError(f"bare number {cell!r} in a table; record it as a finding so that readers can trace it")
    content = Markup('<span class="none">-</span>') if _is_none(cell) else escape(cell)
    return f'<th scope="row">{content}</th>' if first else f"<td{css}>{content}</td>"


def _is_none(cell: Any) -> bool:  # noqa: ANN401
    return cell is None or (not isinstance(cell, str) and pd.isna(cell))


def _css(cells: pd.Series) -> str:
    return ' class="num"' if any(isinstance(c, Finding) for c in cells) else ""


def _as_text(html: str) -> str:
    """What a terminal shows of it: words alone, each cell apart, without drawings and their data."""
    without_data = _DATA.sub(" ", html)
    return " ".join(Markup(_BLOCKS.sub(" ", without_data)).striptags().split())
