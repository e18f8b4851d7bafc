"""Content ids: the SHA-256 of a document's text, and its keyed form where the plain one must not be kept."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from colophon.record.rules import Rule

#: Bytes of a content id.
DIGEST_BYTES = 32


def content_digests(texts: pa.Array) -> list[bytes]:
    """SHA-256 of the UTF-8 bytes of each text; `texts` is a large_string array without nulls."""
    _, offsets, data = texts.buffers()
    ends = memoryview(offsets).cast("q")[texts.offset : texts.offset + len(texts) + 1]
    content = memoryview(data) if data is not None else memoryview(b"")
    sha256 = hashlib.sha256
    return [sha256(content[begin:end]).digest() for begin, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class IdKey:
    """The secret under which ids of user, crowd and private sources are hashed; never written to a record."""

    secret: bytes

    def keyed(self, content: bytes) -> bytes:
        """HMAC-SHA-256 of an id or digest (RFC 2104)."""
        return hmac.digest(self.secret, content, "sha256")

    @property
    def check(self) -> str:
        """Tells in a manifest whether two runs used the same key, without giving it away."""
        return self.keyed(b"colophon id key").hex()[:16]

    def __repr__(self) -> str:
        return "IdKey(…)"


#: How content ids are made.
RULE = Rule("content_id", "1", parameters='{"hash":"SHA-256","keyed":"HMAC-SHA-256 of the SHA-256"}')
