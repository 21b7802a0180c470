"""Makes matplotlib's SVG small: what nobody sees goes, coordinates keep what print can show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_STEP = re.compile(r"([MLQCzZ])|(-?[\d.]+(?:e-?\d+)?)")
_TEXT = re.compile(r"(.*)scale\(([\d.]+) -\2\)")
_PAIRS = {"M": 1, "L": 1, "Q": 2, "C": 3}
_GLYPH_UNITS = 1 / 64
"""Matplotlib writes outlines of letters in 64ths of a hundredth of an em."""


def slim(svg: str) -> str:
    """Rewrite an SVG of matplotlib (``svg.fonttype: path``) so that it looks the same at a third of the size.

    Metadata, comments, blanks and names that nothing refers to are dropped; paths become relative. Letters keep
    a thousandth of an em, everything else a hundredth of a point.
    """
    root = ET.fromstring(svg)
    for parent in list(root.iter()):
        for child in [c for c in parent if not str(c.tag).startswith(f"{{{_SVG}}}") or c.tag == f"{{{_SVG}}}metadata"]:
            parent.remove(child)
    _scale_letters(root)
    names = _short_names(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        element.text = element.text if element.tag == "style" else None
        element.tail = None
        _shorten(element, names)
    _drop_empty(root)
    root.set("xmlns", _SVG)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>")


def _scale_letters(root: ET.Element) -> None:
    """Let a text's letters be whole numbers in thousandths of an em, so that no letter needs a transform."""
    for group in root.iter(f"{{{_SVG}}}g"):
        match = _TEXT.fullmatch(group.get("transform", ""))
        if match is None:
            continue
        size = float(match[2]) / 10
        group.set("transform", f"{_moved(match[1])}scale({size:.5g} {-size:.5g})".replace(" -", "-"))
        for use in group.iter(f"{{{_SVG}}}use"):
            offsets = re.findall(r"-?[\d.]+", use.attrib.pop("transform", ""))
            for axis, offset in zip("xy", offsets, strict=False):
                if float(offset):
                    use.set(axis, f"{10 * float(offset):.0f}")
        for path in group.iter(f"{{{_SVG}}}path"):
            if path.attrib.pop("transform", "") == "scale(0.015625)" and "d" in path.attrib:
                path.set("d", _relative(path.get("d", ""), scale=10 * _GLYPH_UNITS, digits=0))
                path.set("done", "")


def _short_names(root: ET.Element) -> dict[str, str]:
    used: dict[str, str] = {}
    for element in root.iter():
        found = [element.get(_HREF, "")[1:]] if _HREF in element.attrib else []
        found += [m for value in element.attrib.values() for m in _REFERENCE.findall(value)]
        for name in found:
            used.setdefault(name, f"{'abcdefghijklmnopqrst'[len(used) % 20]}{len(used) // 20 or ''}")
    return used


def _shorten(element: ET.Element, names: dict[str, str]) -> None:
    if (name := element.attrib.pop("id", None)) in names:
        element.set("id", names[str(name)])
    if (target := element.attrib.pop(_HREF, None)) is not None:
        element.set("href", f"#{names[target[1:]]}")
    for key, value in list(element.attrib.items()):
        element.set(key, _REFERENCE.sub(lambda m: f"url(#{names[m[1]]})", value))
    if element.attrib.pop("done", None) is None and "d" in element.attrib:
        element.set("d", _relative(element.get("d", ""), scale=1, digits=2))
    if "style" in element.attrib:
        element.set("style", re.sub(r"([:;]) ", r"\1", element.get("style", "")))
    for key in ("x", "y", "width", "height"):
        if re.fullmatch(r"-?\d*\.\d{3,}", element.get(key, "")):
            element.set(key, _number(float(element.get(key, "")), 2))
    if element.tag != "g" and element.get("transform", "").startswith("translate"):
        element.set("transform", _moved(element.get("transform", "")))


def _drop_empty(parent: ET.Element) -> None:
    """Drop groups without content, and put the content of groups without attributes in their place."""
    for child in list(parent):
        _drop_empty(child)
        if child.tag in ("g", "defs") and not len(child):
            parent.remove(child)
        elif child.tag == "g" and not child.attrib:
            place = list(parent).index(child)
            parent.remove(child)
            for offset, grandchild in enumerate(child):
                parent.insert(place + offset, grandchild)


def _relative(path: str, *, scale: float, digits: int) -> str:
    """Path of absolute M, L, Q, C, z as relative commands; rounding errors do not add up."""
    at, start = (0.0, 0.0), (0.0, 0.0)
    command, written, out = "", "", []
    numbers: list[float] = []
    for letter, number in _STEP.findall(path):
        if letter in ("z", "Z"):
            out.append("z")
            at, written = start, ""
        elif letter:
            command = letter
        else:
            numbers.append(round(float(number) * scale, digits))
        if letter or len(numbers) < 2 * _PAIRS[command]:
            continue
        offsets = "".join(_joined(n - at[i % 2], digits) for i, n in enumerate(numbers))
        # A letter is repeated after M only: further pairs of m would be lines.
        out.append(offsets if command == written != "M" else command.lower() + offsets.lstrip())
        at = (numbers[-2], numbers[-1])
        start = at if command == "M" else start
        written, numbers = command, []
    return "".join(out)


def _joined(number: float, digits: int) -> str:
    text = _number(number, digits)
    return text if text.startswith("-") else f" {text}"


def _moved(transform: str) -> str:
    return re.sub(r"(-?\d+\.\d{3,})", lambda m: _number(float(m[1]), 2), transform).replace(") ", ")")


def _number(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return re.sub(r"^(-?)0(?=\.)", r"\1", "0" if text in ("-0", "") else text)
