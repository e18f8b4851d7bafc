"""A form as data: its sections and fields, the queries behind them, and the words for codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Generic, TypeVar

import msgspec
from ruamel.yaml.error import YAMLError

from colophon.errors import PlugInError
from colophon.forms import FORMS
from colophon.query.editions import Edition, class_for
from colophon.reservations import PROTOCOLS
from colophon.templates import template_file, yaml_content
from colophon.vocabulary import EU_PUBLIC_SUMMARY, Acquisition, Disclosure

_FIELD_MAP, _WORDS_FILE = "fields.yaml", "words.yaml"

#: Keys of the field map that are no names in Python.
_RENAMED = {"class": "disclosure"}

_Words = dict[str, dict[str, str]]


@cache
def load_form(name: str = EU_PUBLIC_SUMMARY) -> Form:
    """A form of the registry by its name. Raises PlugInError where that of an installed package cannot be used."""
    try:
        shared, own = yaml_content(template_file(_WORDS_FILE)), form_file(name, _WORDS_FILE)
        content = _named(_with_readers(yaml_content(form_file(name, _FIELD_MAP))))
        words = _joined(shared, (yaml_content(own) if own.is_file() else None) or {})
        return msgspec.convert({**content, "form": name, "words": words}, Form)
    except (AttributeError, KeyError, OSError, TypeError, YAMLError, msgspec.MsgspecError) as error:
        if name not in FORMS.added:
            raise
        raise PlugInError("colophon.forms", name, FORMS[name].__name__, f"{type(error).__name__}: {error}") from error


@cache
def load_forms() -> tuple[Form, ...]:
    """Every form of the registry, in its order."""
    return tuple(load_form(name) for name in FORMS)


def form_file(name: str, file: str) -> Traversable:
    """A file in the folder of a form, whether or not it is there."""
    return files(FORMS[name]).joinpath(file)


class Mode(StrEnum):
    """Who answers a field: the record, the record with a person's confirmation, or a person."""

    COMPUTED = "computed"
    DRAFTED = "drafted"
    STATED = "stated"


class FieldFormat(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    BOXES = "boxes"
    TABLE = "table"
    LIST = "list"


class Number(StrEnum):
    """How a number is printed: as it is, or to the significant figures of the edition."""

    EXACT = "exact"
    ROUNDED = "rounded"


class Profile(StrEnum):
    """Kind of provider; decides how long the list of domain names must be."""

    STANDARD = "standard"
    SME = "sme"


class Owed(StrEnum):
    """Which providers owe a form."""

    ALWAYS = "always"
    UNLESS_OPEN_SOURCE = "unless_open_source"  # Article 53(2): nor then, for a model with systemic risk


class EvidenceUse(StrEnum):
    """Whether what the record holds is shown only beside an open question, or published with the answer."""

    BESIDE_GAP = "beside_gap"
    PUBLISHED = "published"


class AnswersFile(StrEnum):
    """The file a person is asked to answer a field in."""

    PROVIDER = "provider"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class FormQuery:
    """A packaged query with its parameters: fixed acquisitions, facts of the manifest, limits of the profile, facts of
    the form's own history."""

    name: str
    acquisitions: tuple[Acquisition, ...] = ()
    manifest: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoxColumns:
    """Which columns of a query name the boxes; without `group` all boxes stand together."""

    option: str
    option_words: str
    group: str | None = None
    group_words: str | None = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a query as a column of a table; `words` names the set of words for its codes."""

    name: str
    heading: str
    words: str | None = None
    absent: str = ""
    number: Number | None = None
    disclosure: Disclosure = Disclosure.PUBLIC


@dataclass(frozen=True, slots=True)
class FormStatement:
    """What a person adds to a computed value; `absent` is printed where nobody does and nobody must."""

    label: str
    required: bool
    absent: str = ""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file beside the page that takes what is longer than so many entries."""

    name: str
    above: int


@dataclass(frozen=True, slots=True)
class Detail:
    """What a field says beyond the form to those who may see it, such as the exact number behind a range."""

    label: str
    format: FieldFormat
    query: FormQuery
    text: str | None = None
    columns: tuple[TableColumn, ...] = ()
    item_column: str | None = None
    empty: str = ""
    boxes: BoxColumns | None = None
    attached: AttachedFile | None = None
    audience: tuple[Edition, ...] = (Edition.AUTHORITY, Edition.AI_OFFICE)
    disclosure: Disclosure = Disclosure.AUTHORITY


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; the header of the field map explains each key.

    A field map may leave `audience`, `disclosure` (key `class`) and `template` out; a loaded form has them all.
    """

    id: str
    label: str
    mode: Mode
    format: FieldFormat
    file: AnswersFile
    help: str
    audience: tuple[Edition, ...]
    disclosure: Disclosure
    template: str
    optional: bool = False
    options: tuple[str, ...] = ()
    query: FormQuery | None = None
    text: str | None = None
    boxes: BoxColumns | None = None
    columns: tuple[TableColumn, ...] = ()
    item_column: str | None = None
    empty: str = ""
    statement: FormStatement | None = None
    evidence: EvidenceUse = EvidenceUse.BESIDE_GAP
    applies_unless_no: tuple[str, ...] = ()
    attached: AttachedFile | None = None
    details: tuple[Detail, ...] = ()

    @property
    def takes_answer(self) -> bool:
        """Whether a person has anything to say in this field."""
        return self.mode is not Mode.COMPUTED or self.statement is not None

    @property
    def is_stated_table(self) -> bool:
        """Whether a person fills in the rows of a table."""
        return self.mode is Mode.STATED and self.format is FieldFormat.TABLE


F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Section(Generic[F]):
    """A heading of a form with its fields, as asked or as answered; `level` is that of the heading in the document."""

    id: str
    heading: str
    level: int
    preamble: str = ""
    fields: tuple[F, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """Part of all domain names to be listed, and the most that need be; None: no cap."""

    domain_share: float
    domain_cap: int | None


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form. `template` names the official text, `map_version` counts changes of this field map.

    `stem` is the name of the files it is written to, `editions` those it is written for (besides the internal one),
    `profiles` the limits that its queries take by the kind of provider, `figures` the significant figures to which an
    edition rounds.
    """

    form: str
    stem: str
    map_version: int
    editions: tuple[Edition, ...]
    language: str
    title: str
    subject: str
    template: str
    sections: tuple[Section[Field], ...]
    words: Mapping[str, Mapping[str, str]]
    profiles: Mapping[Profile, ProfileLimits] = field(default_factory=dict)
    owed: Owed = Owed.ALWAYS
    figures: Mapping[Edition, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError where the field map contradicts itself."""
        ids = [field.id for field in self.fields()]
        if len(set(ids)) < len(ids):
            raise ValueError("two fields have the same id")
        queries = [query for f in self.fields() for query in (f.query, *(detail.query for detail in f.details))]
        if any(query and query.profile for query in queries) and self.profiles.keys() != set(Profile):
            raise ValueError("a query takes limits by the kind of provider: profiles are needed")

    def is_for(self, edition: Edition) -> bool:
        """Whether the form is written in an edition."""
        return edition is Edition.INTERNAL or edition in self.editions

    def fields(self) -> Iterator[Field]:
        """Every field in the order of the form."""
        for section in self.sections:
            yield from section.fields

    def word(self, code: str, words: str) -> str:
        """The word for a code out of a set of words; the code itself where there is none."""
        return self.words.get(words, {}).get(code, code)


def _with_readers(content: dict[str, Any]) -> dict[str, Any]:
    """A field map in which each field says who reads it and which template it is from."""

    def complete(field: dict[str, Any]) -> dict[str, Any]:
        audience = field.get("audience", content["editions"])
        seen_by = class_for(Edition(name) for name in audience)
        return {"audience": audience, "class": seen_by, "template": content["template"], **field}

    sections = ({**section, "fields": [complete(f) for f in section["fields"]]} for section in content["sections"])
    return {**content, "sections": list(sections)}


def _named(content: Any) -> Any:
    """The content of a field map with keys that Python can name."""
    if isinstance(content, list):
        return [_named(item) for item in content]
    if isinstance(content, dict):
        return {_RENAMED.get(key, key): _named(value) for key, value in content.items()}
    return content


def _joined(shared: _Words, own: _Words) -> _Words:
    """Sets of words of all forms, and of protocols as they call themselves, with those of one form, whose words win."""
    known: _Words = {**shared, "protocol": {protocol.name: protocol.label for protocol in PROTOCOLS.values()}}
    return {name: {**known.get(name, {}), **own.get(name, {})} for name in {**known, **own}}
