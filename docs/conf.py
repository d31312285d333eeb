"""The documentation as a site: `make docs`. Every page is plain Markdown that a code host shows too.

The source folder is the checkout, not docs/, so that a link such as `../README.md` leads to a page of the site. A link
to any other file of the checkout, such as `../template.yaml`, offers that file as a download. Sphinx warns if the file
or the anchor does not exist, and `make docs` treats each warning as an error.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.addnodes import pending_xref

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Brine"
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "layers/*/README.md"]
exclude_patterns = ["[.]*", "build", "**/node_modules"]
extensions = ["myst_parser"]
myst_heading_anchors = 4  # the same anchors as a code host's
suppress_warnings = ["myst.header"]  # a page may begin below the first level
nitpicky = True

html_theme = "furo"
html_title = "Brine"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False

# The tables of contents: each page that these two link to, once. A page that neither of them names is an error.
CONTENTS = ("docs/index", "docs/decisions/README")
SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n?)*)", re.MULTILINE)
LINK = re.compile(r"\]\(([^):#]+\.md)\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Make a toctree of the links in each section, so that a code host need not show one."""
    if page not in CONTENTS:
        return
    seen: set[str] = set()
    for heading, section in SECTION.findall(source[0]):
        links = [link for link in dict.fromkeys(LINK.findall(section)) if link not in seen]
        seen.update(links)
        if links:
            caption = f":caption: {heading}\n" if page == root_doc else ""
            entries = "\n".join(str(PurePosixPath(link).with_suffix("")) for link in links)
            source[0] += f"\n\n```{{toctree}}\n:hidden:\n{caption}\n{entries}\n```\n"


def add_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let links lead to `<a id="...">`, as they do on a code host."""
    page = app.env.current_document.docname
    anchors = app.env.metadata[page].setdefault("myst_slugs", {})
    for html in doctree.findall(nodes.raw):
        for anchor in ANCHOR.findall(html.astext()):
            anchors[anchor] = (html.line, anchor, anchor)
    for link in doctree.findall(pending_xref):
        if not link["refdomain"] and link["reftarget"] in anchors:  # within the page: MyST knows headings only
            link.update_all_atts(
                {"refdomain": "doc", "reftarget": page, "reftargetid": link["reftarget"]}, replace=True
            )


def lead_to_index(app: Sphinx, error: Exception | None) -> None:
    """Write a page at the root of the site that redirects the browser to docs/index."""
    if error is None:
        page = f'<!doctype html><title>{project}</title><meta http-equiv="refresh" content="0; url={root_doc}.html">\n'
        (app.outdir / "index.html").write_text(page)


def setup(app: Sphinx) -> None:
    """Connect the functions above; Sphinx calls this."""
    app.connect("source-read", add_contents)
    app.connect("doctree-read", add_anchors)
    app.connect("build-finished", lead_to_index)
