"""The corpus as configured: frozen values, checked when they are made by `record.configuration`.

A field's annotation says what the file may hold; its name is the key unless it says otherwise. Every key of the
configuration has its field here, also those whose feature is not built yet, so that they are
checked, kept in the manifest and compared between runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from colophon.config.fields import (
    NOT_WRITTEN,
    PLACE,
    Count,
    Date,
    LicenseText,
    Location,
    Name,
    PartialDate,
    ProductToken,
    Sha256,
    Share,
    Time,
    Url,
    inside,
    written_as,
)
from colophon.config.problems import InputLocation
from colophon.vocabulary import (
    Access,
    Acquisition,
    FilterKind,
    LegalBasis,
    Modality,
    PersonalDataBasis,
    PublicReason,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Collected:
    """When the content was collected: dates as written (YYYY, YYYY-MM or YYYY-MM-DD), or why that is not known."""

    begin: PartialDate | None = field(default=None, metadata=written_as("from"))
    end: PartialDate | None = field(default=None, metadata=written_as("to"))
    not_known: str | None = None


@dataclass(frozen=True, slots=True)
class License:
    """What is claimed about licenses; `spdx` of the collection, `content` of what is inside."""

    declared: str | None = None
    spdx: LicenseText | None = None
    content: LicenseText | None = None
    grantor: str | None = None
    evidence: Url | None = None


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
    begin: PartialDate | None = field(default=None, metadata=written_as("from"))
    end: PartialDate | None = field(default=None, metadata=written_as("to"))


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
class SnapshotFiles:
    """Files that hold observations of one protocol; `fetched_at` (RFC 3339) where the files do not say."""

    paths: tuple[Location, ...]
    fetched_at: Time | None = None
    #: where the block is written, for messages
    place: InputLocation = field(default=InputLocation(""), compare=False, metadata=PLACE)


@dataclass(frozen=True, slots=True)
class SignalFiles:
    """Where a source's reservation signals were kept when it was collected."""

    robots: tuple[SnapshotFiles, ...] = ()
    tdmrep: tuple[SnapshotFiles, ...] = ()
    ai_txt: tuple[SnapshotFiles, ...] = ()
    rsl: tuple[SnapshotFiles, ...] = ()
    registries: tuple[SnapshotFiles, ...] = ()
    terms: tuple[SnapshotFiles, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the input's columns or keys; the texts of several are joined with a newline."""

    text: tuple[str, ...] = ("text",)
    id: str | None = None
    url: str | None = None
    fetched_at: str | None = None
    license: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A number that a filter takes, by the name of its key."""

    name: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset, or a part of it, with one acquisition type and one stage."""

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
    #: the dataclass of the connector's options, `${VARIABLE}` expanded; None where all are at their defaults
    options: Any = field(default=None, metadata=NOT_WRITTEN)
    fields: Fields = Fields()
    homepage: Url | None = None
    publicly_known: bool | None = None
    origin: str | None = None
    collected: Collected = Collected()
    obtained: Date | None = None
    selection: str | None = None
    license: License = License()
    legal_basis: LegalBasis = LegalBasis.UNKNOWN
    personal_data_basis: PersonalDataBasis = PersonalDataBasis.UNKNOWN
    crawler: Crawler = Crawler()
    access: Access = Access.UNKNOWN
    synthetic: tuple[Generator, ...] = field(default=(), metadata=inside("generators"))
    contributors: Contributors = Contributors()
    users: Users = Users()
    dynamic: bool = False
    weight_update: bool = True
    upstream_filters: tuple[UpstreamFilter, ...] = ()
    evaluation: Evaluation | None = None
    signals: SignalFiles = SignalFiles()
    max_rejects: Share | None = None
    #: the block as written as canonical JSON, with the defaults, without `max_rejects`, references unexpanded
    config: str = field(default="{}", metadata=NOT_WRITTEN)
    #: where `paths` is written, for messages
    paths_place: InputLocation = field(default=InputLocation(""), compare=False, metadata=NOT_WRITTEN)


@dataclass(frozen=True, slots=True)
class Filter:
    """A rule that drops documents; the kind decides what it takes.

    language, license: `values` are kept · domains: `values` are dropped · pii: `max_count` · length: `min_bytes`,
    `max_bytes`.
    """

    rule: str
    kind: FilterKind
    reason: PublicReason
    parameters: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dedup:
    """Near-duplicate search: words per shingle, bands x rows slots, Jaccard threshold."""

    shingle: int = 5
    bands: int = 14
    rows: int = 8
    threshold: float = 0.8


#: Evaluation items of fewer words are not looked for in training data: so few words come together by chance.
MIN_COMPARED_WORDS = 5


@dataclass(frozen=True, slots=True)
class Contamination:
    """Search for evaluation items in training data: words per n-gram, and the share of an item's that is reported."""

    words: int = 13
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class AnalyzerSettings:
    """An analyzer by its key under `analysis`; `options`, of the dataclass `kind`, is None where it does not run.

    File paths among the options are relative to the corpus file. An analyzer that runs on request only is listed where
    it runs.
    """

    name: str
    kind: type
    options: Any


@dataclass(frozen=True, slots=True)
class Corpus:
    """All data of one model. `file` is the configuration's absolute path; paths inside are relative to its folder."""

    name: str
    file: str
    sources: tuple[Source, ...]
    policy: str = "code"
    filters: tuple[Filter, ...] = ()
    dedup: Dedup = Dedup()
    contamination: Contamination = Contamination()
    analysis: tuple[AnalyzerSettings, ...] = ()
    psl: str | None = None
    #: name of the environment variable that holds the key, never the key
    id_key_variable: str | None = None
    max_rejects: float = 0.01
    #: canonical JSON of what the record depends on beside the sources, files by their hash; see `configuration_changes`
    config: str = field(default="{}")
