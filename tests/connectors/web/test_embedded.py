"""Files written by Pillow, pypdf, zipfile and by hand; manifests are tested with the content credentials."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from colophon.connectors.web.embedded import MAX_FILE, embedded_parts
from tests.hanging import without_hanging

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
    b'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/></rdf:RDF></x:xmpmeta>'
)
OTHER_XMP = XMP.replace(b"ns.useplus.org", b"ns.example.org")
OPF = (
    b'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata>'
    b'<meta name="tdm:reservation" content="1"/></metadata></package>'
)
CONTAINER = (
    b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    b'<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def image(kind: str, packet: bytes | None) -> bytes:
    options: dict[str, object] = {}
    if packet is not None and kind in {"JPEG", "WEBP"}:
        options["xmp"] = packet
    elif packet is not None and kind == "TIFF":
        options["tiffinfo"] = {700: packet}
    elif packet is not None:
        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        options["pnginfo"] = text
    file = io.BytesIO()
    Image.new("RGB", (16, 12), (200, 30, 90)).save(file, kind, **options)
    return file.getvalue()


def pdf(packet: bytes | None, *, password: str | None = None, compress: bool = False) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    if packet is not None:
        stream = StreamObject()
        stream.set_data(packet)
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        written = stream.flate_encode() if compress else stream
        writer.root_object[NameObject("/Metadata")] = writer._add_object(written)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def epub(package: bytes = OPF, container: bytes = CONTAINER, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", container, method)
        book.writestr("OPS/book.opf", package, method)
    return file.getvalue()


KINDS = ["JPEG", "PNG", "WEBP", "TIFF"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_packet_of_an_image_is_kept_with_its_place(kind):
    file = image(kind, XMP)
    (part,) = embedded_parts(file)
    assert (part.name, part.content) == ("xmp", XMP)
    assert file[part.offset :].startswith(XMP)


@pytest.mark.parametrize("kind", KINDS)
def test_a_packet_that_cannot_speak_on_rights_is_not_kept(kind):
    assert embedded_parts(image(kind, OTHER_XMP)) == ()
    assert embedded_parts(image(kind, None)) == ()


def test_a_packet_in_a_jpeg_written_by_hand():
    segment = b"http://ns.adobe.com/xap/1.0/\0" + XMP
    file = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + image("JPEG", None)[2:]
    assert [part.content for part in embedded_parts(file)] == [XMP]


def test_a_compressed_packet_in_a_png_written_by_hand():
    content = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)
    chunk = struct.pack(">I", len(content)) + b"iTXt" + content
    chunk += struct.pack(">I", zlib.crc32(b"iTXt" + content))
    file = image("PNG", None)
    (part,) = embedded_parts(file[:33] + chunk + file[33:])
    assert (part.content, part.offset) == (XMP, 0)


@pytest.mark.parametrize("compress", [False, True])
def test_the_packet_of_a_pdf_is_kept(compress):
    (part,) = embedded_parts(pdf(XMP, compress=compress))
    assert (part.name, part.content) == ("xmp", XMP)


def test_a_pdf_written_by_hand_with_a_packet_of_a_picture_beside_its_own():
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Metadata/Length %d>>stream\n%s\nendstream" % (len(OTHER_XMP), OTHER_XMP),
        b"<</Type/Metadata/Length %d>>stream\n%s\nendstream" % (len(XMP), XMP),
    ]
    body = b"junk before\n%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    (part,) = embedded_parts(body + b"xref\n0 5\n0000000000 65535 f \n" + table + end)
    assert part.content == XMP


def test_a_pdf_without_packet_says_nothing():
    assert embedded_parts(pdf(None)) == ()
    assert embedded_parts(pdf(OTHER_XMP)) == ()


def test_nobody_looked_into_an_encrypted_pdf():
    assert embedded_parts(pdf(XMP, password="secret")) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_package_of_an_epub_is_kept(method):
    (part,) = embedded_parts(epub(method=method))
    assert (part.name, part.content) == ("opf", OPF)


def test_a_package_that_cannot_speak_on_rights_is_not_kept():
    assert embedded_parts(epub(OPF.replace(b"tdm:", b"xyz:"))) == ()


@pytest.mark.parametrize(
    "book",
    [
        epub(b"<package>" + b" " * 5_000_000),  # unpacks to more than is read
        epub(method=zipfile.ZIP_LZMA),
        epub(container=b"<container"),
        epub(container=CONTAINER.replace(b"book.opf", b"none.opf")),
        epub(container=b'<!DOCTYPE c [<!ENTITY e "e">]><container>&e;</container>'),
        epub()[:-40],
    ],
)
def test_nobody_looked_into_a_book_that_cannot_be_read(book):
    assert embedded_parts(book) is None


def test_nobody_looked_into_an_archive_that_is_no_book():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "tdm:reservation")
    assert embedded_parts(file.getvalue()) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"GIF89a", b"\xff\xd8\xff", b"%PDF-1.4", b"PK\3\4", b"RIFF"])
def test_nobody_looked_into_what_is_of_another_kind_or_damaged(body):
    assert embedded_parts(body) is None


def test_nobody_looked_into_a_file_beyond_measure():
    assert embedded_parts(image("JPEG", XMP) + bytes(MAX_FILE)) is None


def test_a_picture_that_claims_to_be_huge_takes_no_memory_and_gives_no_warning():
    file = bytearray(image("PNG", XMP))
    file[16:24] = struct.pack(">II", 2**31 - 1, 2**31 - 1)
    file[29:33] = struct.pack(">I", zlib.crc32(bytes(file[12:29])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert embedded_parts(bytes(file)) is None


FILES = [image(kind, XMP) for kind in KINDS] + [pdf(XMP), epub()]


@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 4_000), st.binary(max_size=6)), max_size=6))
def test_damaged_files_never_fail(file, damage):
    damaged = bytearray(file)
    for at, octets in damage:
        damaged[at : at + len(octets)] = octets
    with without_hanging():
        embedded_parts(bytes(damaged))
