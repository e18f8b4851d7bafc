"""SPDX license expressions as a configuration may state them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from colophon.config.problems import UnfitError, nearest, shown

#: Nobody determined the license; and: looked, and found none. Each stands alone (SPDX 2.3, 7.13).
SENTINELS = frozenset({"NOASSERTION", "NONE"})

_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?(LicenseRef|AdditionRef)-[A-Za-z0-9.-]+")
_ID = "expected an id of spdx.org/licenses, LicenseRef-NAME, NOASSERTION or NONE"
_EXPRESSION = "expected license ids joined by AND and OR, LICENSE WITH EXCEPTION, or NOASSERTION or NONE alone"


def normalized_expression(text: str) -> str:
    """An SPDX expression (SPDX 2.3, annex D) with every id in its listed spelling.

    `LicenseRef-…` ids are accepted as they are. Raises UnfitError, naming the nearest listed id.
    """
    if text in SENTINELS:
        return text
    from license_expression import ExpressionError, ParseError

    licensing = _licensing()
    try:
        expression = licensing.parse(text, strict=True)
        # The library reports a missing operand with an exception of Python's own.
    except (ParseError, ExpressionError, AttributeError, TypeError, IndexError) as e:
        raise UnfitError(f"{shown(text)} is not an SPDX expression", _EXPRESSION) from e
    if expression is None:
        raise UnfitError("the license is empty", _ID)
    for key in licensing.license_keys(expression):
        if key not in licensing.known_symbols and not _REFERENCE.fullmatch(key):
            raise UnfitError(f"{shown(key)} is not an SPDX license id", _hint(key))
    return str(expression.render())


def _hint(text: str) -> str:
    near = nearest(text, _listed_ids())
    return f"did you mean `{near}`? {_ID}" if near else _ID


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@cache
def _listed_ids() -> tuple[str, ...]:
    # The library's list holds ids of its makers beside those of SPDX.
    return tuple(k for k in _licensing().known_symbols if not k.startswith("LicenseRef-"))
