"""A summary as one self-contained HTML page."""

from __future__ import annotations

import jinja2

from colophon.publishing.render.printed import LAYOUTS, printed
from colophon.publishing.summary import Summary


def render_html(summary: Summary) -> bytes:
    """The page: no script, no outside file, every text escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("colophon", LAYOUTS),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("summary.html.j2").render(sheet=printed(summary)).encode()
