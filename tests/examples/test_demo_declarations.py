"""The declarations of the demo are complete, so that its summary has no gaps of a person's making."""

from __future__ import annotations

from pathlib import Path

import pytest

from colophon.config.corpus import Corpus
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.forms.answers import Answers, join_answers, load_answers
from colophon.forms.form import Mode, load_forms
from colophon.vocabulary import Acquisition, Stage


@pytest.fixture
def corpus(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.setenv("COLOPHON_ID_KEY", "a key")
    return load_corpus(str(demo / "corpus.yaml"), installed())


@pytest.fixture
def answers(demo: Path) -> Answers:
    forms = load_forms()
    return join_answers(load_answers(demo / "provider.yaml", *forms), load_answers(demo / "model.yaml", *forms))


def test_every_way_of_acquiring_is_shown(corpus: Corpus) -> None:
    assert {s.acquisition for s in corpus.sources} == {
        Acquisition.LICENSED_COMMERCIAL,
        Acquisition.CRAWLED_OWN,
        Acquisition.PUBLIC_DATASET,
        Acquisition.PRIVATE_THIRD_PARTY,
        Acquisition.OFFLINE_DIGITISED,
        Acquisition.COMMISSIONED_HUMAN,
        Acquisition.USER_MODEL_INTERACTION,
        Acquisition.SYNTHETIC_OWN,
    }


def test_pretraining_finetuning_and_evaluation_are_shown(corpus: Corpus) -> None:
    assert {s.stage for s in corpus.sources} == {Stage.PRETRAINING, Stage.FINETUNING, Stage.EVALUATION}


def test_every_connector_is_shown(corpus: Corpus) -> None:
    assert {s.connector for s in corpus.sources} == set(installed().connectors)


def test_all_data_is_declared(demo: Path, corpus: Corpus) -> None:
    patterns = [p for s in corpus.sources for p in s.paths]
    patterns += [p for s in corpus.sources for files in s.signals for p in files.paths]
    declared = {path for pattern in patterns for path in demo.glob(pattern)}
    assert {p for p in (demo / "data").rglob("*") if p.is_file()} == declared


def test_only_the_damaged_source_allows_damage(corpus: Corpus) -> None:
    assert [s.name for s in corpus.sources if s.max_rejects is not None] == ["forum-archive"]


def test_every_field_that_a_person_states_is_answered(answers: Answers) -> None:
    fields = [f for form in load_forms() for f in form.fields()]
    asked = [f for f in fields if f.mode is not Mode.COMPUTED and not f.optional]
    assert [f.id for f in asked if answers.get(f.id) is None] == []


def test_every_answer_is_signed(answers: Answers) -> None:
    assert [id_ for id_, answer in answers.by_field.items() if not (answer.by and answer.on)] == []
