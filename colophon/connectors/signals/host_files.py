"""Policy files kept one by one, each named by the host that sent it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from colophon.connectors.compression import name_inside
from colophon.connectors.documents import Row, RowCounter
from colophon.connectors.policy_files import MAX_POLICY_BYTES, POLICY_PATHS, outcome_of_body
from colophon.connectors.rows import Observation, Reject
from colophon.connectors.stored_file import StoredFile
from colophon.connectors.times import moment
from colophon.record.addresses import host_name
from colophon.record.vocabulary import Grade, RejectReason, ReservationProtocol

_NAME = re.compile(r"(?P<host>.+?)(?:_(?P<port>[0-9]{1,5}))?\Z", re.DOTALL)
_SCHEMES = {80: "http", 443: "https"}
_MAX_PORT = 65_535


def host_file_rows(
    file: StoredFile, counter: RowCounter, protocol: ReservationProtocol, fetched_at: str | None
) -> Iterator[Row]:
    """The one observation of the file. Nothing in it proves host or time: they are asserted."""
    body = file.content().read(MAX_POLICY_BYTES + 1)
    counter.met()
    named = _NAME.match(posixpath.basename(name_inside(file.path)))
    host = None if named is None else host_name(named["host"])
    port = None if named is None or named["port"] is None else int(named["port"])
    if host is None or (port is not None and port > _MAX_PORT):
        yield Reject(file.path, 0, RejectReason.UNPARSABLE, "host_name")
        return
    scheme = None if port is None else _SCHEMES.get(port)
    path = POLICY_PATHS.get(protocol)
    yield Observation(
        protocol=protocol,
        authority=host if port is None or scheme is not None else f"{host}:{port}",
        path=file.path,
        position=0,
        outcome=outcome_of_body(body, protocol),
        grade=Grade.ASSERTED,
        body=body[:MAX_POLICY_BYTES],
        requested_url=None if scheme is None or path is None else f"{scheme}://{host}{path}",
        observed_at=moment(fetched_at),
    )
