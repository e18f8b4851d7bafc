"""Training and mining assertions: each use of CAWG 1.1 and C2PA 1.4, valid and not. The specification's example in CBOR
could not be had; the reports are those that the library gives of images signed for the tests of the connector."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.c2pa import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import VerdictState

ALLOWED, RESERVED, SILENT, ERROR = (
    VerdictState.ALLOWED,
    VerdictState.RESERVED,
    VerdictState.SILENT,
    VerdictState.ERROR,
)


def manifest(entries: dict[str, object], label: str = "cawg.training-mining", parent: str | None = None):
    ingredients = [{"relationship": "parentOf", "active_manifest": parent}] if parent else []
    return {"assertions": [{"label": label, "data": {"entries": entries}}], "ingredients": ingredients}


def report(*manifests: dict[str, object], validation: str = "Valid") -> bytes:
    named = {f"m{number}": m for number, m in enumerate(manifests)}
    return json.dumps({"validation_state": validation, "active_manifest": "m0", "manifests": named}).encode()


def reading(content: bytes):
    return PROTOCOL.page_reading(packed([PagePart(PagePartKind.EMBEDDED, "c2pa", content, 36)]), frozenset())


def state(content: bytes) -> VerdictState:
    meanings = reading(content).judge(AgentTokens((), ("CCBot",)))("")
    return meanings[0].state if meanings else SILENT


def use(name: str) -> dict[str, str]:
    return {"use": name}


@pytest.mark.parametrize("prefix", ["c2pa", "cawg"])
@pytest.mark.parametrize(
    ("entry", "said", "expected"),
    [
        ("ai_generative_training", "notAllowed", RESERVED),
        ("ai_generative_training", "constrained", RESERVED),
        ("ai_generative_training", "allowed", ALLOWED),
        ("ai_training", "notAllowed", RESERVED),
        ("ai_training", "allowed", SILENT),
        ("data_mining", "notAllowed", RESERVED),
        ("data_mining", "allowed", SILENT),
        ("ai_inference", "notAllowed", SILENT),
        ("ai_inference", "allowed", SILENT),
        ("ai_generative_training", "Allowed", SILENT),
        ("ai_generative_training", "NOTALLOWED", RESERVED),
        ("ai_generative_training", "perhaps", SILENT),
    ],
)
def test_each_use_of_each_entry(prefix, entry, said, expected):
    content = report(manifest({f"{prefix}.{entry}": use(said)}, f"{prefix}.training-mining"))
    assert state(content) == expected


def test_a_custom_entry_says_nothing():
    assert state(report(manifest({"org.example.training": use("notAllowed")}))) == SILENT


def test_one_entry_that_reserves_is_enough():
    entries = {"cawg.ai_generative_training": use("allowed"), "cawg.data_mining": use("notAllowed")}
    assert state(report(manifest(entries))) == RESERVED


@pytest.mark.parametrize("validation", ["Invalid", "", "valid"])
def test_an_invalid_manifest_permits_nothing_but_may_reserve(validation):
    entry = "cawg.ai_generative_training"
    assert state(report(manifest({entry: use("allowed")}), validation=validation)) == SILENT
    assert state(report(manifest({entry: use("notAllowed")}), validation=validation)) == RESERVED


def test_the_constraint_is_shown_beside_the_use():
    entries = {"cawg.ai_training": {"use": "constrained", "constraints_info": "https://l.example/terms"}}
    (statement,) = reading(report(manifest(entries))).statements()
    assert statement.value == "constrained; constraint=https://l.example/terms"
    assert statement.rule.startswith("c2pa at 36, Valid: cawg.training-mining: cawg.ai_training constrained")


def test_what_a_continued_manifest_reserves_stays_and_what_it_permits_does_not_last():
    entry = "cawg.ai_generative_training"
    edited = manifest({"cawg.ai_inference": use("allowed")}, parent="m1")
    assert state(report(edited, manifest({entry: use("notAllowed")}))) == RESERVED
    assert state(report(edited, manifest({entry: use("allowed")}))) == SILENT


def test_a_manifest_that_continues_itself_ends():
    assert state(report(manifest({"cawg.ai_training": use("notAllowed")}, parent="m0"))) == RESERVED


def test_manifests_of_other_ingredients_do_not_speak():
    other = manifest({"cawg.ai_training": use("notAllowed")})
    assert state(report(manifest({"cawg.ai_inference": use("allowed")}), other)) == SILENT


@pytest.mark.parametrize("content", [b"", b"jumb\0\0", b"[]", b'{"manifests": 1}'])
def test_what_cannot_be_read_is_an_error(content):
    assert state(content) == ERROR
    assert [s.value for s in reading(content).statements()] == ["unreadable"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["m0", "allowed", "cawg.training-mining", "Valid"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["manifests", "active_manifest", "m0", "assertions", "label", "data"]), inner)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_report_is_read_and_permits_nothing(content):
    assert state(json.dumps(content).encode()) is not ALLOWED
