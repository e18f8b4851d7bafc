"""Finds reservations against training and text and data mining that are written in sentences.

Whether words in natural language are a machine-readable reservation is disputed (OLG Hamburg, 5 U 104/24), so what is
found is *open*, never *reserved*. A passage counts if it speaks of the use (training of models, text and data mining,
or the provisions on it) and, in the same sentence, the one that it continues ("This includes …"), or under the
heading or opening that it stands below, forbids, reserves or asks for consent. What explains Content-Signal is left
to its line. A clause that permits the use is none, nor one that says it is not reserved. All of that is looked for in
English, German, French, Italian, Spanish, Portuguese, Polish, Dutch and, for mining, Swedish and Danish; sentences in
other languages are not found. Labels such as "block AI training bots" speak of crawlers, to which the rules beside
them speak.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT
from colophon.reservations.reservation_protocol import Statement
from colophon.vocabulary import Purpose, VerdictState

#: Longest line that is searched, and lines of a file that are searched; passages in use are far shorter.
_MAX_LINE = 2_000
_MAX_LINES = 4_000
_MAX_UNIT_LINES = 40

#: Names of such systems. Abbreviations that are words of another language in small letters count in capitals alone.
_SYSTEM = (
    r"(?:(?-i:\b(?:AI|A\.I\.|IA|KI|SI|ML)\b)|k(?:ü|ue?)nstlich\w*\s+intelligen\w+|artifici\w+|kunstmatig\w*|sztuczn\w+"
    r"|machine[- ]?learning|maschinell\w*\s+lern\w+|\bL?LMs?\b|(?:language|generative|foundation)\s+models?"
    r"|sprachmodell\w*|modèles?|modell[ioe]\b|modelos?|modelu|modeli|modellen|-modell|neural\w*)"
)
_TRAINING = (
    r"(?:\btrain(?:ing|ed|en|s)?\b|fine-?tun\w+|\btrainier\w+|\btraining\w*|\banlern\w+|entra[iî]n\w+|addestra\w+"
    r"|entren\w+|\btrein\w+|\btrenow\w+|\bszkoleni\w+|\buczeni\w+|\bträn\w+|\btræn\w+|\bgetraind\b"
    r"|apprentissage|aprendizaje|aprendizagem|apprendimento)"
)
_NEAR = r"[^.!?;]{0,80}"
#: What the passage speaks of. Names of crawlers are none of it: the rules speak to those.
_USE = re.compile(
    rf"(?:{_TRAINING}{_NEAR}{_SYSTEM}|{_SYSTEM}{_NEAR}{_TRAINING}"
    r"|\b(?:develop|build|creat|improv)\w*\s+(?:[\w-]+\s+){0,3}(?:AI|A\.I\.|LLMs?|machine[- ]learning|language)"
    r"(?:\s+(?:systems?|models?|tools?|technolog\w+|software))?\b(?!\s+team)"
    r"|\bai[- ]train(?:ing)?\b|\btrain(?:ing)?\s+(?:of\s+)?(?:an?\s+)?ai\b"
    r"|(?:\btraining|\b(?:to|not|or|and|may)\s+train)\s+(?:[\w-]+\s+){0,3}models?\b)"
    r"(?![- ](?:\w+[- ])?(?:bots?|crawlers?|robots?|spiders?|scrapers?|agents?)\b)"
    r"|te(?:xt|kst)[- ]{0,3}(?:and|&|\+|und|en|et|e|y|og)[- ]{1,3}data?[- ]?mining|\bTDM\b|data[- ]?mining"
    r"|fouille de (?:textes|donn[ée]es)|estrazione di (?:testo|dati)|miner[ií]a de (?:textos?|datos)"
    r"|mineração de (?:textos?|dados)|eksploracj\w+ (?:tekst\w*|danych)|text- och datautvinning"
    r"|\b2019/790\b|\b44b\b.{0,12}(?:UrhG|Urheber)|L\.? ?122-5-3|70-(?:ter|quater)"
    r"|\b(?:use|usage|used)\b.{0,40}(?:machine[- ]learning|language models?)"
    r"|apprentissage automatique|maschinelle\w* lernen|aprendizaje automático|uczenia maszynowego",
    re.IGNORECASE,
)
_CONSENT = r"(?:permission|consent|agreement|licen[cs]e|authori[sz]ation|approval)"
#: What forbids or reserves, by language.
_FORBIDS = re.compile(
    # English
    r"\bprohibit\w*|\bforbid\w*|\bdisallowed\b|\bnot\s+(?:be\s+)?(?:permit\w+|allow\w+|authori[sz]\w+|used?|licensed)\b"
    r"|\b(?:may|must|shall|do|can)\s?(?:not|n't)\b|\bnot\s+for\b|\bcannot\b|\bdon'?t\b"
    r"|[:=]\s*(?:no|none|denied|nein|non|nie|nee|geen)(?=\s*(?:[.!;,(]|$))|\bno\s+(?:use|training|ai|tdm|text|data|machine)\b|\bno\s+part\b.{0,40}\bmay\b|\b(?:is|are)\s+not(?=\s*[.!;,]|\s*$)"
    r"|\breserv(?:e[sd]?|ation\w*|ing)\b|\bopt(?:s|ed|ing)?[- ]?out\b|\bobjects?\s+to\b"
    rf"|\b(?:requires?|subject\s+to|only\s+(?:with|under|by|after))\b.{{0,40}}\b{_CONSENT}\b"
    # German
    r"|\bbedarf\b.{0,40}(?:zustimmung|genehmigung|erlaubnis|lizenz)|\bnur\s+(?:mit|nach)\b.{0,40}"
    r"(?:zustimmung|genehmigung|erlaubnis|einwilligung|lizenz)|\buntersag\w*|\bverboten\b|\bverbot\b|\bausgeschlossen\b"
    r"|\bnicht\s+(?:gestattet|erlaubt|zulässig|verwende\w+|genutzt|benutz\w+|trainier\w+)|vorbehalt|\bvorbehält"
    r"|\bbehalten\b.{0,120}\bvor\b|\bbehält\b|\bwiderspr\w+|\bkeine?\b.{0,40}(?:training|nutzung|mining)"
    # French
    r"|\b(?:nécessite|soumise?s?\s+à)\b.{0,40}\b(?:accord|autorisation|licence)|\binterdi\w+|\bréserv\w+|\boppos\w+"
    r"|\brefus\w*|\bne\s+(?:peut|peuvent|sont|doit|doivent)\s+pas\b|\bn['’](?:est|autoris\w+)\s+pas\b"
    r"|\bpas\s+d['’e]\s?\w+"
    # Italian
    r"|\brichiede\b.{0,40}\b(?:consenso|autorizzazione|licenza)|\bvietat\w*|\bproibit\w*|\briserva\w*"
    r"|\bnon\s+(?:(?:è|sono)\s+(?:consentit|permess|autorizzat)\w*|autorizz\w+|consent\w+)|\bnessun\w*\s+\w+"
    # Spanish, Portuguese
    r"|\brequiere\b.{0,40}\b(?:autorización|consentimiento|licencia)|\bproh[ií]b\w+|\breserva(?:d\w*|n|mos)?\b"
    r"|\bno\s+(?:(?:está|se|están)\s+(?:permit|autoriz)\w*|autoriz\w+|permit\w+)|\bning[uú]n\w*\s+\w+|\bproibid\w*"
    r"|\bnão\s+(?:(?:é|são|está)\s+(?:permitid|autorizad)\w*|autoriz\w+|permit\w+)"
    # Polish
    r"|\b(?:wymaga|requer)\b.{0,40}\b(?:zgod|pisemn|licen|autori)|\bzabron\w+|\bzabrania\w*|\bzakaz\w*|\bzastrze\w+"
    r"|\bnie\s+(?:wyra[zż]a\w*\s+zgody|zezwala\w*|zgadza\w+|wolno|jest\s+dozwolon\w+)|\bbrak\s+zgody"
    # Dutch, Scandinavian
    r"|\bvereist\b.{0,40}toestemming|\bverboden\b|\bvoorbehoud\w*|\bvoorbehouden\b|\bgeen\s+(?:AI|training|tekst|data)\b"
    r"|\bniet\s+(?:toegestaan|worden\s+gebruikt)|\bförbjud\w+|\bforbudt\b|\bförbehåll\w*|\binte\s+tillåt\w+"
    r"|\bikke\s+tilladt\b",
    re.IGNORECASE,
)
#: What forbids only where nothing is permitted beside it: "without permission" stands in both.
_WITHOUT_CONSENT = re.compile(
    rf"\bwithout\b.{{0,60}}\b{_CONSENT}\b|\bohne\b.{{0,60}}(?:zustimmung|genehmigung|erlaubnis|einwilligung|lizenz)"
    r"|\bsans\b.{0,60}(?:accord|autorisation|consentement|licence)"
    r"|\bsenza\b.{0,60}(?:consenso|autorizzazione|permesso|licenza)"
    r"|\bsin\b.{0,60}(?:autorización|consentimiento|permiso|licencia)"
    r"|\bsem\b.{0,60}(?:autorização|consentimento|licença)|\bbez\b.{0,60}(?:zgody|zezwolenia|licencji)"
    r"|\bzonder\b.{0,60}toestemming|\butan\b.{0,60}(?:tillstånd|medgivande)",
    re.IGNORECASE,
)
#: A permission; where the same clause forbids too, it is none.
_PERMITS = re.compile(
    r"\b(?:allow(?:ed|s)?|permit(?:ted|s)?|welcomed?|encouraged|fine)\b|\bmay\s+(?:freely\s+)?(?:be\s+)?(?:train|use)"
    r"|\bfree(?:ly)?\s+to\b|\berlaubt\b|\bgestattet\b|\bzulässig\b|\bautorisée?s?\b|\bpermise?s?\b|\bconsentit\w+"
    r"|\bpermess\w+|\bpermitid\w+|\bautorizad\w+|\bdozwolon\w+|\btoegestaan\b|\btillåt\w+|\btilladt\b",
    re.IGNORECASE,
)
#: Words that take it back: a right that is said not to be reserved.
_TAKES_BACK = re.compile(
    r"\b(?:do(?:es)?\s+not|don'?t|no)\s+(?:reserv\w*|object\w*|prohibit\w*|forbid\w*|opt\w*|restrict\w*)"
    r"|\bnot\s+(?:prohibited|forbidden|reserved|restricted|blocked)\b"
    r"|\bkein(?:e|en)?\s+(?:vorbehalt|nutzungsvorbehalt|verbot)\w*"
    r"|\bnicht\s+(?:vorbehalten|verboten|untersagt)\b|\b(?:pas|n['’]est\s+pas|ne\s+sont\s+pas)\s+(?:réserv|interdi)\w+"
    r"|\bnon\s+(?:è|sono)\s+(?:riservat|vietat)\w*|\bno\s+(?:está|se)\s+(?:reserv|prohíb|prohib)\w*"
    r"|\bnie\s+(?:jest\s+)?(?:zabron|zastrze)\w+|\bniet\s+(?:verboden|voorbehouden)\b",
    re.IGNORECASE,
)
#: The preamble that comes with Content-Signal speaks of what such lines express.
_SIGNALS = re.compile(r"\bcontent[- ]signals?\b", re.IGNORECASE)
#: A sentence that says what the one before it covers.
_CONTINUES = re.compile(
    r"\s*(?:this|these|that|which|it|dies|das|dazu|cela|ceci|questo|esto|isto|dit)\s+"
    r"(?:also|expressly|in particular|auch|insbesondere|ausdrücklich|ook)?\s*"
    r"(?:includes?|appl(?:y|ies)|covers?|extends?|concerns?|umfasst|gilt|betrifft|gehört|"
    r"comprend|inclut|include|incluye|inclui|omvat|geldt)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,:]\s+|\s+[-–—]\s+|\s+(?:but|however|aber|mais|però|pero|mas|ale|maar)\s+", re.IGNORECASE)
#: Not behind abbreviations such as "Abs. 3" or "L. 122-5-3".
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?!\d)")
_ITEM = re.compile(r"\s*(?:[-*•–—>]|\(?\w{1,3}[.)])\s")
_TITLE = re.compile(r"\s*#{1,6}\s")
_MARKS = "#*->•–—=_ \t"


@dataclass(frozen=True, slots=True)
class ProseLine:
    """A line of text with its number, 1-based."""

    number: int
    text: str


def prose_statement(number: int, line: ProseLine) -> Statement:
    """What a reservation in words states: *open*, for all agents."""
    text = line.text[:MAX_TEXT]
    rule = f"line {line.number}: {text}"
    return Statement(number, None, (ANY_AGENT,), Purpose.TRAIN, "words", rule, VerdictState.OPEN)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A paragraph, an item of a list or a heading, as lines that belong together, and the heading above it."""

    lines: tuple[ProseLine, ...]
    heading: str


def reservation_in_prose(lines: Iterable[ProseLine]) -> ProseLine | None:
    """The first line that speaks of the use in a sentence that reserves it, or below a heading that does; None where
    there is none.

    A sentence may run over lines up to one without text. Headings are titles of Markdown and lines that end with a
    colon.
    """
    return next(filter(None, map(_reserving_line, _units(lines))), None)


def _units(lines: Iterable[ProseLine]) -> Iterator[_Unit]:
    heading = ""
    unit: list[ProseLine] = []
    for line in islice(lines, _MAX_LINES):
        text = line.text[:_MAX_LINE]
        is_title = _TITLE.match(text) is not None
        if unit and (is_title or not text.strip(_MARKS) or _ITEM.match(text) or _ends(unit)):
            yield _Unit(tuple(unit), heading)
            heading = unit[-1].text if _ends(unit) else heading
            unit = []
        if is_title:
            heading = text
        if text.strip(_MARKS):
            unit.append(ProseLine(line.number, text.strip(_MARKS)))
    if unit:
        yield _Unit(tuple(unit), heading)


def _ends(unit: list[ProseLine]) -> bool:
    """Whether the last line opens what follows, or the unit is as long as any that is searched."""
    return unit[-1].text.endswith(":") or len(unit) >= _MAX_UNIT_LINES


def _reserving_line(unit: _Unit) -> ProseLine | None:
    text = " ".join(line.text for line in unit.lines)
    begin = 0
    before = ""
    for sentence in _SENTENCE_END.split(text):
        at = text.index(sentence, begin)
        begin = at + len(sentence)
        use = next(_uses_not_permitted(sentence), None)
        if use is not None and not _speaks_of_others(sentence):
            continued = before if _CONTINUES.match(sentence) else ""
            if any(map(_reserves, (sentence, unit.heading, continued))):
                return _line_at(unit, at + use.start())
        before = sentence
    return None


def _speaks_of_others(sentence: str) -> bool:
    """Whether a sentence takes a reservation back, or says what the signals beside it mean, which decide themselves."""
    return _TAKES_BACK.search(sentence) is not None or _SIGNALS.search(sentence) is not None


def _uses_not_permitted(sentence: str) -> Iterator[re.Match[str]]:
    """The uses of which a sentence speaks in a clause that does not permit them."""
    clauses: _Clauses | None = None
    is_permitted: dict[str, bool] = {}
    for use in _USE.finditer(sentence):
        clauses = clauses or _Clauses.of(sentence)
        clause = clauses.around(use)
        if clause not in is_permitted:
            is_permitted[clause] = _permits(clause)
        if not is_permitted[clause]:
            yield use


@dataclass(frozen=True, slots=True)
class _Clauses:
    """A sentence with the places at which clauses of it begin and end, in their order."""

    sentence: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, sentence: str) -> _Clauses:
        found = list(_CLAUSE_END.finditer(sentence))
        return cls(sentence, (0, *(end.end() for end in found)), (*(end.start() for end in found), len(sentence)))

    def around(self, use: re.Match[str]) -> str:
        """The clause in which a use stands, or the clauses over which it reaches."""
        begin = self.begins[bisect_right(self.begins, use.start()) - 1]
        return self.sentence[begin : self.ends[bisect_left(self.ends, use.end())]]


def _permits(clause: str) -> bool:
    return _PERMITS.search(clause) is not None and _FORBIDS.search(clause) is None


def _reserves(text: str) -> bool:
    return (_FORBIDS.search(text) or _WITHOUT_CONSENT.search(text)) is not None and _TAKES_BACK.search(text) is None


def _line_at(unit: _Unit, offset: int) -> ProseLine:
    """The line in which a place of the joined text lies."""
    for line in unit.lines:
        if offset <= len(line.text):
            return line
        offset -= len(line.text) + 1
    return unit.lines[-1]
