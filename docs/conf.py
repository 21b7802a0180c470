"""The site of the documentation: pages as they stand, the reference from docstrings, the gallery's cells run."""

import re
from pathlib import Path
from typing import Any

import fontpkg_sarabun
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

ROOT = Path(__file__).parent.parent

project = "dsw-analysis"
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md"]
exclude_patterns = [".*", "data", "outputs", "src", "tests", "notebooks", "benchmarks"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
highlight_language = "none"

myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_merge_streams = True
suppress_warnings = ["mystnb.unknown_mime_type"]  # what a section hands to the batch beside what it shows

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
python_use_unqualified_type_names = True
napoleon_google_docstring = False

html_theme = "furo"
html_title = "dsw-analysis"
html_copy_source = False
html_show_search_summary = False  # it would fetch pages, which browsers refuse a folder on disk
html_show_copyright = False
html_extra_path = ["site/index.html"]
html_static_path = ["site/site.css", *map(str, fontpkg_sarabun.ROOT.glob("files/Sarabun-[RS]e*[rd].ttf"))]
html_css_files = ["site.css", "report.css"]


class Search(SearchEnglish):
    """English words, and every three signs of Thai, which has no spaces between words: any part of a word is found."""

    js_splitter_code = r"""
var splitQuery = query => (query.match(/[฀-๿]+|[^฀-๿\s\p{P}\p{S}]+/gu) || []).flatMap(word =>
  /[฀-๿]/.test(word) && word.length > 3 ? [...word.slice(2)].map((_, at) => word.slice(at, at + 3)) : [word]);
"""

    def split(self, text: str) -> list[str]:
        """Words of a text, as ``splitQuery`` has those of a query."""
        thai = (re.findall("(?=(...))", word) or [word] for word in re.findall("[฀-๿]+", text))
        return [*re.findall(r"[^\W฀-๿]+", text), *(part for parts in thai for part in parts)]


def write_report_css(app: Sphinx, _: Exception | None) -> None:
    """The report's own style, for what its blocks show: within outputs of cells, in the theme that the reader chose."""
    css = (ROOT / "src" / "dsw_analysis" / "templates" / "report.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    rest = css.partition("* { box-sizing")[2].partition("@media print")[0]
    output = ":is(.cell_output, div.dsw.dsw)"
    (app.outdir / "_static" / "report.css").write_text(
        f"{output} {{ {light} }}\n"
        f"body[data-theme=dark] {output} {{ {dark} }}\n"
        f"@media (prefers-color-scheme: dark) {{ body:not([data-theme=light]) {output} {{ {dark} }} }}\n"
        f".cell_output {{ * {{ box-sizing{rest} }}\n",
        encoding="utf-8",
    )


def finish(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Say which pages are Thai and what level a caption has; numbers lead nowhere: their bases are in the report."""
    context["language"] = "th" if page.endswith(".th") or page == app.config.root_doc else "en"
    for tree in ("furo_navigation_tree", "body"):
        if tree in context:
            context[tree] = context[tree].replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:
        context["body"] = re.sub(r'<a class="n[ r]*" href="#f\.[^"]+">(.*?)</a>', r"\1", context["body"])


def setup(app: Sphinx) -> None:
    """Register what is ours."""
    app.add_search_language(Search)
    app.add_lexer("csv", TextLexer)
    app.connect("html-page-context", finish, priority=900)  # after the theme
    app.connect("build-finished", write_report_css)
