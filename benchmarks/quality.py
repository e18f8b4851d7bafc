"""How well personal data is told from what looks like it: `make quality`, and the figures of docs/quality.md.

Everything is made here, from a fixed seed: lines that hold look-alikes, and valid values in sentences. Paths on the
command line are read as well, and finds in them are listed by type; whether those are right, only a reader can say.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stdnum import iban, luhn
from stdnum.es import nie
from stdnum.it import codicefiscale
from stdnum.pl import pesel

from colophon.analyzers.pii.detectors import detectors_for
from colophon.analyzers.pii.personal_data import Detection, PiiOptions, findings_in
from colophon.analyzers.pii.prefilter import prefilter_for
from colophon.vocabulary import Entity

SEED: Final = 20261201
LINES: Final = 500
BEGIN: Final = "<!-- written by `make quality`: begin -->"
END: Final = "<!-- written by `make quality`: end -->"

_CONSONANTS: Final = "BCDFGHLMNPRST"
_NAMES: Final = ("anna", "jean", "maria", "piotr", "olu", "mei", "ines", "lars", "aino", "dario")
_SURNAMES: Final = ("kowalska", "dupont", "rossi", "okafor", "lindgren", "virtanen", "garcia", "weber", "novak")


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A kind of line without personal data, and what takes it for some."""

    name: str
    line: Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Planting:
    """A type, its valid values, and the sentences they are put in."""

    entity: Entity
    value: Callable[[random.Random], str]
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Precision:
    """Lines of a kind of look-alikes, and how many of them hold a find."""

    name: str
    lines: int
    with_finds: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Values of a type that were planted, and those found."""

    entity: Entity
    planted: int
    found: int


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _hex(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("0123456789abcdef", k=count))


def _version(chance: random.Random) -> str:
    return ".".join(str(chance.randrange(chance.choice((10, 40, 256)))) for _ in range(4))


def _years(chance: random.Random) -> str:
    first, step = chance.randrange(1800, 2091), chance.choice((1, 1, 1, 5, -1))
    years = [str(first + step * place) for place in range(10)]
    return chance.choice(("", "Revenue ", "Year | ")) + chance.choice((" ", "  ", "\t", " | ", ", ", "-")).join(years)


def _fingerprint(chance: random.Random) -> str:
    octets = [_hex(chance, 2) for _ in range(chance.choice((8, 16, 20, 32)))]
    return f"fingerprint {chance.choice(':-').join(octets)}"


def _clock(chance: random.Random) -> str:
    parts = [f"{chance.randrange(60):02}" for _ in range(chance.choice((3, 4, 6, 8)))]
    return f"{chance.choice(('at', 'from', 'since'))} {':'.join(parts)}"


def _slice(chance: random.Random) -> str:
    low = chance.choice(("", str(chance.randrange(3000))))
    step = chance.choice(("", "2", "-1", str(chance.randrange(99))))
    return f"rows = table[{low}::{step}]"


def _path_of_code(chance: random.Random) -> str:
    words = ("add", "bead", "cafe", "face", "feed", "dead", "beef", "std", "fs", "ab", "c")
    return f"use {'::'.join(chance.choices(words, k=chance.randrange(2, 6)))};"


def _special_address(chance: random.Random) -> str:
    start = chance.choice(("10.", "127.", "192.168.", "172.16.", "203.0.113.", "198.51.100.", "192.0.2.", "239.1."))
    missing = 4 - start.count(".")
    return f"address {start}{'.'.join(str(chance.randrange(256)) for _ in range(missing))}"


def _part_number(chance: random.Random) -> str:
    letters = chance.choice("ABCEGHJKLMNOPRSTWXYZ") + chance.choice("ABCEGHJKLMNPRSTWXYZ")
    part = chance.choice(
        (
            f"{_digits(chance, 3)}-{_digits(chance, 2)}-{_digits(chance, 4)}",
            f"{letters}{_digits(chance, 6)}{chance.choice('ABCD')}",
            f"{chance.choice('STFG')}{_digits(chance, 7)}{chance.choice('ABCDEFGHIZJ')}",
            f"{_digits(chance, 8)}{chance.choice('TRWAGMYFPDXBNJZSQVHLCKE')}",
            f"{chance.choice('XYZ')}{_digits(chance, 7)}{chance.choice('TRWAGMYFPDXBNJZSQVHLCKE')}",
            f"{chance.choice('ABCDEV')}{_digits(chance, 7)}",
        )
    )
    return f"{chance.choice(('part', 'model', 'item', 'Artikel', 'driver', 'license', 'Teil'))} {part}"


def _uuid(chance: random.Random) -> str:
    return "-".join(_digits(chance, n) if chance.random() < 1 / 2 else _hex(chance, n) for n in (8, 4, 4, 4, 12))


def _not_mail(chance: random.Random) -> str:
    return chance.choice(
        (
            f"git@code.{chance.choice(_SURNAMES)}.org:team/{_hex(chance, 4)}.git",
            f"{chance.choice(('icon', 'logo'))}@{chance.choice('23')}x.{chance.choice(('app', 'zip', 'me', 'png'))}",
            f"@types/{chance.choice(_SURNAMES)}@{_version(chance)}",
            f"https://user:{_hex(chance, 6)}@host.org/",
            f"{chance.choice(('user', 'foo', 'your.name', 'test'))}@example.{chance.choice(('com', 'org', 'net'))}",
            f"Message-ID: <{_digits(chance, 14)}.{_hex(chance, 6)}@mail.{chance.choice(_SURNAMES)}.org>",
        )
    )


def _matrix(chance: random.Random) -> str:
    width = chance.choice((3, 4, 4, 4, 5))
    return " ".join(_digits(chance, width) for _ in range(chance.randrange(5, 12)))


def _code_number(chance: random.Random) -> str:
    name = chance.choice(("EAN", "ISBN", "order", "doi:10.1000/", "timestamp", "id", "serial"))
    return f"{name} {_digits(chance, chance.choice((10, 12, 13, 14, 15, 16, 18, 19)))}"


LOOK_ALIKES: Final = (
    LookAlike("versions", lambda c: f"{c.choice(('version', 'upgrade to', 'libfoo', 'fixed in', 'v'))} {_version(c)}"),
    LookAlike("user agents and packages", lambda c: f"Browser/{_version(c)} libfoo-{_version(c)}.tar.gz"),
    LookAlike("section numbers", lambda c: f"see {c.choice(('section', 'clause', '§', 'figure'))} {_version(c)}"),
    LookAlike("object identifiers", lambda c: f"OID 1.3.6.1.{_version(c)}"),
    LookAlike("slices", _slice),
    LookAlike("paths of code", _path_of_code),
    LookAlike("times with colons", _clock),
    LookAlike("special addresses", _special_address),
    LookAlike("fingerprints", _fingerprint),
    LookAlike("UUIDs", _uuid),
    LookAlike("rows of years", _years),
    LookAlike("matrices of numbers", _matrix),
    LookAlike("barcodes and serial numbers", _code_number),
    LookAlike("part numbers", _part_number),
    LookAlike("what has an at sign", _not_mail),
    LookAlike("hashes", lambda c: f"sha256 {_hex(c, 64)}"),
    LookAlike("coordinates", lambda c: f"{c.uniform(-90, 90):.6f}, {c.uniform(-180, 180):.6f}"),
)


def _card(chance: random.Random) -> str:
    start, length = chance.choice((("4", 16), ("52", 16), ("2345", 16), ("37", 15), ("6011", 16), ("3530", 16)))
    body = start + _digits(chance, length - len(start) - 1)
    number = body + luhn.calc_check_digit(body)
    sign = chance.choice((" ", "-", ""))
    cuts = (4, 10, 15) if length == _AMEX else (4, 8, 12, 16)
    return sign.join(number[begin:end] for begin, end in zip((0, *cuts), cuts, strict=False))


_AMEX: Final = 15


def _account(chance: random.Random) -> str:
    body = _digits(chance, 18)
    number = f"DE{iban.calc_check_digits('DE00' + body)}{body}"
    return chance.choice((number, " ".join(number[place : place + 4] for place in range(0, len(number), 4))))


def _public_four(chance: random.Random) -> str:
    first = chance.choice((5, 37, 62, 81, 84, 91, 151, 185, 217))
    return ".".join(map(str, (first, *(chance.randrange(1, 255) for _ in range(3)))))


def _public_six(chance: random.Random) -> str:
    return chance.choice(("2a02:8070:", "2001:1620:", "2600:1700:")) + ":".join(_hex(chance, 4) for _ in range(6))


def _mac(chance: random.Random) -> str:
    octets = [chance.choice(("3c", "a4", "f0", "dc", "8c")), *(_hex(chance, 2) for _ in range(5))]
    text = chance.choice(":-").join(octets)
    return chance.choice((text, text.upper()))


def _mail(chance: random.Random) -> str:
    place = chance.choice(("kowalska.pl", "web.de", "firma.co.uk", "correo.es", "posti.fi"))
    return f"{chance.choice(_NAMES)}{chance.choice(('.', '_', ''))}{chance.choice(_SURNAMES)}@{place}"


def _security_number(chance: random.Random) -> str:
    sign = chance.choice(("-", " ", ""))
    parts = chance.randrange(100, 600), chance.randrange(10, 99), chance.randrange(1000, 9999)
    return sign.join(map(str, parts))


def _nif(chance: random.Random) -> str:
    number = chance.randrange(10_000_000, 99_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def _nie(chance: random.Random) -> str:
    body = chance.choice("XYZ") + _digits(chance, 7)
    return body + nie.calc_check_digit(body)


def _pesel(chance: random.Random) -> str:
    body = f"{chance.randrange(40, 99)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}{_digits(chance, 4)}"
    return body + pesel.calc_check_digit(body)


def _fiscal_code(chance: random.Random) -> str:
    letters = "".join(chance.choices(_CONSONANTS, k=6))
    body = f"{letters}{chance.randrange(40, 99)}{chance.choice('ABCDEHLMPRST')}{chance.randrange(1, 29):02}H501"
    return body + codicefiscale.calc_check_digit(body)


def _telephone(chance: random.Random) -> str:
    if chance.random() < 1 / 2:
        return f"+44 20 7946 0{_digits(chance, 3)}"
    return f"+49 30 {chance.choice('2345678')}{_digits(chance, 2)}3{_digits(chance, 3)}"


PLANTINGS: Final = (
    Planting(Entity.EMAIL_ADDRESS, _mail, ("Write to {}.", "Kontakt: {}", "<{}>", "écrivez à {} !", "mail={}")),
    Planting(Entity.PHONE_NUMBER, _telephone, ("Call {}.", "Tel.: {}", "Téléphone : {}", "teléfono {}", "{}")),
    Planting(Entity.IP_ADDRESS, _public_four, ("client IP {}", "IP-Adresse: {}", "login from {}", "http://{}/", "{}")),
    Planting(Entity.IP_ADDRESS, _public_six, ("client IP {}", "Adresse {} gesehen", "from {}", "{}")),
    Planting(Entity.MAC_ADDRESS, _mac, ("MAC {}", "Adresse physique {}", "{}")),
    Planting(Entity.CREDIT_CARD, _card, ("card {}", "Kreditkarte: {}", "tarjeta {} de Ana", "paid with Visa {}", "{}")),
    Planting(Entity.IBAN_CODE, _account, ("IBAN {}", "auf das Konto {}.", "{}")),
    Planting(Entity.US_SSN, _security_number, ("SSN: {}", "Social Security number {}", '{{"ssn": "{}"}}', "{}")),
    Planting(Entity.ES_NIF, _nif, ("DNI {}", "con NIF: {}", "documento de identidad n.º {}", "{}")),
    Planting(Entity.ES_NIE, _nie, ("NIE {}", "mi NIE es {}", "{}")),
    Planting(Entity.PL_PESEL, _pesel, ("PESEL {}", "nr PESEL: {}", "{}")),
    Planting(Entity.IT_FISCAL_CODE, _fiscal_code, ("codice fiscale {}", "CF: {}", "{}")),
    Planting(Entity.UK_NINO, lambda c: f"AB{_digits(c, 6)}C", ("NI number {}", "National Insurance no. {}", "{}")),
    Planting(
        Entity.US_DRIVER_LICENSE,
        lambda c: f"{c.choice('ADFS')}{_digits(c, 7)}",
        ("driver's license {}", "driver license no. {}", "DL# {}", "{}"),
    ),
    Planting(Entity.US_PASSPORT, lambda c: f"A{_digits(c, 8)}", ("passport {}", "Passport no.: {}", "{}")),
)


class Measuring:
    """The detectors as a run has them without options."""

    def __init__(self) -> None:
        detectors = detectors_for(Entity, PiiOptions().min_score)
        self._detection = Detection(detectors, prefilter_for(detectors))

    def types_in(self, text: str) -> Counter[Entity]:
        """Finds in a text by type."""
        return Counter({finding.entity: finding.occurrences for finding in findings_in(text, self._detection)})

    def precision(self, kind: LookAlike, lines: int) -> Precision:
        """Finds in so many lines of a kind, of which none is right."""
        chance = random.Random(f"{SEED} {kind.name}")
        found = [self.types_in(kind.line(chance)) for _ in range(lines)]
        types = sorted({str(entity) for types in found for entity in types})
        return Precision(kind.name, lines, sum(bool(types) for types in found), tuple(types))

    def recall(self, planting: Planting, lines: int) -> Iterator[Recall]:
        """Finds of the planted value with words beside it, and with none."""
        chance = random.Random(f"{SEED} {planting.entity} {planting.carriers}")
        named = [carrier for carrier in planting.carriers if carrier != "{}"]
        for carriers in (named, ["{}"]):
            texts = [carriers[place % len(carriers)].format(planting.value(chance)) for place in range(lines)]
            yield Recall(planting.entity, lines, sum(self.types_in(text)[planting.entity] == 1 for text in texts))


def tables(lines: int) -> str:
    """The measured figures as Markdown."""
    measuring = Measuring()
    rows = ["| look-alikes | lines | lines with a find | found as |", "|---|---:|---:|---|"]
    for kind in LOOK_ALIKES:
        of_kind = measuring.precision(kind, lines)
        types = ", ".join(f"`{name}`" for name in of_kind.types) or "–"
        rows.append(f"| {of_kind.name} | {of_kind.lines} | {of_kind.with_finds} | {types} |")
    rows += ["", "| planted | values | found beside words that name it | found alone |", "|---|---:|---:|---:|"]
    for planting in PLANTINGS:
        named, alone = measuring.recall(planting, lines)
        example = "IPv6" if planting.value is _public_six else ""
        name = f"`{planting.entity}` {example}".rstrip()
        rows.append(f"| {name} | {lines} | {_share(named)} | {_share(alone)} |")
    return "\n".join(rows)


def _share(recall: Recall) -> str:
    return f"{100 * recall.found / recall.planted:.1f}%"


def finds_in_files(paths: Sequence[Path]) -> str:
    """How many finds of each type the files of these paths hold, as Markdown."""
    measuring = Measuring()
    rows = ["| path | characters | finds |", "|---|---:|---|"]
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        counts: Counter[Entity] = Counter()
        characters = 0
        for file in files:
            text = file.read_bytes().decode("utf-8", "replace")
            characters += len(text)
            counts.update(measuring.types_in(text))
        found = ", ".join(f"`{entity}` {number}" for entity, number in sorted(counts.items())) or "none"
        rows.append(f"| {path} | {characters} | {found} |")
    return "\n".join(rows)


def _write(page: Path, text: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Prints the tables, or writes them to a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders whose finds are listed too")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the tables between the marks of this page")
    given = parser.parse_args(arguments)
    for path in given.paths:
        if not path.exists():
            parser.error(f"{path}: no such file or folder; give files or folders of text")
    text = tables(LINES)
    if given.write is not None:
        _write(given.write, text)
    sys.stdout.write(f"{text}\n")
    if given.paths:
        sys.stdout.write(f"\n{finds_in_files(given.paths)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
