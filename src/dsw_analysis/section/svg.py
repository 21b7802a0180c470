"""Turns matplotlib's SVG into one for a page: real text, colours by class, sides that stretch with the column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from markupsafe import escape

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_STYLE = re.compile(r"([\w-]+):\s*([^;]+)")
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
_BESIDE = re.compile(r"beside(-?\d+)")
"""Name of a text that keeps its distance, in pixels, from the place beside which it stands."""
_TURNED = re.compile(r"translate\((\S+) (\S+)\) rotate\((\S+)\)")
_LENGTHS = {"x", "x1", "x2", "cx", "width"}
"""Attributes that are shares of the width where a drawing stretches."""


def slim(svg: str, colours: Mapping[str, str], css: str = "scaled", *, stretches: bool = False) -> str:
    """Rewrite an SVG of matplotlib (``svg.fonttype: none``) as the content of a page.

    Only ``rect``, ``line``, ``circle``, ``path`` and ``text`` are left, without names or references, so that any number
    of drawings stand in one page. Each colour is an attribute, for print, and a class, for the page's own colours.

    Parameters
    ----------
    colours:
        Colour, as matplotlib writes it -> class.
    css:
        Class of the drawing.
    stretches:
        Let what stands beside each other take shares of the width there is; heights and letters keep their size. Else
        the whole drawing is scaled.

    Raises
    ------
    ValueError
        If the figure holds a raster image: it has no place in a drawing whose colours and letters are the page's.
    """
    root = ET.fromstring(svg)
    width, height = map(float, root.get("viewBox", "0 0 1 1").split()[2:])
    if root.find(f".//{_SVG}image") is not None:
        raise ValueError("a figure with a raster image cannot be drawn; show it as a picture of its own (PNG)")
    made = "".join(_written(tag, given, text, colours, width * stretches) for tag, given, text in _drawn(root))
    sides = f'width="{_short(width)}" height="{_short(height)}"'
    box = "" if stretches else f' viewBox="0 0 {_short(width)} {_short(height)}"'
    return f'<svg class="drawn {css}" {sides}{box}>{made}</svg>'


def _drawn(root: ET.Element) -> Iterator[tuple[str, dict[str, str], str]]:
    """Tag, attributes and text of what is seen, in order; markers stand where they are used, hatches are left out."""
    defined = {e.get("id"): e for defs in root.iter(f"{_SVG}defs") for e in defs.iter() if e.get("id")}
    inside = {inner for e in defined.values() for inner in e.iter()}
    patterns = ((e, e.find(f"{_SVG}rect")) for e in root.iter(f"{_SVG}pattern"))
    hatched = {f"url(#{e.get('id')})": rect.get("fill", "none") for e, rect in patterns if rect is not None}
    beside = {
        text: match[1]
        for group in root.iter(f"{_SVG}g")
        if (match := _BESIDE.match(group.get("id", "")))
        for text in group
    }
    for element in root.iter():
        tag = element.tag.removeprefix(_SVG)
        style = dict(_STYLE.findall(element.get("style", "")))
        if element in inside:
            continue
        if tag == "text":
            yield _text(element, style, beside.get(element, ""))
        elif tag == "path":
            style["fill"] = hatched.get(style.get("fill", ""), style.get("fill", "#000000"))
            yield from _path(element.get("d", ""), _paint(style))
        elif tag == "use" and (marker := defined.get(element.get(_HREF, "")[1:])) is not None:
            xs = [float(n) for n in _NUMBER.findall(marker.get("d", ""))[::2]]
            half, round_ = (max(xs) - min(xs)) / 2, "C" in marker.get("d", "")
            at = {"cx": element.get("x", "0"), "cy": element.get("y", "0"), "r": _short(half)}
            yield ("circle", {**at, **_paint(style)}, "") if round_ else _square(at, half, _paint(style))


def _square(at: Mapping[str, str], half: float, paint: Mapping[str, str]) -> tuple[str, dict[str, str], str]:
    """A square around a place, which stays one where the drawing stretches."""
    side = _short(2 * half)
    corner = {"x": at["cx"], "y": at["cy"], "height": side, "transform": f"translate({-half:g} {-half:g})"}
    return "rect", {**corner, "data-side": side, **paint}, ""


def _text(element: ET.Element, style: Mapping[str, str], beside: str) -> tuple[str, dict[str, str], str]:
    turned = _TURNED.match(element.get("transform", ""))
    x, y = turned.groups()[:2] if turned else (element.get("x", "0"), element.get("y", "0"))
    given = {"x": str(float(x) - float(beside or 0)), "y": y, "font-size": style["font-size"].removesuffix("px")}
    if beside:
        given["dx"] = beside
    if style.get("text-anchor", "start") != "start":
        given["text-anchor"] = style["text-anchor"]
    if style.get("font-weight", "400") in ("600", "700", "bold"):
        given["font-weight"] = "600"
    if turned:
        given["transform"] = f"rotate({float(turned[3]):g} {_short(float(x))} {_short(float(y))})"
    return "text", {**given, "fill": style.get("fill", "#000000")}, element.text or ""


def _paint(style: Mapping[str, str]) -> dict[str, str]:
    """Fill and stroke."""
    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    paint = {"fill": fill}
    if stroke != "none" and float(style.get("stroke-width", "1")):
        paint |= {"stroke": stroke, "stroke-width": _short(float(style.get("stroke-width", "1")))}
        if "stroke-dasharray" in style:
            paint["stroke-dasharray"] = " ".join(_short(float(n)) for n in style["stroke-dasharray"].split(","))
    return paint


def _path(path: str, paint: dict[str, str]) -> Iterator[tuple[str, dict[str, str], str]]:
    if paint["fill"] == "none" and "stroke" not in paint:
        return
    numbers = [float(n) for n in _NUMBER.findall(path)]
    xs, ys = numbers[::2], numbers[1::2]
    steps = "".join(re.findall("[A-Za-z]", path)).upper()
    corners = set(zip(xs, ys, strict=True))
    if steps in ("MLLLZ", "MLLLLZ") and corners == {(x, y) for x in set(xs) for y in set(ys)}:
        left, top = min(xs), min(ys)
        box = {"x": left, "y": top, "width": max(xs) - left, "height": max(ys) - top}
        yield "rect", {**{key: str(value) for key, value in box.items()}, **paint}, ""
    elif steps == "ML":
        ends = zip(("x1", "y1", "x2", "y2"), map(str, numbers), strict=True)
        yield "line", {**dict(ends), **{key: value for key, value in paint.items() if key != "fill"}}, ""
    elif len(numbers) > 2:
        yield "path", {"d": _NUMBER.sub(lambda m: _short(float(m[0])), " ".join(path.split())), **paint}, ""


def _written(tag: str, given: dict[str, str], text: str, colours: Mapping[str, str], width: float) -> str:
    side = given.pop("data-side", None)
    named = {"fill": "", "stroke": "s-"}
    classes = [named[key] + colours[given[key]] for key in named if given.get(key) in colours]
    put = {"class": " ".join(classes)} if classes else {}
    for key, value in given.items():
        if _NUMBER.fullmatch(value):
            put[key] = _share(float(value), width) if width and key in _LENGTHS else _short(float(value))
        else:
            put[key] = value
    if side is not None:
        put["width"] = side
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in put.items())
    return f"<{tag}{attributes}>{escape(text)}</{tag}>"


def _share(number: float, width: float) -> str:
    return f"{_short(100 * number / width)}%"


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
