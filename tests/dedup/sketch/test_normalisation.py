from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.dedup.sketch.characters import BLOCK, PAYLOAD_BITS, CharacterKind, character_tables
from colophon.dedup.sketch.reference import words
from colophon.dedup.sketch.unicode_rules import tables_of_this_python


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, WORLD! don't", "hello world don t"),
        ("snake_case a-b a.b 3.14", "snake case a b a b 3 14"),
        ("ＦＵＬＬ　ｗｉｄｔｈ１", "full width1"),
        ("Straße STRASSE", "strasse strasse"),
        ("café cafe\u0301 CAFÉ", "cafe cafe cafe"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("İstanbul ıssız", "istanbul ıssız"),
        ("ﬁne ½ ㎏ x²", "fine 1 2 kg x2"),
        ("漢字kana", "漢 字 kana"),
        ("东京2024年", "东 京 2024 年"),
        ("か\u3099が ｶﾞ", "か\u3099 か\u3099 カ\u3099"),
        ("ที่นี่", "ที่ นี่"),
        ("हिन्दी", "हिन्दी"),
        ("أَحْمَد", "احمد"),
        ("שָׁלוֹם", "שלום"),
        ("co\u00adop z\u200dw bi\u202edi", "coop zw bidi"),
        ("zero\u200bwidth", "zero width"),
        ("ok👍👍🏽ok", "ok 👍 👍 ok"),
        ("● item → next", "item next"),
        ("a\0b\tc\x1fd", "a b c d"),
        ("\U00031234\U00031235", "\U00031234 \U00031235"),
    ],
)
def test_words_of(text: str, expected: str) -> None:
    assert [w.decode() for w in words(text.encode())] == expected.split(" ")


def test_invalid_bytes_stay_apart() -> None:
    assert words(b"caf\xe9") != words(b"caf\xe8")
    assert words(b"caf\xe9") != words("café".encode())
    assert len(words(b"a\xffb")) == 1


def test_tables_are_those_of_their_unicode_version() -> None:
    shipped = character_tables()
    if unicodedata.unidata_version != shipped.unicode:
        pytest.skip(f"the tables are of Unicode {shipped.unicode}, this Python has {unicodedata.unidata_version}")
    assert tables_of_this_python().sha256 == shipped.sha256


def test_ascii_in_the_tables_is_lower_case_digits_and_separators() -> None:
    # The kernel's short way for ASCII does not look at the tables, so they must say the same.
    tables = character_tables()
    for code in range(128):
        entry = int(tables.blocks[int(tables.index[code // BLOCK]) * BLOCK + code])
        character = chr(code)
        if character.isalnum():
            folded = ord(character.lower())
            assert entry == CharacterKind.LETTER << PAYLOAD_BITS | (0 if folded == code else folded)
        else:
            assert entry == CharacterKind.SEPARATOR << PAYLOAD_BITS


def test_targets_of_the_tables_are_stable() -> None:
    tables = character_tables()
    last = 2**PAYLOAD_BITS - 1
    targets = {int(e) for e in tables.blocks if e & last and e >> PAYLOAD_BITS < CharacterKind.DROPPED}
    at = 0
    while at < len(tables.pool):
        size = int(tables.pool[at])
        targets.update(int(e) for e in tables.pool[at + 1 : at + 1 + size])
        at += 1 + size
    for target in targets:
        code = target & last
        entry = int(tables.blocks[int(tables.index[code // BLOCK]) * BLOCK + code % BLOCK])
        assert entry == target >> PAYLOAD_BITS << PAYLOAD_BITS


@settings(max_examples=200, deadline=None)
@given(st.text("aBçéñÖßйЁαώ가힣がパ漢 -1", max_size=40))
def test_composed_and_decomposed_texts_agree(text: str) -> None:
    assert words(unicodedata.normalize("NFC", text).encode()) == words(unicodedata.normalize("NFD", text).encode())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_normalising_words_again_changes_nothing(text: str) -> None:
    once = words(text.encode())
    assert words(b" ".join(once)) == once
