from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.audit.lookup import Lookup, LookupStatus, SubjectKind, look_up, look_up_all, size_band, subject_of
from colophon.errors import BadArgumentError
from colophon.query.editions import Edition
from colophon.query.session import open_record


@pytest.mark.parametrize(
    ("typed", "kind", "authority", "path"),
    [
        ("example.org", SubjectKind.DOMAIN, "example.org", ""),
        ("  EXAMPLE.Org. ", SubjectKind.DOMAIN, "example.org", ""),
        ("*.example.org", SubjectKind.DOMAIN, "example.org", ""),
        ("bücher.example.org", SubjectKind.HOST, "xn--bcher-kva.example.org", ""),
        ("xn--bcher-kva.de", SubjectKind.DOMAIN, "xn--bcher-kva.de", ""),
        ("BÜCHER.de", SubjectKind.DOMAIN, "xn--bcher-kva.de", ""),
        ("a.co.uk", SubjectKind.DOMAIN, "a.co.uk", ""),
        ("b.a.co.uk", SubjectKind.HOST, "b.a.co.uk", ""),
        ("192.0.2.7", SubjectKind.HOST, "192.0.2.7", ""),
        ("example.org:8080", SubjectKind.HOST, "example.org:8080", ""),
        ("https://Example.org:443/A/b?c=d#e", SubjectKind.URL, "example.org", "/A/b?c=d"),
        ("http://user:secret@example.org/a", SubjectKind.URL, "example.org", "/a"),
        ("https://example.org/", SubjectKind.DOMAIN, "example.org", ""),
        ("https://www.example.org", SubjectKind.HOST, "www.example.org", ""),
        ("gov.uk", SubjectKind.PUBLIC_SUFFIX, "gov.uk", ""),
        ("*.gov.uk", SubjectKind.PUBLIC_SUFFIX, "gov.uk", ""),
        (".gov.uk", SubjectKind.PUBLIC_SUFFIX, "gov.uk", ""),
        ("https://WWW.Gov.UK/", SubjectKind.DOMAIN, "www.gov.uk", ""),
        ("https://*.example.org/*", SubjectKind.DOMAIN, "example.org", ""),
        ("www.gov.uk:443", SubjectKind.DOMAIN, "www.gov.uk", ""),
        ("example.org:80/a", SubjectKind.URL, "example.org", "/a"),
        ("[::1]:8080", SubjectKind.HOST, "[::1]:8080", ""),
        ("https://example.org/caf%c3%a9/%7Euser", SubjectKind.URL, "example.org", "/café/~user"),
        ("https://example.org/cafe\u0301/", SubjectKind.URL, "example.org", "/café/"),
        ("https://example.org/x/../a/./b", SubjectKind.URL, "example.org", "/a/b"),
        ("https://example.org/a/..", SubjectKind.DOMAIN, "example.org", ""),
        ("https://example.org/a*", SubjectKind.URL, "example.org", "/a*"),
        ("https://example.org/?q=%C3%A9", SubjectKind.URL, "example.org", "/?q=é"),
        ("example.org/a/", SubjectKind.URL, "example.org", "/a/"),
    ],
)
def test_place_is_normalised(typed: str, kind: SubjectKind, authority: str, path: str) -> None:
    found = subject_of(typed)
    assert (found.kind, found.authority, found.path) == (kind, authority, path)


@pytest.mark.parametrize("typed", ["", "   ", "person@example.org", "mailto:person@example.org", "a b", "https://"])
def test_what_is_no_place_is_refused(typed: str) -> None:
    with pytest.raises(BadArgumentError):
        subject_of(typed)


@pytest.mark.parametrize(
    ("typed", "below"),
    [
        ("example.org", True), ("gov.uk", True), ("https://example.org/", True), ("192.0.2.7", False),
        ("[2001:db8::1]", False), ("https://example.org/a", False),
    ],
)  # fmt: skip
def test_hosts_below_count_for_names_that_have_some(typed: str, below: bool) -> None:
    assert subject_of(typed).subdomains is below


def asked(record_path: str, subject: str) -> Lookup:
    with open_record(record_path) as record:
        return look_up(record, subject)


def test_used_domain_names_categories_months_and_reasons(small_record: str) -> None:
    found = asked(small_record, "silent.org")
    assert found.status is LookupStatus.USED
    assert [(u.status, u.stage, u.reason) for u in found.uses] == [
        (LookupStatus.USED, "pretraining", None),
        (LookupStatus.FILTERED_OUT, "pretraining", "duplicate"),
    ]
    used = found.uses[0]
    assert (used.first_month, used.last_month, used.all_dated, used.documents) == ("2026-02", "2026-02", False, "1–10")


@pytest.mark.parametrize(
    ("subject", "status"),
    [
        ("broken.org", LookupStatus.FILTERED_OUT),
        ("bench.org", LookupStatus.USED_FOR_EVALUATION),
        ("notes.org", LookupStatus.KEPT_NOT_TRAINED),
        ("nowhere.org", LookupStatus.UNKNOWN),
        ("https://silent.org/a", LookupStatus.USED),
        ("https://silent.org/a/below", LookupStatus.UNKNOWN),
        ("https://blog.silent.org/b", LookupStatus.USED),
        ("https://blog.silent.org/b/c?d=1", LookupStatus.USED),
        ("https://blog.silent.org/b/c?d=2", LookupStatus.UNKNOWN),
        ("https://blog.silent.org/", LookupStatus.USED),
        ("https://reserved.org/", LookupStatus.USED),
        ("reserved.org:8080", LookupStatus.USED),
        ("ilent.org", LookupStatus.UNKNOWN),
    ],
)
def test_status_of_a_place(small_record: str, subject: str, status: LookupStatus) -> None:
    assert asked(small_record, subject).status is status


def test_path_prefix_ends_at_a_segment(make_record, source, document) -> None:
    path = make_record(sources=[source(0, "s")], documents=[document(0, 0, "a.org/blogger")])
    assert asked(path, "https://a.org/blog").status is LookupStatus.NEVER_COLLECTED
    assert asked(path, "https://a.org/blogger").status is LookupStatus.USED


def test_never_is_said_only_where_every_document_has_an_address(make_record, source, document) -> None:
    path = make_record(sources=[source(0, "s")], documents=[document(0, 0, "a.org/x")])
    found = asked(path, "b.org")
    assert (found.status, found.not_known) == (LookupStatus.NEVER_COLLECTED, ())


def test_path_is_unknown_where_addresses_were_shortened(make_record, source, document) -> None:
    cut = document(0, 0, "a.org/x") | {"url": "https://a.org"}
    path = make_record(sources=[source(0, "s")], documents=[cut])
    found = asked(path, "https://a.org/private/page")
    assert found.status is LookupStatus.UNKNOWN
    assert "no path is kept" in found.not_known[0]
    assert asked(path, "a.org").status is LookupStatus.USED


def test_partial_record_says_that_absence_means_nothing(make_record, source, document) -> None:
    path = make_record(partial=True, sources=[source(0, "s")], documents=[document(0, 0, "a.org/x")])
    found = asked(path, "b.org")
    assert found.status is LookupStatus.UNKNOWN
    assert "partial" in found.not_known[-1]


def test_copies_elsewhere_are_told_from_both_sides(make_record, source, document, decision) -> None:
    documents = [document(0, 0, "a.org/x"), document(0, 1, "b.org/x")]
    rows = {
        "sources": [source(0, "s")],
        "documents": documents,
        "duplicates": [{"doc_id": 1, "cluster_id": 0, "kind": "exact", "similarity": 1.0}],
        "decisions": [decision(1, "duplicate")],
    }
    path = make_record(**rows)
    assert [(c.domain, c.trains) for c in asked(path, "b.org").copies] == [("a.org", True)]
    assert [(c.domain, c.trains) for c in asked(path, "a.org").copies] == [("b.org", False)]


def test_copy_in_a_source_that_is_not_public_stays_unnamed(make_record, source, document) -> None:
    documents = [document(0, 0, "a.org/x"), document(1, 0, "licensor.org/x")]
    rows = {
        "sources": [source(0, "web"), source(1, "deal", acquisition="licensed_commercial")],
        "documents": documents,
        "duplicates": [{"doc_id": documents[0]["doc_id"], "cluster_id": documents[1]["doc_id"], "kind": "near"}],
    }
    assert [c.domain for c in asked(make_record(**rows), "a.org").copies] == [None]


def test_only_publicly_known_datasets_are_named(small_record: str) -> None:
    assert [(d.name, d.homepage) for d in asked(small_record, "wiki.org").datasets] == [
        ("wiki", "https://wiki.org/dumps")
    ]
    assert asked(small_record, "tiny.org").datasets == ()


@pytest.mark.parametrize("subject", ["silent.org", "reserved.org", "nowhere.org", "tiny.org", "bench.org"])
def test_public_answer_leaks_no_name_of_a_source_or_licensor(small_record: str, subject: str) -> None:
    told = json.dumps(asdict(asked(small_record, subject)))
    assert not [
        name for name in ("secret-books", "Secret House", "chats", '"web"', '"tiny"', '"bench"') if name in told
    ]


def test_answer_names_its_queries_and_the_record(small_record: str) -> None:
    found = asked(small_record, "silent.org")
    assert len(found.root_hash) == 64
    assert [q.query_id for q in found.queries] == [
        "lookup/uses",
        "lookup/datasets",
        "lookup/copies",
        "lookup/nearby",
        "lookup/not_known",
    ]


@given(st.integers(1, 10**12))
def test_band_holds_the_count_and_starts_after_a_power_of_ten(documents: int) -> None:
    low, high = (int(part.replace(",", "")) for part in size_band(documents).split("–"))
    assert low <= documents <= high
    assert set(str(high)) <= {"1", "0"}
    assert low == 1 or set(str(low - 1)) == {"1", "0"}


# --- nothing that is there is denied ---------------------------------------------------------------------------------


@pytest.fixture
def spelled(make_record, source, document):
    """A record with one document of a host below a public suffix, at an address with a letter beyond ASCII."""
    path = make_record(sources=[source(0, "s")], documents=[document(0, 0, "www.gov.uk/caf%C3%A9/~user/a?x=1")])
    with open_record(path) as record:
        yield record


@pytest.mark.parametrize(
    "subject",
    [
        "gov.uk", "*.gov.uk", ".gov.uk", "uk", "https://gov.uk/", "http://gov.uk", "GOV.UK.", "www.gov.uk",
        "www.gov.uk:443", "www.gov.uk:80", "https://www.gov.uk", "https://*.gov.uk/*", "http://www.gov.uk/café/",
        "www.gov.uk/caf%c3%a9",
        "www.gov.uk/cafe\u0301/", "https://www.gov.uk/café/%7Euser/a?x=1", "https://www.gov.uk/x/../café/~user/",
        "https://me:secret@www.gov.uk/café#menu", "https://www.gov.uk/caf*", "https://www.gov.uk//../café",
    ],
)  # fmt: skip
def test_every_spelling_of_a_place_finds_what_lies_there(spelled, subject):
    assert look_up(spelled, subject).status is LookupStatus.USED


@pytest.mark.parametrize(
    "subject", ["ov.uk", "v.uk", "www.gov.uk/caf", "www.gov.uk:8080", "co.uk", "https://www.gov.uk/b/"]
)
def test_other_places_are_not_found(spelled, subject):
    assert look_up(spelled, subject).status is LookupStatus.NEVER_COLLECTED


@pytest.mark.parametrize("subject", ["https://a.org/set", "blog.a.org"])
def test_where_nothing_is_found_what_is_in_the_domain_is_said(make_record, source, document, subject):
    path = make_record(sources=[source(0, "s")], documents=[document(0, 0, "www.a.org/x")])
    said = "Documents from other places of a.org were collected; ask for a.org to see them."
    assert asked(path, subject).not_known == (said,)
    assert asked(path, "b.org").not_known == ()


def test_many_places_get_the_answers_they_get_alone(small_record: str) -> None:
    subjects = ("silent.org", "nowhere.org", "https://silent.org/a", "reserved.org:8080", "silent.org")
    with open_record(small_record) as record:
        assert look_up_all(record, subjects) == tuple(look_up(record, subject) for subject in subjects)


@pytest.mark.parametrize("edition", [Edition.PUBLIC, Edition.DOWNSTREAM])
def test_how_documents_were_acquired_is_not_told_to_the_public(make_record, source, document, edition) -> None:
    rows = {
        "sources": [source(0, "web"), source(1, "deal", acquisition="licensed_commercial")],
        "documents": [document(0, 0, "a.org/x"), document(1, 0, "a.org/y")],
    }
    path = make_record(**rows)
    with open_record(path) as record:
        (use,) = look_up(record, "a.org", edition).uses
        told = {use.acquisition for use in look_up(record, "a.org", Edition.AUTHORITY).uses}
    assert use.acquisition is None
    assert told == {"crawled_own", "licensed_commercial"}
