"""Reads YAML 1.2 into a tree that knows the file and line of everything in it.

Core rules only: `no` and `on` are text; dates stay as they are written; a key twice in one mapping, merge keys and
tags of other languages are errors. Nothing is ever constructed but text, numbers, true, false and null.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML, events, nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from colophon.config.problems import InputLocation, Problems, UnfitError, shown


class _WrittenNumber:
    """A number that as text is what was written."""

    text: str

    def __str__(self) -> str:
        return self.text


class WrittenInteger(_WrittenNumber, int):
    """A whole number with its text."""


class WrittenFloat(_WrittenNumber, float):
    """A number with its text."""


Plain = str | int | float | bool | None

#: Aliases can make a small file huge; no configuration is this long.
_MAX_NODES = 200_000
_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    _TAG + kind for kind in ("map", "seq", "str", "null", "bool", "int", "float", "timestamp", "merge")
)

#: Lists and mappings inside each other; no configuration needs as many.
_MAX_DEPTH = 100

#: Where a pattern of file names or another text runs into what YAML writes lists and mappings with.
_UNQUOTED = re.compile(r"[\w./*-][\[{]|[\]}][\w./*-]|[*?]|\[!")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value: its text as written and, where it is not quoted, what YAML 1.2 takes it for."""

    text: str
    value: Plain
    place: InputLocation


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: InputLocation


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and what it holds; `place` is the key's."""

    key: str
    node: Node
    place: InputLocation


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[Entry, ...]
    place: InputLocation

    def get(self, key: str) -> Entry | None:
        return next((e for e in self.entries if e.key == key), None)

    def place_of(self, key: str) -> InputLocation:
        """Where the key stands; where the mapping begins if it has no such key."""
        entry = self.get(key)
        return entry.place if entry else self.place


Node = Scalar | Sequence | Mapping


def read_yaml(path: str, problems: Problems) -> Node | None:
    """The one document of a file, a null where it is empty; None, with the reason in `problems`, where it has none."""
    whole = InputLocation(path)
    try:
        content = Path(path).read_bytes()
    except OSError as e:
        problems.add(whole, f"cannot be read: {(e.strerror or type(e).__name__).lower()}", "expected a YAML file")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            problems.add(InputLocation(path, 1), "is UTF-16 or UTF-32, not UTF-8", "save the file as UTF-8")
        else:
            line = content.count(b"\n", 0, e.start) + 1
            problems.add(InputLocation(path, line), "is not UTF-8", "expected YAML 1.2 in UTF-8")
        return None
    return parse_yaml(text, path, problems)


def parse_yaml(text: str, file: str, problems: Problems) -> Node | None:
    """Like `read_yaml`, of text at hand; `file` is the name that messages use."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        return Scalar("", None, InputLocation(file, 1)) if root is None else _Tree(file, problems).node(root, ())
    except MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark is not None else 0
        misfit = _misfit(e, text.splitlines())
        problems.add(InputLocation(file, line), misfit.problem, misfit.expected)
    except ReaderError as e:
        line = text.count("\n", 0, e.position) + 1
        problem = f"holds the control character U+{ord(text[e.position]):04X}"
        is_utf16 = text[e.position] == "\0" and e.position <= 1
        expected = "save the file as UTF-8: it looks like UTF-16" if is_utf16 else "remove it"
        problems.add(InputLocation(file, line), problem, expected)
    except (YAMLError, ValueError) as e:
        problems.add(InputLocation(file), f"is not YAML: {str(e).splitlines()[0]}", "expected YAML 1.2")
    except RecursionError:
        place = InputLocation(file, _deep_line(text))
        problems.add(place, "is nested too deeply", f"expected {_MAX_DEPTH} levels at most")
    return None


def _misfit(error: MarkedYAMLError, lines: list[str]) -> UnfitError:
    """What is wrong with text that is no YAML, and what to write instead."""
    reason, mark = str(error.problem or error.context), error.problem_mark
    line = "" if mark is None else next(iter(lines[mark.line : mark.line + 1]), "")
    if "alias" in f"{error.context} {error.problem}":
        word = next(iter(re.findall(r"\*[^\s,\]}]*", line)), "*")
        problem = f"{shown(word)} is not in quotes, and YAML takes what begins with * for an alias"
        return UnfitError(problem, f'put it in quotes, as in "{word}"')
    if "another document" in reason:
        return UnfitError("a second document begins here", "expected one: remove this line, or move the rest to a file")
    if "cannot start any token" in reason and mark is not None:
        sign = line[mark.column : mark.column + 1]
        if sign == "\t":
            return UnfitError("a tab stands where YAML expects spaces", "indent with spaces")
        return UnfitError(f"a value begins with {shown(sign)}, which YAML keeps for itself", "put it in quotes")
    begun = 0 if error.context_mark is None else error.context_mark.line + 1
    suspects = (line, *lines[max(begun - 1, 0) : begun])
    expected = "expected YAML 1.2"
    if "escape character" in reason:
        expected = "put a text with backslashes in single quotes"
    elif any(_UNQUOTED.search(suspect.partition(": ")[2] or suspect.strip(" -")) for suspect in suspects):
        expected = "put patterns and texts with * ? [ ] { } ! in quotes"
    since = f" (in what begins on line {begun})" if mark is not None and begun not in {0, mark.line + 1} else ""
    return UnfitError(f"is not YAML: {reason}{since}", expected)


def _deep_line(text: str) -> int:
    """The line on which lists and mappings go deeper than `_MAX_DEPTH`; 0 where they do not."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, events.CollectionStartEvent)
        depth -= isinstance(event, events.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            return int(event.start_mark.line) + 1
    return 0


def canonical_json(node: Node) -> str:
    """What a node holds as JSON with sorted keys and no space: equal for files that differ only in layout."""
    return json.dumps(as_plain(node), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_plain(node: Node) -> object:
    """What a node holds as dict, list and plain values; numbers that JSON lacks stay text."""
    match node:
        case Mapping():
            return {e.key: as_plain(e.node) for e in node.entries}
        case Sequence():
            return [as_plain(i) for i in node.items]
        case Scalar():
            unfit = isinstance(node.value, float) and not math.isfinite(node.value)
            return node.text if unfit else node.value


def scalars(node: Node) -> Iterator[Scalar]:
    """Every value in the tree below a node, keys aside."""
    match node:
        case Mapping():
            for e in node.entries:
                yield from scalars(e.node)
        case Sequence():
            for i in node.items:
                yield from scalars(i)
        case Scalar():
            yield node


def is_null(node: Node) -> bool:
    """Whether a key stands there without a value."""
    return isinstance(node, Scalar) and node.value is None


def plain_value(text: str, tag: str) -> Plain:
    """The value of unquoted text under a tag of the core schema (YAML 1.2.2, section 10.3); else the text itself."""
    match tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool" if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        case "int":
            return _integer(text)
        case "float":
            return _float(text)
    return text


class _Tree:
    """Turns the parser's nodes into ours."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._nodes = 0

    def node(self, node: nodes.Node, above: tuple[int, ...]) -> Node:
        place = self._place(node)
        self._nodes += 1
        if id(node) in above:
            self._problems.add(place, "an alias repeats what it stands in", "expected the values written out")
            return Scalar("", None, place)
        if self._nodes > _MAX_NODES:
            self._problems.add(
                InputLocation(self._file), f"holds more than {_MAX_NODES} values", "expected fewer aliases"
            )
            return Scalar("", None, place)
        self._require_known_tag(str(node.tag), place)
        if isinstance(node, nodes.MappingNode):
            return self._mapping(node, (*above, id(node)))
        if isinstance(node, nodes.SequenceNode):
            return Sequence(tuple(self.node(n, (*above, id(node))) for n in node.value), place)
        return self._scalar(node, place)

    def _mapping(self, node: nodes.MappingNode, above: tuple[int, ...]) -> Mapping:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, nodes.ScalarNode):
                self._problems.add(place, "a key is a list or a mapping", "expected a word")
                continue
            self._require_known_tag(str(key_node.tag), place)
            key = str(self._scalar(key_node, place).text)
            if key in entries:
                first = entries[key].place.line
                self._problems.add(place, f"key {shown(key)} is given twice", f"keep this one or that on line {first}")
                continue
            entries[key] = Entry(key, self.node(value_node, above), place)
        return Mapping(tuple(entries.values()), self._place(node))

    def _require_known_tag(self, tag: str, place: InputLocation) -> None:
        if tag not in _KNOWN_TAGS:
            written = tag.replace(_TAG, "!!", 1)
            expected = "expected values without tags; put a text that begins with ! in quotes"
            self._problems.add(place, f"tag {shown(written)} is not known here", expected)

    def _scalar(self, node: nodes.Node, place: InputLocation) -> Scalar:
        tag, text = str(node.tag), str(node.value)
        if node.anchor is not None and not text and plain_value(text, tag) is None:
            expected = f'put a text that begins with & in quotes, as in "&{node.anchor}"'
            self._problems.add(place, f"{shown(f'&{node.anchor}')} names a value, and none follows", expected)
        if not text.isprintable() and any("\ud800" <= c <= "\udfff" for c in text):
            self._problems.add(place, "holds half of a surrogate pair", "expected characters of Unicode")
            text = ""
        # A quoted scalar keeps the tag `str`.
        return Scalar(text, plain_value(text, tag), place)

    def _place(self, node: nodes.Node) -> InputLocation:
        return InputLocation(self._file, node.start_mark.line + 1)


def _integer(text: str) -> Plain:
    for base in (10, 0):
        try:
            number = WrittenInteger(text.replace("_", ""), base)
        except ValueError:
            continue
        number.text = text
        return number
    return text


def _float(text: str) -> Plain:
    try:
        number = WrittenFloat(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    number.text = text
    return number
