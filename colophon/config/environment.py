"""`${VARIABLE}` references in a configuration, and the secrets that must not stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping as Variables
from dataclasses import replace

from colophon.config.problems import Problems, UnfitError, shown
from colophon.config.yaml import Mapping, Node, Plain, Scalar, Sequence, plain_value, scalars

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_USER_PART = re.compile(r"://[^/?#\s@]*:([^/?#\s]*)@")
_SECRET_KEY = re.compile(r"(password|passwd|passphrase|secret|token|(api|access|secret|account)_?key)$", re.IGNORECASE)


def expanded_text(text: str, variables: Variables[str, str]) -> str:
    """`text` with each reference replaced. Raises UnfitError for an unset or empty variable, naming it only."""
    if "${" in _REFERENCE.sub("", text):
        raise UnfitError("a `${` does not begin a reference", "expected ${NAME} of letters, digits and underscores")
    for name in _REFERENCE.findall(text):
        if not variables.get(name):
            raise UnfitError(f"environment variable {name} is not set or empty", f"set {name}, or write the value")
    return _REFERENCE.sub(lambda m: variables[m[1]], text)


def expanded_node(node: Node, variables: Variables[str, str], problems: Problems) -> Node:
    """The tree with the references in its values replaced, and unquoted ones read again as numbers or true, false."""
    match node:
        case Mapping():
            entries = (replace(e, node=expanded_node(e.node, variables, problems)) for e in node.entries)
            return replace(node, entries=tuple(entries))
        case Sequence():
            return replace(node, items=tuple(expanded_node(i, variables, problems) for i in node.items))
        case Scalar() if "${" in node.text:
            try:
                text = expanded_text(node.text, variables)
            except UnfitError as e:
                problems.add(node.place, e.problem, e.expected)
                return node
            return Scalar(text, _value(text), node.place)
    return node


def sole_variable(text: str) -> str | None:
    """The name of the variable, where `text` is one reference and nothing else."""
    match = _REFERENCE.fullmatch(text)
    return match[1] if match else None


def refuse_passwords(node: Node, problems: Problems) -> None:
    """Adds a problem for every literal password in a URL. The value itself is never repeated."""
    for scalar in scalars(node):
        for user_part in _USER_PART.finditer(scalar.text):
            if _REFERENCE.sub("", user_part[1]):
                problems.add(
                    scalar.place, "a URL holds a literal password", "write ${VARIABLE} for it and set that variable"
                )


def refuse_secrets(options: Mapping, problems: Problems) -> None:
    """Adds a problem for every option that is named like a secret and written out."""
    for entry in options.entries:
        secret = isinstance(entry.node, Scalar) and entry.node.value and not _REFERENCE.fullmatch(entry.node.text)
        if secret and _SECRET_KEY.search(entry.key):
            problems.add(
                entry.place, f"{shown(entry.key)} holds a literal secret", "write ${VARIABLE} and set that variable"
            )


def _value(text: str) -> Plain:
    for tag in ("bool", "int", "float"):
        value = plain_value(text, tag)
        if not isinstance(value, str):
            return value
    return text
