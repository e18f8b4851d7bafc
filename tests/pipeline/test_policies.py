"""Decisions under policies of a team's own."""

from __future__ import annotations

from importlib.resources import files

import pytest

from colophon.record.database import open_record
from colophon.record.errors import BadArgumentError

PACKAGED = files("colophon.analyzers.reservations").joinpath("policies", "code.yaml").read_text()


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


def test_no_run_can_decide_by_the_time_of_training(small, tmp_path):
    with pytest.raises(BadArgumentError, match="not known before"):
        run_with(small, tmp_path / "r", "at_training", "2024-02-15")
