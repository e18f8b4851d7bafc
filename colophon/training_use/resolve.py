"""From the rows of a training log to rows of `training_use`: what each names in the record, and what contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from colophon.config.problems import expected_word, nearest, shown
from colophon.errors import TrainingLogError
from colophon.training_use.log import TrainingLog

#: The view of the log's rows that `resolve_rows` reads, beside the record's tables.
LOG = "log"

#: Rows of `training_use` that the record lacks, once `resolve_rows` is done.
NEW_ROWS = """
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM resolved AS r
WHERE NOT EXISTS (
    SELECT 1 FROM training_use AS u
    WHERE u.checkpoint = r.checkpoint AND u.source_id = r.source_id
        AND u.shard_id IS NOT DISTINCT FROM r.shard_id AND u.doc_id IS NOT DISTINCT FROM r.doc_id
)
"""

#: All rows of `training_use` where the log stands in for what was imported of its checkpoints.
SUPERSEDING_ROWS = """
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM resolved
UNION ALL
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM training_use
WHERE checkpoint NOT IN (SELECT checkpoint FROM resolved)
"""

_MAX_PROBLEMS = 20
_MAX_PATHS = 100_000


def resolve_rows(database: duckdb.DuckDBPyConnection, log: TrainingLog) -> None:
    """Make the table `resolved`: a row of `training_use` for each row of the log, with its line.

    A shard named by its path is every range of that file. A document named by content or native id is the kept one
    among equal texts. Whether it fits what was imported before is left to `require_fit`. Raises TrainingLogError.
    """
    check = _LogCheck(database, log)
    for statement in _SHARDS:
        database.execute(statement)
    check.refuse([*check.unknown_sources(), *check.misnamed_shards()])
    for statement in _ROWS:
        database.execute(statement)
    check.refuse([*check.unknown_documents(), *check.ambiguous_documents(), *check.divided_tokens()])
    check.refuse([*check.repeated_rows(), *check.mixed_grains()])


def require_fit(database: duckdb.DuckDBPyConnection, log: TrainingLog) -> None:
    """Compare the rows resolved with those imported before. Raises TrainingLogError where they contradict."""
    check = _LogCheck(database, log)
    check.refuse([*check.grains_imported_otherwise(), *check.rows_imported_otherwise()])


class _LogCheck:
    """Asks what is wrong with a log, in the order of its rows."""

    def __init__(self, database: duckdb.DuckDBPyConnection, log: TrainingLog) -> None:
        self._database, self._log = database, log

    def refuse(self, problems: Sequence[str]) -> None:
        """Raises TrainingLogError where there are problems."""
        if problems:
            more = len(problems) - _MAX_PROBLEMS
            rest = (f"and {more:,} more",) if more > 0 else ()
            raise TrainingLogError(self._log.file, (*problems[:_MAX_PROBLEMS], *rest))

    def unknown_sources(self) -> Iterator[str]:
        names = [name for (name,) in self._rows("SELECT name FROM sources ORDER BY position")]
        for line, name in self._rows(_UNKNOWN_SOURCES):
            yield f"{self._at(line)}: unknown source {shown(name)}; {expected_word(name, names)}"

    def misnamed_shards(self) -> Iterator[str]:
        paths: list[str] | None = None
        for line, shard, named_source, sources, shard_id, files, found_in in self._rows(_MISNAMED_SHARDS):
            place = f"{self._at(line)}: "
            if found_in:
                yield f"{place}shard {shown(shard)} is of source {shown(found_in[0])}, not of {shown(named_source)}"
            elif len(sources or ()) > 1:
                yield f"{place}shard {shown(shard)} is of sources {', '.join(sources)}; name the source too"
            elif files:
                yield f"{place}{shown(shard)} is one of {files:,} files of a shard; name it by its id, {shard_id}"
            else:
                paths = paths if paths is not None else [p for (p,) in self._rows(_PATHS)]
                near = nearest(shard, paths)
                hint = f"did you mean {shown(near)}?" if near else "expected an id or a path of the table shards"
                yield f"{place}unknown shard {shown(shard)}; {hint}"

    def unknown_documents(self) -> Iterator[str]:
        for (line,) in self._rows(_UNKNOWN_DOCUMENTS):
            yield f"{self._at(line)}: names no document of the record, by ids as the table documents holds them"

    def ambiguous_documents(self) -> Iterator[str]:
        for line, documents in self._rows(_AMBIGUOUS_DOCUMENTS):
            yield f"{self._at(line)}: may be any of {documents:,} documents; name source or shard too, or the doc_id"

    def divided_tokens(self) -> Iterator[str]:
        for line, shards in self._rows(_DIVIDED_TOKENS):
            yield (
                f"{self._at(line)}: the file was read as {shards:,} shards, among which tokens cannot be divided; "
                "name each shard by its id, or leave the tokens out"
            )

    def repeated_rows(self) -> Iterator[str]:
        for first, second, grain, source, checkpoint in self._rows(_REPEATED_ROWS):
            named = f"{grain} of source {shown(source)}" if grain != "source" else f"source {shown(source)}"
            yield f"{self._both(first, second)} are of the same {named} and checkpoint {shown(checkpoint)}"

    def mixed_grains(self) -> Iterator[str]:
        for lines, grains, source, checkpoint in self._rows(_MIXED_GRAINS):
            yield (
                f"{self._both(*lines[:2])} name source {shown(source)} by {' and by '.join(grains)} for checkpoint "
                f"{shown(checkpoint)}; a source is named in one way for a checkpoint"
            )

    def grains_imported_otherwise(self) -> Iterator[str]:
        for line, grain, earlier, source, checkpoint in self._rows(_GRAINS_IMPORTED_OTHERWISE):
            yield (
                f"{self._at(line)}: names source {shown(source)} by {grain} for checkpoint {shown(checkpoint)}, which "
                f"was imported by {earlier} before; a source is named in one way for a checkpoint"
            )

    def rows_imported_otherwise(self) -> Iterator[str]:
        for line, source, checkpoint in self._rows(_ROWS_IMPORTED_OTHERWISE):
            yield (
                f"{self._at(line)}: was imported before with other values (source {shown(source)}, checkpoint "
                f"{shown(checkpoint)}); --supersede replaces what was imported of a checkpoint"
            )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._database.execute(query).fetchall()

    def _at(self, line: int) -> str:
        return f"{self._log.numbering} {line:,}"

    def _both(self, first: int, second: int) -> str:
        return f"{self._log.numbering}s {first:,} and {second:,}"


#: Few more than are told, so that many mistakes of one kind cost no memory.
_SOME = "LIMIT 1000"

_GRAIN = "CASE WHEN doc_id IS NOT NULL THEN 'document' WHEN shard_id IS NOT NULL THEN 'shard' ELSE 'source' END"

_UNKNOWN_SOURCES = f"""
SELECT min(line) AS line, source FROM log
WHERE source IS NOT NULL AND source NOT IN (SELECT name FROM sources)
GROUP BY source ORDER BY line {_SOME}
"""

_PATHS = f"SELECT DISTINCT path FROM shards WHERE role = 'documents' ORDER BY path LIMIT {_MAX_PATHS}"

#: `named_shards`: each shard the log names, with the source if it names one; `found_shards`: what these may be.
_SHARDS = (
    """
    CREATE TABLE named_shards AS
    SELECT source, shard, min(line) AS line FROM log WHERE shard IS NOT NULL GROUP BY ALL
    """,
    """
    CREATE TABLE found_shards AS
    WITH held AS (
        SELECT h.shard_id, h.source_id, s.name, h.files
        FROM shards AS h JOIN sources AS s USING (source_id) WHERE h.role = 'documents'
    ), of_files AS (
        SELECT shard_id, source_id, name, len(files) AS files, unnest(files).path AS path FROM held
    ), named AS (
        SELECT n.source, n.shard, h.shard_id, h.source_id, h.name, 1 AS files, true AS by_id
        FROM named_shards AS n JOIN held AS h ON CAST(h.shard_id AS VARCHAR) = n.shard
        UNION ALL
        SELECT n.source, n.shard, f.shard_id, f.source_id, f.name, f.files, false
        FROM named_shards AS n JOIN of_files AS f ON f.path = n.shard
    )
    SELECT *, source IS NULL OR source = name AS fits FROM named
    QUALIFY by_id OR NOT bool_or(by_id) OVER (PARTITION BY source, shard)
    """,
)

_MISNAMED_SHARDS = f"""
SELECT
    n.line, n.shard, n.source,
    list(DISTINCT f.name ORDER BY f.name) FILTER (f.fits) AS sources,
    min(f.shard_id) FILTER (f.fits) AS shard_id,
    max(f.files) FILTER (f.fits AND f.files > 1) AS files,
    CASE WHEN bool_or(f.fits) THEN [] ELSE list(DISTINCT f.name ORDER BY f.name) FILTER (NOT f.fits) END AS found_in
FROM named_shards AS n LEFT JOIN found_shards AS f ON f.shard = n.shard AND f.source IS NOT DISTINCT FROM n.source
GROUP BY n.line, n.shard, n.source
HAVING count(DISTINCT f.source_id) FILTER (f.fits) <> 1 OR coalesce(max(f.files) FILTER (f.fits), 1) > 1
ORDER BY n.line {_SOME}
"""

#: `candidates`: documents that a row may name by content or native id; `resolved`: what each row names.
_ROWS = (
    """
    CREATE VIEW listed AS
    SELECT l.*, s.source_id AS named_source
    FROM log AS l LEFT JOIN sources AS s ON s.name = l.source
    WHERE l.doc_id IS NOT NULL OR l.content_id IS NOT NULL OR l.native_id IS NOT NULL
    """,
    """
    CREATE MACRO names(l, d) AS (
        (l.doc_id IS NULL OR l.doc_id = d.doc_id)
        AND (l.content_id IS NULL OR l.content_id = d.content_id)
        AND (l.native_id IS NULL OR l.native_id IS NOT DISTINCT FROM d.native_id)
        AND (l.named_source IS NULL OR l.named_source = d.source_id)
    )
    """,
    """
    CREATE VIEW meant AS
    SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
    FROM listed AS l JOIN documents AS d ON d.doc_id = l.doc_id
    WHERE names(l, d)
    UNION ALL
    SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
    FROM listed AS l JOIN documents AS d ON d.content_id = l.content_id
    WHERE l.doc_id IS NULL AND names(l, d)
    UNION ALL
    SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
    FROM listed AS l JOIN documents AS d ON d.native_id = l.native_id
    WHERE l.doc_id IS NULL AND l.content_id IS NULL AND names(l, d)
    """,
    """
    CREATE TABLE chosen AS
    WITH fitting AS (
        SELECT m.*, x.doc_id IS NULL AS kept
        FROM meant AS m
        LEFT JOIN (SELECT doc_id FROM decisions WHERE position = 0) AS x ON x.doc_id = m.doc_id
        WHERE m.shard IS NULL OR EXISTS (
            SELECT 1 FROM found_shards AS f
            WHERE f.shard = m.shard AND f.source IS NOT DISTINCT FROM m.source AND f.fits AND f.shard_id = m.shard_id
        )
    )
    SELECT
        line,
        coalesce(
            arg_min({'doc_id': doc_id, 'source_id': source_id}, doc_id) FILTER (kept),
            arg_min({'doc_id': doc_id, 'source_id': source_id}, doc_id)
        ) AS document,
        count(*) AS documents,
        -- Equal texts are told apart by nothing: the kept one stands for them, as it did in training.
        count(*) FILTER (kept) > 1 OR min(content_id) <> max(content_id) AS ambiguous
    FROM fitting
    GROUP BY line
    """,
    """
    CREATE TABLE resolved AS
    SELECT
        l.line, l.checkpoint, s.source_id, CAST(NULL AS BIGINT) AS shard_id, CAST(NULL AS BIGINT) AS doc_id,
        l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
    FROM log AS l JOIN sources AS s ON s.name = l.source
    WHERE l.shard IS NULL AND l.doc_id IS NULL AND l.content_id IS NULL AND l.native_id IS NULL
    UNION ALL
    SELECT
        l.line, l.checkpoint, f.source_id, f.shard_id, NULL,
        l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
    FROM log AS l
    JOIN found_shards AS f ON f.shard = l.shard AND f.source IS NOT DISTINCT FROM l.source AND f.fits
    WHERE l.doc_id IS NULL AND l.content_id IS NULL AND l.native_id IS NULL
    UNION ALL
    SELECT
        l.line, l.checkpoint, c.document.source_id, NULL, c.document.doc_id,
        l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
    FROM log AS l JOIN chosen AS c USING (line)
    """,
)

_UNKNOWN_DOCUMENTS = f"SELECT line FROM listed WHERE line NOT IN (SELECT line FROM chosen) ORDER BY line {_SOME}"

_AMBIGUOUS_DOCUMENTS = f"SELECT line, documents FROM chosen WHERE ambiguous ORDER BY line {_SOME}"

_DIVIDED_TOKENS = f"""
SELECT line, count(*) AS shards FROM resolved
WHERE shard_id IS NOT NULL AND tokens IS NOT NULL
GROUP BY line HAVING count(*) > 1 ORDER BY line {_SOME}
"""

_REPEATED_ROWS = f"""
SELECT r.first, r.second, {_GRAIN} AS grain, s.name, r.checkpoint
FROM (
    SELECT checkpoint, source_id, shard_id, doc_id, min(line) AS first, max(line) AS second
    FROM resolved GROUP BY ALL HAVING count(*) > 1
) AS r JOIN sources AS s USING (source_id)
ORDER BY r.first, r.second {_SOME}
"""

_MIXED_GRAINS = f"""
SELECT list(r.line ORDER BY r.line) AS lines, list(r.grain ORDER BY r.line) AS grains, s.name, r.checkpoint
FROM (SELECT checkpoint, source_id, {_GRAIN} AS grain, min(line) AS line FROM resolved GROUP BY ALL) AS r
JOIN sources AS s USING (source_id)
GROUP BY s.name, r.checkpoint HAVING count(*) > 1
ORDER BY lines {_SOME}
"""

_GRAINS_IMPORTED_OTHERWISE = f"""
SELECT r.line, r.grain, u.grain, s.name, r.checkpoint
FROM (SELECT checkpoint, source_id, {_GRAIN} AS grain, min(line) AS line FROM resolved GROUP BY ALL) AS r
JOIN (SELECT DISTINCT checkpoint, source_id, {_GRAIN} AS grain FROM training_use) AS u
    ON u.checkpoint = r.checkpoint AND u.source_id = r.source_id AND u.grain <> r.grain
JOIN sources AS s ON s.source_id = r.source_id
ORDER BY r.line {_SOME}
"""

_ROWS_IMPORTED_OTHERWISE = f"""
SELECT r.line, s.name, r.checkpoint
FROM resolved AS r
JOIN training_use AS u
    ON u.checkpoint = r.checkpoint AND u.source_id = r.source_id
    AND u.shard_id IS NOT DISTINCT FROM r.shard_id AND u.doc_id IS NOT DISTINCT FROM r.doc_id
JOIN sources AS s ON s.source_id = r.source_id
WHERE (r.epochs, r.tokens, r.first_step, r.last_step, r.started_at, r.finished_at)
    IS DISTINCT FROM (u.epochs, u.tokens, u.first_step, u.last_step, u.started_at, u.finished_at)
ORDER BY r.line {_SOME}
"""
