"""Embedded metadata as evidence: without what does not speak on rights, such as the names of people."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element, tostring

from colophon.analyzers.reservations import iptc, tdmrep
from colophon.analyzers.reservations.rsl_terms import is_rsl_namespace
from colophon.analyzers.reservations.xmp import xmp_root
from colophon.record.carried import Carried

_DESCRIBED = frozenset({"xmp", "opf"})
#: What holds statements, in XMP (ISO 16684-1, 7.3) and in the package of an EPUB (of version 2 also OPF 2.0, 2.2).
_FRAMES = frozenset({"xmpmeta", "RDF", "Description", "package", "metadata", "x-metadata"})
_FRAME_ATTRIBUTES = frozenset({"prefix", "version"})
_EPUB_STATEMENTS = frozenset({"reservation", "policy"})


def rights_only(part: Carried) -> Carried:
    """The part with those properties alone that an evaluator can read; what is no XML, and any other part, as it is."""
    if part.name not in _DESCRIBED:
        return part
    root = xmp_root(part.content)
    if root is None:
        return part
    _prune(root)
    return replace(part, content=tostring(root, "utf-8"))


def _prune(frame: Element) -> None:
    for name in [name for name in frame.attrib if name not in _FRAME_ATTRIBUTES and not _is_property(name)]:
        del frame.attrib[name]
    for child in list(frame):
        if _is_property(child.tag) or _is_epub_statement(child):
            child.tail = None
        elif _local(child.tag) in _FRAMES:
            child.tail = None
            _prune(child)
        else:
            frame.remove(child)


def _is_property(name: str) -> bool:
    namespace = name.removeprefix("{").rpartition("}")[0]
    return namespace in tdmrep.NAMESPACES or name in iptc.PROPERTIES or is_rsl_namespace(namespace)


def _is_epub_statement(written: Element) -> bool:
    named = written.get("property") or written.get("name") or ""
    return _local(written.tag) == "meta" and named.strip().rpartition(":")[2] in _EPUB_STATEMENTS


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
