"""Images signed by the library's own writer, with keys made here; nothing else writes manifests."""

from __future__ import annotations

import io
import json
import socket
import threading
from datetime import UTC, datetime

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from colophon.connectors.web.embedded import content_credentials, embedded_parts
from colophon.reservations.page_evidence import PagePartKind, packed
from colophon.reservations.protocols.c2pa import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import VerdictState

KINDS = ["jpeg", "png", "webp", "tiff"]
CREATED = {
    "label": "c2pa.actions",
    "data": {
        "actions": [
            {
                "action": "c2pa.created",
                "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
            }
        ]
    },
}


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey):
    def named(common_name: str) -> x509.Name:
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")
        return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    is_authority = name == issuer
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2125, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def signer_info():
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = _certificate("Signer", key, "Authority", authority) + _certificate(
        "Authority", authority, "Authority", authority
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return c2pa.C2paSignerInfo(b"es256", chain, private, None)


@pytest.fixture(scope="module")
def signed(signer_info):
    def sign(kind: str, use: str | None, remote_url: str | None = None) -> bytes:
        plain, out = io.BytesIO(), io.BytesIO()
        Image.new("RGB", (40, 30), (10, 120, 60)).save(plain, kind)
        plain.seek(0)
        assertions = [CREATED]
        if use is not None:
            entries = {"cawg.ai_generative_training": {"use": use}}
            assertions.append({"label": "cawg.training-mining", "data": {"entries": entries}})
        manifest = {"claim_generator_info": [{"name": "test", "version": "1"}], "assertions": assertions}
        with c2pa.Builder(manifest) as builder, c2pa.Signer.from_info(signer_info) as signer:
            if remote_url is not None:
                builder.set_no_embed()
                builder.set_remote_url(remote_url)
            builder.sign(signer, f"image/{kind}", plain, out)
        return out.getvalue()

    return sign


def state(parts) -> VerdictState:
    meanings = PROTOCOL.page_reading(packed(parts), frozenset()).judge(AgentTokens((), ("CCBot",)))("")
    return meanings[0].state if meanings else VerdictState.SILENT


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_manifest_speaks(signed, kind):
    (part,) = embedded_parts(signed(kind, "notAllowed"))
    assert (part.carrier, part.name) == (PagePartKind.EMBEDDED, "c2pa")
    assert json.loads(part.content)["validation_state"] == "Valid"
    assert state([part]) is VerdictState.RESERVED
    assert state(embedded_parts(signed(kind, "allowed"))) is VerdictState.ALLOWED


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_of_another_picture_permits_nothing_and_still_reserves(signed, kind):
    for use, expected in (("allowed", VerdictState.SILENT), ("notAllowed", VerdictState.RESERVED)):
        image = bytearray(signed(kind, use))
        # Somewhere among the pixels: these come last, but first in TIFF and WebP.
        image[{"tiff": 20, "webp": 60}.get(kind, -20)] ^= 1
        (part,) = content_credentials(bytes(image), f"image/{kind}")
        report = json.loads(part.content)
        assert report["validation_state"] == "Invalid"
        assert "assertion.dataHash.mismatch" in report["failures"]
        assert state([part]) is expected


def test_what_was_changed_after_signing_permits_nothing(signed):
    image = signed("png", "notAllowed").replace(b"cusejnotAllowed", b"cuseiallowed12")
    assert state(content_credentials(image, "image/png")) is not VerdictState.ALLOWED


def test_a_manifest_without_the_assertion_is_not_kept(signed):
    assert embedded_parts(signed("jpeg", None)) == ()


def test_nothing_of_the_picture_or_its_signer_is_kept(signed):
    (part,) = embedded_parts(signed("jpeg", "allowed"))
    assert b"Signer" not in part.content
    assert b"thumbnail" not in part.content
    assert len(part.content) < 1_000


def test_an_assertion_that_asks_for_gigabytes_is_an_error_and_harms_nobody(signed):
    # The key of a map becomes a string of octets with a length of eight octets.
    image = signed("tiff", "notAllowed").replace(
        b"\x63usejnotAllowed", b"\x5b\x00\x00\x00\xff\xff\xff\xff\xff" + b"notAll"
    )
    (part,) = content_credentials(image, "image/tiff")
    assert part.content == b""
    assert state([part]) is VerdictState.ERROR


def test_a_manifest_elsewhere_is_not_fetched(signed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        called = threading.Event()

        def accept() -> None:
            try:
                server.accept()[0].close()
                called.set()
            except OSError:
                return

        thread = threading.Thread(target=accept)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        image = signed("jpeg", "notAllowed", url)
        assert url.encode() in image
        # With traces of an embedded manifest, so that the library is asked.
        assert content_credentials(image + b"jumb training-mining", "image/jpeg") == ()
        assert not called.is_set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_words_that_only_look_like_a_manifest_are_none():
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "jpeg", comment=b"jumb training-mining")
    assert embedded_parts(file.getvalue()) == ()
