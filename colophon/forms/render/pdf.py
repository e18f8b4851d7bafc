"""A summary as PDF for people and their screen readers: tagged after PDF/UA-1, set by Typst from a packaged layout."""

from __future__ import annotations

import re
from datetime import datetime
from importlib.resources import files
from typing import Final, cast

import msgspec
import typst

from colophon.errors import GlyphsMissingError
from colophon.forms.render.printed import printed
from colophon.forms.summary import Summary
from colophon.templates import LAYOUTS

#: PDF/UA-1 (ISO 14289-1): what it asks and Typst cannot check, such as the order of headings, the layout sees to.
_STANDARD: Final = "ua-1"

#: How Typst says that no font at hand holds a piece of text.
_NOT_DISPLAYED = re.compile(r'the text `"(.+?)"` could not be displayed')


def render_pdf(summary: Summary) -> bytes:
    """The summary as PDF, dated by its record. Raises GlyphsMissingError.

    Only the fonts within Typst are used, so that the same summary gives the same bytes on every machine; those of the
    system help out where a text is in a script that they lack.
    """
    layout = files("colophon").joinpath(LAYOUTS, "summary.typ").read_bytes()
    inputs = {"sheet": msgspec.json.encode(printed(summary)).decode()}
    created = int(datetime.fromisoformat(summary.created_at).timestamp())
    missing: set[str] = set()
    for without_system_fonts in (True, False):
        compiler = typst.Compiler(layout, ignore_system_fonts=without_system_fonts, sys_inputs=inputs)
        try:
            # One document comes back as bytes; lists and None belong to other ways of calling.
            return cast("bytes", compiler.compile(format="pdf", pdf_standards=[_STANDARD], timestamp=created))
        except typst.TypstError as error:
            missing = set(_NOT_DISPLAYED.findall(str(error)))
            if not missing:
                raise
    raise GlyphsMissingError(tuple(sorted(missing)))
