"""Reads a mapping of YAML into a dataclass by pydantic, and names every misfit with its line and what was expected.

Any dataclass will do. A key is the name of its field, or the alias that the field is annotated with. Beyond pydantic's
rules: numbers and truth values are never read out of text or of each other; a number is text where text is expected,
as it was written; a list of one may be written as that one; a key without a value is as if it were absent.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BeforeValidator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined, SchemaValidator

from colophon.config import yaml
from colophon.config.constraints import NO_SURROUNDINGS, Constraint, Surroundings
from colophon.config.problems import Problems, UnfitError, UnfitValuesError, expected_word, shown

T = TypeVar("T")


def read_into(
    kind: type[T],
    node: yaml.Node,
    problems: Problems,
    surroundings: Surroundings = NO_SURROUNDINGS,
    subject: str = "",
) -> T | None:
    """A `kind` of what a mapping holds; None where it does not fit, with everything that is wrong in `problems`.

    `subject` stands before the keys that messages name.
    """
    try:
        read: T = _validator(cast("Any", kind)).validate_python(_data(node), context=surroundings)
    except ValidationError as error:
        # Of a union pydantic reports one error for each member; the first stands for all.
        for details in error.errors(include_url=False):
            _report(_spot(kind, node, details), details, problems, subject)
        return None
    return read


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping that is read into a dataclass: its name in the file, and the type and default of the field."""

    name: str
    field: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        return self.default is MISSING


def keys(kind: type) -> tuple[Key, ...]:
    """The keys that a mapping may hold to become a `kind` (a dataclass), in its order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        Key(_key_name(hints[f.name]) or f.name, f.name, hints[f.name], _default(f)) for f in fields(kind) if f.init
    )


def options_problem(kind: object) -> str | None:
    """Why a mapping cannot be read into a `kind`, the options of an installed package; None where it can."""
    if not (isinstance(kind, type) and is_dataclass(kind)):
        return f"`options` must be a dataclass, and is {kind!r}"
    try:
        keys(kind)
        _validator(cast("Any", kind))
    except Exception as error:  # noqa: BLE001  # evaluating annotations of another package fails in any way
        reason = str(error).partition("\n")[0]
        return f"the annotations of its options {kind.__qualname__} cannot be read: {type(error).__name__}: {reason}"
    return None


def bare_type(hint: Any) -> Any:
    """A type without its annotations and without None."""
    if get_origin(hint) is Annotated:
        return bare_type(get_args(hint)[0])
    others = [m for m in members(hint) if m is not NoneType]
    return bare_type(others[0]) if len(others) == 1 and hint is not others[0] else hint


def members(hint: Any) -> tuple[Any, ...]:
    """The types that a value may have."""
    if get_origin(hint) is Annotated and get_origin(get_args(hint)[0]) in {Union, UnionType}:
        return get_args(get_args(hint)[0])
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def written_type(hint: Any) -> Any:
    """The type as it is written in a file, where it is annotated with another one than that of the value."""
    before = (a for a in getattr(hint, "__metadata__", ()) if isinstance(a, BeforeValidator))
    return next((a.json_schema_input_type for a in before if a.json_schema_input_type is not PydanticUndefined), hint)


def constraint_of(hint: Any) -> Constraint | None:
    """What a value must look like beyond its type, also where it may be null."""
    annotations = (a for member in (hint, *members(hint)) for a in getattr(member, "__metadata__", ()))
    return next((a for a in annotations if isinstance(a, Constraint)), None)


def sole_key(kind: type) -> Key | None:
    """The key of a block that has no other and cannot do without it: the block is written as that key's value."""
    known = keys(kind)
    return known[0] if len(known) == 1 and known[0].required else None


def _key_name(hint: Any) -> str | None:
    """The alias of a field; of several, the first is the name and others are understood."""
    info = next((a for a in getattr(hint, "__metadata__", ()) if isinstance(a, FieldInfo)), None)
    alias = info.validation_alias if info else None
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else None if alias is None else str(alias)


def _default(field: Any) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


@cache
def _validator(kind: Any) -> SchemaValidator:
    return SchemaValidator(_as_written(TypeAdapter(kind).core_schema))


def _as_written(schema: Any) -> Any:
    """A schema of pydantic's core with the rules of this module."""
    if isinstance(schema, list):
        return [_as_written(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {k: v if k in {"default", "metadata"} else _as_written(v) for k, v in schema.items()}
    match changed.get("type"):
        case "int" | "float" | "bool":
            changed["strict"] = True
        case "str":
            changed["coerce_numbers_to_str"] = True
        case "dataclass-args":
            changed["extra_behavior"] = "forbid"
        case "tuple":
            listed = {"type": "no-info", "function": lambda v: v if isinstance(v, list | dict) else [v]}
            return {"type": "function-before", "function": listed, "schema": changed}
    return changed


def _data(node: yaml.Node) -> Any:
    match node:
        case yaml.Mapping():
            return {e.key: _data(e.node) for e in node.entries if not yaml.is_null(e.node)}
        case yaml.Sequence():
            return [_data(i) for i in node.items]
    return node.value


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error lies: the type expected and what stands there. In a mapping, also the type of that mapping, the
    entry if there is one, and its key."""

    hint: Any
    node: yaml.Node
    around: Any = None
    entry: yaml.Entry | None = None
    name: str = ""


def _spot(kind: type, root: yaml.Node, error: ErrorDetails) -> _Spot:
    spot = _Spot(kind, root)
    for part in error["loc"]:
        node = spot.node
        if isinstance(part, int):
            item = node.items[part] if isinstance(node, yaml.Sequence) else None
            spot = _Spot(_inner(spot.hint, part), item) if item else replace(spot, hint=_inner(spot.hint, part))
        elif isinstance(node, yaml.Mapping) and (entry := node.get(part)):
            spot = _Spot(_inner(spot.hint, part), entry.node, _block(spot.hint), entry, part)
        elif isinstance(node, yaml.Mapping) and error["type"] == "missing":
            spot = _Spot(_inner(spot.hint, part), node, _block(spot.hint), None, part)
        # Any other part is pydantic's name for a member of a union, or for the key of a mapping.
    return spot


def _report(spot: _Spot, error: ErrorDetails, problems: Problems, subject: str) -> None:
    key = f"{subject}`{spot.name}`"
    of_key = f"{key}: " if spot.name else subject
    match error["type"]:
        case "missing":
            problem = f"{of_key}no value is given" if spot.entry else f"{key} is missing"
            problems.add(spot.node.place, problem, _expected(spot.hint))
        case "unexpected_keyword_argument":
            place = spot.entry.place if spot.entry else spot.node.place
            known = [key.name for key in keys(spot.around)]
            expected = expected_word(spot.name, known) if known else "no keys are known here"
            if spot.name == "<<":
                problems.add(place, "YAML 1.2 has no merge keys", "write the keys out, or use `defaults`")
            else:
                problems.add(place, f"unknown key {shown(spot.name)}", expected)
        case "value_error":
            cause = error["ctx"]["error"]
            of_block = error["loc"][-1:] == ("[key]",) or isinstance(spot.node, yaml.Mapping)
            place = spot.entry.place if of_block and spot.entry else spot.node.place
            prefix = "" if of_block else of_key
            for each in cause.errors if isinstance(cause, UnfitValuesError) else (cause,):
                words = (each.problem, each.expected) if isinstance(each, UnfitError) else (str(each), "")
                problems.add(place, prefix + words[0], words[1])
        case _:
            misfit = _misfit(spot, error)
            problems.add(spot.node.place, of_key + misfit.problem, misfit.expected)


def _misfit(spot: _Spot, error: ErrorDetails) -> UnfitError:
    """What is said of a value of another type than the one expected."""
    node = spot.node
    given = shown(node.text) if isinstance(node, yaml.Scalar) and node.text else _NOUNS[type(node)]
    match error["type"]:
        case "too_short":
            return UnfitError("the list is empty", "expected at least one")
        case "tuple_type":
            return UnfitError(f"{given} stands where a list belongs", _expected(spot.hint))
        case "dataclass_type" | "dict_type":
            is_empty_file = not spot.name and yaml.is_null(node)
            problem = "the file is empty" if is_empty_file else f"{given} stands where keys belong"
            return UnfitError(problem, _expected(spot.hint))
        case "enum" | "literal_error" if isinstance(node, yaml.Scalar) and (words := _words(spot.hint)):
            return UnfitError(f"{given} is not known", expected_word(node.text, words))
        case "string_type" if isinstance(node, yaml.Scalar) and isinstance(node.value, bool):
            return UnfitError(f"{given} is not text", "put it in quotes if it is meant as text")
    is_flow = error["type"] == "string_type" and not isinstance(node, yaml.Scalar)
    quotes = "; put a text with * ? [ ] { } in quotes" if is_flow else ""
    return UnfitError(f"{given} does not fit", _expected(spot.hint) + quotes)


def _block(hint: Any) -> Any:
    """The member of a type that a mapping or list is read into."""
    bare = bare_type(hint)
    if get_origin(bare) in {Union, UnionType}:
        return next((b for m in members(bare) if is_dataclass(b := _block(m)) or get_origin(b)), bare)
    return bare


def _inner(hint: Any, part: int | str) -> Any:
    """The type of what stands under a key, or at a place in a list."""
    block = _block(hint)
    if is_dataclass(block) and isinstance(block, type):
        return next((k.hint for k in keys(block) if k.name == part), Any)
    # Of a tuple the items, of a mapping the values.
    return next((a for a in reversed(get_args(block)) if a is not Ellipsis), Any)


_NOUNS = {yaml.Mapping: "a mapping", yaml.Sequence: "a list", yaml.Scalar: "nothing"}
_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list", dict: "keys"}


def _expected(hint: Any) -> str:
    return f"expected {_description(hint)}"


def _words(hint: Any) -> list[str]:
    """The words of which a value must be one; none where other values fit too."""
    bare = bare_type(written_type(hint))
    if get_origin(bare) is Literal:
        return [str(word) for word in get_args(bare)]
    return list(bare) if isinstance(bare, type) and issubclass(bare, StrEnum) else []


def _description(hint: Any) -> str:
    written = written_type(hint)
    others = [m for m in members(written) if m is not NoneType]
    bare = bare_type(written)
    if len(others) > 1 or get_origin(bare) in {Union, UnionType}:
        return " or ".join(_description(m) for m in (others if len(others) > 1 else members(bare)))
    if words := _words(bare):
        return f"one of: {', '.join(words)}" if len(words) > 1 else words[0]
    if get_origin(bare) is tuple and bare_type(get_args(bare)[0]) is str:
        return "a text, or a list of texts"
    if is_dataclass(bare) and isinstance(bare, type):
        names = [k.name for k in keys(bare)]
        return f"keys such as {', '.join(names[:4])}" if names else "a mapping"
    return _NAMES.get(get_origin(bare) or bare, "a value")
