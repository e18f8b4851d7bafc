"""Every error the program raises on purpose: one base per reaction, facts as attributes.

A base says what whoever meets the error can do about it. A message says what happened, what was expected and what to
do; what to type is known to the command line alone (`colophon.cli.exit_codes`). All errors survive pickling, so that
one raised on a worker arrives whole.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


class ColophonError(Exception):
    """Root of all errors of this program."""

    def __reduce__(self) -> tuple[Any, ...]:
        # BaseException remembers positional arguments only; dataclass fields may be given by name.
        facts = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # subclasses are dataclasses
        return _rebuild, (type(self), facts)


def _rebuild(kind: type[ColophonError], facts: dict[str, Any]) -> ColophonError:
    return kind(**facts)


class FindingsError(ColophonError):
    """What was checked is not as it must be: look into it."""


class UsageError(ColophonError):
    """The command or the configuration is wrong, and nothing was run: correct it."""


class FailureError(ColophonError):
    """The work could not be done: change what the message names, then try again."""


class TransientError(FailureError):
    """The work could not be done for a reason that passes: try again without any change."""


class DefectError(FailureError):
    """The program or an installed package contradicts itself: trying again does not help."""


# --- usage and configuration ---------------------------------------------------------------------------------------


@dataclass(eq=False)
class ConfigurationError(UsageError):
    """A configuration file breaks a rule. `line` is 1-based; 0 where no line applies."""

    file: str
    line: int
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.problem}" + (f"; {self.expected}" if self.expected else "")


@dataclass(eq=False)
class PlugInError(UsageError):
    """An installed package adds something that cannot be used. `entry_point` is its value, `module:attribute`."""

    group: str
    name: str
    entry_point: str
    problem: str

    def __str__(self) -> str:
        return (
            f"the entry point `{self.name} = {self.entry_point}` of group {self.group} cannot be used: {self.problem}; "
            "fix or uninstall the package that declares it"
        )


@dataclass(eq=False)
class ConfigurationErrors(UsageError):
    """Several configuration errors at once, so that a person corrects them in one go."""

    errors: tuple[ConfigurationError, ...]

    def __str__(self) -> str:
        return "\n".join(str(e) for e in self.errors)


@dataclass(eq=False)
class BadArgumentError(UsageError):
    """An argument or option has a value that cannot be used."""

    argument: str
    given: str
    expected: str

    def __str__(self) -> str:
        # A word of the program is shown as it is typed.
        return f"{self.argument}: got {str(self.given)!r}, expected {self.expected}"


@dataclass(eq=False)
class NotARecordError(UsageError):
    """The folder named is not a record."""

    record: str
    reason: str

    def __str__(self) -> str:
        return f"{self.record} is not a record: {self.reason}"


@dataclass(eq=False)
class RecordChangedError(UsageError):
    """The configuration or the input differs from what the record was made from."""

    record: str
    differences: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {d}" for d in self.differences)
        return f"{self.record} was made from something else:\n{listed}"


@dataclass(eq=False)
class StatementRefusedError(UsageError):
    """A statement does more than read."""

    statement: str
    reason: str

    def __str__(self) -> str:
        return f"refused: {self.reason}; only SELECT, EXPLAIN and DESCRIBE are run"


@dataclass(eq=False)
class QueryError(UsageError):
    """DuckDB refused a query."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class PartialRecordError(UsageError):
    """The record was made from a part of its rows and may not be published."""

    record: str

    def __str__(self) -> str:
        return f"{self.record} is partial (made with a limit on rows), so nothing may be published from it"


@dataclass(eq=False)
class MissingKeyError(UsageError):
    """User, crowd or private sources need a key for their ids."""

    sources: tuple[str, ...]
    variable: str

    def __str__(self) -> str:
        return (
            f"sources {', '.join(self.sources)} hold user, crowd or private data, whose ids are stored "
            f"as keyed hashes: set `id_key: ${{{self.variable}}}` in the corpus file and give {self.variable} a secret "
            "in the environment"
        )


@dataclass(eq=False)
class UnsetKeyError(MissingKeyError):
    """The variable that holds the key of ids, as the corpus file names it, is not set or empty."""

    def __str__(self) -> str:
        return (
            f"the environment variable {self.variable}, which `id_key` names, is not set or empty: give it a secret, "
            f"by which the ids of sources {', '.join(self.sources)} (user, crowd or private data) are stored as keyed "
            "hashes"
        )


@dataclass(eq=False)
class TrainingLogError(UsageError):
    """A training log says what cannot be, or what the record does not know."""

    file: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {p}" for p in self.problems)
        return f"nothing was imported from {self.file}:\n{listed}\ncorrect the file, and import it again"


# --- findings ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class LedgerBrokenError(FindingsError):
    """A ledger of published versions is not as it was written."""

    ledger: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {p}" for p in self.problems)
        return f"{self.ledger} does not verify:\n{listed}\nput back the ledger and its kept files from a copy"


# --- failures ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class GlyphsMissingError(FailureError):
    """Texts of a summary are in characters that no font at hand holds, so that they cannot be set on paper."""

    texts: tuple[str, ...]

    def __str__(self) -> str:
        listed = ", ".join(f'"{text}"' for text in self.texts[:10])
        return (
            f"no font on this machine holds these characters of the summary: {listed}; "
            "install one, such as Noto Sans or Noto Sans CJK"
        )


@dataclass(eq=False)
class RecordLockedError(TransientError):
    """Another process is writing the record."""

    record: str
    host: str
    process: int
    since: str

    def __str__(self) -> str:
        return (
            f"{self.record} is being written by process {self.process} on {self.host} since {self.since}; "
            "wait for it, or delete the `lock` file if that process is gone"
        )


@dataclass(eq=False)
class LedgerChangedError(TransientError):
    """Somebody else added to a ledger while an entry for it was made."""

    ledger: str

    def __str__(self) -> str:
        return f"another entry was added to {self.ledger} at the same time; nothing was noted"


@dataclass(eq=False)
class RunUnfinishedError(FailureError):
    """A run of the record was interrupted, and is not finished yet."""

    record: str

    def __str__(self) -> str:
        return f"a run of {self.record} was interrupted and must be finished before anything else is added"


@dataclass(eq=False)
class NoSocketsError(TransientError):
    """This machine has no socket left to ask hosts through."""

    reason: str

    def __str__(self) -> str:
        return f"hosts cannot be asked from here: {self.reason}; nothing was noted about those that were not asked"


@dataclass(eq=False)
class InputUnreadableError(FailureError):
    """An input cannot be opened at all (missing permission, vanished during the run)."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"cannot read {self.path}: {self.reason}; nothing of it was recorded"


@dataclass(eq=False)
class OutputUnwritableError(FailureError):
    """A file cannot be written (disk full, missing permission)."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}"


@dataclass(eq=False)
class RecordUnwritableError(OutputUnwritableError):
    """A file of a record cannot be written; what was committed before it is kept."""


@dataclass(eq=False)
class WorkerEndedError(TransientError):
    """A worker process ended before its work was done; `ended_with` is negative where a signal ended it. `reading`
    names the files that it or others were reading then."""

    ended_with: int
    reading: str = ""

    def __str__(self) -> str:
        how = f"signal {-self.ended_with}" if self.ended_with < 0 else f"code {self.ended_with}"
        read = f" (being read then: {self.reading})" if self.reading else ""
        return (
            f"a worker process ended with {how} before its work was done{read}; systems end processes when memory runs "
            "out"
        )


@dataclass(eq=False)
class ShuffleLossError(TransientError):
    """What arrived behind a shuffle is not what was sent into it."""

    shuffle: str
    partition: int
    sent: str
    received: str

    def __str__(self) -> str:
        return (
            f"shuffle {self.shuffle}, partition {self.partition}: sent {self.sent}, received {self.received}; "
            "the record was not completed"
        )


@dataclass(eq=False)
class RecordInconsistentError(DefectError):
    """The tables of a generation contradict each other; it was not committed."""

    record: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {p}" for p in self.problems)
        return (
            f"{self.record}: the new generation was not committed, because its tables contradict each other:\n{listed}"
        )


@dataclass(eq=False)
class ShardLostError(TransientError):
    """A shard was planned, but the scan left nothing of it."""

    record: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} was planned, but the scan left nothing of it in {self.record}"


@dataclass(eq=False)
class RowsLostError(TransientError):
    """Rows of a shard were to be read again, and nothing says what came of it."""

    record: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} was to be read again, but nothing of it arrived in {self.record}"


@dataclass(eq=False)
class ConservationError(DefectError):
    """A shard's rows do not add up."""

    shard: str
    rows_read: int
    documents: int
    rejects: int
    evidence_rows: int
    skipped: int

    def __str__(self) -> str:
        return (
            f"{self.shard}: {self.rows_read} rows read, but {self.documents} documents + {self.rejects} rejects + "
            f"{self.evidence_rows} evidence rows + {self.skipped} skipped; this is a defect of the connector"
        )


@dataclass(eq=False)
class ContractBrokenError(DefectError):
    """A connector or an analyzer does not do what its protocol asks for."""

    component: str
    name: str
    problem: str

    def __str__(self) -> str:
        return f"{self.component} {self.name} {self.problem}; this is a defect of the {self.component}"


@dataclass(eq=False)
class MalformedQueryError(DefectError):
    """A packaged SQL file breaks the rules for its header."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}; this is a defect of the installed package, install it again"


@dataclass(eq=False)
class SchemeMismatchError(FailureError):
    """Sketches of two schemes were about to be compared."""

    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"the record's sketches are of scheme {self.found}, those of this version of scheme {self.expected}: they "
            "cannot be compared, and new ones need all texts again; write a new record in another folder"
        )
