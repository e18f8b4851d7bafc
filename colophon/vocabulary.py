"""The words of the record as enums. Text becomes one of these at the edge and is never compared again."""

from __future__ import annotations

from enum import Enum, StrEnum

#: The form that Article 53(1)(d) of Regulation (EU) 2024/1689 asks of every provider.
EU_PUBLIC_SUMMARY = "eu_public_summary"


class Stage(StrEnum):
    """Training stage of a source."""

    PRETRAINING = "pretraining"
    MIDTRAINING = "midtraining"
    FINETUNING = "finetuning"
    PREFERENCE = "preference"
    REINFORCEMENT = "reinforcement"
    VALIDATION = "validation"
    EVALUATION = "evaluation"


class Acquisition(StrEnum):
    """How a source was acquired; decides its section of the public summary (template, section 2)."""

    PUBLIC_DATASET = "public_dataset"
    LICENSED_COMMERCIAL = "licensed_commercial"
    PRIVATE_THIRD_PARTY = "private_third_party"
    CRAWLED_OWN = "crawled_own"
    CRAWLED_ON_BEHALF = "crawled_on_behalf"
    USER_MODEL_INTERACTION = "user_model_interaction"
    USER_OTHER_SERVICE = "user_other_service"
    SYNTHETIC_OWN = "synthetic_own"
    SYNTHETIC_ON_BEHALF = "synthetic_on_behalf"
    COMMISSIONED_HUMAN = "commissioned_human"
    OFFLINE_DIGITISED = "offline_digitised"
    OTHER = "other"

    @property
    def is_crawl(self) -> bool:
        """Whether it was fetched from addresses by the provider's crawler or one that it engaged."""
        return self in {Acquisition.CRAWLED_OWN, Acquisition.CRAWLED_ON_BEHALF}


#: Acquisitions whose native and content ids are stored as keyed hashes (design §4, rule 9).
KEYED_ACQUISITIONS = frozenset({
    Acquisition.PRIVATE_THIRD_PARTY,
    Acquisition.USER_MODEL_INTERACTION,
    Acquisition.USER_OTHER_SERVICE,
    Acquisition.COMMISSIONED_HUMAN,
})  # fmt: skip


class DedupPart(StrEnum):
    """What a source takes part in of the search for duplicates, the weakest first."""

    OFF = "off"  # nothing: its documents are compared with none
    EXACT = "exact"  # equal texts alone
    NEAR = "near"


class Modality(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    OTHER = "other"


class LegalBasis(StrEnum):
    """Copyright basis claimed for a source."""

    LICENSE = "license"
    CONTRACT = "contract"
    TDM_ART4 = "tdm_art4"
    TDM_ART3 = "tdm_art3"
    PUBLIC_DOMAIN = "public_domain"
    OFFICIAL_WORK = "official_work"
    OWN_CONTENT = "own_content"
    OTHER_EXCEPTION = "other_exception"
    UNKNOWN = "unknown"


class PersonalDataBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_TASK = "public_task"
    NONE = "none"
    UNKNOWN = "unknown"


class Access(StrEnum):
    """How the content could be reached when it was collected."""

    OPEN = "open"
    LOGIN = "login"
    PAYWALL = "paywall"
    UNKNOWN = "unknown"


class LicenseScope(StrEnum):
    """What a license speaks of: the dataset as a collection, or the content inside."""

    COLLECTION = "collection"
    CONTENT = "content"


class RejectReason(StrEnum):
    """Why a row gave no document."""

    UNPARSABLE = "unparsable"
    ENCODING = "encoding"
    TRUNCATED = "truncated"
    FIELD_MISSING = "field_missing"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    HTTP_STATUS = "http_status"
    CONTENT_TYPE = "content_type"

    @property
    def is_damage(self) -> bool:
        """Whether the row was lost to damage, which `max_rejects` limits, and not to status, type or emptiness."""
        return self in _DAMAGE


_DAMAGE = frozenset({
    RejectReason.UNPARSABLE,
    RejectReason.ENCODING,
    RejectReason.TRUNCATED,
    RejectReason.FIELD_MISSING,
    RejectReason.TOO_LARGE,
})  # fmt: skip


class FieldOutcome(Enum):
    """What became of the value of a declared field in a row. Only those that are used enter the record.

    No text itself, so that it is never taken for a value.
    """

    USED = "used"
    DAY_ONLY = "day_only"  # a day without a time of day, which enters as that
    ABSENT = "absent"  # the row has no such name
    NULL = "null"  # null, or empty where it is no text
    EMPTY = "empty"  # an empty text, or a list without one
    WRONG_TYPE = "wrong_type"
    NOT_UTF8 = "not_utf8"
    TOO_LONG = "too_long"
    NOT_AN_ADDRESS = "not_an_address"  # of a place: no scheme, no host, or none that can be
    NOT_A_MOMENT = "not_a_moment"
    BEFORE_THE_WEB = "before_the_web"
    AFTER_REFERENCE_DAY = "after_reference_day"

    @property
    def is_used(self) -> bool:
        """Whether the value enters the record."""
        return self in _USED_OUTCOMES

    @property
    def is_missing(self) -> bool:
        """Whether the row has no value: an optional part of a text may be so without a loss."""
        return self in _MISSING_OUTCOMES

    @property
    def is_unread(self) -> bool:
        """Whether a value was there and could not be read."""
        return not (self.is_used or self.is_missing or self is FieldOutcome.EMPTY)


_USED_OUTCOMES = frozenset({FieldOutcome.USED, FieldOutcome.DAY_ONLY})
_MISSING_OUTCOMES = frozenset({FieldOutcome.ABSENT, FieldOutcome.NULL})


class ReadLoss(StrEnum):
    """What a document lost in being read; what is left of it was taken."""

    BYTES_REPLACED = "bytes_replaced"  # U+FFFD stands for bytes that are no character in the page's encoding
    BODY_CUT = "body_cut"  # it, its chunks or its content encoding end or break too early
    RECORD_LENGTH = "record_length"  # Content-Length of its record is wrong or missing
    TRUNCATED = "truncated"  # the crawler kept a part of it (WARC-Truncated, or one segment)


class Entity(StrEnum):
    """Types of personal data, by Presidio's names. All are decided by a pattern, most with a check of the value."""

    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    PHONE_NUMBER = "PHONE_NUMBER"
    IP_ADDRESS = "IP_ADDRESS"
    MAC_ADDRESS = "MAC_ADDRESS"
    IBAN_CODE = "IBAN_CODE"
    CREDIT_CARD = "CREDIT_CARD"
    CRYPTO = "CRYPTO"
    AU_MEDICARE = "AU_MEDICARE"
    AU_TFN = "AU_TFN"
    CA_SIN = "CA_SIN"
    DE_HEALTH_INSURANCE = "DE_HEALTH_INSURANCE"
    DE_ID_CARD = "DE_ID_CARD"
    DE_PASSPORT = "DE_PASSPORT"
    DE_SOCIAL_SECURITY = "DE_SOCIAL_SECURITY"
    DE_TAX_ID = "DE_TAX_ID"
    ES_NIE = "ES_NIE"
    ES_NIF = "ES_NIF"
    FI_PERSONAL_IDENTITY_CODE = "FI_PERSONAL_IDENTITY_CODE"
    IN_AADHAAR = "IN_AADHAAR"
    IN_PAN = "IN_PAN"
    IT_FISCAL_CODE = "IT_FISCAL_CODE"
    KR_FRN = "KR_FRN"
    KR_RRN = "KR_RRN"
    MEDICAL_LICENSE = "MEDICAL_LICENSE"
    NG_NIN = "NG_NIN"
    PL_PESEL = "PL_PESEL"
    SE_PERSONNUMMER = "SE_PERSONNUMMER"
    SG_NRIC_FIN = "SG_NRIC_FIN"
    TH_TNIN = "TH_TNIN"
    TR_NATIONAL_ID = "TR_NATIONAL_ID"
    UK_DRIVING_LICENCE = "UK_DRIVING_LICENCE"
    UK_NHS = "UK_NHS"
    UK_NINO = "UK_NINO"
    US_BANK_NUMBER = "US_BANK_NUMBER"
    US_DRIVER_LICENSE = "US_DRIVER_LICENSE"
    US_ITIN = "US_ITIN"
    US_PASSPORT = "US_PASSPORT"
    US_SSN = "US_SSN"
    ZA_ID_NUMBER = "ZA_ID_NUMBER"


class Purpose(StrEnum):
    """What a verdict is about: was the fetch compliant, and may the text be trained on."""

    CRAWL = "crawl"
    TRAIN = "train"


class VerdictState(StrEnum):
    """What the signals mean; the order is the order of the headline (first one present wins)."""

    RESERVED = "reserved"
    ERROR = "error"
    UNKNOWN = "unknown"
    OPEN = "open"
    ALLOWED = "allowed"
    SILENT = "silent"


class Outcome(StrEnum):
    """What came back from one look at one place."""

    OK = "ok"
    ABSENT = "absent"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    REDIRECTED = "redirected"  # to a place of which no look is known
    UNCHANGED = "unchanged"  # since a look that is not known

    @property
    def leads_elsewhere(self) -> bool:
        """Whether the content is that of another look: the target of a redirect, or an earlier one that is repeated."""
        return self in {Outcome.REDIRECTED, Outcome.UNCHANGED}

    @property
    def is_read(self) -> bool:
        """Whether it is known what the place said, be it that there is no file."""
        return self in {Outcome.OK, Outcome.ABSENT}


class Place(StrEnum):
    """What a look was at: a file that speaks for a host, a page that speaks for itself, a list that names others."""

    HOST = "host"
    PAGE = "page"
    LIST = "list"


class KeptBy(StrEnum):
    """Who kept the evidence of a look: the provider itself, another party, or a public web archive."""

    PROVIDER = "provider"
    THIRD_PARTY = "third_party"
    ARCHIVE = "archive"

    @property
    def is_other_party(self) -> bool:
        """Whether somebody other than the provider kept it, and so attests it."""
        return self is not KeptBy.PROVIDER


class Grade(StrEnum):
    """How well an observation's time and content are attested: recorded in a web archive of the provider or of nobody
    known, seen by this program, kept by another party, or asserted by the provider."""

    WARC = "warc"
    LIVE = "live"
    THIRD_PARTY = "third_party"
    ASSERTED = "asserted"

    def kept_by(self, keeper: KeptBy | None) -> Grade:
        """The grade of such evidence where it is known who kept it; the form of a file says nothing about that."""
        return Grade.THIRD_PARTY if keeper is not None and keeper.is_other_party else self


class ShardRole(StrEnum):
    """What a shard is read for."""

    DOCUMENTS = "documents"
    SIGNALS = "signals"


class Rescan(StrEnum):
    """Which shards of earlier generations a run reads again."""

    NONE = "none"
    UNCOMPARED = "uncompared"  # those that evaluation sources added later were not looked for in


class DuplicateKind(StrEnum):
    EXACT = "exact"
    NEAR = "near"


class PairMethod(StrEnum):
    EXACT = "exact"
    ESTIMATE = "estimate"


class PublicReason(StrEnum):
    """The reason for a removal as the public may read it. A look that failed or is missing is no reservation."""

    RESERVATION = "reservation"
    LOOK_FAILED = "look_failed"
    LOOK_MISSING = "look_missing"
    DUPLICATE = "duplicate"
    QUALITY = "quality"
    LEGAL_OR_SAFETY = "legal_or_safety"


class FilterKind(StrEnum):
    """What a configured filter looks at."""

    LANGUAGE = "language"
    LICENSE = "license"
    PII = "pii"
    LENGTH = "length"
    DOMAINS = "domains"


class RuleKind(StrEnum):
    DETECTOR = "detector"
    FILTER = "filter"
    PARSER = "parser"
    POLICY = "policy"
    AGENTS = "agents"  # the table that says what each product token fetches for


class Disclosure(StrEnum):
    """Who may see a column or a field; each class includes the ones before it."""

    PUBLIC = "public"
    DOWNSTREAM = "downstream"
    AUTHORITY = "authority"
    INTERNAL = "internal"

    @property
    def strictness(self) -> int:
        """The place of the class among all of them, the widest circle of readers first."""
        return tuple(Disclosure).index(self)

    def includes(self, other: Disclosure) -> bool:
        """Whether readers of this class may see what is of another."""
        return other.strictness <= self.strictness


class Verbosity(StrEnum):
    """How much a command says beside its data and errors."""

    QUIET = "quiet"
    VERBOSE = "verbose"
    NO_PROGRESS = "no_progress"
    NORMAL = "normal"
