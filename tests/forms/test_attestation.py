from __future__ import annotations

from colophon.forms.attestation import hash_of, is_hash, wording_differences


def test_the_hash_is_that_of_the_lines() -> None:
    # printf 'One.\nTwo.' | sha256sum
    assert hash_of(["One.", " Two. "]) == "d9613c9fbcb5f854"
    assert is_hash(hash_of([]))


def test_other_words_have_another_hash() -> None:
    assert hash_of(["5 domain names."]) != hash_of(["1 domain name."])


def test_differences_are_quoted_word_by_word() -> None:
    before, after = (
        ["Content from 5 domain names. Languages: German, Polish."],
        ["Content from 1 domain name. Languages: German."],
    )
    assert wording_differences(before, after) == (
        "“5” became “1”; “names.” became “name.”; “German, Polish.” became “German.”"
    )


def test_what_was_added_and_taken_out_is_said() -> None:
    assert wording_differences(["One two."], ["One big two. Three."]) == "“big” was added; “Three.” was added"
    assert wording_differences(["One big two."], ["One two."]) == "“big” was taken out"


def test_long_differences_are_cut() -> None:
    difference = wording_differences(["a " * 500], [f"{n} and {n} " for n in range(9)])
    assert len(difference) < 1_200
    assert "more" in wording_differences(list("abcdefgh"), list("aXcYeZgQ"))
