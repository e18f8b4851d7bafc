"""From the rows of a training log to rows of `training_use`: what each names in the record, and what contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from colophon.config.problems import expected_word, nearest, shown
from colophon.errors import TrainingLogError
from colophon.query.joins import JoinSession
from colophon.training_use.log import TrainingLog

#: The view of the log's rows that `resolve_rows` reads, beside the record's tables.
LOG = "log"

_MAX_PROBLEMS = 20


def resolve_rows(session: JoinSession, log: TrainingLog) -> None:
    """Make the table `resolved`: a row of `training_use` for each row of the log, with its line.

    A shard named by its path is every range of that file. A document named by content or native id is the kept one
    among equal texts. Whether it fits what was imported before is left to `require_fit`. Raises TrainingLogError.
    """
    check = _LogCheck(session, log)
    session.table("training_use/named_shards")
    session.table("training_use/found_shards")
    check.refuse([*check.unknown_sources(), *check.misnamed_shards()])
    session.view("training_use/listed")
    session.view("training_use/meant")
    session.table("training_use/chosen")
    session.table("training_use/resolved")
    check.refuse([*check.unknown_documents(), *check.ambiguous_documents(), *check.divided_tokens()])
    check.refuse([*check.repeated_rows(), *check.mixed_grains()])


def require_fit(session: JoinSession, log: TrainingLog) -> None:
    """Compare the rows resolved with those imported before. Raises TrainingLogError where they contradict."""
    check = _LogCheck(session, log)
    check.refuse([*check.grains_imported_otherwise(), *check.rows_imported_otherwise()])


class _LogCheck:
    """Asks what is wrong with a log, in the order of its rows."""

    def __init__(self, session: JoinSession, log: TrainingLog) -> None:
        self._session, self._log = session, log

    def refuse(self, problems: Sequence[str]) -> None:
        """Raises TrainingLogError where there are check."""
        if problems:
            more = len(problems) - _MAX_PROBLEMS
            rest = (f"and {more:,} more",) if more > 0 else ()
            raise TrainingLogError(self._log.file, (*problems[:_MAX_PROBLEMS], *rest))

    def unknown_sources(self) -> Iterator[str]:
        names = [name for (name,) in self._rows("source_names")]
        for line, name in self._rows("unknown_sources"):
            yield f"{self._at(line)}: unknown source {shown(name)}; {expected_word(name, names)}"

    def misnamed_shards(self) -> Iterator[str]:
        paths: list[str] | None = None
        for line, shard, named_source, sources, shard_id, files, found_in in self._rows("misnamed_shards"):
            place = f"{self._at(line)}: "
            if found_in:
                yield f"{place}shard {shown(shard)} is of source {shown(found_in[0])}, not of {shown(named_source)}"
            elif len(sources or ()) > 1:
                yield f"{place}shard {shown(shard)} is of sources {', '.join(sources)}; name the source too"
            elif files:
                yield f"{place}{shown(shard)} is one of {files:,} files of a shard; name it by its id, {shard_id}"
            else:
                paths = paths if paths is not None else [p for (p,) in self._rows("paths")]
                near = nearest(shard, paths)
                hint = f"did you mean {shown(near)}?" if near else "expected an id or a path of the table shards"
                yield f"{place}unknown shard {shown(shard)}; {hint}"

    def unknown_documents(self) -> Iterator[str]:
        for (line,) in self._rows("unknown_documents"):
            yield f"{self._at(line)}: names no document of the record, by ids as the table documents holds them"

    def ambiguous_documents(self) -> Iterator[str]:
        for line, documents in self._rows("ambiguous_documents"):
            yield f"{self._at(line)}: may be any of {documents:,} documents; name source or shard too, or the doc_id"

    def divided_tokens(self) -> Iterator[str]:
        for line, shards in self._rows("divided_tokens"):
            yield (
                f"{self._at(line)}: the file was read as {shards:,} shards, among which tokens cannot be divided; "
                "name each shard by its id, or leave the tokens out"
            )

    def repeated_rows(self) -> Iterator[str]:
        for first, second, grain, source, checkpoint in self._rows("repeated_rows"):
            named = f"{grain} of source {shown(source)}" if grain != "source" else f"source {shown(source)}"
            yield f"{self._both(first, second)} are of the same {named} and checkpoint {shown(checkpoint)}"

    def mixed_grains(self) -> Iterator[str]:
        for lines, grains, source, checkpoint in self._rows("mixed_grains"):
            yield (
                f"{self._both(*lines[:2])} name source {shown(source)} by {' and by '.join(grains)} for checkpoint "
                f"{shown(checkpoint)}; a source is named in one way for a checkpoint"
            )

    def grains_imported_otherwise(self) -> Iterator[str]:
        for line, grain, earlier, source, checkpoint in self._rows("grains_imported_otherwise"):
            yield (
                f"{self._at(line)}: names source {shown(source)} by {grain} for checkpoint {shown(checkpoint)}, which "
                f"was imported by {earlier} before; a source is named in one way for a checkpoint"
            )

    def rows_imported_otherwise(self) -> Iterator[str]:
        for line, source, checkpoint in self._rows("rows_imported_otherwise"):
            yield (
                f"{self._at(line)}: was imported before with other values (source {shown(source)}, checkpoint "
                f"{shown(checkpoint)}); --supersede replaces what was imported of a checkpoint"
            )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._session.fetch(f"training_use/{query}")

    def _at(self, line: int) -> str:
        return f"{self._log.numbering} {line:,}"

    def _both(self, first: int, second: int) -> str:
        return f"{self._log.numbering}s {first:,} and {second:,}"
