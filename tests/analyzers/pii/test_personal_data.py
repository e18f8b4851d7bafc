from __future__ import annotations

import logging
import random
import socket
import sys
import threading

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry

from colophon.analyzers.pii import detectors as pii_detectors
from colophon.analyzers.pii.detectors import PhoneDetector, RecognizerDetector, Trust, detectors_for
from colophon.analyzers.pii.look_alikes import NAMED_BY
from colophon.analyzers.pii.personal_data import CORE, MARGIN, Detection, PersonalData, findings_in
from colophon.analyzers.pii.prefilter import EveryDetector, HyperscanPrefilter, prefilter_for
from colophon.connectors.rows import rows_batch
from colophon.vocabulary import Entity
from tests.hanging import without_hanging

MIN_SCORE = 0.5


def detection(min_score=MIN_SCORE, prefilter=None):
    detectors = detectors_for(Entity, min_score)
    return Detection(detectors, prefilter or prefilter_for(detectors))


FILTERED = detection()
UNFILTERED = Detection(FILTERED.detectors, EveryDetector(len(FILTERED.detectors)))


def found(text, by=FILTERED):
    return {f.entity: f.occurrences for f in findings_in(text, by)}


def analyze(text="", url=None, **parameters):
    batch = rows_batch({"row": [0], "path": ["f"], "position": [0], "text": [text], "url": [url]})
    return PersonalData(**parameters).analyze(batch).to_pylist()[0]


# Published examples and test numbers, none of a living person.
EXAMPLES = {
    Entity.EMAIL_ADDRESS: "jane.doe@example.com",
    Entity.PHONE_NUMBER: "phone 212-555-0123",
    Entity.IP_ADDRESS: "81.173.192.14",
    Entity.MAC_ADDRESS: "3C:22:FB:AA:10:7E",
    Entity.IBAN_CODE: "DE89 3704 0044 0532 0130 00",
    Entity.CREDIT_CARD: "4111 1111 1111 1111",
    Entity.CRYPTO: "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    Entity.AU_TFN: "tfn 876 543 210",
    Entity.CA_SIN: "canada sin 130 692 544",
    Entity.DE_SOCIAL_SECURITY: "15070649C103",
    Entity.DE_TAX_ID: "steuernummer 65929970489",
    Entity.ES_NIF: "DNI 12345678Z",
    Entity.FI_PERSONAL_IDENTITY_CODE: "131052-308T",
    Entity.IN_AADHAAR: "aadhaar 2341 2341 2346",
    Entity.IT_FISCAL_CODE: "RSSMRA85T10A562S",
    Entity.PL_PESEL: "PESEL 44051401359",
    Entity.SG_NRIC_FIN: "NRIC S1234567D",
    Entity.UK_DRIVING_LICENCE: "driving licence MORGA657054SM9IJ",
    Entity.UK_NHS: "nhs 943 476 5919",
    Entity.UK_NINO: "national insurance AB123456C",
    Entity.US_DRIVER_LICENSE: "driver license A1234567",
    Entity.US_SSN: "SSN 536-22-8726",
}


@pytest.mark.parametrize("entity", EXAMPLES)
def test_each_type_is_found_in_a_sentence(entity):
    assert found(f"It was given as {EXAMPLES[entity]} in the letter.") == {entity: 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The year 1999, 12,000 people, 3.14 and 1/2 of 44051401359 things.",
        "jane@example.invalidtld",
        "4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "See https://example.com/a/b and 2024-05-06 in Public A1234567.",
        "2125550123 9434765919 65929970489",
        "::",
    ],
)
def test_what_only_looks_like_personal_data_is_not_counted(text):
    assert found(text) == {}


def test_findings_are_counted_by_type_and_sorted_by_its_name():
    row = analyze("a@kowalska.pl, b@kowalska.pl, 81.173.192.14, DNI 12345678Z")
    assert [f["entity"] for f in row["pii"]] == ["EMAIL_ADDRESS", "ES_NIF", "IP_ADDRESS"]
    assert [f["occurrences"] for f in row["pii"]] == [2, 1, 1]
    assert row["pii"][2]["max_score"] == pytest.approx(0.6)
    assert row["pii_count"] == 4


def test_min_score_governs_what_counts():
    text = "reach us at 212-555-0123"
    assert analyze(text)["pii_count"] == 0
    assert [f["entity"] for f in analyze(text, min_score=0.4)["pii"]] == ["PHONE_NUMBER"]
    assert analyze("call the phone 212-555-0123", min_score=0.8)["pii_count"] == 0


def test_only_the_types_asked_for_are_looked_for():
    text = "a@kowalska.pl 81.173.192.14"
    assert [f["entity"] for f in analyze(text, entities=(Entity.IP_ADDRESS,))["pii"]] == ["IP_ADDRESS"]


@pytest.mark.parametrize("words", ["Tel.: ", "Telefon ", "téléphone : ", "Call the phone "])
def test_words_before_a_telephone_number_raise_its_score(words):
    assert found(words + "+49 30 901820") == {Entity.PHONE_NUMBER: 1}


def test_digits_of_other_scripts_count_as_digits():
    assert found("4111 1111 1111 1111".translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == {
        Entity.CREDIT_CARD: 1
    }


def test_a_check_of_letters_meets_no_digit_it_does_not_know():
    text = "RSSMRA８5T10A562S, 13105２-308T, steuernummer 6592997٠489"
    assert found(text, UNFILTERED) == found(text)


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        (None, False),
        ("https://example.com/about", False),
        ("https://example.com/u?mail=jane.doe@example.com", True),
        ("https://example.com/u?mail=jane.doe%40example.com", True),
        ("https://jane:doe@example.com/", False),
        ("https://example.com/#jane.doe@example.com", False),
        ("https://81.173.192.14/a", False),
        ("not a url jane.doe@example.com", False),
    ],
)
def test_path_and_query_of_the_url_are_looked_at(url, holds):
    assert analyze(url=url)["url_has_personal_data"] is holds
    assert analyze(url=url)["pii_count"] == 0


FILLER = "Every word of this sentence is as plain as can be and names nobody. "


@settings(deadline=None, max_examples=60)
@given(before=st.integers(0, 2 * CORE + 2 * MARGIN), entity=st.sampled_from(list(EXAMPLES)))
def test_a_find_is_counted_once_wherever_the_cuts_of_a_long_text_fall(before, entity):
    lead = (FILLER * 40)[:before].rpartition(" ")[0]
    text = f"{lead} {EXAMPLES[entity]} {FILLER * 20}"
    assert found(text) == {entity: 1}


ODD = "ıİſ\u212a٣４९０。．－ー–\u00a0\u200b\u3000é\u0301中Ж𐵀𞥐_-.@ \n\t:;,()/+#'＋［］²½"
CONTEXT_WORDS = (
    *("phone", "call", "tel", "nhs", "tfn", "sin", "id", "ssn", "passport", "driver", "license", "DNI", "NRIC"),
    *("bank", "card", "pan", "rrn", "tin"),
)
PIECES = st.one_of(
    st.sampled_from(sorted(EXAMPLES.values())),
    st.sampled_from(
        [
            "phone",
            "call",
            "tel",
            "nhs",
            "tfn",
            "sin",
            "id",
            "ssn",
            "passport",
            "driver",
            "license",
            "bank",
            "card",
            "pan",
            "rrn",
            "tin",
        ]
    ),
    st.text("0123456789 -./", max_size=16),
    st.text(ODD + "abcXYZ", max_size=6),
    st.text(max_size=5),
)


@st.composite
def damaged_texts(draw):
    """Personal data, words beside it and signs that the libraries may class differently, some put into the data."""
    parts = draw(st.lists(PIECES, max_size=10))
    text = draw(st.sampled_from(["", " ", ", "])).join(parts)
    for _ in range(draw(st.integers(0, 3))):
        if text:
            place = draw(st.integers(0, len(text) - 1))
            text = text[:place] + draw(st.sampled_from(ODD)) + text[place + 1 :]
    return text


@settings(deadline=None, max_examples=250)
@given(damaged_texts())
def test_the_prefilter_changes_no_answer(text):
    assert findings_in(text, FILTERED) == findings_in(text, UNFILTERED)


LOW = detection(0.05)
LOW_UNFILTERED = Detection(LOW.detectors, EveryDetector(len(LOW.detectors)))


@settings(deadline=None, max_examples=100)
@given(damaged_texts())
def test_the_prefilter_changes_no_answer_where_low_scores_count(text):
    assert findings_in(text, LOW) == findings_in(text, LOW_UNFILTERED)


def _oracle():
    """Presidio's own engine over the recognisers that need no context, with the same words and the same weights."""
    recognizers = [
        part.recognizer
        for detector in FILTERED.detectors
        for part in ((detector.every_region,) if isinstance(detector, PhoneDetector) else (detector,))
        if isinstance(part, RecognizerDetector) and part.trust is Trust.ALONE and part.entity not in NAMED_BY
    ]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    for recognizer in recognizers:
        recognizer.supported_language = "en"
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=pii_detectors._WORDS,
        context_aware_enhancer=pii_detectors._ENHANCER,
        supported_languages=["en"],
    )


ORACLE = _oracle()
ALONE = {
    part.entity
    for detector in FILTERED.detectors
    for part in ((detector.every_region,) if isinstance(detector, PhoneDetector) else (detector,))
    if part.trust is Trust.ALONE and part.entity not in NAMED_BY
}


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([*sorted(EXAMPLES.values()), "the", "phone", "of", "no", "ip"]), max_size=6))
def test_presidios_own_engine_finds_the_same(pieces):
    text = ", ".join(pieces)
    expected: dict[str, int] = {}
    for result in ORACLE.analyze(text, "en", score_threshold=MIN_SCORE):
        expected[result.entity_type] = expected.get(result.entity_type, 0) + 1
    assert {str(e): n for e, n in found(text).items() if e in ALONE} == expected


def test_without_hyperscan_every_detector_looks(monkeypatch):
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    prefilter = prefilter_for(FILTERED.detectors)
    assert isinstance(prefilter, EveryDetector)
    text = f"{FILLER} {EXAMPLES[Entity.EMAIL_ADDRESS]}"
    assert findings_in(text, Detection(FILTERED.detectors, prefilter)) == findings_in(text, FILTERED)


def test_with_hyperscan_a_clean_text_is_seen_by_no_detector():
    assert isinstance(FILTERED.prefilter, HyperscanPrefilter)
    assert list(FILTERED.prefilter.candidates(FILLER)) == []
    assert len(FILTERED.prefilter.candidates("jane@kowalska.pl")) == 1


def test_no_letter_or_digit_but_those_replaced_passes_for_one_of_ascii():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    alike = [c for c in regex.findall(r"[a-z]|[A-Z]|\d", everything, regex.IGNORECASE) if not c.isascii()]
    assert {ord(c) for c in alike} == set(pii_detectors.PLAIN)
    assert all(regex.fullmatch(r"[0-9iks]", plain) for plain in pii_detectors.PLAIN.values())
    assert pii_detectors.PLAIN[ord("７")] == pii_detectors.PLAIN[ord("٧")] == "7"


def test_the_patterns_name_no_character_beyond_ascii():
    for detector in LOW.detectors:
        assert all(pattern.isascii() for pattern in detector.patterns)
        assert not any(regex.search(r"\\[WDSPpX]|\\[A-Z]\{", pattern) for pattern in detector.patterns)


def test_every_type_has_a_detector():
    assert len(detectors_for(Entity, 0.0)) == len(Entity)
    unchecked = [d for d in detectors_for(Entity, 1.0) if not isinstance(d, PhoneDetector)]
    assert all(type(d.recognizer).validate_result is not PatternRecognizer.validate_result for d in unchecked)


@pytest.mark.parametrize(
    "unit",
    ["a", "1 2 3 ", "x@", "a.b-c_", "4111 1111 ", "::", "a@b." * 2, "9" * 10, "DE89 3704 "],
)
def test_a_text_of_600_kilobytes_takes_time_in_proportion(unit):
    text = (unit * 600_000)[:600_000]
    with without_hanging():
        findings_in(text, FILTERED)


def test_two_threads_may_look_at_once():
    texts = [f"{FILLER * 30} {value} {FILLER}" for value in EXAMPLES.values()] * 5
    expected = [findings_in(text, FILTERED) for text in texts]
    results: dict[int, list] = {}

    def look(number):
        order = random.Random(number).sample(range(len(texts)), len(texts))
        mine = {place: findings_in(texts[place], FILTERED) for place in order}
        results[number] = [mine[place] for place in range(len(texts))]

    threads = [threading.Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(results.values()) == [expected] * 4


def test_no_value_reaches_a_log_or_the_result(caplog):
    caplog.set_level(logging.DEBUG)
    text = "steuernummer 65929970489, jane.doe@example.com, IBAN DE89370400440532013000, AA00ÄÖ"
    row = analyze(text)
    for value in ("65929970489", "jane", "DE89"):
        assert value not in caplog.text
        assert value not in repr(row)


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert found("someone@a-domain-never-seen-before.co.uk") == {Entity.EMAIL_ADDRESS: 1}
