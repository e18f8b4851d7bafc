from __future__ import annotations

import pytest

from colophon.audit.report import report_plan, report_record
from colophon.query.packaged import packaged_query
from colophon.query.session import open_record


def test_sections_are_those_planned_and_name_their_query(small_record: str) -> None:
    with open_record(small_record) as record:
        report = report_record(record)
    assert [s.plan for s in report.sections] == list(report_plan())
    assert [s.result.query_id for s in report.sections] == [f"report/{plan.name}" for plan in report_plan()]


@pytest.mark.parametrize("plan", report_plan(), ids=lambda plan: plan.name)
def test_shown_columns_exist(plan) -> None:
    assert set(plan.shown) <= {column.name for column in packaged_query(f"report/{plan.name}").columns}


def test_totals_keep_evaluation_apart(small_record: str) -> None:
    with open_record(small_record) as record:
        (totals,) = report_record(record).sections[0].result.table.to_pylist()
    assert (totals["documents"], totals["documents_training"], totals["documents_not_training"]) == (20, 15, 2)
    assert (totals["copies"], totals["tokens_training"]) == (1, None)


def test_empty_record_has_a_report(make_record) -> None:
    with open_record(make_record()) as record:
        (totals,) = report_record(record).sections[0].result.table.to_pylist()
    assert (totals["sources"], totals["documents"]) == (0, 0)
