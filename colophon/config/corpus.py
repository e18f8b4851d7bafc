"""The corpus as configured: frozen dataclasses that a corpus file is read into.

A field's annotation says what the file may hold; its name is the key unless it has an alias. Every key of the
configuration has its field here, also those whose feature is not built yet, so that they are checked, kept in the
manifest and compared between runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from colophon.config.band_choice import Bands, best_bands
from colophon.config.constraints import (
    Constraint,
    Count,
    Day,
    Encoding,
    Evidence,
    FilePath,
    LicenseText,
    Location,
    Name,
    PartialDate,
    Positive,
    ProductToken,
    Sha256,
    Share,
    Surroundings,
    Time,
    Url,
    written_as,
)
from colophon.config.environment import expanded_text, sole_variable
from colophon.config.problems import InputLocation, UnfitError, UnfitValuesError, nearest, shown
from colophon.config.spdx import normalized_expression
from colophon.vocabulary import (
    Access,
    Acquisition,
    DedupPart,
    FilterKind,
    KeptBy,
    LegalBasis,
    Modality,
    PersonalDataBasis,
    PublicReason,
    Stage,
)

Begin = Annotated[PartialDate | None, Field(alias="from")]
End = Annotated[PartialDate | None, Field(alias="to")]


def _require_order(key: str, begin: str | None, end: str | None) -> None:
    # Dates of unequal precision are compared as far as both go.
    if begin and end and begin[: len(end)] > end[: len(begin)]:
        raise UnfitError(f"`{key}` ends ({end}) before it begins ({begin})", "expected from ≤ to")


@dataclass(frozen=True, slots=True)
class Collected:
    """When the content was collected: dates as written (YYYY, YYYY-MM or YYYY-MM-DD), or why that is not known."""

    begin: Begin = None
    end: End = None
    not_known: str | None = None

    def __post_init__(self) -> None:
        _require_order("collected", self.begin, self.end)
        if self.not_known and (self.begin or self.end):
            problem = "`collected` gives dates and says they are not known"
            raise UnfitError(problem, "keep from and to, or not_known")


@dataclass(frozen=True, slots=True)
class License:
    """What is claimed about licenses; `spdx` of the collection, `content` of what is inside."""

    declared: str | None = None
    spdx: LicenseText | None = None
    content: LicenseText | None = None
    grantor: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class CrawlerBehaviour:
    captcha: str | None = None
    password: str | None = None
    paywall: str | None = None
    protocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Crawler:
    """Who fetched; `user_agents` are the product tokens whose rules decide the purpose *crawl*."""

    name: str | None = None
    operator: str | None = None
    purpose: str | None = None
    user_agents: tuple[ProductToken, ...] = ()
    behaviour: CrawlerBehaviour = CrawlerBehaviour()


@dataclass(frozen=True, slots=True)
class Generator:
    """A model that made synthetic data."""

    model: str
    link: Url | None = None
    on_market: bool | None = None


@dataclass(frozen=True, slots=True)
class Synthetic:
    """How synthetic data was made."""

    generators: tuple[Generator, ...] = ()


@dataclass(frozen=True, slots=True)
class Contributors:
    """The people who made commissioned or crowd-sourced data."""

    who: str | None = None
    recruited: str | None = None
    instructions_sha256: Sha256 | None = None
    pay: str | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """The product and period from which user data comes."""

    product: str | None = None
    begin: Begin = None
    end: End = None

    def __post_init__(self) -> None:
        _require_order("users", self.begin, self.end)


@dataclass(frozen=True, slots=True)
class UpstreamFilter:
    """A filter that a third party declares to have run."""

    rule: str
    reason: str | None = None
    documents_in: Count | None = None
    documents_out: Count | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A benchmark and the result reported on it."""

    benchmark: str
    version: str | None = None
    split: str | None = None
    metric: str | None = None
    harness: str | None = None
    harness_version: str | None = None
    result: str | None = None
    results_url: Url | None = None
    access: str | None = None
    scope: str | None = None
    limitations: str | None = None


@dataclass(frozen=True, slots=True)
class SnapshotBlock:
    """Files that hold observations of one protocol; `fetched_at` (RFC 3339) where the files do not say, and who kept
    them."""

    paths: Annotated[tuple[Location, ...], Field(min_length=1)]
    fetched_at: Time | None = None
    kept_by: KeptBy | None = None


@dataclass(frozen=True, slots=True)
class SnapshotFiles(SnapshotBlock):
    """Files of observations as loaded; `key` is the one of the block `signals` under which they are written."""

    key: str = ""
    #: where the block is written, for messages
    place: InputLocation = field(default=InputLocation(""), compare=False)


@dataclass(frozen=True, slots=True)
class TextField:
    """A name of a part of the text; an optional part is left out of rows that do not have it."""

    name: str
    optional: bool


_OPTIONAL = "?"


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the input's columns or keys; the texts of several are joined with a newline. A dot in a name goes into
    an object, `[]` through a list; `?` behind the name of a text says that rows may lack it."""

    text: tuple[str, ...] = ("text",)
    id: str | None = None
    url: str | None = None
    fetched_at: str | None = None
    license: str | None = None

    @property
    def texts(self) -> tuple[TextField, ...]:
        return tuple(TextField(name.removesuffix(_OPTIONAL), name.endswith(_OPTIONAL)) for name in self.text)


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """A dataset, or a part of it, with one acquisition type and one stage, as a corpus file writes it."""

    name: Name
    stage: Stage
    acquisition: Acquisition
    connector: str
    #: required where the connector reads files
    paths: tuple[Location, ...] = ()
    #: the name, where none is given
    dataset: Name = ""
    revision: str | None = None
    modality: Modality = Modality.TEXT
    options: dict[str, Any] = field(default_factory=dict)
    fields: Fields = Fields()
    #: of the texts in its files, where it is not UTF-8
    encoding: Encoding | None = None
    #: a pair of documents is compared at the weaker of the parts of their sources
    dedup: DedupPart = DedupPart.NEAR
    homepage: Url | None = None
    publicly_known: bool | None = None
    origin: str | None = None
    collected: Collected = Collected()
    obtained: Day | None = None
    selection: str | None = None
    license: License = License()
    legal_basis: LegalBasis = LegalBasis.UNKNOWN
    personal_data_basis: PersonalDataBasis = PersonalDataBasis.UNKNOWN
    crawler: Crawler = Crawler()
    access: Access = Access.UNKNOWN
    synthetic: Synthetic = Synthetic()
    contributors: Contributors = Contributors()
    users: Users = Users()
    dynamic: bool = False
    weight_update: bool = True
    upstream_filters: tuple[UpstreamFilter, ...] = ()
    evaluation: Evaluation | None = None
    #: where the reservation signals were kept when the source was collected
    signals: Any = None
    max_rejects: Share | None = None


@dataclass(frozen=True, slots=True)
class Source(SourceBlock):
    """A source as loaded; `options` is the dataclass of its connector's options, with `${VARIABLE}` expanded."""

    options: Any = None
    signals: tuple[SnapshotFiles, ...] = ()
    #: the block as written as canonical JSON, with the defaults, without `max_rejects`, references unexpanded
    config: str = "{}"
    #: where `paths` is written, for messages
    paths_place: InputLocation = field(default=InputLocation(""), compare=False)


_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


def _filter_value(kind: FilterKind, value: str) -> str:
    if kind is FilterKind.LICENSE:
        return normalized_expression(value)
    if kind is FilterKind.LANGUAGE and not _LANGUAGE.fullmatch(value):
        raise UnfitError(f"{shown(value)} is not a language code", "expected ISO 639, such as en, or und")
    return _domain(value) if kind is FilterKind.DOMAINS else value


def _domain(value: str) -> str:
    try:
        # Addresses in the record are in this form.
        domain = value.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise UnfitError(f"{shown(value)} is not a domain", "expected a name such as example.org")
    return domain


#: Which keys a filter takes beside rule, kind and reason; one of them at least.
_FILTER_KEYS = {
    FilterKind.LANGUAGE: ("keep",),
    FilterKind.LICENSE: ("keep",),
    FilterKind.PII: ("max_count",),
    FilterKind.LENGTH: ("min_bytes", "max_bytes"),
    FilterKind.DOMAINS: ("drop",),
}


class FilterReason(StrEnum):
    """The reasons a configured filter may give; reservations and duplicates have rules of their own."""

    QUALITY = PublicReason.QUALITY
    LEGAL_OR_SAFETY = PublicReason.LEGAL_OR_SAFETY


@dataclass(frozen=True, slots=True)
class Option:
    """A number that a filter takes, by the name of its key."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Filter:
    """A rule that drops documents; the kind decides what it takes.

    language, license: documents of `keep` are kept · domains: those of `drop` are dropped · pii: `max_count` · length:
    `min_bytes`, `max_bytes`.
    """

    rule: Name
    kind: FilterKind
    reason: FilterReason
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    max_count: Count | None = None
    min_bytes: Count | None = None
    max_bytes: Count | None = None

    @property
    def parameters(self) -> tuple[Option, ...]:
        numbers = (("max_count", self.max_count), ("min_bytes", self.min_bytes), ("max_bytes", self.max_bytes))
        return tuple(Option(name, number) for name, number in numbers if number is not None)

    @property
    def values(self) -> tuple[str, ...]:
        return self.keep + self.drop

    def __post_init__(self) -> None:
        takes = _FILTER_KEYS[self.kind]
        given = [*(key for key in ("keep", "drop") if getattr(self, key)), *(o.name for o in self.parameters)]
        expected = f"a filter of kind {self.kind} takes {' and '.join(takes)}"
        misfits = [
            UnfitError(f"filter {shown(self.rule)}: `{key}` does not belong to it", expected)
            for key in given
            if key not in takes
        ]
        if not set(given) & set(takes):
            misfits.append(UnfitError(f"filter {shown(self.rule)} has nothing to go by", expected))
        if self.min_bytes is not None and self.max_bytes is not None and self.min_bytes > self.max_bytes:
            misfits.append(UnfitError("`min_bytes` is more than `max_bytes`", "expected the smaller one first"))
        for key in ("keep", "drop"):
            kept = []
            for value in getattr(self, key):
                try:
                    kept.append(_filter_value(self.kind, value))
                except UnfitError as error:
                    misfits.append(error)
            object.__setattr__(self, key, tuple(kept))
        if misfits:
            raise UnfitValuesError(tuple(misfits))


_MAX_SLOTS = 1_024
_MIN_DETECTION = 0.1
_AUTO = "auto"


def _with_bands(written: Any) -> Any:
    """A block `dedup` with `bands: auto` replaced by the bands and rows of `best_bands`."""
    if not isinstance(written, dict) or written.get("bands") != _AUTO:
        return written
    if "rows" in written:
        raise UnfitError("`rows` is given beside `bands: auto`", "auto chooses both: remove `rows`")
    threshold = written.get("threshold", Dedup().threshold)
    others = {key: value for key, value in written.items() if key != "bands"}
    if not isinstance(threshold, float | int) or not 0 < threshold <= 1:
        # The threshold itself is reported.
        return others
    chosen = best_bands(threshold)
    return others | {"bands": chosen.bands, "rows": chosen.rows}


@dataclass(frozen=True, slots=True)
class Dedup:
    """Near-duplicate search: words per shingle, bands x rows slots, Jaccard threshold."""

    shingle: Positive = 5
    bands: Annotated[Positive, written_as(Positive | Literal["auto"])] = 14
    rows: Positive = 8
    threshold: Share = 0.8

    def __post_init__(self) -> None:
        if self.threshold == 0:
            raise UnfitError("`threshold` 0 makes every pair a duplicate", "expected more than 0, at most 1")
        slots = f"{self.bands} bands of {self.rows} rows"
        if self.bands * self.rows > _MAX_SLOTS:
            problem = f"{slots} are more than {_MAX_SLOTS} slots"
            raise UnfitError(problem, "expected fewer bands or rows, or `bands: auto`")
        if Bands(self.bands, self.rows).detection(self.threshold) < _MIN_DETECTION:
            problem = f"{slots} find fewer than one in ten pairs of similarity {self.threshold}"
            raise UnfitError(problem, "expected more bands, fewer rows, or `bands: auto`")


#: Evaluation items of fewer words are not looked for in training data: so few words come together by chance.
MIN_COMPARED_WORDS = 5
_MAX_COMPARED_WORDS = 50


@dataclass(frozen=True, slots=True)
class Contamination:
    """Search for evaluation items in training data: words per n-gram, and the share of an item's that is reported."""

    words: Positive = 13
    threshold: Share = 0.5

    def __post_init__(self) -> None:
        misfits = []
        if not MIN_COMPARED_WORDS <= self.words <= _MAX_COMPARED_WORDS:
            problem = f"n-grams of {self.words} words tell no copy from chance, or miss what was cut"
            expected = f"expected `words` from {MIN_COMPARED_WORDS} to {_MAX_COMPARED_WORDS}"
            misfits.append(UnfitError(problem, expected))
        if self.threshold == 0:
            misfits.append(UnfitError("`threshold` 0 makes every pair a finding", "expected more than 0, at most 1"))
        if misfits:
            raise UnfitValuesError(tuple(misfits))


@dataclass(frozen=True, slots=True)
class AnalyzerSettings:
    """An analyzer by its key under `analysis`; `options`, of the dataclass `kind`, is None where it does not run.

    File paths among the options are relative to the corpus file. An analyzer that runs on request only is listed where
    it runs.
    """

    name: str
    kind: type
    options: Any


class PolicyName(StrEnum):
    """The policies that come with the program; any other value of `policy` is a file."""

    CODE = "code"
    STRICT = "strict"


def _policy(written: str, info: ValidationInfo[Surroundings]) -> str:
    if written in set(PolicyName):
        return written
    file = expanded_text(written, info.context.variables)
    if not (info.context.folder / file).is_file():
        near = nearest(written, PolicyName)
        hint = f"did you mean `{near}`? " if near else ""
        expected = f"{hint}expected {', '.join(PolicyName)} or a file, relative to the corpus file"
        raise UnfitError(f"{shown(written)} is neither a known policy nor a file", expected)
    return file


DEFAULT_KEY_VARIABLE = "COLOPHON_ID_KEY"


def _key_variable(written: str) -> str:
    variable = sole_variable(written)
    if variable is None:
        # The value may be the secret itself, so it is not repeated.
        expected = f"write `id_key: ${{{DEFAULT_KEY_VARIABLE}}}` and keep the secret in the environment"
        raise UnfitError("the value is not one reference to an environment variable", expected)
    return variable


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSettings:
    """What a corpus file says of the corpus as a whole."""

    name: Annotated[Name, Field(alias="corpus")]
    policy: Annotated[str, Constraint(_policy, "text")] = PolicyName.CODE.value
    filters: tuple[Filter, ...] = ()
    dedup: Annotated[Dedup, BeforeValidator(_with_bands)] = Dedup()
    contamination: Contamination = Contamination()
    analysis: Any = ()
    psl: FilePath | None = None
    #: name of the environment variable that holds the key, never the key
    id_key_variable: Annotated[Annotated[str, Constraint(_key_variable, "text")] | None, Field(alias="id_key")] = None
    max_rejects: Share = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus(CorpusSettings):
    """All data of one model. `file` is the configuration's absolute path; paths inside are relative to its folder."""

    file: str
    sources: tuple[Source, ...]
    analysis: tuple[AnalyzerSettings, ...] = ()
    #: canonical JSON of what the record depends on beside the sources, files by their hash; see `changes`
    config: str = "{}"
