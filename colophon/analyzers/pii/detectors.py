"""Presidio's recognisers as detectors: which are used, how words before a find count, what a find needs to be one."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol, cast

import presidio_analyzer.predefined_recognizers as presidio
import regex
from presidio_analyzer import EntityRecognizer, LocalRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Doc

from colophon.analyzers.domains import has_listed_suffix
from colophon.analyzers.pii.look_alikes import NAMED_BY, Occurrence, can_be_personal, may_be_named
from colophon.analyzers.pii.personal_data import Detector, Find
from colophon.vocabulary import Entity

# The library writes matched text into its log, which no log of this program may hold.
logging.getLogger("presidio-analyzer").disabled = True

#: A context word raises a score by this; whole words only, since "lic" is not in "public". Presidio's own figures.
CONTEXT_BONUS = 0.35
WORDS_BEFORE = 5

#: Of a type that counts only where it is named, the name has said it; the pattern's own score adds nothing to that. A
#: bank's numbers are an exception: any number of 8 to 17 digits is one, and their scores stay the recogniser's.
NAMED_SCORE = 0.85
_ANY_NUMBER = frozenset({Entity.US_BANK_NUMBER})

# In Unicode the digits of a script are ten code points in order, so their places tell their values.
_DIGITS = regex.findall(r"\p{Nd}", "".join(map(chr, range(sys.maxunicode + 1))))

#: Digits of any script as those of ASCII, and the four letters that are ASCII ones when case is ignored. The
#: recognisers' patterns accept these characters; their checks of the value do not expect them and fail.
PLAIN = {ord(c): str(place % 10) for place, c in enumerate(_DIGITS) if not c.isascii()} | dict(
    zip(map(ord, "\u0130\u0131\u017f\u212a"), "iisk", strict=True)
)


class Trust(Enum):
    """What a recogniser's find needs beside its score."""

    ALONE = "alone"
    # A check digit over bare digits, or over letters and digits as product codes have them, is passed by one in ten
    # or twenty of those that mean something else.
    WITH_CONTEXT = "with_context"


class PatternedDetector(Detector, Protocol):
    """A detector that finds nothing where none of its patterns matches.

    `flags` are those of the library `regex`, whose values equal those of `re`.
    """

    @property
    def patterns(self) -> Sequence[str]: ...

    @property
    def flags(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RecognizerDetector:
    """One recogniser of Presidio's and the words before a find."""

    entity: Entity
    recognizer: PatternRecognizer | presidio.PhoneRecognizer
    trust: Trust
    min_score: float

    @property
    def patterns(self) -> Sequence[str]:
        return [pattern.regex for pattern in _patterns(self.recognizer)]

    @property
    def flags(self) -> int:
        return int(getattr(self.recognizer, "global_regex_flags", 0))

    def find(self, segment: str) -> Sequence[Find]:
        segment = _plain(segment)
        if not may_be_named(self.entity, segment):
            return ()
        if self._needs_context and not self._may_have_context(segment):
            return ()
        results = self.recognizer.analyze(segment, [str(self.entity)])
        if not results:
            return ()
        results = _ENHANCER.enhance_using_context(segment, results, _artifacts(segment), [self.recognizer])
        if _is_named(self.entity):
            for result in results:
                result.score = max(result.score, NAMED_SCORE)
        kept = EntityRecognizer.remove_duplicates([r for r in results if self._counts(r, segment)])
        return [Find(self.entity, r.start, r.score) for r in kept]

    @property
    def _needs_context(self) -> bool:
        return self.trust is Trust.WITH_CONTEXT or (
            not _is_named(self.entity) and _best_score(self.recognizer) < self.min_score
        )

    def _may_have_context(self, segment: str) -> bool:
        lowered = segment.lower()
        words = [word for word in map(str.lower, self.recognizer.context or ()) if word in lowered]
        return bool(words) and not set(words).isdisjoint(_WORD_OR_SIGN.findall(lowered))

    def _counts(self, result: RecognizerResult, segment: str) -> bool:
        has_context = bool(result.analysis_explanation.supportive_context_word)
        if result.score < self.min_score or not (has_context or self.trust is Trust.ALONE):
            return False
        return can_be_personal(self.entity, Occurrence.of(segment, result.start, result.end))


@dataclass(frozen=True, slots=True)
class PhoneDetector:
    """The recogniser of telephone numbers, which tries each region in turn.

    Of its regions, Germany alone has numbers of fewer than seven digits (phonenumbers' metadata), so the others are
    left out where no such number can be.
    """

    every_region: RecognizerDetector
    short_numbers: RecognizerDetector

    @property
    def patterns(self) -> Sequence[str]:
        # phonenumbers searches for digits with at most four signs of its punctuation between two; no valid number has
        # fewer than four. The last two signs stand for punctuation beyond ASCII (`pii_prefilter`).
        return (r"[0-9](?:[-x ()\[\]./~\x01_]{0,4}[0-9]){3}",)

    @property
    def flags(self) -> int:
        return 0

    def find(self, segment: str) -> Sequence[Find]:
        segment = _plain(segment)
        return (self.every_region if _SEVEN_DIGITS.search(segment) else self.short_numbers).find(segment)


# Wider than the punctuation that phonenumbers allows; the letter is the Japanese long vowel mark, used as a dash.
_SEVEN_DIGITS = re.compile(r"\d(?:(?:[^\w,=*$<>]|[xX\u30fc]){0,4}\d){6}")


def detectors_for(entities: Iterable[Entity], min_score: float) -> tuple[PatternedDetector, ...]:
    """Detectors of these types, sorted by name; without those, and those patterns, that cannot reach `min_score`."""
    detectors = (
        _phone_detector(min_score) if e is Entity.PHONE_NUMBER else _detector(e, min_score) for e in sorted(entities)
    )
    return tuple(detector for detector in detectors if detector is not None)


def _phone_detector(min_score: float) -> PhoneDetector | None:
    if min_score > presidio.PhoneRecognizer.SCORE + CONTEXT_BONUS:
        return None
    every_region = presidio.PhoneRecognizer(context=_PHONE_WORDS)
    germany = presidio.PhoneRecognizer(context=_PHONE_WORDS, supported_regions=("DE",))
    return PhoneDetector(
        RecognizerDetector(Entity.PHONE_NUMBER, every_region, Trust.ALONE, min_score),
        RecognizerDetector(Entity.PHONE_NUMBER, germany, Trust.ALONE, min_score),
    )


def _detector(entity: Entity, min_score: float) -> RecognizerDetector | None:
    alone = _ALONE.get(entity)
    recognizer = alone() if alone else _WITH_CONTEXT[entity]()
    if not _checks_value(recognizer):
        recognizer.patterns = [p for p in _patterns(recognizer) if _reachable(entity, p) >= min_score]  # type: ignore[has-type]  # the library does not annotate it
    trust = Trust.ALONE if alone else Trust.WITH_CONTEXT
    return RecognizerDetector(entity, recognizer, trust, min_score) if _patterns(recognizer) else None


def _is_named(entity: Entity) -> bool:
    return entity in NAMED_BY and entity not in _ANY_NUMBER


def _reachable(entity: Entity, pattern: Pattern) -> float:
    """The highest score that a pattern whose value is not checked may come to."""
    return max(pattern.score + CONTEXT_BONUS, NAMED_SCORE if _is_named(entity) else 0.0)


class _EmailRecognizer(presidio.EmailRecognizer):
    """Presidio's, with the pinned suffix list: its own look-up would fetch one."""

    def validate_result(self, pattern_text: str) -> bool:
        return has_listed_suffix(pattern_text.rpartition("@")[2].lower())


# Presidio's own pattern leaves out the range 2221 to 2720 and numbers of more than 17 digits.
_CARD_PATTERNS = [
    Pattern("14 to 17 digits", r"\b[2-69]\d{3}[- ]?\d{3,4}[- ]?\d{3,4}[- ]?\d{3,5}\b", 0.3),
    Pattern("Diners and American Express", r"\b3\d{3}[- ]?\d{6}[- ]?\d{4,5}\b", 0.3),
    Pattern("18 and 19 digits", r"\b[4-68]\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{2,3}\b", 0.3),
    Pattern("UnionPay of 81", r"\b8\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b", 0.3),
]

# Presidio knows English words only; these are what stands before a telephone number in the larger languages of Europe.
_PHONE_WORDS = [
    *presidio.PhoneRecognizer.CONTEXT,
    *("tel", "fax", "whatsapp", "hotline", "telefon", "mobil", "handy", "telefax", "téléphone", "portable", "mobile"),
    *("teléfono", "móvil", "telefono", "cellulare", "telefone", "telemóvel", "celular", "telefoon", "puhelin", "тел"),
    *("телефон", "τηλ", "τηλέφωνο"),
]

_ALONE: dict[Entity, Callable[[], PatternRecognizer]] = {
    Entity.CREDIT_CARD: partial(presidio.CreditCardRecognizer, patterns=_CARD_PATTERNS),
    Entity.CRYPTO: presidio.CryptoRecognizer,
    Entity.DE_SOCIAL_SECURITY: presidio.DeSocialSecurityRecognizer,
    Entity.EMAIL_ADDRESS: _EmailRecognizer,
    Entity.ES_NIE: presidio.EsNieRecognizer,
    Entity.ES_NIF: presidio.EsNifRecognizer,
    Entity.FI_PERSONAL_IDENTITY_CODE: presidio.FiPersonalIdentityCodeRecognizer,
    Entity.IBAN_CODE: presidio.IbanRecognizer,
    Entity.IP_ADDRESS: presidio.IpRecognizer,
    Entity.IT_FISCAL_CODE: presidio.ItFiscalCodeRecognizer,
    Entity.MAC_ADDRESS: presidio.MacAddressRecognizer,
    Entity.SG_NRIC_FIN: presidio.SgFinRecognizer,
    Entity.UK_DRIVING_LICENCE: presidio.UkDrivingLicenceRecognizer,
    Entity.UK_NINO: presidio.UkNinoRecognizer,
    Entity.US_BANK_NUMBER: presidio.UsBankRecognizer,
    Entity.US_DRIVER_LICENSE: presidio.UsLicenseRecognizer,
    Entity.US_ITIN: presidio.UsItinRecognizer,
    Entity.US_PASSPORT: presidio.UsPassportRecognizer,
    Entity.US_SSN: presidio.UsSsnRecognizer,
}

_WITH_CONTEXT: dict[Entity, Callable[[], PatternRecognizer]] = {
    Entity.AU_MEDICARE: presidio.AuMedicareRecognizer,
    Entity.AU_TFN: presidio.AuTfnRecognizer,
    Entity.CA_SIN: presidio.CaSinRecognizer,
    Entity.DE_HEALTH_INSURANCE: presidio.DeHealthInsuranceRecognizer,
    Entity.DE_ID_CARD: presidio.DeIdCardRecognizer,
    Entity.DE_PASSPORT: presidio.DePassportRecognizer,
    Entity.DE_TAX_ID: presidio.DeTaxIdRecognizer,
    Entity.IN_AADHAAR: presidio.InAadhaarRecognizer,
    Entity.IN_PAN: presidio.InPanRecognizer,
    Entity.KR_FRN: presidio.KrFrnRecognizer,
    Entity.KR_RRN: presidio.KrRrnRecognizer,
    Entity.MEDICAL_LICENSE: presidio.MedicalLicenseRecognizer,
    Entity.NG_NIN: presidio.NgNinRecognizer,
    Entity.PL_PESEL: presidio.PlPeselRecognizer,
    Entity.SE_PERSONNUMMER: presidio.SePersonnummerRecognizer,
    Entity.TH_TNIN: presidio.ThTninRecognizer,
    Entity.TR_NATIONAL_ID: presidio.TrNationalIdRecognizer,
    Entity.UK_NHS: presidio.NhsRecognizer,
    Entity.ZA_ID_NUMBER: presidio.ZaIdNumberRecognizer,
}


def _plain(segment: str) -> str:
    return segment if segment.isascii() else segment.translate(PLAIN)


def _patterns(recognizer: LocalRecognizer) -> list[Pattern]:
    """The regular expressions of a recogniser; none of the one that searches for telephone numbers."""
    patterns: list[Pattern] = getattr(recognizer, "patterns", [])
    return patterns


def _checks_value(recognizer: LocalRecognizer) -> bool:
    """Whether a check of the value may set the score to 1."""
    check = getattr(type(recognizer), "validate_result", PatternRecognizer.validate_result)
    return check is not PatternRecognizer.validate_result


def _best_score(recognizer: LocalRecognizer) -> float:
    """The highest score without context."""
    if _checks_value(recognizer):
        return 1.0
    return max((float(pattern.score) for pattern in _patterns(recognizer)), default=presidio.PhoneRecognizer.SCORE)


class _Words(NlpEngine):
    """Splits text into words for the context, without a language model and without a vocabulary that only grows."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        matches = list(_WORD_OR_SIGN.finditer(text))
        words = [m.group() for m in matches]
        tokens = cast("Doc", words)  # what uses them asks for their length alone
        return NlpArtifacts([], tokens, [m.start() for m in matches], words, self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        del batch_size, n_process
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        del language
        return word.lower() in _NO_CONTEXT

    def is_punct(self, word: str, language: str) -> bool:
        del language
        return len(word) == 1 and not word.isalnum() and word != "_"

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]


# The list has *call*, which is what stands before a telephone number.
_NO_CONTEXT = STOP_WORDS - {"call"}

_WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")

_ENHANCER = LemmaContextAwareEnhancer(
    context_similarity_factor=CONTEXT_BONUS, context_prefix_count=WORDS_BEFORE, context_matching_mode="whole_word"
)


def _artifacts(segment: str) -> NlpArtifacts:
    return _WORDS.process_text(segment, "en")


_WORDS = _Words()
