from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.formats.field_values import (
    PLAIN_ADDRESS,
    Absent,
    address_of,
    fetch_time_of,
    license_of,
    names_in,
    native_id_of,
    partitions_of,
    text_of,
    value_at,
)
from colophon.urls import clean_url
from colophon.vocabulary import FieldOutcome

ROW = {
    "a": {"b": {"c": 1}},
    "a.x": "literal",
    "list": [{"v": "p"}, {"v": "q"}, {"w": 1}],
    "deep": [{"v": [{"w": "p"}, {"w": "q"}]}, {"v": []}],
    "json": '{"k": [1, 2], "n": null}',
    "none": None,
    "bytes": b'{"k": 1}',
    "null": "null",
    "blank": "",
    "dotted": {"a.b": 1, "a": {"b": 2, "c": 3}},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.b.c", 1),
        ("a.x", "literal"),
        ("list[].v", ["p", "q"]),
        ("list.v", ["p", "q"]),
        ("deep[].v[].w", ["p", "q"]),
        ("json.k", [1, 2]),
        ("json.n", None),
        ("none.k", None),
        ("bytes.k", 1),
        ("null.k", None),
        ("blank.k", None),
        ("dotted.a.b", 1),
        ("dotted.a.c", 3),
        ("a.z", Absent.ABSENT),
        ("a.b.c.d", Absent.ABSENT),
        ("list[].z", Absent.ABSENT),
        ("missing", Absent.ABSENT),
    ],
)
def test_a_name_leads_to_its_value(name, value):
    assert value_at(ROW, name) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (["a", None, "b"], "a\nb"),
        ([{"type": "text", "text": "a"}, {"type": "image_url"}, {"text": "b"}], "a\nb"),
        ([], ""),
        ([None], FieldOutcome.NULL),
        ([1], FieldOutcome.WRONG_TYPE),
        ([{"role": "user", "content": "a"}], FieldOutcome.WRONG_TYPE),
        (b"\xff", FieldOutcome.NOT_UTF8),
        (3, FieldOutcome.WRONG_TYPE),
        (None, FieldOutcome.NULL),
        (Absent.ABSENT, FieldOutcome.ABSENT),
    ],
)
def test_texts_of_a_list_are_joined_and_parts_that_are_none_left_out(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "native_id"),
    [
        ("x", "x"),
        (7, "7"),
        (7.0, "7"),
        (Decimal("7.50"), "7.50"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (7.5, FieldOutcome.WRONG_TYPE),
        (float("nan"), FieldOutcome.NULL),
        (2.0**60, FieldOutcome.WRONG_TYPE),
        (True, FieldOutcome.WRONG_TYPE),
        ("", FieldOutcome.NULL),
        ("é" * 600, FieldOutcome.TOO_LONG),
        ([1], "1"),
        ([1, None], "1"),
        ([], FieldOutcome.NULL),
        ([1, 2], FieldOutcome.WRONG_TYPE),
    ],
)
def test_ids_are_texts_numbers_and_uuids(value, native_id):
    assert native_id_of(value) == native_id


@pytest.mark.parametrize(
    ("value", "claims"),
    [
        ("MIT", "MIT"),
        (["MIT", "Apache-2.0", "MIT"], "MIT\nApache-2.0"),
        ([{"name": "MIT License", "license": "mit"}], "mit"),
        ({"key": "gpl-3.0", "name": "GNU"}, "gpl-3.0"),
        ('["MIT", "Apache-2.0"]', "MIT\nApache-2.0"),
        ("['MIT', 'Apache-2.0']", "MIT\nApache-2.0"),
        ("['MIT' 'Apache-2.0']", "MIT\nApache-2.0"),
        ("[MIT]", "[MIT]"),
        ([], FieldOutcome.NULL),
        ([1], FieldOutcome.WRONG_TYPE),
        ({"stars": 1}, FieldOutcome.WRONG_TYPE),
    ],
)
def test_licenses_are_texts_objects_that_name_one_and_lists_of_both(value, claims):
    assert license_of(value) == claims


def test_names_are_those_that_lead_to_values():
    assert names_in(
        [{"a": {"b": {"c": 1}}}, {"a": None, "l": [{"x": 1}, {"y": [{"z": 2}]}], "t": ["p"], "j": '{"k": 1}'}]
    ) == (
        "a.b.c",
        "a",
        "l[].x",
        "l[].y[].z",
        "t",
        "j.k",
    )


def test_names_are_bounded_whatever_the_rows_hold():
    deep: object = 1
    for _ in range(50):
        deep = {"a": deep}
    assert names_in([{"a": deep}]) == ("a.a.a.a",)
    assert len(names_in([{f"k{number}": 1 for number in range(10_000)}])) == 200


def test_a_value_that_is_no_time_says_why():
    assert fetch_time_of("soon") is FieldOutcome.NOT_A_MOMENT
    assert fetch_time_of(0) is FieldOutcome.BEFORE_THE_WEB
    assert fetch_time_of("") is FieldOutcome.NULL


def test_folders_of_partitions_are_keys_and_values():
    path = "data/license=CC%20BY/x=__HIVE_DEFAULT_PARTITION__/a=b.parquet"
    assert partitions_of(path) == {"license": "CC BY", "x": None}


@pytest.mark.parametrize("value", ["https://a.example/", "HTTP://a.example", "urn:isbn:1", "ftp://a.example/x"])
def test_an_address_has_a_scheme(value):
    assert address_of(value) == value


@pytest.mark.parametrize("value", ["a.example/x", "//a.example/x", "/x", "www.a.example", "1:2"])
def test_what_has_no_scheme_is_no_address(value):
    assert address_of(value) is FieldOutcome.NOT_AN_ADDRESS


@pytest.mark.parametrize(
    "value",
    [
        "mailto:a@b.example",
        "data:,x",
        "https://",
        "http:///path",
        "https://two words.example/",
        "https://a.example:99999/",
    ],
)
def test_what_is_stored_as_no_address_is_counted_as_none(value):
    assert clean_url(value) is None
    assert address_of(value) is FieldOutcome.NOT_AN_ADDRESS


@given(st.from_regex(PLAIN_ADDRESS.removesuffix("$"), fullmatch=True))
def test_addresses_that_are_taken_at_sight_are_addresses(value):
    assert address_of(value) == value
