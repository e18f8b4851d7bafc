"""The commands with their arguments and options, as their functions declare them to typer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from colophon.__main__ import COMMANDS, CONTEXT_SETTINGS, command_function, program_options
from docs.generators.tables import code, table_lines

_NO_METAVAR = {int: "N", str: "TEXT"}


def commands_part() -> str:
    """A section on the options of the program, and one for each command."""
    lines = ["## Options of every command", "", "They stand before the command: `colophon -q run corpus.yaml`.", ""]
    lines += _options(program_options)
    for name in COMMANDS:
        lines += _command(name, command_function(name))
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of a command: its name in Python, the type without None, its default and typer's description."""

    name: str
    kind: Any
    default: object
    info: ParameterInfo


def _command(name: str, function: Callable[..., None]) -> Iterator[str]:
    # Help by typer shows paragraphs; so does the page.
    paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    yield f"(colophon-{name.replace(' ', '-')})="
    yield f"## `colophon {name}`"
    yield ""
    yield "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    yield ""
    yield "```text"
    yield " ".join(("colophon", name, "[OPTIONS]", *_usage(name, function)))
    yield "```"
    yield ""
    yield from _arguments(function)
    yield from _options(function)


def _usage(name: str, function: Callable[..., None]) -> Iterator[str]:
    for argument in _parameters(function, ArgumentInfo):
        yield _metavar(argument) if argument.default is inspect.Parameter.empty else f"[{_metavar(argument)}]"
    if CONTEXT_SETTINGS.get(name, {}).get("allow_extra_args"):
        yield "[-- BEAM OPTIONS]"


def _arguments(function: Callable[..., None]) -> Iterator[str]:
    rows = [(code(_metavar(a)), a.info.help or "", _default(a)) for a in _parameters(function, ArgumentInfo)]
    if rows:
        yield from table_lines(("argument", "meaning", "default"), rows)


def _options(function: Callable[..., None]) -> Iterator[str]:
    rows = [(_spelling(o), o.info.help or "", _default(o)) for o in _parameters(function, OptionInfo)]
    if rows:
        yield from table_lines(("option", "meaning", "default"), rows)


def _parameters(function: Callable[..., None], wanted: type[ParameterInfo]) -> Iterator[_Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if hints[name] is typer.Context:
            continue
        hint, info = get_args(hints[name])[:2]
        kind = next((member for member in get_args(hint) if member is not NoneType), hint)
        if isinstance(info, wanted):
            yield _Parameter(name, kind, parameter.default, info)


def _metavar(parameter: _Parameter) -> str:
    return (parameter.info.metavar or parameter.name.upper()).strip("[]")


def _spelling(option: _Parameter) -> str:
    # The first name given to typer.Option lands where a default would.
    named = (option.info.default, *(option.info.param_decls or ()))
    spellings = [n for n in named if isinstance(n, str) and n.startswith("-")] or [f"--{option.name}"]
    return ", ".join(code(f"{spelling} {_value(option)}".rstrip()) for spelling in spellings)


def _value(option: _Parameter) -> str:
    if option.kind is bool:
        return ""
    if option.info.metavar:
        return option.info.metavar
    if issubclass(option.kind, Enum):
        return "|".join(str(member.value) for member in option.kind)
    return _NO_METAVAR[option.kind]


def _default(parameter: _Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return "required"
    if isinstance(parameter.info.show_default, str):
        return parameter.info.show_default
    if parameter.default is None or isinstance(parameter.default, bool):
        return ""
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    return code(str(default))
