"""The public summary of a small record: as a draft, and complete."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import load_form
from colophon.forms.summary import VERSION_FIELD, Summary
from colophon.query.session import Record
from tests.form_tables import Tables


@pytest.fixture(scope="session")
def summarised(tmp_path_factory: pytest.TempPathFactory, open_rows: Callable[..., Record]) -> Callable[[str], Summary]:
    """Compiles the public summary with the text of an answers file."""
    tables = Tables()
    tables.source("Named Set", [{"language": "fr"}], origin="https://set.example/")
    domains = [{"registered_domain": f"d{n:03}.example"} for n in range(400)]
    tables.crawl("Crawl", domains, collected_from="2024-01")
    path = tmp_path_factory.mktemp("answers") / "stated.yaml"

    def compile_(answers: str) -> Summary:
        path.write_text(answers, "utf-8")
        form = load_form()
        return compile_summary(open_rows(**tables.rows), form, load_answers(path, form))

    return compile_


@pytest.fixture(scope="session")
def draft(summarised: Callable[[str], Summary]) -> Summary:
    return summarised("2.1a: {value: yes, by: A, on: 2026-11-20}")


@pytest.fixture(scope="session")
def complete(summarised: Callable[[str], Summary]) -> Summary:
    asked = (f for f in load_form().fields() if f.takes_answer and f.id != VERSION_FIELD)
    return summarised(
        "profile: {value: standard, by: A, on: 2026-11-20}\n"
        + "".join(f"{f.id}: {{value: {f.options[0] if f.options else 'text'}, by: A, on: 2026-11-20}}\n" for f in asked)
    )
