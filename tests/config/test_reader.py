from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field

from colophon.config.constraints import Positive
from colophon.config.problems import Problems
from colophon.config.reader import keys, read_into
from colophon.config.yaml import parse_yaml


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Inner:
    begin: Annotated[int | None, Field(alias="from")] = None
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.words == ("no",):
            raise ValueError("`words` says no")


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    colour: Colour = Colour.RED
    size: Positive | None = None
    share: float = 0.5
    by_key: dict[str, Inner] = field(default_factory=dict)
    either: int | str = 0
    inner: Inner = Inner()


def read(text: str) -> tuple[Outer | None, list[str]]:
    problems = Problems()
    node = parse_yaml(text, "f.yaml", problems)
    assert node is not None
    return read_into(Outer, node, problems), [str(e) for e in problems.errors.values()]


def test_any_dataclass_is_read_by_its_annotations():
    assert read("name: 1.10\ncolour: green\nsize: 0x10\nshare: 1\ninner: {from: 3, words: [a, 07]}\n") == (
        Outer("1.10", Colour.GREEN, 16, 1.0, inner=Inner(3, ("a", "07"))),
        [],
    )


def test_values_are_plain_after_reading():
    outer, _ = read("name: a\nsize: 2\nshare: 2.50\n")
    assert outer is not None
    assert (type(outer.size), type(outer.share)) == (int, float)


def test_a_key_without_a_value_is_as_if_it_were_absent():
    assert read("name: a\ncolour:\nsize: ~\n") == (Outer("a"), [])


def test_a_list_of_one_may_be_written_as_that_one():
    assert read("name: a\ninner: {words: one}\n")[0] == Outer("a", inner=Inner(words=("one",)))


def test_keys_of_a_mapping_with_any_keys_are_read():
    assert read("name: a\nby_key: {x: {from: 1}}\n")[0] == Outer("a", by_key={"x": Inner(1)})


def test_keys_are_named_as_they_are_written():
    assert [k.name for k in keys(Inner)] == ["from", "words"]
    assert [k.name for k in keys(Outer) if k.required] == ["name"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nam: a", "f.yaml:1: unknown key `nam`; did you mean `name`?"),
        ("colour: red", "f.yaml:1: `name` is missing; expected text"),
        ("name:", "f.yaml:1: `name`: no value is given; expected text"),
        ("name: true", "f.yaml:1: `name`: `true` is not text; put it in quotes"),
        ("name: a\ncolour: gren", "f.yaml:2: `colour`: `gren` is not known; did you mean `green`?"),
        ("name: a\ncolour: [red]", "f.yaml:2: `colour`: a list does not fit; expected one of: red, green"),
        ("name: a\nsize: '2'", "f.yaml:2: `size`: `2` does not fit; expected a whole number"),
        ("name: a\nsize: true", "f.yaml:2: `size`: `true` does not fit; expected a whole number"),
        ("name: a\nsize: 0", "f.yaml:2: `size`: 0 is too small"),
        ("name: a\nshare: yes", "f.yaml:2: `share`: `yes` does not fit; expected a number"),
        ("name: a\neither: [1]", "f.yaml:2: `either`: a list does not fit; expected a whole number or text"),
        ("name: a\ninner:\n  begin: 1", "f.yaml:3: unknown key `begin`; expected one of: from, words"),
        ("name: a\ninner:\n  words:\n    - [x]", "f.yaml:4: a list does not fit; expected text"),
        ("name: a\ninner: x", "f.yaml:2: `inner`: `x` stands where keys belong; expected keys such as from, words"),
        ("name: a\ninner: {words: no}", "f.yaml:2: `words` says no"),
        ("name: a\nby_key:\n  x: {from: a}", "f.yaml:3: `from`: `a` does not fit; expected a whole number"),
        ("name: a\nby_key: [x]", "f.yaml:2: `by_key`: a list stands where keys belong; expected keys"),
        ("[a]", "f.yaml:1: a list stands where keys belong; expected keys such as name, colour, size, share"),
        ("<<: {name: a}", "f.yaml:1: YAML 1.2 has no merge keys"),
    ],
)
def test_a_misfit_is_named_with_its_line_and_what_was_expected(text, message):
    outer, messages = read(text)
    assert outer is None
    assert any(m.startswith(message) for m in messages)


def test_all_misfits_are_named_at_once():
    _, messages = read("colour: blue\nsize: 0\ninner: {from: x}\n")
    assert len(messages) == 4
