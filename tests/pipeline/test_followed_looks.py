"""What answers looks that lead to others: the targets of redirects, and the looks that unchanged files repeat."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.query.joins import join_session
from colophon.record.storage import storage_at
from colophon.tables import FOLLOWED_LOOKS, OBSERVATIONS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE, THERE = "https://a.example/robots.txt", "https://b.example/robots.txt"


@dataclass(frozen=True)
class Seen:
    """A look at a URL so many seconds after noon; `body` where something readable came back."""

    name: str
    url: str
    second: float | None = 0
    outcome: str = "ok"
    body: str | None = None
    to: str | None = None
    repeats_second: float | None = None
    digest: str | None = None
    etag: str | None = None
    protocol: str = "robots"

    @property
    def row(self) -> dict[str, Any]:
        headers = None if self.etag is None else json.dumps({"etag": self.etag})
        return {
            "observation_id": self.name, "protocol": self.protocol, "place": "host", "authority": "x",
            "requested_url": self.url, "observed_at": at(self.second), "outcome": self.outcome,
            "headers_kept": headers, "origin": "one", "grade": "warc", "evidence_sha256": self.body,
            "refers_to_url": self.to, "refers_to_date": at(self.repeats_second), "payload_digest": self.digest,
        }  # fmt: skip


def at(second: float | None) -> datetime | None:
    return None if second is None else NOON + timedelta(seconds=second)


def redirect(name: str, url: str, to: str | None, second: float | None = 0) -> Seen:
    return Seen(name, url, second, "redirected", to=to)


def unchanged(name: str, second: float, **said: Any) -> Seen:
    return replace(Seen(name, HERE, second, "unchanged", to=HERE), **said)


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    return storage_at(str(tmp_path_factory.mktemp("record")))


@pytest.fixture(scope="module")
def answers(storage):
    def answers(*looks: Seen) -> dict[str, dict[str, Any]]:
        with join_session(storage, storage.scratch("spill"), 2**28) as session:
            session.rows(OBSERVATIONS.name, pa.Table.from_pylist([look.row for look in looks], OBSERVATIONS.schema))
            session.table("run/followed_looks")
            rows = session.batches(FOLLOWED_LOOKS.name, 1_000).read_all().cast(FOLLOWED_LOOKS.schema)
        return {row.pop("observation_id"): row for row in rows.to_pylist()}

    return answers


def answering(answers, *looks: Seen) -> str | None:
    """Which look answers the first of the looks."""
    return answers(*looks)[looks[0].name]["answered_by"]


def test_a_redirect_has_what_was_found_at_its_target(answers):
    found = answers(redirect("r", HERE, THERE), Seen("t", THERE, 2, body="bytes"))
    assert found == {
        "r": {
            "outcome": "ok", "evidence_sha256": "bytes", "final_url": THERE, "redirects": 1, "answered_by": "t",
            "known_at": at(2), "oldest_at": at(0),
        }
    }  # fmt: skip


def test_a_target_that_was_not_looked_at_leaves_the_file_unread(answers):
    found = answers(redirect("r", HERE, THERE), Seen("t", "http://b.example/robots.txt", body="bytes"))
    assert (found["r"]["outcome"], found["r"]["answered_by"], found["r"]["final_url"]) == ("redirected", None, None)
    assert answers(redirect("r", HERE, None), Seen("t", THERE))["r"]["outcome"] == "redirected"


def test_a_target_speaks_for_its_own_protocol(answers):
    assert answering(answers, redirect("r", HERE, THERE), Seen("t", THERE, protocol="tdmrep")) is None


@pytest.mark.parametrize("outcome", ["absent", "server_error", "unreadable"])
def test_a_redirect_ends_as_its_target_does(answers, outcome):
    assert answers(redirect("r", HERE, THERE), Seen("t", THERE, outcome=outcome))["r"]["outcome"] == outcome


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([-10, 5, 90], 5),  # the crawler went there next
        ([-10, 0], 0),
        ([-9_000_000, -10, 100_000], -10),  # nobody went there within a day: what was known
        ([100_000, 200_000], 100_000),
    ],
)
def test_of_several_looks_at_a_target_the_one_that_belongs_to_the_redirect_counts(answers, seconds, expected):
    targets = [Seen(f"t{second}", THERE, second) for second in seconds]
    assert answering(answers, redirect("r", HERE, THERE), *targets) == f"t{expected}"


def chain(redirects: int) -> list[Seen]:
    places = [f"https://{n}.example/robots.txt" for n in range(redirects + 1)]
    hops = [redirect(f"r{n}", places[n], places[n + 1], n) for n in range(redirects)]
    return [*hops, Seen("end", places[-1], redirects, body="bytes")]


def test_five_redirects_are_followed(answers):
    found = answers(*chain(5))["r0"]
    assert (found["outcome"], found["redirects"], found["answered_by"]) == ("ok", 5, "end")


def test_a_sixth_redirect_is_not_followed_and_leaves_the_file_unread(answers):
    found = answers(*chain(6))
    assert (found["r0"]["outcome"], found["r0"]["answered_by"]) == ("unreadable", None)
    assert found["r1"]["outcome"] == "ok"


@pytest.mark.parametrize("looks", [
    [redirect("r", HERE, HERE)],
    [redirect("r", HERE, THERE), redirect("b", THERE, HERE, 1)],
    [redirect("r", HERE, THERE), redirect("b", THERE, HERE), redirect("c", HERE, THERE)],
])  # fmt: skip
def test_a_loop_of_redirects_ends(answers, looks):
    assert answers(*looks)["r"]["outcome"] == "unreadable"


def test_an_unchanged_file_has_the_bytes_of_the_look_that_its_record_names(answers):
    old, new = Seen("old", HERE, -9_000, body="old"), Seen("new", HERE, -90, body="new")
    found = answers(unchanged("u", 0, repeats_second=-9_000), old, new)["u"]
    assert (found["outcome"], found["evidence_sha256"], found["answered_by"]) == ("ok", "old", "old")
    assert (found["known_at"], found["oldest_at"]) == (at(0), at(0))
    assert (found["final_url"], found["redirects"]) == (None, None)


def test_parts_of_a_second_that_a_record_leaves_out_do_not_matter(answers):
    assert answering(answers, unchanged("u", 9, repeats_second=3), Seen("o", HERE, 3.25)) == "o"


def test_a_record_may_repeat_one_that_repeats_another(answers):
    looks = [unchanged(f"u{day}", day * 86_400, repeats_second=(day - 1) * 86_400) for day in (3, 2, 1)]
    found = answers(*looks, Seen("o", HERE, 0, body="bytes"))
    assert {found[look.name]["answered_by"] for look in looks} == {"o"}
    assert (found["u3"]["known_at"], found["u3"]["oldest_at"]) == (at(259_200), at(259_200))


@pytest.mark.parametrize("named", [0, 5, 9])
def test_records_that_repeat_each_other_or_a_later_one_are_not_resolved(answers, named):
    looks = [unchanged("u", 5, repeats_second=named), unchanged("v", 9, repeats_second=5)]
    found = answers(*looks)
    assert [found[name]["outcome"] for name in ("u", "v")] == ["unchanged", "unchanged"]


def test_a_record_that_names_a_look_that_is_not_there_is_not_resolved(answers):
    found = answers(unchanged("u", 0, repeats_second=-500), Seen("o", HERE, -9))
    assert (found["u"]["outcome"], found["u"]["answered_by"]) == ("unchanged", None)


def test_an_equal_digest_stands_for_equal_bytes_wherever_they_were_found(answers):
    other = Seen("o", THERE, 50, digest="SHA1:ABC")
    assert answering(answers, unchanged("u", 0, digest="sha1:abc", repeats_second=-500), other) == "o"


def test_a_file_that_was_not_modified_is_that_of_the_latest_readable_look_before(answers):
    looks = [Seen("a", HERE, -30), Seen("b", HERE, -20), Seen("c", HERE, -10, "server_error"), Seen("d", HERE, 10)]
    assert answering(answers, unchanged("u", 0), *looks) == "b"


def test_a_tag_names_the_version_that_was_not_modified(answers):
    looks = [Seen("a", HERE, -30, etag="1"), Seen("b", HERE, -20, etag="2")]
    assert answering(answers, unchanged("u", 0, etag="1"), *looks) == "a"
    assert answering(answers, unchanged("u", 0, etag="3"), *looks) is None
    assert answering(answers, unchanged("u", 0, etag="3"), Seen("a", HERE, -30)) == "a"


@pytest.mark.parametrize("mark", ['"1"', 'W/"1"', ' W/"1-gzip"', '"1;gzip"', '"1--gzip"', '"1-br"', "1"])
def test_marks_are_compared_weakly_and_whatever_the_coding(answers, mark):
    looks = [Seen("a", HERE, -30, etag='"1"'), Seen("b", HERE, -20, etag='"2"')]
    assert answering(answers, unchanged("u", 0, etag=mark), *looks) == "a"


def test_a_file_without_an_earlier_look_is_not_resolved(answers):
    assert answering(answers, unchanged("u", 0), unchanged("v", -5), Seen("o", HERE, 5)) is None


def test_a_redirect_to_an_unchanged_file_has_its_bytes(answers):
    found = answers(
        redirect("r", THERE, HERE), unchanged("u", 1), Seen("o", HERE, -900, body="bytes"),
    )  # fmt: skip
    assert (found["r"]["answered_by"], found["r"]["final_url"]) == ("o", HERE)
    assert (found["r"]["known_at"], found["r"]["oldest_at"]) == (at(1), at(0))


def test_an_unchanged_file_may_repeat_a_redirect(answers):
    found = answers(unchanged("u", 900), redirect("r", HERE, THERE), Seen("t", THERE, 1, body="bytes"))["u"]
    assert (found["outcome"], found["answered_by"], found["final_url"]) == ("ok", "t", THERE)
    assert (found["known_at"], found["oldest_at"]) == (at(900), at(900))


def test_a_file_that_was_read_for_one_protocol_holds_nothing_of_another_without_a_look(answers):
    other = replace(redirect("o", HERE, THERE), protocol="rsl")
    assert answers(redirect("r", HERE, THERE), other, Seen("t", THERE))["o"]["outcome"] == "absent"
    assert answers(redirect("r", HERE, THERE), other)["o"]["outcome"] == "redirected"
    assert answering(answers, other, redirect("r", HERE, THERE), Seen("t", THERE, protocol="rsl")) == "t"


_PLACES = [f"https://{n}.example/robots.txt" for n in range(3)]
_seconds = st.integers(0, 4).map(lambda hour: hour * 43_200)
_looks = st.lists(
    st.one_of(
        st.builds(Seen, st.just(""), st.sampled_from(_PLACES), _seconds, st.sampled_from(["ok", "absent"]),
                  digest=st.sampled_from([None, "x", "y"])),
        st.builds(redirect, st.just(""), st.sampled_from(_PLACES), st.sampled_from(_PLACES), _seconds),
        st.builds(lambda url, second, repeats: replace(unchanged("", second, repeats_second=repeats), url=url, to=url),
                  st.sampled_from(_PLACES), _seconds, st.none() | _seconds),
    ),
    min_size=1, max_size=8,
).map(lambda looks: [replace(look, name=f"{n}") for n, look in enumerate(looks)])  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(looks=_looks, random=st.randoms(use_true_random=False))
def test_the_order_in_which_looks_are_read_plays_no_part(answers, looks, random):
    mixed = list(looks)
    random.shuffle(mixed)
    assert answers(*looks) == answers(*mixed)
