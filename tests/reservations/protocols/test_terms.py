from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.protocols.terms import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import Purpose, VerdictState


def reading(body: bytes):
    return PROTOCOL.reading(body, "host.example", frozenset())


def test_terms_are_open_and_known_by_their_hash():
    body = b"<p>Nutzungsvorbehalt: kein Text und Data Mining.</p>"
    (statement,) = reading(body).statements()
    assert statement.value == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert (statement.state, statement.purpose) == (VerdictState.OPEN, Purpose.TRAIN)


def test_terms_stand_for_every_path_and_every_training_token():
    judge = reading(b"You may train on this.").judge(AgentTokens(("CCBot",), ("GPTBot", "CCBot")))
    (meaning,) = judge("/a")
    assert (meaning.state, meaning.agents, judge("")) == (VerdictState.OPEN, ("CCBot", "GPTBot"), (meaning,))


def test_an_empty_page_has_no_terms():
    assert reading(b" \r\n\0").statements() == ()


@given(st.binary(max_size=100))
def test_nothing_is_read_out_of_the_text(body):
    assert {s.state for s in reading(body).statements()} <= {VerdictState.OPEN}
