"""Self-contained HTML pages: a template with the house style and the typeface inside, and no request to anywhere."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2

from dsw_analysis.intake.writing.kept import kept
from dsw_analysis.intake.writing.typefaces import SARABUN
from dsw_analysis.project import current

TEMPLATES = Path(__file__).parents[2] / "templates"
_WEIGHTS = {400: "Regular", 600: "SemiBold"}

_USUAL = frozenset(map(chr, [*range(0x20, 0x7F), 0xA0, *range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)])) | set(
    "–—“”‘’…•·›×≥≤±−"
)
"""Characters that the typeface of every page has, so that one cut serves all pages but the odd one."""
_MISSING = frozenset("↩●✓")
"""Characters of the pages that Sarabun lacks."""
_STYLE, _POLICY = "/*the style*/", "the-policy"
"""What stands for style and policy until the characters of the page are known."""

cuts: dict[tuple[str, str], bytes] = {}
"""Typefaces cut so far: weight and characters -> WOFF2."""


def render_page(template: str, *, script: str = "", **values: Any) -> str:  # noqa: ANN401 - what a template takes
    """Fill a template of ``templates/``; values are escaped.

    The template also gets ``style`` (typeface cut to the page's characters, and ``report.css``) and ``policy``, the
    content security policy that allows that style, the script, pictures and typefaces inside the page, and nothing
    else.

    Parameters
    ----------
    script:
        Name of a script in ``templates/`` that the page carries; the page must be whole without it.
    """
    values["script"] = (TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    bare = environment().get_template(template).render(**values, style=_STYLE, policy=_POLICY)
    style = font_faces(bare) + (TEMPLATES / "report.css").read_text(encoding="utf-8")
    scripts = f"script-src {_hash(values['script'])}; " if script else ""
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; {scripts}img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return bare.replace(_POLICY, policy, 1).replace(_STYLE, style, 1)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def font_faces(text: str) -> str:
    """CSS that embeds Sarabun, cut to the usual characters and those of ``text``."""
    characters = "".join(sorted(_USUAL.union(c for c in set(text) - _MISSING if c.isprintable())))
    rules = []
    for weight, name in _WEIGHTS.items():
        if (name, characters) not in cuts:
            # The usual cut serves nearly all pages and is made once on a machine; the odd ones would fill its cache.
            cuts[name, characters] = (_usual if _USUAL.issuperset(characters) else _cut)(name, characters)
        source = base64.b64encode(cuts[name, characters]).decode()
        rules.append(
            f"@font-face{{font-family:Sarabun;font-weight:{weight};"
            f"src:url(data:font/woff2;base64,{source}) format('woff2')}}\n"
        )
    return "".join(rules)


def _usual(name: str, characters: str) -> bytes:
    told = " ".join([characters, version("fonttools"), version("brotli")]).encode()
    made_from = b" ".join([Path(__file__).read_bytes(), (SARABUN / f"Sarabun-{name}.ttf").read_bytes(), told])
    return kept(f"Sarabun-{name}-{{}}.woff2", made_from, lambda: _cut(name, characters))


def _cut(name: str, characters: str) -> bytes:
    from fontTools import subset  # noqa: PLC0415 - slow to import, and most processes are given what was cut
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True, desubroutinize=True)
    font = TTFont(SARABUN / f"Sarabun-{name}.ttf", recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    target = io.BytesIO()
    font.flavor = "woff2"
    font.save(target)
    return target.getvalue()


@cache
def environment() -> jinja2.Environment:
    """Where templates come from; values are escaped, a missing one is an error, and ``project()`` has the settings."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["project"] = current
    return made
