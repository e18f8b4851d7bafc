"""What files say on rights in their own metadata: XMP packets of PDF files and images, packages of EPUB files, and
manifests of images.

A file is known by its first octets, whatever it is declared to be. Only what can speak on rights is kept.
"""

from __future__ import annotations

import io
import logging
import struct
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from colophon.reservations import PROTOCOLS
from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.reservation_protocol import EmbeddedMetadata

_PROGRAM = Path(__file__).with_name("c2pa_report.py")
_BOX = b"jumb"
#: The name of the assertion, or of a box with compressed content, in which it may be.
_TRACES = (b"training-mining", b"brob")
_MAX_REPORT = 64 * 2**10
_SECONDS = 20


def content_credentials(body: bytes, media_type: str) -> tuple[PagePart, ...]:
    """What an image's own manifests say on training and mining, and whether they are valid; nothing if they do not.

    The content is a report as JSON, and empty where there is a manifest that cannot be read.
    """
    offset = body.find(_BOX)
    if offset < 0 or not any(trace in body for trace in _TRACES):
        return ()
    report = _report(body, media_type)
    return (
        () if report is not None and not report else (PagePart(PagePartKind.EMBEDDED, "c2pa", report or b"", offset),)
    )


def _report(body: bytes, media_type: str) -> bytes | None:
    """The report, empty where there is nothing to report; None where the manifest cannot be read."""
    command = [sys.executable, "-I", str(_PROGRAM), media_type]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 and len(done.stdout) <= _MAX_REPORT else None


#: Octets of a file that is looked into; metadata of larger ones are not known.
MAX_FILE = 64 * 2**20
#: Octets of a block that is kept; what is longer would be no XML any more once it is cut.
_MAX_BLOCK = 4 * 2**20
_MAX_ZIP_ENTRIES = 50_000
_MAX_RENDITIONS = 10

# What is wrong with a stranger's file concerns nobody, and messages could quote it.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def embedded_parts(body: bytes) -> tuple[PagePart, ...] | None:
    """The blocks of a file that may speak on rights; None where it is of another kind, damaged, encrypted or larger
    than MAX_FILE, so that nobody looked."""
    read = _reader_of(body)
    if read is None or len(body) > MAX_FILE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(body)
    except Exception:  # noqa: BLE001  # parsers of foreign files fail in any way
        return None


def _reader_of(body: bytes) -> Callable[[bytes], tuple[PagePart, ...]] | None:
    # Some octets may come before a PDF file.
    if b"%PDF-" in body[:1024]:
        return _of_pdf
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _of_webp
    return next((read for mark, read in _READERS.items() if body.startswith(mark)), None)


def _of_pdf(body: bytes) -> tuple[PagePart, ...]:
    """The packet of the document itself; those of its pictures are not about it (ISO 32000-2, 14.3.2)."""
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted:
        raise ValueError("encrypted")
    metadata = reader.root_object.get("/Metadata")
    stream = None if metadata is None else metadata.get_object()
    if not isinstance(stream, StreamObject):
        return ()
    return _packet(body, stream.get_data())


def _of_image(body: bytes, kind: str) -> tuple[PagePart, ...]:
    with Image.open(io.BytesIO(body), formats=(kind,)) as image:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    return (*_packet(body, packet), *content_credentials(body, f"image/{kind.lower()}"))


def _of_webp(body: bytes) -> tuple[PagePart, ...]:
    # The library would make room for the whole picture.
    packet = next((content for name, content in _chunks(body) if name == b"XMP "), b"")
    return (*_packet(body, packet), *content_credentials(body, "image/webp"))


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:  # name and content
    at = 12
    while at + 8 <= len(body):
        name, size = struct.unpack_from("<4sI", body, at)
        yield name, body[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


@cache
def _metadata() -> tuple[EmbeddedMetadata, ...]:
    """The metadata in which protocols stand."""
    return tuple(protocol.embedded for protocol in PROTOCOLS.values() if protocol.embedded is not None)


def _packet(body: bytes, packet: bytes) -> tuple[PagePart, ...]:
    """The packet, if it can speak on rights; its offset is 0 where the file holds it compressed."""
    speaks = any(trace in packet.replace(b"\0", b"") for metadata in _metadata() for trace in metadata.traces)
    if not speaks or len(packet) > _MAX_BLOCK:
        return ()
    return (PagePart(PagePartKind.EMBEDDED, "xmp", packet, max(0, body.find(packet))),)


def _of_epub(body: bytes) -> tuple[PagePart, ...]:
    """The package document of every rendition (EPUB Open Container Format 3.3, section 4.2.6.3.1)."""
    if body.count(b"PK\x01\x02") > _MAX_ZIP_ENTRIES:
        raise ValueError("too many entries")
    with zipfile.ZipFile(io.BytesIO(body)) as container:
        packages = (container.getinfo(path) for path in _package_paths(_member(container, "META-INF/container.xml")))
        blocks = [(_member(container, info.filename), info.header_offset) for info in packages]
    return tuple(
        PagePart(PagePartKind.EMBEDDED, "opf", block, offset)
        for block, offset in blocks
        if any(trace in block.replace(b"\0", b"") for m in _metadata() for trace in (*m.traces, *m.epub_traces))
    )


def _member(container: zipfile.ZipFile, path: str) -> bytes:
    """A file, unpacked as far as it may be long. Raises ValueError for one that is longer, or packed as EPUB files
    must not be: other methods may ask for much memory."""
    info = container.getinfo(path)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ValueError("compression")
    with container.open(info) as file:
        content = file.read(_MAX_BLOCK + 1)
    if len(content) > _MAX_BLOCK:
        raise ValueError("too long")
    return content


def _package_paths(container: bytes) -> list[str]:
    try:
        root = ElementTree.fromstring(container)
    except ParseError:
        raise ValueError("container") from None
    files = root.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    return list(dict.fromkeys(path for file in files if (path := file.get("full-path"))))[:_MAX_RENDITIONS]


_READERS: Mapping[bytes, Callable[[bytes], tuple[PagePart, ...]]] = {
    b"PK\x03\x04": _of_epub,
    b"\xff\xd8\xff": partial(_of_image, kind="JPEG"),
    b"\x89PNG\r\n\x1a\n": partial(_of_image, kind="PNG"),
    b"II*\0": partial(_of_image, kind="TIFF"),
    b"MM\0*": partial(_of_image, kind="TIFF"),
}
