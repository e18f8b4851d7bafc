"""Writes the file formats of the demo corpora; the same content gives the same bytes, on any day."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

Row = Mapping[str, str | int | None]


def write_jsonl(path: Path, rows: Iterable[Row]) -> None:
    """JSON lines; compressed where the name ends in .gz or .zst."""
    content = b"".join(json_line(row) for row in rows)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor(level=9).compress(content)
    write_bytes(path, content)


def json_line(row: Row) -> bytes:
    """One line of a JSON lines file."""
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def write_parquet(path: Path, rows: Sequence[Row]) -> None:
    """One table with small row groups."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path, row_group_size=100, compression="zstd")


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Comma-separated values with a header line (RFC 4180)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def write_bytes(path: Path, content: bytes) -> None:
    """A file as given, in a folder that is made where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered to one request of the crawler."""

    url: str
    fetched_at: datetime
    body: bytes
    status: str = "200 OK"
    content_type: str = "text/html; charset=utf-8"


def write_warc(path: Path, crawler: str, responses: Sequence[Response]) -> None:
    """A WARC 1.1 file (ISO 28500:2017), one gzip member a record: who crawled, then requests with their responses."""
    info = f"software: {crawler}\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n".encode()
    first = responses[0].fetched_at
    members = [_warc_record("warcinfo", None, first, "application/warc-fields", info)]
    for response in responses:
        host, _, target = response.url.split("://", 1)[1].partition("/")
        request = f"GET /{target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {crawler}\r\n\r\n".encode()
        http = "application/http; msgtype="
        members.append(_warc_record("request", response.url, response.fetched_at, f"{http}request", request))
        head = (
            f"HTTP/1.1 {response.status}\r\nContent-Type: {response.content_type}\r\n"
            f"Content-Length: {len(response.body)}\r\n\r\n"
        )
        answer = head.encode() + response.body
        members.append(_warc_record("response", response.url, response.fetched_at, f"{http}response", answer))
    write_bytes(path, b"".join(members))


def _warc_record(kind: str, url: str | None, date: datetime, content_type: str, block: bytes) -> bytes:
    date_text = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    headers = {
        "WARC-Type": kind,
        # derived from the content, so that the file is the same every time
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url} {date_text} {digest}')}>",
        "WARC-Date": date_text,
        "Content-Type": content_type,
        "WARC-Block-Digest": f"sha1:{digest}",
        "Content-Length": str(len(block)),
    }
    if url is not None:
        headers["WARC-Target-URI"] = url
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)
