"""Tells what has only the form of personal data from what can be a person's: one rule for each type that needs one.

Presidio's patterns and check digits come first; a rule here only takes finds away. It sees the find and a little of the
text on both sides, less than the margin of a segment, so that its answer is the same wherever a long text is cut.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from colophon.public_addresses import is_public_address
from colophon.vocabulary import Entity

#: Characters on either side of a find that a rule may look at.
BESIDE: Final = 80


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A find and what stands beside it."""

    before: str
    value: str
    after: str

    @classmethod
    def of(cls, segment: str, start: int, end: int) -> Occurrence:
        return cls(segment[max(start - BESIDE, 0) : start], segment[start:end], segment[end : end + BESIDE])


def can_be_personal(entity: Entity, occurrence: Occurrence) -> bool:
    """Whether a find can be personal data, by its value and the text beside it."""
    named = NAMED_BY.get(entity)
    if named is not None and not named.search(occurrence.before):
        return False
    rule = _RULES.get(entity)
    return rule is None or rule(occurrence)


def may_be_named(entity: Entity, segment: str) -> bool:
    """Whether a segment can hold a find of a type that must be named; true of the others."""
    named = NAMED_BY.get(entity)
    return named is None or named.search(segment) is not None


def _words(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)


#: Types whose form alone is too common (part numbers have it, and a check letter is met by chance): what must stand
#: before. Words of one field of life are not enough where software uses them too: *driver*, *license*, *security*.
NAMED_BY: Final[dict[Entity, re.Pattern[str]]] = {
    Entity.ES_NIE: _words(r"NIE|NIF|TIE|identidad|identificaci[oó]n|identificador|extranjer[oa]s?|DNI"),
    Entity.ES_NIF: _words(r"DNI|NIF|CIF|identidad|identificaci[oó]n|identificador|fiscal"),
    Entity.SG_NRIC_FIN: _words(r"NRIC|FIN|UIN|identity\W+card|identification\W+(?:number|no)|IC\W+(?:number|no)"),
    Entity.UK_DRIVING_LICENCE: _words(
        r"driv(?:ing|er'?s?|er’s)\W+licen[cs]e|DVLA|licen[cs]e\W+(?:number|no)|DL\W*(?:number|no|#)"
    ),
    Entity.UK_NINO: _words(r"national\W+insurance|nino|NI\W+(?:number|no)|insurance\W+(?:number|no)"),
    Entity.US_BANK_NUMBER: _words(
        r"(?:bank|checking|savings?|debit)\W+(?:account|acct)|(?:account|acct)\W+(?:number|no)|bank|acct"
    ),
    Entity.US_DRIVER_LICENSE: _words(
        r"driv(?:ing|er'?s?|er’s)\W+(?:licen[cs]e|permit|lic)|CDL|DMV|DL\W*(?:number|no|#)"
    ),
    Entity.US_ITIN: _words(r"ITINs?|TIN|individual\W+tax\w*|taxpayer|tax\W*(?:id|identification)|taxid"),
    Entity.US_PASSPORT: _words(r"passports?"),
    Entity.US_SSN: _words(r"SSNs?|SS\W?N|social\W*sec(?:urity)?|social_security\w*|SS\W?#"),
}

# Services that many machines are set to use: an address of theirs is nobody's.
_RESOLVERS: Final = frozenset(
    [
        *("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112", "208.67.222.222", "208.67.220.220"),
        *("4.2.2.1", "4.2.2.2", "2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111"),
        *("2606:4700:4700::1001", "2620:fe::fe"),
    ]
)

_VERSION_BEFORE: Final = re.compile(
    r"(?:(?<![^\W_])(?:v|ver|versions?|version[eosn]+|release[sd]?|build|firmware|fixed\W+in|since|changed\W+in|as\W+of|requires?|bump(?:ed|s)?|driver|kernel|assembly|upgrade[sd]?|"
    r"update[sd]?|upd|patch|sections?|sect|sec|chapters?|chap|figures?|fig|tables?|clauses?|paragraphs?|para|art|article|"
    r"annex|appendix|abschnitt|kapitel|OID|enterprise|Chrome|Chromium|Firefox|Safari|Edge|Opera|OPR|Edg|Office|"
    r"step|rev|revision|rule|§+)(?:[\s;\"'=:.(,/]++|v|(?:to|from|and|or|than)\b|\d[\d.]*+){0,8}+|"
    r"[A-Za-z][\w+]*+[-_/=@~^<>]=?\s?v?)\Z",
    re.IGNORECASE,
)
_ADDRESS_BEFORE: Final = re.compile(
    r"(?<![^\W_])(?:ip|ipv4|ipv6|ips|ip[\s_-]?addr\w*|addr|address(?:es)?|adresse?n?|remote|peer|visitor|logged\W+in|"
    r"connect(?:ed|ion|ions|ing)\W+(?:from|to)|ping|ssh|traceroute|whois|nameserver|x-forwarded-for|x-real-ip|"
    r"direcci[oó]n|indirizzo|endere[cç]o|adres|адрес)(?![^\W_])(?:\W++\w++){0,3}+\W*+\Z",
    re.IGNORECASE,
)
#: Weaker words: they stand before other things too.
_MACHINE_BEFORE: Final = re.compile(
    r"(?<![^\W_])(?:from|by|host|client|server|user|login|logs?|proxy|dns|router|gateway|blocked|banned|attack\w*)"
    r"(?![^\W_])(?:\W++\w++){0,3}+\W*+\Z",
    re.IGNORECASE,
)
_LONG_OCTETS: Final = 2


def _address(occurrence: Occurrence) -> bool:
    bare, _, length = occurrence.value.partition("/")
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return False
    if length and int(length) != address.max_prefixlen:
        return False  # a network
    if str(address) in _RESOLVERS or not is_public_address(address):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return _address_of_six(address, bare, occurrence)
    return _address_of_four(address, occurrence)


def _address_of_four(address: ipaddress.IPv4Address, occurrence: Occurrence) -> bool:
    before, after = occurrence.before, occurrence.after
    if re.search(r"[\w.]\Z", before) or re.match(r"\.?\w|\.\d|[-+]\w", after):
        return False  # part of a longer number or name
    if re.search(r"://(?:[^\s/@]*@)?\Z|\[\Z", before) or re.match(r":\d{1,5}\b", after) or _LOG_LINE.match(after):
        return True
    if _VERSION_BEFORE.search(before):
        return False
    # Numbers of versions, sections and objects are short; of an address, two or more of the four have three digits.
    long_octets = sum(len(octet) > _LONG_OCTETS for octet in str(address).split("."))
    if long_octets >= _LONG_OCTETS or _ADDRESS_BEFORE.search(before):
        return True
    return long_octets > 0 and bool(_MACHINE_BEFORE.search(before))


_LOG_LINE: Final = re.compile(r" \S+ \S+ \[\d")


def _address_of_six(address: ipaddress.IPv6Address, text: str, occurrence: Occurrence) -> bool:
    if address.ipv4_mapped is not None:
        return True
    if re.search(r"[\w:.]\Z", occurrence.before) or re.match(r"[\w:(]", occurrence.after):
        return False
    groups = [group for group in text.split(":") if group]
    # `x[2000::2]` is a slice, and `2024:12:31:10:20:30:40:50` a time.
    return len(groups) >= _GROUPS and not all(group.isdecimal() and len(group) <= _LONG_OCTETS for group in groups[1:])


_GROUPS: Final = 3

# Of a long row of octets (a fingerprint, a dump), a line may hold six.
_OCTETS_BEFORE: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]\s*|[\w.][:.-]?)\Z")
_OCTETS_AFTER: Final = re.compile(r"[:.-]\s*[0-9A-Fa-f]{2}|[\w]|[:.-]\w")
_MAC_WORDS: Final = _words(
    r"mac|bssid|ether|ethernet|wlan|wi-?fi|bluetooth|hw\W?addr|hwaddr|lladdr|hardware|physical|physische|physique|nic|"
    r"adapter|link"
)
_EXAMPLE_MACS: Final = re.compile(
    r"(?:00005e0053|00000000|ffffffff|001122334455|0123456789|123456789a|aabbccddee|deadbeef)"
)


def _hardware_address(occurrence: Occurrence) -> bool:
    digits = re.sub(r"[:.-]", "", occurrence.value).lower()
    if _OCTETS_BEFORE.search(occurrence.before) or _OCTETS_AFTER.match(occurrence.after):
        return False
    if int(digits[:2], 16) & 1 or _EXAMPLE_MACS.match(digits) or len(set(digits)) <= _LONG_OCTETS:
        return False  # many receivers, or one made up
    # Digits alone may be a date and a time.
    return not digits.isdecimal() or bool(_MAC_WORDS.search(occurrence.before))


# Issuers' ranges of numbers (ISO/IEC 7812), their lengths, and how the digits stand on the card.
@dataclass(frozen=True, slots=True)
class _Issuer:
    first: re.Pattern[str]
    lengths: frozenset[int]


_ISSUERS: Final = (
    _Issuer(re.compile(r"4"), frozenset({16, 19})),
    _Issuer(re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    _Issuer(re.compile(r"3[47]"), frozenset({15})),
    _Issuer(re.compile(r"30[0-5]|3095|36|3[89]"), frozenset({14, 16})),
    _Issuer(re.compile(r"6011|64[4-9]|65"), frozenset({16, 19})),
    _Issuer(re.compile(r"352[89]|35[3-8]"), frozenset({16, 19})),
    _Issuer(re.compile(r"62|81"), frozenset({16, 17, 18, 19})),
    _Issuer(re.compile(r"50|5[6-9]|63|67"), frozenset({16, 18, 19})),
    _Issuer(re.compile(r"220[0-4]|9792|60|82|508"), frozenset({16})),
)
_GROUPED: Final = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5}")
_CARD_WORDS: Final = _words(
    r"cards?|credit|debit|visa|mastercard|amex|american\W+express|discover|jcb|diners|maestro|unionpay|payment|paid|pay|"
    r"cc|pan|kreditkarten?\w*|kartennummer|karte|carte|tarjeta|carta|cart[aã]o|karta|kaart|kort|карт\w+"
)


def _card(occurrence: Occurrence) -> bool:
    value, before, after = occurrence.value, occurrence.before, occurrence.after
    digits = re.sub(r"\D", "", value)
    if not any(issuer.first.match(digits) and len(digits) in issuer.lengths for issuer in _ISSUERS):
        return False
    if re.search(r"[\w.]\Z", before) or re.match(r"[.-]?\w", after):
        return False  # part of a longer number or name
    beside = " +" if " " in value else "-"
    if re.search(rf"\d{beside}\Z", before) or re.match(rf"{beside}\d{{4}}(?![/\d])", after):
        return bool(_CARD_WORDS.search(before))  # part of a row of numbers
    # One in ten numbers without separators passes the check digit: counters, barcodes, part numbers.
    return bool(_GROUPED.fullmatch(value)) or (digits == value and bool(_CARD_WORDS.search(before)))


_SERVICE_USERS: Final = frozenset(
    [
        *("git", "hg", "svn", "bzr", "cvs", "anoncvs", "anonymous", "ssh", "gitlab", "gitea", "forgejo", "root"),
        *("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "localhost"),
    ]
)
_RESERVED: Final = re.compile(r"(?:.*\.)?(?:example\.(?:com|net|org|edu)|example|test|invalid|localhost)")
_NAME: Final = re.compile(r"[^\W\d_]+[._-][^\W\d_]{2,}")
_PLACEHOLDER: Final = re.compile(
    r"(?:first|last|given|sur|your|user|my|full|test|some|any|no|the|foo|bar)[._-]?(?:name|user|mail|email|one|bar|"
    r"last(?:name)?|first(?:name)?|address|account)?[._-]?\w*"
)
_PICTURE_SCALE: Final = re.compile(r"\d+(?:\.\d+)?x(?:[~.-].*)?")
_MESSAGE_ID_BEFORE: Final = re.compile(
    r"(?:message-id|in-reply-to|references|content-id|cid)\s*:?[\s<]*(?:<[^<>\s]+>[\s,]*)*<?\Z|/(?:r|msgid)/\Z",
    re.IGNORECASE,
)


def _mail_address(occurrence: Occurrence) -> bool:
    local, _, domain = occurrence.value.lower().rpartition("@")
    # The pattern takes signs into the local part that are allowed there and hardly ever stand there (`?to=`).
    local = re.split(r"[^\w.+-]", local)[-1]
    if local in _SERVICE_USERS or _PICTURE_SCALE.fullmatch(domain):
        return False
    if re.search(r"://[^\s/@]*\Z", occurrence.before) or _MESSAGE_ID_BEFORE.search(occurrence.before):
        return False  # user and password of an address of the web; a name of a message
    if not _RESERVED.fullmatch(domain):
        return True
    # Nobody has an address at a reserved domain. It may have replaced a real one, though, and left a person's name.
    return bool(_NAME.fullmatch(local)) and not _PLACEHOLDER.fullmatch(local)


def _telephone(occurrence: Occurrence) -> bool:
    if re.search(r"(?:[\w.]|\w/)\Z", occurrence.before) or re.match(r"\w|\.\w", occurrence.after):
        return False  # part of a longer number, a name or a path
    return _FRACTION.fullmatch(occurrence.value) is None


_FRACTION: Final = re.compile(r"\d+\.\d+")

_RULES: Final[dict[Entity, Callable[[Occurrence], bool]]] = {
    Entity.CREDIT_CARD: _card,
    Entity.EMAIL_ADDRESS: _mail_address,
    Entity.IP_ADDRESS: _address,
    Entity.MAC_ADDRESS: _hardware_address,
    Entity.PHONE_NUMBER: _telephone,
}
