from __future__ import annotations

import pickle
import re
from dataclasses import fields
from typing import get_type_hints

import pytest

from colophon import errors
from colophon.errors import (
    BadArgumentError,
    ColophonError,
    ConfigurationError,
    FailureError,
    FindingsError,
    UsageError,
)
from colophon.vocabulary import Stage

EXAMPLES = {
    str: "example",
    int: 3,
    tuple[str, ...]: ("one", "two"),
    tuple[ConfigurationError, ...]: (ConfigurationError("f", 1, "p"),),
}
BASES = {"ColophonError", "FindingsError", "UsageError", "FailureError", "TransientError", "DefectError"}
CLASSES = [
    c for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, ColophonError) and n not in BASES
]


def example(kind):
    hints = get_type_hints(kind)
    return kind(**{f.name: EXAMPLES[hints[f.name]] for f in fields(kind)})


def test_a_word_of_the_program_is_shown_as_it_is_typed():
    assert (
        str(BadArgumentError("--stage", Stage.EVALUATION, "another")) == "--stage: got 'evaluation', expected another"
    )


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
def test_every_error_survives_pickling_with_its_facts(kind):
    before = example(kind)
    after = pickle.loads(pickle.dumps(before))
    assert type(after) is kind
    assert str(after) == str(before)
    assert [getattr(after, f.name) for f in fields(kind) if kind.__name__ != "ConfigurationErrors"] == [
        getattr(before, f.name) for f in fields(kind) if kind.__name__ != "ConfigurationErrors"
    ]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
def test_every_error_says_something_and_has_one_reaction(kind):
    assert str(example(kind))
    assert sum(issubclass(kind, reaction) for reaction in (FindingsError, UsageError, FailureError)) == 1


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
def test_no_error_knows_what_to_type(kind):
    # An option may be among its facts; `colophon.cli.exit_codes` knows which commands and options help.
    assert not re.search(r"`colophon |--[a-z]", str(example(kind)))
