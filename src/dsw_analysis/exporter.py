"""Renders an executed section notebook to the HTML of its body, with nbconvert and an allow-list."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import nh3
from nbconvert import HTMLExporter, TemplateExporter

from dsw_analysis.pages import TEMPLATES

_TAGS = set(
    (
        "a b br caption code col colgroup dd details div dl dt em figcaption figure h1 h2 h3 h4 i img li ol p "
        "pre section small span strong sub summary sup table tbody td tfoot th thead tr u ul"
    ).split()
)
_ATTRIBUTES = {
    "*": {"class", "id", "title", "lang", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}


def allowed_html(html: str) -> str:
    """Keep the tags and attributes that a report needs and drop all else: scripts, styles, handlers, forms."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes={"data", "https", "mailto"},
        attribute_filter=_safe_url,
        link_rel=None,
    )


def _safe_url(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src" and not value.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,")):
        return None
    if attribute == "href" and value.lower().lstrip().startswith("data:"):
        return None
    return value


class BodyExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert has no types
    """Markdown cells and results of a notebook as one HTML fragment, without code, prompts or streams."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - traitlets
        super().__init__(
            template_name="dsw",
            extra_template_basedirs=[str(TEMPLATES)],
            exclude_input=True,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
            optimistic_validation=True,  # once, not after each of the steps that change nothing
            **options,
        )
        self.register_filter("allowed_html", allowed_html)
        self.register_filter("b64", lambda text: base64.b64encode(str(text).encode()).decode())

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[str, Any]:  # noqa: ANN401
        """Render without parsing the result once more, as nbconvert does to mend pages of its own templates."""
        rendered: tuple[str, Any] = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return rendered


@cache
def _exporter() -> BodyExporter:
    return BodyExporter()


def render_cells(content: Any) -> str:  # noqa: ANN401 - nbformat has no types
    """HTML of the cells of a notebook in memory, which loses the outputs that hand over findings."""
    from dsw_analysis.section import SECTION_MIME  # noqa: PLC0415 - keeps this module's import light

    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if SECTION_MIME not in o.get("data", {})]
    html, _ = _exporter().from_notebook_node(content)
    return str(html)
