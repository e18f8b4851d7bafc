"""A summary as one self-contained HTML page."""

from __future__ import annotations

from colophon.publishing.render.pages import html_page
from colophon.publishing.render.printed import printed
from colophon.publishing.summary import Summary


def render_html(summary: Summary) -> bytes:
    """The page: no script, no outside file, every text escaped."""
    return html_page("summary.html.j2", sheet=printed(summary)).encode()
