"""Decisions under policies of a team's own."""

from __future__ import annotations

from importlib.resources import files

import pytest

from colophon.errors import BadArgumentError
from colophon.query.session import open_record

PACKAGED = files("colophon.reservations").joinpath("policies", "code.yaml").read_text()


def run_with(small, record, clock, obtained):
    (small.folder / "ours.yaml").write_text(
        PACKAGED.replace("policy: code", "policy: ours").replace("clock: at_fetch", f"clock: {clock}")
    )
    small.run(record, "pages", extra=f"policy: ours.yaml\ndefaults: {{obtained: {obtained}}}\n")


def reserved(record):
    with open_record(str(record)) as opened:
        found = opened.sql(
            "SELECT count(*) AS n FROM decisions WHERE public_reason = 'reservation' AND position = 0"
        ).to_pylist()[0]["n"]
        stored = opened.sql("SELECT count(*) AS n FROM verdicts").to_pylist()[0]["n"]
    return found, stored > 0


@pytest.mark.parametrize(("obtained", "dropped"), [("2024-02-15", 3), ("2024-03-15", 0), ("2023-12-01", 0)])
def test_a_policy_may_decide_by_the_day_of_obtaining(small, tmp_path, obtained, dropped):
    # Hosts were looked at on 20 January 2024, and a look speaks for thirty days.
    run_with(small, tmp_path / "r", "at_obtained", obtained)
    assert reserved(tmp_path / "r") == (dropped, True)


@pytest.mark.parametrize(("standing", "dropped"), [("honoured", 0), ("required", 6)])
def test_terms_that_were_not_read_drop_a_document_only_where_their_look_is_required(small, tmp_path, standing, dropped):
    robots = small.folder / "data" / "robots.jsonl"
    robots.write_text(robots.read_text().replace("Allow: /", "Allow: /\\n\\nLicense: https://open.example/rsl.xml"))
    policy = PACKAGED.replace("policy: code", "policy: ours").replace(
        "protocols:\n", f"protocols:\n  rsl: {{standing: {standing}, max_age_days: 30}}\n"
    )
    (small.folder / "ours.yaml").write_text(policy.replace("unknown: keep", "unknown: drop"))
    small.run(tmp_path / "r", "pages", extra="policy: ours.yaml\n")
    with open_record(str(tmp_path / "r")) as opened:
        (found,) = opened.sql("SELECT count(*) AS n FROM decisions WHERE reason LIKE 'rsl unknown%'").to_pylist()
        (told,) = opened.sql(
            "SELECT count(*) AS n FROM optout_audit WHERE protocol = 'rsl' AND unknown_reason = 'terms_not_read'"
        ).to_pylist()
    assert (found["n"], told["n"]) == (dropped, 6)


def test_no_run_can_decide_by_the_time_of_training(small, tmp_path):
    with pytest.raises(BadArgumentError, match="not known before"):
        run_with(small, tmp_path / "r", "at_training", "2024-02-15")
