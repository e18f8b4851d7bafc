"""A summary as one self-contained HTML page."""

from __future__ import annotations

from colophon.forms.render.printed import printed
from colophon.forms.summary import Summary
from colophon.templates import html_page


def render_html(summary: Summary) -> bytes:
    """The page: no script, no outside file, every text escaped."""
    return html_page("summary.html.j2", sheet=printed(summary), summary=summary).encode()
