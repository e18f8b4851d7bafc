"""Accepted requests: from a record without them over a generation that holds one to the run that follows it."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

from colophon.audit.audit import audit_record
from colophon.audit.report import report_record
from colophon.config.load import load_corpus
from colophon.errors import BadArgumentError
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record, views_sql
from colophon.record.manifest import read_manifest
from colophon.record.verify import verify
from colophon.requests.accepted import DecidedRequest, commit_requests
from colophon.reservations.moment import asked_moment
from colophon.reservations.policy import load_policy
from colophon.reservations.protocols.request import Requested, RequestStanding, requested_name

pytestmark = pytest.mark.job

PAGES = {
    "https://asked.example/books/a": "a text that somebody asked for",
    "https://asked.example/b%C3%B6cks/b": "a text whose address is written in two ways",
    "https://asked.example/blog": "a text beside it",
    "https://www.host.example/": "a text of a host that is named",
    "https://host.example/": "a text of the host above it",
    "https://sub.domain.example:8080/x": "a text of a domain that is named with all below it",
    "https://notdomain.example/x": "a text of a domain whose end alone is like it",
    "https://else.example/": "a text that is named by its hash",
    "https://bare.example?id=1": "a text whose address has no path",
}
HASH = hashlib.sha256(PAGES["https://else.example/"].encode()).hexdigest()
OWN_POLICY = """
policy: ours
version: 2026-01-01
clock: at_fetch
protocols: {robots: {standing: honoured}}
training_agents: {roles: [own]}
actions: {reserved: keep, error: keep, unknown: keep, open: keep, allowed: keep, silent: keep}
copies: own
"""
BOUND = """SELECT o.origin, d.url FROM verdicts AS v JOIN observations AS o USING (observation_id)
    JOIN documents AS d ON d.doc_id = v.doc_id WHERE v.protocol = 'request'"""
ACCEPTED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Corpus:
    """Pages of one source without any look at their hosts, and the record over them."""

    def __init__(self, folder):
        self.folder = folder
        self.record = str(folder / "record")
        pages = [{"text": text, "url": url, "at": "2024-02-01T00:00:00Z"} for url, text in PAGES.items()]
        (folder / "pages.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
        (folder / "ours.yaml").write_text(OWN_POLICY)

    def run(self, policy="code", source="legal_basis: tdm_art4", stage="pretraining"):
        corpus = self.folder / "corpus.yaml"
        corpus.write_text(f"""
colophon: 1
corpus: asked
policy: {policy}
analysis: {{language: false, pii: false, license: false}}
sources:
  - name: pages
    stage: {stage}
    acquisition: crawled_own
    connector: jsonl
    paths: [pages.jsonl]
    fields: {{text: text, url: url, fetched_at: at}}
    obtained: 2024-03-01
    collected: {{from: 2024-02, to: 2024-02}}
    crawler: {{name: TestBot, user_agents: [TestBot]}}
    {source}
""")
        loaded = load_corpus(str(corpus), installed())
        return run_job(loaded, JobOptions(self.record, Engine(workers=1)))

    def accept(self, kind, text, request_id="R-1", standing=RequestStanding.ACCEPTED, at=ACCEPTED_AT):
        request = DecidedRequest(request_id, standing, at, (requested_name(kind, text),))
        return commit_requests(self.record, [request], "requests apply")

    def rows(self, query):
        with open_record(self.record) as opened:
            return opened.sql(query).to_pylist()

    def reserved(self, query="SELECT url FROM optout_audit WHERE protocol = 'request' AND state = 'reserved'"):
        return {row["url"].removeprefix("https://") for row in self.rows(query)}

    def dropped(self):
        return self.reserved(
            "SELECT url FROM decisions JOIN documents USING (doc_id) WHERE public_reason = 'reservation'"
        )


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("before"))
    made.run()
    return made.folder


@pytest.fixture
def corpus(before, tmp_path):
    shutil.copytree(before, tmp_path, dirs_exist_ok=True)
    return Corpus(tmp_path)


#: Requests of which no two name the same document, each with the addresses that it binds.
APART = [
    (Requested.URL_PREFIX, "http://Asked.example/books", {"asked.example/books/a"}),
    (Requested.URL_PREFIX, "https://asked.example/böcks/", {"asked.example/b%C3%B6cks/b"}),
    (Requested.URL_PREFIX, "https://asked.example/blog/", {"asked.example/blog"}),
    (Requested.URL_PREFIX, "http://bare.example", {"bare.example?id=1"}),
    (Requested.AUTHORITY, "www.host.example", {"www.host.example/"}),
    (Requested.AUTHORITY, "sub.domain.example", set()),
    (Requested.DOMAIN, "domain.example", {"sub.domain.example:8080/x"}),
    (Requested.CONTENT, HASH.upper(), {"else.example/"}),
]
#: Names of two of these documents in another spelling.
SPELLED = [
    (Requested.URL_PREFIX, "http://bare.example/?id=", {"bare.example?id=1"}),
    (Requested.AUTHORITY, "WWW.host.example:443", {"www.host.example/"}),
]


@pytest.mark.parametrize("asked", [APART, SPELLED], ids=["apart", "spelled"])
def test_each_request_binds_what_it_names(corpus, asked):
    requests = [
        DecidedRequest(f"R-{n}", RequestStanding.ACCEPTED, ACCEPTED_AT, (requested_name(kind, text),))
        for n, (kind, text, _) in enumerate(asked)
    ]
    commit_requests(corpus.record, requests, "requests apply")
    corpus.run()
    bound = {(row["origin"], row["url"].removeprefix("https://")) for row in corpus.rows(BOUND)}
    assert bound == {(f"accepted request R-{n}", url) for n, (_, _, named) in enumerate(asked) for url in named}
    assert corpus.reserved() == corpus.dropped() == {url for _, url in bound}
    assert verify(corpus.record, views_sql).problems == ()


def test_until_the_next_run_report_and_audit_count_what_waits(corpus):
    committed = corpus.accept(Requested.DOMAIN, "asked.example")
    assert (committed.entries, committed.awaiting) == (1, 3)
    assert corpus.dropped() == set()
    with open_record(corpus.record) as opened:
        reported = report_record(opened)
        audit = audit_record(opened)
        kept = opened.sql("SELECT DISTINCT kept_because FROM reserved_kept").to_pylist()
    (section,) = [s for s in reported.sections if s.plan.name == "awaiting"]
    assert section.result.table.to_pylist()[0]["requested_documents"] == 3
    assert (audit.awaiting.requests, audit.awaiting.requested_documents) == (1, 3)
    assert "1, about documents: 3" in audit.awaiting.in_words
    assert kept == [{"kept_because": "awaits_run"}]
    assert corpus.run().clusters is not None
    with open_record(corpus.record) as opened:
        assert audit_record(opened).awaiting.in_words == ""
    assert corpus.run().clusters is None


def test_before_the_next_run_an_audit_counts_the_request_under_every_clock(corpus):
    corpus.accept(Requested.AUTHORITY, "host.example")
    for clock in ("at_fetch", "at_obtained", "at_training", "2020-01-01", "2026-06-01"):
        with open_record(corpus.record) as opened:
            audit = audit_record(opened, asked_moment(clock, date(2026, 11, 1)))
        states = {row["state"]: row["documents"] for row in audit.headline.to_pylist()}
        assert states["reserved"] == 1, clock


@pytest.mark.parametrize("policy", ["code", "strict", "ours.yaml"])
@pytest.mark.parametrize("clock", ["at_fetch", "at_obtained", "at_training", "2020-01-01", "2026-06-01"])
def test_a_request_is_reserved_under_every_policy_and_clock(tmp_path_factory, policy, clock, decided):
    record = decided
    with open_record(record) as opened:
        named = load_policy(str(tmp_path_factory.getbasetemp() / "ours.yaml") if policy == "ours.yaml" else policy)
        audit_record(opened, asked_moment(clock, date(2026, 11, 1)), named)
        found = opened.sql("SELECT url, kept FROM optout_audit WHERE protocol = 'request' AND state = 'reserved'")
    assert found.to_pylist() == [{"url": "https://host.example/", "kept": False}]


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """A record that was run again after a request was accepted."""
    (tmp_path_factory.getbasetemp() / "ours.yaml").write_text(OWN_POLICY)
    made = Corpus(tmp_path_factory.mktemp("decided"))
    made.run()
    made.accept(Requested.AUTHORITY, "host.example")
    made.run()
    return made.record


@pytest.mark.parametrize("policy", ["strict", "ours.yaml"])
def test_a_run_drops_what_was_requested_whatever_its_policy_does_with_reservations(tmp_path, policy):
    corpus = Corpus(tmp_path)
    corpus.run(policy)
    before = corpus.dropped()
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run(policy)
    assert corpus.dropped() - before == {"host.example/"}


def test_a_policy_by_the_day_of_obtaining_is_bound_too(tmp_path):
    corpus = Corpus(tmp_path)
    (tmp_path / "ours.yaml").write_text(OWN_POLICY.replace("at_fetch", "at_obtained"))
    corpus.run("ours.yaml")
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run("ours.yaml")
    assert corpus.dropped() == {"host.example/"}


GRANT = "legal_basis: contract\n    license: {grantor: House, evidence: https://house.example/contract}"


def test_a_grant_of_the_rights_holder_overrides_and_is_listed_as_a_conflict(tmp_path):
    corpus = Corpus(tmp_path)
    corpus.run(source=GRANT)
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run(source=GRANT)
    assert corpus.dropped() == set()
    (conflict,) = corpus.rows("SELECT protocol, grantor, overrides, kept FROM license_conflicts")
    assert conflict == {"protocol": "request", "grantor": "House", "overrides": True, "kept": True}
    assert corpus.rows("SELECT kept_because FROM reserved_kept") == [{"kept_because": "granted"}]


@pytest.mark.parametrize(("source", "dropped"), [(GRANT, 0), ("legal_basis: tdm_art4", len(PAGES))])
def test_what_nobody_looked_at_drops_nothing_that_its_rights_holder_granted(tmp_path, source, dropped):
    corpus = Corpus(tmp_path)
    corpus.run("strict", source=source)
    assert corpus.rows("SELECT count(DISTINCT doc_id) AS n FROM decisions") == [{"n": dropped}]


def test_a_license_without_a_grantor_overrides_nothing(tmp_path):
    corpus = Corpus(tmp_path)
    source = "legal_basis: license\n    license: {declared: CC-BY-4.0, spdx: CC-BY-4.0}"
    corpus.run(source=source)
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run(source=source)
    assert corpus.dropped() == {"host.example/"}


def test_a_withdrawn_request_binds_no_longer(corpus):
    corpus.accept(Requested.DOMAIN, "asked.example")
    corpus.run()
    day_after = ACCEPTED_AT + timedelta(days=1)
    withdrawn = corpus.accept(Requested.DOMAIN, "asked.example", standing=RequestStanding.WITHDRAWN, at=day_after)
    assert withdrawn.awaiting == 3
    assert corpus.rows("SELECT DISTINCT request, standing FROM awaiting_requests") == [
        {"request": "accepted request R-1", "standing": "withdrawn"}
    ]
    corpus.run()
    assert corpus.reserved() == corpus.dropped() == set()


def test_the_withdrawal_of_one_request_leaves_another_in_force(corpus):
    corpus.accept(Requested.AUTHORITY, "host.example", "R-1")
    corpus.accept(Requested.AUTHORITY, "host.example", "R-2")
    later = ACCEPTED_AT + timedelta(days=1)
    corpus.accept(Requested.AUTHORITY, "host.example", "R-1", RequestStanding.WITHDRAWN, later)
    corpus.run()
    assert corpus.dropped() == {"host.example/"}


def test_a_request_that_the_record_holds_makes_no_generation(corpus):
    first = corpus.accept(Requested.AUTHORITY, "host.example")
    again = corpus.accept(Requested.AUTHORITY, "host.example")
    assert (first.entries, again.entries) == (1, 0)
    assert again.manifest == read_manifest(corpus.record) == first.manifest


def test_a_verdict_leads_back_to_the_entry(corpus):
    corpus.accept(Requested.URL_PREFIX, "https://asked.example/books/")
    corpus.run()
    (row,) = corpus.rows("""
        SELECT a.rule, o.origin, o.grade, e.bytes FROM optout_audit a JOIN observations o USING (observation_id)
        JOIN evidence e USING (evidence_sha256) WHERE a.protocol = 'request'
    """)
    assert row == {
        "rule": "url_prefix asked.example/books/ 1",
        "origin": "accepted request R-1",
        "grade": "asserted",
        "bytes": b"url_prefix asked.example/books/ 1",
    }


def test_documents_that_no_request_names_have_no_row_of_requests(corpus):
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run()
    assert corpus.rows("SELECT count(*) AS n FROM optout_audit WHERE protocol = 'request'") == [{"n": 1}]


def test_evaluation_data_is_not_dropped_by_a_request(tmp_path):
    corpus = Corpus(tmp_path)
    corpus.run(stage="evaluation")
    corpus.accept(Requested.AUTHORITY, "host.example")
    corpus.run(stage="evaluation")
    assert corpus.dropped() == set()
    assert corpus.rows("SELECT kept_because FROM reserved_kept") == [{"kept_because": "not_training"}]


@pytest.mark.parametrize(
    "request_",
    [
        DecidedRequest("a person's name", RequestStanding.ACCEPTED, ACCEPTED_AT, ()),
        DecidedRequest("R-1", RequestStanding.ACCEPTED, ACCEPTED_AT, ()),
        DecidedRequest("R-1", RequestStanding.ACCEPTED, ACCEPTED_AT.replace(tzinfo=None), ()),
        DecidedRequest("R-1", RequestStanding.ACCEPTED, datetime(9999, 1, 1, tzinfo=UTC), ()),
    ],
)
def test_requests_that_cannot_be_are_refused(corpus, request_):
    with pytest.raises(BadArgumentError):
        commit_requests(corpus.record, [request_], "requests apply")
