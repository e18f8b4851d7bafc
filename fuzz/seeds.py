"""What the fuzzer's inputs are grown from: small files that say something, written by other libraries."""

from __future__ import annotations

import io
import zipfile

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

#: For all evaluators alike.
STATEMENTS = (
    b"User-agent: *\nDisallow: /a\nAllow: /a/b$\n\nUser-agent: GPTBot\nDisallow: /*.pdf\n",
    b"User-agent: *\nContent-Usage: /x train-ai=n, search=y\nContent-Usage: train-ai=y\n",
    b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nContent-Signal: /y ai-train=yes\n",
    b"User-agent: *\nLicense: https://a.example/license.xml\nDisallow: *.jpg\n",
    (
        b'[{"location": "/a*", "tdm-reservation": 1, "tdm-policy": "https://a.example/p"}, {"location": "/", '
        b'"tdm-reservation": 0}]'
    ),
    (
        b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/a*"><license><permits type="usage">ai-train</permits>'
        b'<prohibits type="usage">search</prohibits><payment type="free"/></license></content></rsl>'
    ),
    b'<meta name="robots" content="noai, noimageai"><meta name="tdm-reservation" content="0">',
    b'<link rel="license" type="application/rsl+xml" href="https://a.example/l.xml">',
    (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        b'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"/></rdf:RDF></x:xmpmeta>'
    ),
    (
        b'{"active_manifest": "a", "validation_state": "Valid", "manifests": {"a": {"assertions": [{"label": '
        b'"cawg.training-mining", "data": {"entries": {"cawg.ai_generative_training": {"use": "allowed"}}}}]}}}'
    ),
    b"domain example.org 1",
    b"url_prefix example.org/a/ 0",
    b"noai, noimageai",
    b"train-ai=y",
    b"ai-train=yes",
    b"0",
)


def seeds(target: str) -> tuple[bytes, ...]:
    """The seeds of a target of the fuzzer."""
    kind = target.removeprefix("reader:")
    return STATEMENTS if kind == target else _SEEDS[kind]()


def _headers() -> tuple[bytes, ...]:
    return (
        b"\x00noai\n\x010\n\x02https://a.example/p",
        b"\x03train-ai=y\n\x04ai-train=yes",
        b"\x06image/png\n\x00noimageai",
    )


def _html() -> tuple[bytes, ...]:
    tags = (
        b'<meta name="tdm-reservation" content="0"><script type="application/rsl+xml">' + STATEMENTS[5] + b"</script>"
    )
    return (
        STATEMENTS[6],
        b"<!doctype html><html><head>" + tags + b"</head><body>",
        b"\xff\xfe" + "<meta name=robots content=noai>".encode("utf-16-le"),
    )


def _pdf() -> tuple[bytes, ...]:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    packet = DecodedStreamObject()
    packet.set_data(STATEMENTS[8])
    packet[NameObject("/Type")], packet[NameObject("/Subtype")] = NameObject("/Metadata"), NameObject("/XML")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)  # noqa: SLF001  # the library has no other way
    file = io.BytesIO()
    writer.write(file)
    return (file.getvalue(),)


def _epub() -> tuple[bytes, ...]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        container.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="p"/>'
            "</rootfiles></container>",
        )
        container.writestr("p", '<package><metadata><meta property="tdm:reservation">0</meta></metadata></package>')
    return (file.getvalue(),)


def _image() -> tuple[bytes, ...]:
    picture, png, jpeg, tiff = Image.new("L", (1, 1)), io.BytesIO(), io.BytesIO(), io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", STATEMENTS[8].decode())
    picture.save(png, "PNG", pnginfo=info)
    picture.save(jpeg, "JPEG", xmp=STATEMENTS[8])
    picture.save(tiff, "TIFF", tiffinfo={700: STATEMENTS[8]})
    chunk = b"XMP " + len(STATEMENTS[8]).to_bytes(4, "little") + STATEMENTS[8]
    webp = b"RIFF" + (len(chunk) + 4).to_bytes(4, "little") + b"WEBP" + chunk
    return png.getvalue(), jpeg.getvalue(), tiff.getvalue(), webp


def _registry_csv() -> tuple[bytes, ...]:
    return (
        b"domain,url,sha256,reservation,listed_at\nexample.org,,,1,2024-01-01\n,https://a.example/b?c,,0,\n",
        b"sha256\n" + b"ab" * 32 + b"\n",
    )


def _registry_parquet() -> tuple[bytes, ...]:
    return b"example.org\0\0\x000\0\0https://a.example/\0\x001", b"*.example.org"


_SEEDS = {
    "headers": _headers,
    "html": _html,
    "pdf": _pdf,
    "epub": _epub,
    "image": _image,
    "registry_csv": _registry_csv,
    "registry_parquet": _registry_parquet,
}

#: The readers that can be fuzzed.
READERS = tuple(_SEEDS)
