"""A form as it was published in JSON, read back in pieces that can be compared with those of another version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from colophon.record.errors import BadArgumentError

#: Field ids of the public summary: its version, the models it covers.
VERSION_FIELD = "H1"
MODELS_FIELD = "1.2a"

_VERSION = re.compile(r"Version (\d+)")


def read_published(path: Path) -> PublishedSummary:
    """The form in a JSON file. Raises BadArgumentError."""
    try:
        return parse_published(path.read_bytes(), str(path))
    except OSError as error:
        raise BadArgumentError("file", str(path), f"a file that can be read ({error.strerror})") from None


def parse_published(content: bytes, name: str) -> PublishedSummary:
    """The form in JSON as `colophon summary` writes it. Raises BadArgumentError."""
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArgumentError("file", name, f"JSON as `colophon summary --format json` writes it ({error})") from None
    history = document.history or _History()
    return PublishedSummary(
        form=document.form,
        map_version=document.map_version,
        template=document.template,
        edition=document.edition,
        status=document.status,
        generation=document.generation,
        root_hash=document.root_hash,
        version=history.version,
        models=tuple(_models(document)),
        fields=tuple(
            PublishedField(f.id, f.label, tuple(_pieces(f))) for section in document.sections for f in section.fields
        ),
    )
