from __future__ import annotations

import pyarrow as pa
import pytest

from colophon import extensions
from colophon.config.corpus import AnalyzerSettings
from colophon.errors import PlugInError
from colophon.extensions import documents_table, installed
from colophon.tables import DOCUMENTS, Column
from colophon.vocabulary import Disclosure


class Added:
    """An analyzer of another package, as far as its columns go."""


class Registered(dict):
    """The analyzers, each of them of another package."""

    @property
    def added(self):
        return frozenset(self)


def analysis_of(monkeypatch, **columns):
    """Settings of analyzers that give a column each."""
    kinds = Registered()
    for name, column in columns.items():
        given = (Column(column, pa.int32(), "a number", Disclosure.PUBLIC),)
        kinds[name] = type(name, (Added,), {"columns": given})
    monkeypatch.setattr(extensions, "ANALYZERS", kinds)
    return [AnalyzerSettings(name, Added, Added()) for name in columns]


def test_the_program_s_own_analyzers_add_no_column_to_the_contract():
    settings = [AnalyzerSettings(name, kind, kind) for name, kind in installed().analyzers.items()]
    assert documents_table(settings) is DOCUMENTS


def test_columns_are_added_in_the_order_of_the_analyzers(monkeypatch):
    table = documents_table(analysis_of(monkeypatch, second="b_words", first="a_words"))
    assert table.schema.names == [*DOCUMENTS.schema.names, "b_words", "a_words"]


def test_an_analyzer_that_is_off_adds_nothing(monkeypatch):
    (settings,) = analysis_of(monkeypatch, one="words_found")
    assert documents_table([AnalyzerSettings(settings.name, settings.kind, None)]) is DOCUMENTS


@pytest.mark.parametrize("name", ["language", "dataset", "text", "source", "Words", "two words", "wörter"])
def test_a_column_with_a_taken_or_unfit_name_is_refused(monkeypatch, name):
    with pytest.raises(PlugInError, match=name):
        documents_table(analysis_of(monkeypatch, one=name))


def test_two_analyzers_cannot_add_the_same_column(monkeypatch):
    with pytest.raises(PlugInError, match="`two = "):
        documents_table(analysis_of(monkeypatch, one="words_found", two="words_found"))
