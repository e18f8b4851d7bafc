from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import BadArgumentError
from colophon.reservations.protocols.request import (
    PROTOCOL,
    Requested,
    RequestedName,
    RequestStanding,
    request_entry,
    requested_name,
)
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import Purpose, VerdictState

HASH = "ab" * 32


def statements(body: bytes):
    return PROTOCOL.reading(body, "", frozenset()).statements()


@pytest.mark.parametrize(
    ("kind", "text", "name", "authority"),
    [
        (Requested.DOMAIN, " *.Example.ORG. ", "example.org", "example.org"),
        (Requested.DOMAIN, "bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        (Requested.AUTHORITY, "WWW.example.org:8080", "www.example.org:8080", "www.example.org:8080"),
        (Requested.URL_PREFIX, "https://Example.org/A", "example.org/A", "example.org"),
        (Requested.URL_PREFIX, "http://example.org", "example.org/", "example.org"),
        (Requested.CONTENT, HASH.upper(), HASH, None),
    ],
)
def test_a_name_is_written_in_one_way(kind, text, name, authority):
    found = requested_name(kind, text)
    assert (found.name, found.authority) == (name, authority)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Requested.DOMAIN, "https://example.org/"),
        (Requested.DOMAIN, "example.org:80"),
        (Requested.DOMAIN, ""),
        (Requested.AUTHORITY, "example.org/a"),
        (Requested.AUTHORITY, "jane@example.org"),
        (Requested.URL_PREFIX, "example.org/a"),
        (Requested.URL_PREFIX, "https://example.org/a b"),
        (Requested.CONTENT, "ab" * 31),
    ],
)
def test_what_is_no_such_name_is_refused(kind, text):
    with pytest.raises(BadArgumentError, match=r"such as|hexadecimal"):
        requested_name(kind, text)


@pytest.mark.parametrize(
    ("standing", "state"),
    [(RequestStanding.ACCEPTED, VerdictState.RESERVED), (RequestStanding.WITHDRAWN, VerdictState.SILENT)],
)
def test_an_accepted_request_reserves_and_a_withdrawn_one_says_nothing(standing, state):
    (statement,) = statements(request_entry(RequestedName(Requested.DOMAIN, "example.org"), standing))
    assert (statement.state, statement.purpose, statement.value) == (state, Purpose.TRAIN, "domain example.org")


@given(st.binary(max_size=200))
def test_whatever_is_read_allows_nothing_and_judges_no_host(body):
    reading = PROTOCOL.reading(body, "a.example", frozenset())
    assert all(s.state is not VerdictState.ALLOWED for s in reading.statements())
    assert reading.judge(AgentTokens((), ("CCBot",)))("/") == ()
