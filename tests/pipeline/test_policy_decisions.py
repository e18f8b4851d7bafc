"""What a policy drops and keeps, by the basis of a source, the state of a look and the protocols it names."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from colophon.__main__ import run_command
from colophon.audit.audit import audit_record
from colophon.cli.exit_codes import ExitCode
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record

pytestmark = pytest.mark.job

CODE = files("colophon.reservations").joinpath("policies", "code.yaml").read_text()
DROPS = CODE.replace("policy: code", "policy: ours").replace("without_effect: report", "without_effect: drop")

TOUCHED = {"tdm_art4", "license", "unknown"}
UNTOUCHED = {"tdm_art3", "own_content", "official_work", "public_domain", "other_exception"}
BASES = sorted(TOUCHED | UNTOUCHED)
WHEN = "2024-02-01T00:00:00Z"
LOOKS = (
    {"url": "https://closed.example/robots.txt", "status": 200, "body": "User-agent: *\nDisallow: /\n"},
    {"url": "https://down.example/robots.txt", "status": 503},
    {"url": "https://words.example/robots.txt", "status": 404},
)
#: The policy `code` does not take ai.txt into account.
AI_TXT = {"url": "https://words.example/ai.txt", "status": 200, "body": "User-Agent: *\nDisallow: *\n"}
SOURCE = """
  - name: {basis}
    stage: pretraining
    acquisition: public_dataset
    connector: jsonl
    paths: [{basis}.jsonl]
    fields: {{text: text, url: url, fetched_at: at}}
    collected: {{from: 2024-01, to: 2024-03}}
    personal_data_basis: none
    legal_basis: {basis}
    signals: {{robots: [{{paths: robots.jsonl}}], ai_txt: [{{paths: ai.jsonl}}]}}
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decisions")
    for basis in BASES:
        pages = [
            {"text": f"a text of {basis} at {host}", "url": f"https://{host}.example/{basis}", "at": WHEN}
            for host in ("closed", "down", "words")
        ]
        (folder / f"{basis}.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
    when = {"fetched_at": "2024-01-31T00:00:00Z"}
    (folder / "robots.jsonl").write_text("".join(json.dumps(look | when) + "\n" for look in LOOKS))
    (folder / "ai.jsonl").write_text(json.dumps(AI_TXT | when) + "\n")
    (folder / "ours.yaml").write_text(DROPS)

    def run(policy):
        corpus = folder / f"{policy.removesuffix('.yaml')}-corpus.yaml"
        head = f"colophon: 1\ncorpus: c\npolicy: {policy}\nanalysis: {{language: false, pii: false}}\nsources:"
        corpus.write_text(head + "".join(SOURCE.format(basis=basis) for basis in BASES))
        record = str(folder / f"record-{corpus.stem}")
        run_job(load_corpus(str(corpus), installed()), JobOptions(record=record, engine=Engine(workers=1)))
        return record

    return {policy: run(policy) for policy in ("code", "ours.yaml")}


def dropped(record, host):
    """The public reason of each basis whose page at the host is dropped."""
    with open_record(record) as opened:
        rows = opened.sql(
            "SELECT s.legal_basis, x.public_reason FROM decisions AS x JOIN documents AS d USING (doc_id) "
            "JOIN sources AS s USING (source_id) WHERE d.authority = $host",
            {"host": f"{host}.example"},
        ).to_pylist()
    return {row["legal_basis"]: row["public_reason"] for row in rows}


def test_what_rests_on_a_basis_that_no_reservation_touches_is_kept_and_listed(recorded):
    assert dropped(recorded["code"], "closed") == dict.fromkeys(TOUCHED, "reservation")
    with open_record(recorded["code"]) as opened:
        kept = opened.sql("SELECT legal_basis, kept_because FROM reserved_kept WHERE protocol = 'robots'").to_pylist()
    assert {row["legal_basis"]: row["kept_because"] for row in kept} == dict.fromkeys(UNTOUCHED, "without_effect")


def test_a_policy_may_drop_it_all_the_same(recorded):
    assert dropped(recorded["ours.yaml"], "closed") == dict.fromkeys(BASES, "reservation")


def test_a_look_that_failed_is_told_as_that(recorded):
    assert dropped(recorded["code"], "down") == dict.fromkeys(TOUCHED, "look_failed")


def test_a_reservation_of_a_protocol_that_the_policy_does_not_name_is_listed_and_drops_nothing(recorded):
    assert dropped(recorded["code"], "words") == {}
    with open_record(recorded["code"]) as opened:
        kept = opened.sql("SELECT legal_basis, kept_because, rule FROM reserved_kept WHERE protocol = 'ai_txt'")
        others = opened.sql(
            "SELECT DISTINCT state, unknown_reason FROM optout_audit "
            "WHERE protocol = 'ai_txt' AND authority <> 'words.example'"
        )
        audit = audit_record(opened)
    assert {row["kept_because"] for row in kept.to_pylist()} == {"not_honoured"}
    assert kept.num_rows == len(BASES)
    assert others.to_pylist() == []
    findings = {row["view_name"]: row["documents"] for row in audit.findings.to_pylist()}
    assert findings["reserved_kept"] == len(BASES) + len(UNTOUCHED)


def test_a_refusal_of_reserved_documents_leaves_out_what_no_reservation_touches(recorded, capsys):
    assert run_command(["audit", recorded["code"], "--fail-on", "reserved"]) is ExitCode.FINDINGS
    # What `ai.txt` reserves is kept, since the policy does not name it.
    assert f"documents kept for training: {len(TOUCHED)} reserved;" in capsys.readouterr().err
