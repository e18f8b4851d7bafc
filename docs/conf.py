"""How Sphinx builds the documentation; `make docs` runs it in strict mode. Nothing is fetched."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The reference is drawn from the program beside these pages, and from `docs.generators`.
sys.path.insert(0, str(ROOT))

from colophon import __version__  # noqa: E402
from docs.generators.pages import filled  # noqa: E402

project = "Colophon"
author = "The authors of Colophon"
release = version = __version__
project_copyright = ""

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["generators"]

html_theme = "furo"
html_title = "Colophon"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

myst_enable_extensions = ["colon_fence", "deflist"]
#: Links to headings of other pages are checked down to this level.
myst_heading_anchors = 3

# Dashes and quotes stand as they are written: `--option` in a text is no dash.
smartquotes = False
# Single backticks in docstrings are code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# A class is opened by its function; only its members are of use.
autodoc_class_signature = "separated"
# Classes of other libraries are named, not linked: their documentation is elsewhere, and a build asks no network.
nitpick_ignore_regex = [
    ("py:.*", r"(pa|pl|pyarrow|collections|datetime|os|types)\..*"),
    ("py:.*", r"Parameter|Mapping"),
]


def setup(app: Any) -> None:
    """Fill in the generated parts of a page before it is parsed."""
    app.connect("source-read", _fill)


def _fill(_app: Any, _page: str, source: list[str]) -> None:
    # Libraries of the program speak while they are imported.
    logging.disable(logging.WARNING)
    try:
        source[0] = filled(source[0])
    finally:
        logging.disable(logging.NOTSET)
