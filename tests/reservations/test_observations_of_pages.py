"""Which protocols a look at a host's file counts for."""

from __future__ import annotations

import pytest

from colophon.reservations.observation import Observation
from colophon.reservations.observation_rows import observations_of
from colophon.reservations.policy import load_policy
from colophon.vocabulary import Grade, Outcome

CODE = load_policy("code")


def protocols(protocol: str, body: bytes | None, outcome: Outcome = Outcome.OK) -> set[str]:
    seen = Observation(protocol, "host.example", "file", 0, outcome, Grade.WARC, body=body)
    made = list(observations_of(seen, CODE))
    assert all(o.body == body and o.outcome is outcome for o in made)
    assert len({o.protocol for o in made}) == len(made)
    return {o.protocol for o in made}


def test_robots_txt_counts_for_the_protocols_whose_lines_stand_in_it():
    assert protocols("robots", b"User-agent: *\n") == {"robots", "aipref", "content_signal"}
    assert protocols("robots", None, Outcome.ABSENT) == {"robots", "aipref", "content_signal"}


def test_robots_txt_counts_for_rsl_where_it_points_to_terms():
    body = b"User-agent: *\nAllow: /\nLicense: https://host.example/license.xml\n"
    assert protocols("robots", body) == {"robots", "aipref", "content_signal", "rsl"}
    assert "rsl" not in protocols("robots", body, Outcome.SERVER_ERROR)


@pytest.mark.parametrize("protocol", ["tdmrep", "rsl", "ai_txt"])
def test_other_files_count_for_their_own_protocol(protocol):
    assert protocols(protocol, b"License: https://host.example/license.xml") == {protocol}
