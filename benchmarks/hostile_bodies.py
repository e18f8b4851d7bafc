"""Bodies that strangers could write to make a reader slow, of any size, and the readers that get them.

Each repeats one piece, between a beginning and an end that lead the reader to it. `READERS` lists every reader of what
comes from outside: policy files, headers, pages, feeds, metadata of PDF files and packages, YAML and CSV.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from colophon.config.problems import Problems
from colophon.config.yaml import parse_yaml
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.delimited import table_rows
from colophon.connectors.web.embedded import embedded_parts
from colophon.connectors.web.html import read_page
from colophon.connectors.web.http_response import HeaderLine
from colophon.connectors.web.page_signals import page_of
from colophon.reservations import PROTOCOLS
from colophon.reservations.observation_rows import rights_only
from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.policy import load_policy
from colophon.reservations.policy_files import MAX_POLICY_BYTES, outcome_of_body
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, Reading

#: The last line that this module prints as a program.
ALL_READ = "all read"


@dataclass(frozen=True, slots=True)
class HostileBody:
    """A piece with what stands before and behind all its repetitions; `%d` in it is its number."""

    piece: bytes
    begin: bytes = b""
    end: bytes = b""

    def of_size(self, size: int) -> bytes:
        """A body of about so many octets."""
        repeats = max(1, size // len(self.piece))
        pieces = (self.piece % number for number in range(repeats)) if b"%d" in self.piece else [self.piece] * repeats
        return self.begin + b"".join(pieces) + self.end


@dataclass(frozen=True, slots=True)
class NestedBody:
    """An opening and a closing piece, as often one as the other."""

    opening: bytes
    closing: bytes
    begin: bytes = b""
    end: bytes = b""

    def of_size(self, size: int) -> bytes:
        """A body of about so many octets."""
        levels = max(1, size // (len(self.opening) + len(self.closing)))
        return self.begin + self.opening * levels + self.closing * levels + self.end


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, its hostile bodies, and the largest body that it reads as a whole. Several may share a name, which is
    that of a row of the suite."""

    name: str
    read: Callable[[bytes], object]
    bodies: tuple[HostileBody | NestedBody, ...]
    largest: int = 2**20


_AGENTS = AgentTokens(("CCBot",), load_policy("strict").tokens_for_training((), ("CCBot",)))
_TOKENS = frozenset(_AGENTS.train)
_PATH = "/" + "a" * 200 + "?b=c"


def _judge(reading: Reading) -> None:
    reading.statements()
    judge = reading.judge(_AGENTS)
    judge(_PATH)
    judge(UNKNOWN_PATH)


def _policy_file(protocol: str, body: bytes) -> None:
    known = PROTOCOLS[protocol]
    outcome_of_body(body, known.host_file or protocol)
    _judge(known.reading(body, "host.example", _TOKENS))


def _parts(parts: tuple[PagePart, ...]) -> None:
    for protocol in PROTOCOLS.values():
        if protocol.read_page is not None:
            _judge(protocol.read_page(parts, _TOKENS))


def _page(body: bytes) -> None:
    _parts(page_of((), "text/html", body).parts)


def _text(body: bytes) -> None:
    read_page(body.decode(), "https://host.example/")


def _header(name: str, body: bytes) -> None:
    _parts(page_of((HeaderLine(name, body),), "text/html", b"").parts)


def _headers(name: str, body: bytes) -> None:
    _parts(page_of(tuple(HeaderLine(name, line) for line in body.splitlines()), "text/html", b"").parts)


def _xmp(body: bytes) -> None:
    _parts((rights_only(PagePart(PagePartKind.EMBEDDED, "xmp", body, 0)),))


def _yaml(body: bytes) -> None:
    parse_yaml(body.decode(), "file.yaml", Problems())


def _csv(body: bytes) -> None:
    with StoredFile("list.csv", io.BytesIO(body)) as file, suppress(StreamDamagedError):
        for _ in table_rows(file):
            pass


def _pieces(*pieces: bytes, begin: bytes = b"", end: bytes = b"") -> tuple[HostileBody, ...]:
    return tuple(HostileBody(piece, begin, end) for piece in pieces)


_GROUP = b"User-agent: *\n"
_RSL = b'<rsl xmlns="https://rslstandard.org/rsl">'
_FEED = b'<rss xmlns:r="https://rslstandard.org/rsl">'
_LICENSE = b'<content url="/"><license><permits>'
_RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="http://www.w3.org/ns/tdmrep/">'
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Metadata 2 0 R>>endobj\n"
_PDF_END = b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"
_HEADERS = ("x-robots-tag", "link", "content-usage", "content-signal", "tdm-reservation", "tdm-policy")
_OF_HEADERS = _pieces(
    b"noai, ", b"a: noai, ", b"a:", b" ", b",", b"<", b"<a>;rel=license;type=application/rsl+xml, ", b'; rel="',
    b"train-ai=n, ", b"ai-train=no ", b"(", b'"', b"\\", b"a", b"a.", b"-/", b"1",
)  # fmt: skip
_OF_HEADER_LINES = _pieces(
    b"noai\n", b"bot%d: noai\n", b"bot%d: noml\n", b"<a>;rel=license;type=application/rsl+xml\n", b"train-ai=n\n",
    b"ai-train=no\n", b"1\n",
)  # fmt: skip

READERS: tuple[Reader, ...] = (
    Reader(
        "robots_txt",
        partial(_policy_file, "robots"),
        (
            *_pieces(
                b"User-agent: bot%d\nDisallow: /\n",
                _GROUP,
                b"# train the AI model without \n",
                b"# - train AI\n",
                b"# the AI may use TDM, TDM may be used but may use TDM,\n",
                b"#\n",
                b": ",
                b"\xc2\xa0",
                b"User-agent:",
                b"\r",
            ),
            *_pieces(b"Disallow: /a%d\n", b"Disallow: /*a*b*c$\n", b"Disallow: /%%2f%%2F*%d\n", begin=_GROUP),
            *_pieces(b"*a", b"a", b"%C3%A4", b"?", begin=_GROUP + b"Disallow: /", end=b"$"),
        ),
        MAX_POLICY_BYTES,
    ),
    Reader(
        "content_usage",
        partial(_policy_file, "aipref"),
        (
            *_pieces(_GROUP + b"Content-Usage: /a%d train-ai=n\n"),
            *_pieces(b"a=y, ", b"a=(", b";a=1", b'"\\', b"1", begin=_GROUP + b"Content-Usage: train-ai"),
        ),
        MAX_POLICY_BYTES,
    ),
    Reader(
        "content_signal",
        partial(_policy_file, "content_signal"),
        (
            *_pieces(_GROUP + b"Content-Signal: /a%d ai-train=no\n"),
            *_pieces(b" ", b", ", b"a:", b"=yes ai-train", b"a", begin=_GROUP + b"Content-Signal: ai-train", end=b"!"),
        ),
        MAX_POLICY_BYTES,
    ),
    Reader(
        "tdmrep_json",
        partial(_policy_file, "tdmrep"),
        (
            *_pieces(b"<!---->", b"<!-- -- ", b"[", b'{"a":', b" ", b"1"),
            *_pieces(b'{"location":"/*a*b%d","tdm-reservation":1},', b"[],", begin=b"[", end=b"{}]"),
            *_pieces(b"*a", b"\\u0000", begin=b'[{"tdm-reservation":1,"location":"/', end=b'"}]'),
            *_pieces(b'"tdm-reservation":1,', begin=b"{", end=b'"a":0}'),
        ),
        MAX_POLICY_BYTES,
    ),
    Reader(
        "ai_txt",
        partial(_policy_file, "ai_txt"),
        (
            *_pieces(
                b"User-Agent: bot%d\nDisallow: *.jpg\n",
                b"<!---->",
                b"train AI models\n",
                b"## no\n- train AI\n",
                b"training: /\n",
                b"1) ",
                b"# # ",
                b"\n",
                b"ai-training:   ",
                b"vorbehalt",
                b"without ",
                b"AI ",
                b"you may train AI, \n",
                b"a: ",
            ),
            *_pieces(b"a=b,", b"/a ", begin=b"training: ", end=b"!"),
        ),
        MAX_POLICY_BYTES,
    ),
    Reader(
        "rsl",
        partial(_policy_file, "rsl"),
        (
            *_pieces(b"<a>", b"User-agent: bot%d\nLicense: https://a.example/x\n"),
            NestedBody(b"<a>", b"</a>"),
            NestedBody(b"<item>", b"</item>", _FEED, b"</rss>"),
            NestedBody(b"<r:content>", b"</r:content>", _FEED, b"</rss>"),
            *_pieces(b'<!ENTITY b "b">', begin=b"<!DOCTYPE a [", end=b"]><a/>"),
            *_pieces(b'<content url="/*a%d"><license/></content>', begin=_RSL, end=b"</rsl>"),
            *_pieces(b"<item><link>/a</link><r:content/></item>", begin=_FEED, end=b"</rss>"),
            *_pieces(b" u%d", b" , ", begin=_RSL + _LICENSE, end=b"</permits></license></content></rsl>"),
            *_pieces(b" a%d='b'", b" xmlns:a%d='b'", begin=b"<a", end=b"/>"),
        ),
        MAX_POLICY_BYTES,
    ),
    *(Reader("one_header", partial(_header, name), _OF_HEADERS) for name in _HEADERS),
    *(Reader("many_headers", partial(_headers, name), _OF_HEADER_LINES) for name in _HEADERS),
    Reader(
        "tags",
        _page,
        _pieces(
            b"<meta name=robots content=noai>",
            b"<",
            b"<!--",
            b"<!---->",
            b"<script>",
            b"<script><!--<script>",
            b"<template>",
            b"<a b=",
            b"<meta name=robots content='noai",
            b"<p a='b' ",
            b"</script <!--",
            b"&amp",
            b"<script type=application/rsl+xml><rsl></script>",
            b"<link rel=license type=application/rsl+xml href=a>",
            b"<textarea></textarea ",
            b"<meta name=robots content='noai' a%d>",
            begin=b"<!-- noai application/rsl -->",
        ),
    ),
    Reader(
        "page",
        _text,
        _pieces(
            b"<a rel=license>",
            b"<a rel='x' href=y>",
            b"<div>",
            b"<b>",
            b"<i><p>",
            b"<table><a>",
            b"<nobr>",
            b"<li>",
            b"<pre>\n",
            b"<meta name=license content=x>",
            b"<svg><a>",
            b"</p>",
            b"<a><table>",
            b"<select>",
            b"<p><font a=1>",
            b" ",
            b"<br>",
            b"<form>",
            b"<dd>",
            b"<button>",
            b"<script type='application/ld+json'>{\"license\":[",
            b"<script type='application/ld+json'>[[</script>",
        ),
    ),
    Reader(
        "pdf",
        embedded_parts,
        _pieces(
            b"1 0 obj<<>>endobj\n",
            b"<<",
            b"[",
            b"(",
            b"/A ",
            b"%",
            b"xref\n",
            b"stream\n",
            b"trailer<<",
            b"startxref\n5\n",
            b"obj",
            b"0 ",
            b"\n",
            begin=_PDF,
            end=_PDF_END,
        ),
    ),
    Reader(
        "xmp",
        _xmp,
        (
            *_pieces(b"<a>", b"\0", b"<t:reservation>"),
            *_pieces(
                b"<rdf:Description><t:reservation>1</t:reservation></rdf:Description>",
                b"<rdf:Description><t:reservation>1</t:reservation><x/></rdf:Description>",
                begin=_RDF,
                end=b"</rdf:RDF>",
            ),
            NestedBody(b"<t:reservation><rdf:Bag>", b"</rdf:Bag></t:reservation>", _RDF, b"</rdf:RDF>"),
            NestedBody(b"<rdf:Description>", b"</rdf:Description>", _RDF, b"</rdf:RDF>"),
        ),
    ),
    Reader(
        "yaml",
        _yaml,
        _pieces(
            b"- ",
            b"[",
            b"{a: ",
            b"a: 1\n",
            b"a%d: 1\n",
            b"&a *a ",
            b"? ",
            b"'",
            b"a",
            b" ",
            b"- a\n",
            b"#\n",
            b"!a ",
            b'"\\x41',
            b"- &a%d [x, x]\n",
        ),
        2**17,
    ),
    Reader("csv", _csv, _pieces(b'"', b'""', b'"a', b",", b"\n", b"a", b'"\n', b'a",', b"\r")),
)


def bodies() -> Iterator[tuple[Reader, HostileBody | NestedBody]]:
    """Every reader with each of its bodies."""
    return ((reader, body) for reader in READERS for body in reader.bodies)


def main() -> None:
    """Read every body, of the size that is given, and say before each which it is."""
    size = int(sys.argv[1])
    for reader, body in bodies():
        print(f"{reader.name}: {body}", flush=True)
        reader.read(body.of_size(min(size, reader.largest)))
    print(ALL_READ)


if __name__ == "__main__":
    main()
