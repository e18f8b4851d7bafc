"""A summary as Markdown (CommonMark with the tables and task lists of GitHub), for the repository of a model."""

from __future__ import annotations

import json
import re

import jinja2

from colophon.forms.render.printed import printed
from colophon.forms.summary import Summary
from colophon.templates import LAYOUTS

_URL = re.compile(r"(https?://[^\s<>()\[\]\"'|]*[^\s<>()\[\]\"'|.,;:!?])")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
#: At the start of a line these would begin a list, a heading underline or a quotation.
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))", re.MULTILINE)


def render_markdown(summary: Summary) -> bytes:
    """The summary as Markdown under a front matter in YAML; every text is escaped, addresses become links."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("colophon", LAYOUTS),
        undefined=jinja2.StrictUndefined,
        # Escaping is Markdown's own, by the filter `text`.
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["text"] = escaped
    environment.filters["quoted"] = json.dumps
    rendered = environment.get_template("summary.md.j2").render(sheet=printed(summary), summary=summary)
    return (re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n").encode()


def escaped(text: str) -> str:
    """Text on one line in which nothing is taken for markup, with addresses as links."""
    pieces = _URL.split(" ".join(text.split()))
    # Every second piece is an address.
    return "".join(f"<{piece}>" if i % 2 else _plain(piece, at_start=i == 0) for i, piece in enumerate(pieces))


def _plain(text: str, *, at_start: bool) -> str:
    marked = _SPECIAL.sub(r"\\\1", text)
    return _LINE_START.sub(_defused, marked) if at_start else marked


def _defused(start: re.Match[str]) -> str:
    space, sign = start.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"
