"""Finds the source blocks of a corpus: its own, those of included files, each with the defaults it leaves open."""

from __future__ import annotations

import glob
import os

from colophon.config.corpus_file import IncludedFile
from colophon.config.environment import expanded_text, refuse_passwords
from colophon.config.problems import InputLocation, Problems, UnfitError, shown
from colophon.config.typed_yaml import Reading, read_into
from colophon.config.yaml_lines import Entry, Mapping, Node, Scalar, Sequence, is_null, read_yaml

_SOURCES = "expected a list of sources, each beginning with `- name:`"


def source_blocks(root: Mapping, reading: Reading) -> tuple[Mapping, ...]:
    """The blocks in the order of the file, then of the included files by pattern and name.

    A key of `defaults` counts where a source lacks it, as a whole: blocks are not mixed.
    """
    problems = reading.problems
    defaults = _defaults(root, problems)
    own = root.get("sources")
    blocks = [] if own is None else _blocks(own.node, own.place, problems)
    for file in _included_files(root, reading):
        blocks += _blocks_of_file(file, reading)
    if not blocks and not problems.found:
        problems.add(root.place, "there are no sources", _SOURCES)
    return tuple(_with_defaults(b, defaults) for b in blocks)


def _defaults(root: Mapping, problems: Problems) -> tuple[Entry, ...]:
    entry = root.get("defaults")
    if entry is None or is_null(entry.node):
        return ()
    if isinstance(entry.node, Mapping):
        return entry.node.entries
    problems.add(entry.place, "`defaults` holds no keys", "expected keys of a source")
    return ()


def _blocks(node: Node, place: InputLocation, problems: Problems) -> list[Mapping]:
    if not isinstance(node, Sequence) or not node.items:
        problems.add(place, "`sources` holds no list", _SOURCES)
        return []
    for item in node.items:
        if not isinstance(item, Mapping):
            problems.add(item.place, "a source is not a block of keys", _SOURCES)
    return [i for i in node.items if isinstance(i, Mapping)]


def _included_files(root: Mapping, reading: Reading) -> tuple[str, ...]:
    entry = root.get("include")
    if entry is None:
        return ()
    patterns = entry.node.items if isinstance(entry.node, Sequence) else (entry.node,)
    files: list[str] = []
    for pattern in patterns:
        # What is no text is reported where the key itself is read.
        if isinstance(pattern, Scalar) and isinstance(pattern.value, str):
            files += _matching(pattern, root, reading)
    return tuple(dict.fromkeys(files))


def _matching(pattern: Scalar, root: Mapping, reading: Reading) -> list[str]:
    try:
        text = expanded_text(pattern.text, reading.variables)
    except UnfitError:
        return []
    # Joined to the corpus file's folder as the user wrote it, so that messages name files in the same way.
    found = sorted(glob.glob(os.path.join(os.path.dirname(root.place.file), text), recursive=True))  # noqa: PTH118, PTH120, PTH207
    if not found:
        reading.problems.add(
            pattern.place,
            f"`include` {shown(pattern.text)} matches no file",
            "expected a file or glob beside this file",
        )
    return found


def _blocks_of_file(file: str, reading: Reading) -> list[Mapping]:
    root = read_yaml(file, reading.problems)
    if root is None:
        return []
    refuse_passwords(root, reading.problems)
    if isinstance(root, Sequence):
        return _blocks(root, root.place, reading.problems)
    included = read_into(IncludedFile, root, reading)
    return _blocks(included.sources, included.sources.place, reading.problems) if included else []


def _with_defaults(block: Mapping, defaults: tuple[Entry, ...]) -> Mapping:
    own = {e.key for e in block.entries}
    return Mapping((*block.entries, *(d for d in defaults if d.key not in own)), block.place)
