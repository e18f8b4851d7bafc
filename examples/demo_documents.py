"""What the demo corpora contain: every document of every source, and what was planted among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from demo_texts import LANGUAGES, TextWriter, similarity


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Made-up values of one type, and the word that stands before them."""

    entity: str
    label: str
    values: tuple[str, ...]


class Plant(StrEnum):
    """What is hidden in the corpora for the program to find, or to leave alone."""

    EXACT_DUPLICATE = "exact_duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    LOOK_ALIKE = "look_alike"
    CONTAMINATION = "contamination"
    PERSONAL_DATA = "personal_data"


@dataclass(frozen=True, slots=True)
class Document:
    """One document; `id` is its native id, or its address where it was crawled. `text` is prompt and answer together
    where it has a `prompt`."""

    source: str
    id: str
    language: str
    text: str
    prompt: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    license: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands."""

    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Planted:
    """Documents that belong together, the original first; `similarity` of shingles for pairs of copies; entity types
    for personal data."""

    plant: Plant
    documents: tuple[Place, ...]
    similarity: float | None = None
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demo:
    documents: tuple[Document, ...]
    planted: tuple[Planted, ...]

    def of(self, source: str) -> tuple[Document, ...]:
        return tuple(d for d in self.documents if d.source == source)


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the crawl or of the public dataset, and its robots.txt: the answer, or None where nobody looked."""

    name: str
    language: str
    pages: int
    robots_status: str | None
    robots_body: str = ""


OPTED_OUT = "verlag.example"
OPEN_COPIES = "open-notes.example"
PLAIN_TEXT = "wetter-dienst.example"

CRAWLED_HOSTS = (
    Host(
        OPTED_OUT,
        "de",
        60,
        "200 OK",
        "# Search engines are welcome, training is not.\n"
        "User-agent: *\nAllow: /\n\n"
        "User-agent: Google-Extended\nUser-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n",
    ),
    Host("garten-journal.example", "de", 70, "200 OK", "User-agent: *\nDisallow: /intern/\n"),
    Host(OPEN_COPIES, "en", 70, "200 OK", "User-agent: *\nAllow: /\n"),
    Host(PLAIN_TEXT, "en", 50, "503 Service Unavailable", "try again later\n"),
    Host("recettes.example", "fr", 60, "404 Not Found", "no such page\n"),
    Host("ricette-di-casa.example", "it", 60, "200 OK", "User-agent: *\nDisallow:\n"),
    Host("stara-kronika.example", "pl", 50, None),
)

PUBLISHED_HOSTS = (
    Host("leselust.example", "de", 190, "200", "User-agent: *\nAllow: /\n"),
    Host("blog-del-mar.example", "es", 200, "200", "User-agent: *\nDisallow: /borradores/\n"),
)

#: Licences as a public dataset writes them: SPDX ids, common names, addresses, and nothing.
PUBLISHED_LICENSES = ("CC-BY-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by/4.0/", None)

#: The first documents of a source or host are the originals of planted copies, and long enough for a known similarity.
ORIGINALS = 20
ORIGINAL_WORDS = 210
MAX_WORDS = 290

FIRST_FETCH = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

#: Values that look like personal data and belong to nobody: reserved domains (RFC 2606), numbers set aside for
#: fiction by the regulators, test numbers of the card schemes, sample accounts of the IBAN registry.
PERSONAL_DATA = (
    PersonalData(
        "EMAIL_ADDRESS", "E-mail", ("anna.kowalska@example.org", "jean.dupont@example.org", "m.rossi@example.org")
    ),
    PersonalData(
        "IBAN_CODE", "Account", ("DE89370400440532013000", "GB82WEST12345698765432", "PL61109010140000071219812874")
    ),
    PersonalData("CREDIT_CARD", "Card", ("4111 1111 1111 1111", "5555 5555 5555 4444", "4012 8888 8888 1881")),
    PersonalData("PHONE_NUMBER", "Phone", ("+44 20 7946 0018", "+49 30 23125 456", "+1 202 555 0143")),
)


def demo_documents() -> Demo:
    """All documents, with what was planted; the same every time."""
    published = _published()
    crawled = _crawled()
    newswire = _plain("newswire", "nw", ("de", "en", "fr"), 500)
    contracts = _plain("contract-texts", "ct", ("en", "it", "pl"), 200)
    exchanges = [
        *_exchanges("reading-answers", "ra", ("en", "es", "pl"), 150),
        *_exchanges("assistant-chats", "ac", ("de", "en", "fr"), 220),
        *_exchanges("synthetic-exercises", "sx", ("en", "es", "it"), 240),
        *_exchanges("reading-exam", "ex", ("en", "de"), 60),
    ]
    others = [
        *_plain("forum-archive", "fa", ("en", "pl"), 60),
        *_plain("old-manuals", "om", ("de", "en"), 12),
    ]
    gardens = [d for d in crawled if d.url and "garten-journal" in d.url]
    opted_out = [d for d in crawled if d.url and OPTED_OUT in d.url]
    plain_text = [d for d in crawled if d.url and PLAIN_TEXT in d.url]

    planting = _Planting()
    for original, number in zip(newswire[:6], range(900, 906), strict=True):
        planting.copy(original, replace(original, id=f"nw-{number:04}"), Plant.EXACT_DUPLICATE)
    for original, number in zip(newswire[10:18], range(910, 918), strict=True):
        planting.copy(original, replace(original, id=f"nw-{number:04}"), Plant.NEAR_DUPLICATE)
    for original, number in zip(contracts[:6], range(900, 906), strict=True):
        planting.copy(original, replace(original, id=f"ct-{number:04}"), Plant.LOOK_ALIKE)
    for original, page in zip(opted_out[:5], range(5), strict=True):
        planting.copy(original, _found_again(original, page), Plant.EXACT_DUPLICATE)
    for original, page in zip(opted_out[5:11], range(6), strict=True):
        planting.copy(original, _republished(original, page), Plant.NEAR_DUPLICATE)
    for original, page in zip(plain_text[:3], range(6, 9), strict=True):
        planting.copy(original, _republished(original, page), Plant.EXACT_DUPLICATE)
    for original, page in zip(gardens[:5], range(9, 14), strict=True):
        planting.copy(original, _republished(original, page), Plant.LOOK_ALIKE)
    for original, number in zip(gardens[10:14], range(920, 924), strict=True):
        wired = Document("newswire", f"nw-{number:04}", original.language, original.text)
        planting.copy(original, wired, Plant.NEAR_DUPLICATE)

    documents = [*newswire, *crawled, *published, *contracts, *exchanges, *others, *planting.added]
    _contaminate(documents, planting)
    _add_personal_data(documents, planting)
    return Demo(tuple(documents), tuple(planting.planted))


class _Planting:
    """Copies documents and remembers what was done."""

    def __init__(self) -> None:
        self.added: list[Document] = []
        self.planted: list[Planted] = []
        self._writers = {language: TextWriter(language, "planting") for language in LANGUAGES}

    def copy(self, original: Document, copy: Document, plant: Plant) -> None:
        """Adds the copy, with its text changed as the kind of plant asks."""
        writer = self._writers[original.language]
        change = {
            Plant.EXACT_DUPLICATE: lambda text: text,
            Plant.NEAR_DUPLICATE: writer.near_copy,
            Plant.LOOK_ALIKE: writer.look_alike,
        }[plant]
        copy = replace(copy, text=change(original.text))
        self.added.append(copy)
        self.remember(plant, original, copy)

    def remember(self, plant: Plant, *documents: Document) -> None:
        alike = round(similarity(documents[0].text, documents[1].text), 3) if plant is not Plant.CONTAMINATION else None
        self.planted.append(Planted(plant, tuple(Place(d.source, d.id) for d in documents), alike))


def _plain(source: str, prefix: str, languages: tuple[str, ...], count: int) -> list[Document]:
    sizes = random.Random(source)
    writers = [TextWriter(language, source) for language in languages]
    return [
        Document(source, f"{prefix}-{n:04}", writer.language, writer.text(_words(sizes, n)))
        for n, writer in _rounds(writers, count)
    ]


def _exchanges(source: str, prefix: str, languages: tuple[str, ...], count: int) -> list[Document]:
    sizes = random.Random(source)
    writers = [TextWriter(language, source) for language in languages]
    documents = []
    for n, writer in _rounds(writers, count):
        prompt = writer.sentence()
        text = f"{prompt}\n{writer.text(sizes.randrange(30, 120))}"
        documents.append(Document(source, f"{prefix}-{n:04}", writer.language, text, prompt=prompt))
    return documents


def _crawled() -> list[Document]:
    documents = []
    for number, host in enumerate(CRAWLED_HOSTS):
        sizes = random.Random(host.name)
        writer = TextWriter(host.language, host.name)
        for page in range(host.pages):
            address = f"https://{host.name}/artikel/{page}"
            documents.append(
                Document(
                    "own-crawl",
                    address,
                    host.language,
                    writer.text(_words(sizes, page)),
                    url=address,
                    fetched_at=FIRST_FETCH + timedelta(days=number, minutes=1 + page),
                )
            )
    return documents


def _published() -> list[Document]:
    documents = []
    for number, host in enumerate(PUBLISHED_HOSTS):
        sizes = random.Random(host.name)
        writer = TextWriter(host.language, host.name)
        for page in range(host.pages):
            folder = "borradores" if host.language == "es" and page % 20 == 0 else "textos"
            documents.append(
                Document(
                    "open-web-texts",
                    f"ow-{number}-{page:04}",
                    host.language,
                    writer.text(_words(sizes, page)),
                    url=f"https://{host.name}/{folder}/{page}",
                    fetched_at=FIRST_FETCH - timedelta(days=90 + number) + timedelta(minutes=page),
                    license=PUBLISHED_LICENSES[page % len(PUBLISHED_LICENSES)],
                )
            )
    return documents


def _found_again(original: Document, page: int) -> Document:
    day = next(n for n, host in enumerate(CRAWLED_HOSTS) if host.name == OPEN_COPIES)
    address = f"https://{OPEN_COPIES}/gefunden/{page}"
    return replace(
        original, id=address, url=address, fetched_at=FIRST_FETCH + timedelta(days=day, hours=5, minutes=page)
    )


def _republished(original: Document, page: int) -> Document:
    host = PUBLISHED_HOSTS[0]
    return replace(
        original,
        source="open-web-texts",
        id=f"ow-copy-{page:04}",
        url=f"https://{host.name}/fundstuecke/{page}",
        fetched_at=FIRST_FETCH - timedelta(days=88) + timedelta(minutes=page),
        license=None,
    )


def _contaminate(documents: list[Document], planting: _Planting) -> None:
    """Hides two exam items inside training documents."""
    exam = [d for d in documents if d.source == "reading-exam"]
    for item, source in ((exam[4], "synthetic-exercises"), (exam[8], "assistant-chats")):
        place = next(i for i, d in enumerate(documents) if d.source == source and d.language == "en")
        documents[place] = replace(documents[place], text=f"{documents[place].text}\n{item.text}")
        planting.remember(Plant.CONTAMINATION, item, documents[place])


def _add_personal_data(documents: list[Document], planting: _Planting) -> None:
    """Writes made-up personal data into every fifteenth chat."""
    chats = [i for i, d in enumerate(documents) if d.source == "assistant-chats"][5::15]
    for turn, place in enumerate(chats):
        kinds = (PERSONAL_DATA[turn % 4], PERSONAL_DATA[(turn + 1) % 4])
        details = "\n".join(f"{kind.label}: {kind.values[turn % 3]}" for kind in kinds)
        marked = documents[place] = replace(documents[place], text=f"{documents[place].text}\n{details}")
        entities = tuple(sorted(kind.entity for kind in kinds))
        planting.planted.append(Planted(Plant.PERSONAL_DATA, (Place(marked.source, marked.id),), entities=entities))


def _words(sizes: random.Random, number: int) -> int:
    return sizes.randrange(ORIGINAL_WORDS if number < ORIGINALS else 30, MAX_WORDS)


def _rounds(writers: list[TextWriter], count: int) -> Iterator[tuple[int, TextWriter]]:
    """The writers in turn."""
    return ((n, writers[n % len(writers)]) for n in range(count))
