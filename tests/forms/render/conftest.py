"""The public summary of a small record: as a draft, and complete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import load_form
from colophon.forms.summary import Summary
from colophon.query.session import open_record


@pytest.fixture
def summarised(tmp_path: Path, tables: Any, make_record: Callable[..., str]) -> Callable[[str], Summary]:
    """Compiles the public summary with the text of an answers file."""
    tables.source("Named Set", [{"language": "fr"}], origin="https://set.example/")
    domains = [{"registered_domain": f"d{n:03}.example"} for n in range(400)]
    tables.crawl("Crawl", domains, collected_from="2024-01")

    def compile_(answers: str) -> Summary:
        path = tmp_path / "stated.yaml"
        path.write_text(answers, "utf-8")
        form = load_form()
        with open_record(make_record(**tables.rows)) as record:
            return compile_summary(record, form, load_answers(path, form))

    return compile_


@pytest.fixture
def draft(summarised: Callable[[str], Summary]) -> Summary:
    return summarised("2.1a: {value: yes, by: A, on: 2026-11-20}")


@pytest.fixture
def complete(summarised: Callable[[str], Summary]) -> Summary:
    asked = (f for f in load_form().fields() if f.takes_answer)
    return summarised(
        "".join(f"{f.id}: {{value: {f.options[0] if f.options else 'text'}, by: A, on: 2026-11-20}}\n" for f in asked)
    )
