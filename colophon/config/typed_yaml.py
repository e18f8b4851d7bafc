"""Reads YAML into the dataclasses of a configuration, by their annotations, and names every misfit with its line."""

from __future__ import annotations

from collections.abc import Mapping as Variables
from dataclasses import dataclass, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from colophon.config.environment import expanded_text
from colophon.config.fields import Constraint, Key, fitted_number, fitted_text, keys, place_fields
from colophon.config.problems import InputLocation, Problems, UnfitError, expected_word, shown
from colophon.config.yaml_lines import Entry, Mapping, Node, Scalar, Sequence, is_null

T = TypeVar("T")

_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading needs beside the text: where problems go, where files are relative to, the environment."""

    problems: Problems
    folder: Path
    variables: Variables[str, str]


def read_into(kind: type[T], node: Node, reading: Reading) -> T | None:
    """A `kind` (a dataclass) of what a mapping holds.

    Misfits go to `reading.problems`; a field that does not fit keeps its default, and None comes back where a required
    one is lacking. A null is the same as no key, where the field has a default.
    """
    problems = reading.problems
    if not isinstance(node, Mapping):
        problems.add(node.place, f"{_shown(node)} stands where keys belong", f"expected {_known(kind)}")
        return None
    known = keys(kind)
    _refuse_unknown(node, tuple(k.name for k in known), problems)
    values: dict[str, Any] = dict.fromkeys(place_fields(kind), node.place)
    for key in known:
        entry = node.get(key.name)
        if entry is not None and key.inside is not None:
            entry = _entry_inside(entry, key.inside, problems)
        if entry is None:
            if key.required:
                problems.add(node.place, f"`{key.name}` is missing", _expected(key.hint))
            continue
        try:
            value = _field(key, entry.node, reading)
        except _UnreadableValueError as e:
            problems.add(e.place, f"`{key.name}`: {e.problem}", e.expected)
            continue
        if value is not _ABSENT:
            values[key.field.name] = value
    complete = all(k.field.name in values for k in known if k.required)
    try:
        return kind(**values) if complete else None
    except UnfitError as e:
        problems.add(node.place, e.problem, e.expected)
    except ValueError as e:
        # A block that checks itself when it is made says so in words.
        problems.add(node.place, str(e))
    return None


class _UnreadableValueError(Exception):
    """A node does not fit; the arguments tell where, what is wrong and what was expected."""

    def __init__(self, place: InputLocation, problem: str, expected: str) -> None:
        super().__init__(place, problem, expected)
        self.place = place
        self.problem = problem
        self.expected = expected


#: What a block gives that does not fit; its problems are reported already.
_ABSENT = object()


def _refuse_unknown(node: Mapping, known: tuple[str, ...], problems: Problems) -> None:
    for entry in node.entries:
        if entry.key == "<<":
            problems.add(entry.place, "YAML 1.2 has no merge keys", "write the keys out, or use `defaults`")
        elif entry.key not in known:
            expected = expected_word(entry.key, known) if known else "no keys are known here"
            problems.add(entry.place, f"unknown key {shown(entry.key)}", expected)


def _entry_inside(entry: Entry, name: str, problems: Problems) -> Entry | None:
    if not isinstance(entry.node, Mapping):
        problems.add(entry.place, f"`{entry.key}`: {_shown(entry.node)} stands where keys belong", f"expected `{name}`")
        return None
    _refuse_unknown(entry.node, (name,), problems)
    return entry.node.get(name)


def _field(key: Key, node: Node, reading: Reading) -> Any:
    if is_null(node) and NoneType not in _members(key.hint):
        if key.required:
            raise _UnreadableValueError(node.place, "no value is given", _expected(key.hint))
        return _ABSENT
    if key.required and isinstance(node, Sequence) and not node.items:
        raise _UnreadableValueError(node.place, "the list is empty", "expected at least one")
    return _value(key.hint, node, reading)


def _value(hint: Any, node: Node, reading: Reading) -> Any:
    hint, form = _unwrapped(hint)
    if form is Constraint.RAW:
        return node
    if get_origin(hint) in {Union, UnionType}:
        return _one_of(_members(hint), node, reading)
    if is_dataclass(hint) and isinstance(hint, type):
        # What does not fit inside is reported there.
        inner = read_into(hint, node, reading)
        return _ABSENT if inner is None else inner
    if get_origin(hint) is tuple:
        return _items(get_args(hint)[0], node, reading)
    if isinstance(node, Scalar) and not is_null(node):
        return _scalar(hint, form, node, reading)
    raise _misfit(hint, node)


def _scalar(hint: Any, form: Constraint | None, node: Scalar, reading: Reading) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word(hint, node)
    if get_origin(hint) is Literal:
        if node.value in get_args(hint):
            return node.value
        raise _misfit(hint, node)
    try:
        return _text(form, node, reading) if hint is str else _number(hint, form, node)
    except UnfitError as e:
        raise _UnreadableValueError(node.place, e.problem, e.expected) from e


def _one_of(members: tuple[Any, ...], node: Node, reading: Reading) -> Any:
    if is_null(node) and NoneType in members:
        return None
    others = [m for m in members if m is not NoneType]
    fitting = others if len(others) == 1 else [m for m in others if _suits(m, node)]
    if not fitting:
        expected = " or ".join(_description(m) for m in others)
        raise _UnreadableValueError(node.place, f"{_shown(node)} does not fit", f"expected {expected}")
    return _value(fitting[0], node, reading)


def _suits(hint: Any, node: Node) -> bool:
    hint, _ = _unwrapped(hint)
    if not isinstance(node, Scalar):
        return isinstance(node, Mapping) == is_dataclass(hint) and isinstance(node, Sequence) == _is_tuple(hint)
    if get_origin(hint) is Literal:
        return node.value in get_args(hint)
    value: type = type(node.value)
    return value is hint or (hint is float and value is int) or (hint is str and value is not bool)


def _items(hint: Any, node: Node, reading: Reading) -> tuple[Any, ...]:
    # A list of one text may be written as that text.
    if isinstance(node, Scalar) and _unwrapped(hint)[0] is str:
        return (_value(hint, node, reading),)
    if not isinstance(node, Sequence):
        raise _UnreadableValueError(node.place, f"{_shown(node)} stands where a list belongs", "expected a list")
    items = []
    for item in node.items:
        try:
            items.append(_value(hint, item, reading))
        except _UnreadableValueError as e:
            reading.problems.add(e.place, e.problem, e.expected)
    return tuple(i for i in items if i is not _ABSENT)


def _word(hint: type[StrEnum], node: Scalar) -> StrEnum:
    try:
        return hint(node.text)
    except ValueError:
        raise _UnreadableValueError(
            node.place, f"{shown(node.text)} is not known", expected_word(node.text, list(hint))
        ) from None


def _text(form: Constraint | None, node: Scalar, reading: Reading) -> str:
    if isinstance(node.value, bool):
        raise UnfitError(f"{shown(node.text)} is not text", "put it in quotes if it is meant as text")
    text = node.text
    if form in {Constraint.FILE, Constraint.LOCATION}:
        text = expanded_text(text, reading.variables)
    text = fitted_text(form, text) if form else text
    if form is Constraint.FILE and not (reading.folder / text).is_file():
        raise UnfitError(f"there is no file {shown(node.text)}", "expected a file, relative to the corpus file")
    return text


def _number(hint: Any, form: Constraint | None, node: Scalar) -> bool | int | float:
    value = node.value
    if hint is bool and isinstance(value, bool):
        return value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return fitted_number(form, float(value)) if form else float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return fitted_number(form, value) if form else value
    raise UnfitError(f"{shown(node.text)} does not fit", f"expected {_description(hint)}")


def _misfit(hint: Any, node: Node) -> _UnreadableValueError:
    return _UnreadableValueError(node.place, f"{_shown(node)} does not fit", _expected(hint))


def _unwrapped(hint: Any) -> tuple[Any, Constraint | None]:
    if get_origin(hint) is Annotated:
        inner, form = get_args(hint)
        return inner, form
    return hint, None


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _is_tuple(hint: Any) -> bool:
    return get_origin(hint) is tuple


def _expected(hint: Any) -> str:
    return "expected " + " or ".join(_description(m) for m in _members(hint) if m is not NoneType)


def _description(hint: Any) -> str:
    hint, _ = _unwrapped(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return f"one of: {', '.join(hint)}"
    if get_origin(hint) is Literal:
        return " or ".join(str(a) for a in get_args(hint))
    if is_dataclass(hint) and isinstance(hint, type):
        return _known(hint)
    return _NAMES.get(get_origin(hint) or hint, "a value")


def _known(kind: type) -> str:
    names = [k.name for k in keys(kind)]
    return f"keys such as {', '.join(names[:4])}" if names else "a mapping"


def _shown(node: Node) -> str:
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar():
            return shown(node.text) if node.text else "nothing"
