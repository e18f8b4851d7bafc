"""Whatever is done to a corpus file, it loads or is refused with errors that name a line; nothing else is raised."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.config.load import load_corpus
from colophon.errors import ConfigurationErrors, MissingKeyError
from colophon.extensions import installed


@dataclass(frozen=True, slots=True)
class TableOptions:
    header: bool = True
    delimiter: str | None = None


EXTENSIONS = replace(installed(), connectors={"csv": TableOptions})

VALID = """\
colophon: 1
corpus: test
defaults: {access: open}
policy: code
sources:
  - name: a
    stage: evaluation
    acquisition: synthetic_own
    connector: csv
    paths: [a.csv, "https://example.org/b.csv"]
    options: {header: false, delimiter: ";"}
    fields: {text: [q, a], id: i}
    collected: {from: 2024-01, to: 2024}
    license: {declared: null, spdx: MIT OR Apache-2.0, content: NOASSERTION}
    crawler: {name: C, user_agents: [Bot], behaviour: {captcha: no, protocols: [robots]}}
    synthetic: {generators: [{model: M, on_market: true}]}
    upstream_filters: [{rule: r, documents_in: 10, documents_out: 9}]
    evaluation: {benchmark: B, version: 1.0}
    signals: {robots: [{paths: r/*, fetched_at: 2024-06-01T00:00:00Z}]}
filters:
  - {rule: languages, kind: language, reason: quality, keep: [no, de]}
  - {rule: blocked, kind: domains, reason: legal_or_safety, drop: [example.org]}
dedup: {shingle: 5, bands: auto, threshold: 0.7}
analysis: {language: {}, pii: {min_score: 0.4, entities: [EMAIL_ADDRESS]}, license: false}
max_rejects: 0.02
"""

_SNIPPETS = st.sampled_from([
    "", ":", "- ", "{", "}", "[", "]", "~", "null", "true", "1", "-1", "1e999", ".nan", "'", '"', "&a ", "*a", "!x ",
    "<<: ", "${X}", "${", "#", "\n", "  ", "\t", "é", "\x7f", "no", "? ", "| ", "%", "@", "::", "0x", "\u2028",
    "\ud7ff", "a" * 300,
])  # fmt: skip

_KEYS = st.sampled_from(["sources", "defaults", "include", "dedup", "filters", "analysis", "policy", "id_key", "psl"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "stage", "rule"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("corpus") / "corpus.yaml"


def _loads_or_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    refused: ConfigurationErrors | None = None
    try:
        load_corpus(str(file), EXTENSIONS)
    except MissingKeyError:
        return
    except ConfigurationErrors as error:
        refused = error
    assert refused is None or all(e.file == str(file) and e.problem for e in refused.errors)


def test_the_file_to_be_corrupted_is_right(file):
    file.write_text(VALID, encoding="utf-8")
    assert load_corpus(str(file), EXTENSIONS).sources


@settings(max_examples=150, deadline=None)
@given(begin=st.integers(0, len(VALID)), length=st.integers(0, 60), snippet=_SNIPPETS)
def test_a_span_replaced_by_anything(file, begin, length, snippet):
    _loads_or_is_refused(file, VALID[:begin] + snippet + VALID[begin + length :])


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.integers(0, VALID.count("\n") - 1), min_size=1, max_size=5))
def test_lines_left_out(file, lines):
    kept = [line for number, line in enumerate(VALID.splitlines()) if number not in lines]
    _loads_or_is_refused(file, "\n".join(kept))


@settings(max_examples=100, deadline=None)
@given(word=st.sampled_from(sorted({w.strip("[]{},:") for w in VALID.split()} - {"-", ""})), put=st.text(max_size=8))
def test_a_word_misspelled_everywhere(file, word, put):
    text = VALID.replace(word, put).encode("utf-8", "replace").decode("utf-8")
    _loads_or_is_refused(file, text)


@settings(max_examples=60, deadline=None)
@given(value=_VALUES, key=_KEYS)
def test_any_value_under_any_key(file, value, key):
    lines = [line for line in VALID.splitlines() if not line.startswith((f"{key}:", "sources:", "filters:", " "))]
    _loads_or_is_refused(file, "\n".join([*lines, f"{key}: {json.dumps(value)}"]))
