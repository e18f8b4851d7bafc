"""A summary as one self-contained HTML page."""

from __future__ import annotations

import jinja2

from colophon.forms.render.printed import LAYOUTS, printed
from colophon.forms.summary import Summary


def html_page(template: str, *own_layouts: str, **shown: object) -> str:
    """A page from its template, which lies in a folder of its own layouts or among those that all forms share."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader("colophon", folder) for folder in (*own_layouts, LAYOUTS)]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(shown)


def render_html(summary: Summary) -> bytes:
    """The page: no script, no outside file, every text escaped."""
    return html_page("summary.html.j2", sheet=printed(summary), summary=summary).encode()
