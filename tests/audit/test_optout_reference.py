"""Whatever was seen, the audit gives each document the state that its rules, said again in plain Python, give it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from colophon.audit.as_of import judge_as_of
from colophon.query.session import open_record
from colophon.reservations.moment import asked_moment
from colophon.reservations.policy import policy_of_json
from tests.conftest import rules, write_record
from tests.optout_reference import (
    FILES,
    Entry,
    Look,
    Origin,
    Terms,
    Text,
    World,
    headline_of,
    ids_of,
    parameters_of,
    state_of,
    tables_of,
)

TODAY = date(2026, 11, 21)
_FOLDERS = count()

_days = st.integers(0, 90).map(lambda days: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days))
_times = st.none() | _days | _days.map(lambda day: day + timedelta(microseconds=1))
_hosts = st.sampled_from(["a.org", "b.org", "www.a.org"])
_ends = _days.map(lambda day: datetime.combine(day.date(), time.max, UTC))


@st.composite
def _looks(draw: st.DrawFn) -> Look:
    protocol = draw(st.sampled_from(sorted(FILES)))
    said = draw(st.sampled_from([*FILES[protocol], "absent", "unreachable", "refused", "redirected", "unchanged"]))
    scheme = None if protocol == "terms" else draw(st.sampled_from([None, "http", "https"]))
    return Look(draw(_hosts), protocol, draw(_times), said, scheme)


def _possible(text: Text) -> Text:
    """A text without a host has no path, and only a page that was fetched at a known time was looked through."""
    said = text.said if text.host and text.fetched_at else None
    return Text(text.source, text.host, text.path if text.host else "", text.fetched_at, said, text.scheme)


@st.composite
def _worlds(draw: st.DrawFn) -> World:
    origins = st.builds(
        Origin,
        st.sampled_from(["tdm_art4", "license", "unknown"]),
        st.sampled_from(["pretraining", "evaluation"]),
        st.none() | _ends,
        st.lists(_times, max_size=2).map(tuple),
        st.booleans(),
    )
    sources = draw(st.lists(origins, min_size=1, max_size=2))
    own = st.dictionaries(st.just("meta_robots"), st.just("reserved")) | st.dictionaries(
        st.just("tdmrep"), st.sampled_from(["reserved", "allowed"])
    )
    texts = st.builds(
        Text,
        st.integers(0, len(sources) - 1),
        st.none() | _hosts,
        st.sampled_from(["/a/x", "/x"]),
        _times,
        st.none() | own.map(lambda said: tuple(said.items())),
        st.sampled_from(["http", "https"]),
    ).map(_possible)
    entries = st.builds(Entry, st.sampled_from(["registry", "request"]), st.sampled_from(["a.org", "b.org"]), _times,
                        st.booleans())  # fmt: skip
    return World(
        tuple(sources),
        tuple(draw(st.lists(texts, min_size=1, max_size=10))),
        tuple(draw(st.lists(_looks(), max_size=10))),
        tuple(draw(st.lists(entries, max_size=3))),
    )


_protocols = st.sampled_from(["robots", "content_signal", "tdmrep", "terms", "meta_robots", "registry"])
_policies = st.builds(
    Terms,
    st.dictionaries(_protocols, st.booleans(), min_size=1),
    st.dictionaries(_protocols, st.integers(1, 60)),
)
_clocks = st.sampled_from(["at_fetch", "at_obtained", "at_training"]) | _ends


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    return tmp_path_factory.mktemp("worlds")


#: Documents without a place and without a time, and a list without one.
_NOTHING_KNOWN = World(
    sources=(Origin(crawled=False),),
    texts=3 * (Text(0, None, "", None),),
    entries=(Entry("registry", "a.org", None, reserves=False),),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(world=_worlds(), terms=_policies, clock=_clocks)
@example(world=_NOTHING_KNOWN, terms=Terms({"robots": True}), clock="at_fetch")
def test_audit_and_twin_give_the_same_states(folder, world, terms, clock) -> None:
    path = write_record(folder / f"{next(_FOLDERS)}", tables_of(world) | {"rules": rules()})
    asked = asked_moment(clock if isinstance(clock, str) else clock.date().isoformat(), TODAY)
    with open_record(path) as record:
        judge_as_of(record, asked, policy_of_json(parameters_of(terms)))
        rows = record.table("optout_audit").to_pylist()
        headline = {row["doc_id"]: row for row in record.table("optout_documents").to_pylist()}
    found = {(row["doc_id"], row["protocol"]): (row["state"], row["unknown_reason"]) for row in rows}
    assert len(found) == len(rows)
    for number, text in zip(ids_of(world), world.texts, strict=True):
        for protocol, required in {**terms.required, "request": False}.items():
            expected = state_of(world, text, protocol, clock, terms)
            if required or (number, protocol) in found:
                assert found[number, protocol] == (expected.state, expected.reason), (text, protocol)
            else:
                # Nobody looked, or there is nothing to look for: no row says so.
                assert (expected.state, expected.reason) in {
                    ("unknown", "not_observed"), ("not_applicable", None),
                    ("unknown", "no_address"), ("unknown", "no_fetch_time"),
                    ("unknown", "no_obtained_time"), ("unknown", "no_training_time"),
                }, (text, protocol)  # fmt: skip
        deciding = headline[number]
        expected_headline = headline_of(world, text, clock, terms)
        assert (deciding["state"], deciding["protocol"], deciding["unknown_reason"]) == expected_headline, text
