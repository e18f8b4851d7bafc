"""Puts generated parts into pages: a line `<!-- generated: NAME -->` becomes the part of that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from docs.generators.commands import commands_part
from docs.generators.configuration import configuration_part, connector_options_part
from docs.generators.connectors import connectors_part
from docs.generators.errors import errors_part
from docs.generators.form_fields import form_fields_part
from docs.generators.lint_rules import lint_rules_part
from docs.generators.protocols import protocols_part

PARTS: Mapping[str, Callable[[], str]] = {
    "commands": commands_part,
    "configuration": configuration_part,
    "connectors": connectors_part,
    "connector options": connector_options_part,
    "errors": errors_part,
    "form fields": form_fields_part,
    "lint rules": lint_rules_part,
    "protocols": protocols_part,
}

_MARK = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)


def filled(page: str) -> str:
    """The page with its generated parts. Raises KeyError for a part that does not exist."""
    return _MARK.sub(lambda mark: PARTS[mark[1]](), page)
