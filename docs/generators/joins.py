"""How the tables of a record are joined: what follows FROM, as it must be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docs.generators.tables import code, table_lines


@dataclass(frozen=True, slots=True)
class TableJoin:
    """What is joined to which row, the table whose rows stay one each, and what follows FROM."""

    meaning: str
    grain: str
    clause: str


JOINS = (
    TableJoin("source of a document", "documents", "documents AS d JOIN sources AS s USING (source_id)"),
    TableJoin("shard of a document, never by `path`", "documents", "documents AS d JOIN shards AS h USING (shard_id)"),
    TableJoin(
        "file of a document with its size and hash; `shards.path` is only the first file of a bundle",
        "documents",
        "documents AS d LEFT JOIN (SELECT shard_id, unnest(files) AS file FROM shards) AS f "
        "ON f.shard_id = d.shard_id AND f.file.path = d.path",
    ),
    TableJoin("shard of a row that gave no document", "rejects", "rejects AS r JOIN shards AS h USING (shard_id)"),
    TableJoin(
        "whether a row gave both a document and a reject (none does)",
        "",
        "documents AS d JOIN rejects AS r USING (shard_id, path, position)",
    ),
    TableJoin("personal data of a document, if any", "", "documents AS d LEFT JOIN pii AS p USING (doc_id)"),
    TableJoin("sketch of a document, if any", "documents", "documents AS d LEFT JOIN sketches AS k USING (doc_id)"),
    TableJoin(
        "the rule that drops a document, if any; without `position = 0` also those that would have",
        "documents",
        "documents AS d LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0",
    ),
    TableJoin(
        "a rule by name and version",
        "decisions",
        "decisions AS x LEFT JOIN rules AS r ON r.rule = x.rule AND r.version = x.rule_version",
    ),
    TableJoin(
        "the representative of a document's cluster, if it is in one",
        "documents",
        "documents AS d LEFT JOIN duplicates AS u USING (doc_id) LEFT JOIN documents AS o ON o.doc_id = u.cluster_id",
    ),
    TableJoin(
        "the two documents of a pair",
        "duplicate_pairs",
        "duplicate_pairs AS p JOIN documents AS d ON d.doc_id = p.doc_id JOIN documents AS o ON o.doc_id = p.other_id",
    ),
    TableJoin(
        "the two documents of a contamination",
        "contamination",
        "contamination AS c JOIN documents AS d ON d.doc_id = c.doc_id JOIN documents AS e ON e.doc_id = c.eval_doc_id",
    ),
    TableJoin(
        "where an n-gram of an evaluation document is found",
        "",
        "evaluation_ngrams AS n JOIN contamination_hits AS h USING (words, ngram)",
    ),
    TableJoin(
        "what a verdict rests on: its look, and the statement, which is null where the look failed",
        "verdicts",
        "verdicts AS v JOIN observations AS o USING (observation_id) LEFT JOIN signals AS g USING (signal_id)",
    ),
    TableJoin(
        "the bytes that a look brought back, if any, and its shard, which is null where it was collected",
        "observations",
        "observations AS o LEFT JOIN evidence AS e USING (evidence_sha256) LEFT JOIN shards AS h USING (shard_id)",
    ),
    TableJoin(
        "all looks at the host of a document; one without an address has none, since null equals nothing",
        "",
        "documents AS d LEFT JOIN observations AS o ON o.authority = d.authority AND o.doc_id IS NULL",
    ),
    TableJoin("what a document says of itself", "", "documents AS d JOIN observations AS o ON o.doc_id = d.doc_id"),
    TableJoin(
        "what is used of whole sources",
        "",
        "training_use AS u JOIN documents AS d "
        "ON d.source_id = u.source_id AND u.shard_id IS NULL AND u.doc_id IS NULL",
    ),
    TableJoin(
        "what is used of whole shards",
        "",
        "training_use AS u JOIN documents AS d ON d.shard_id = u.shard_id AND u.doc_id IS NULL",
    ),
    TableJoin("what is used of documents", "", "training_use AS u JOIN documents AS d ON d.doc_id = u.doc_id"),
    TableJoin(
        "a row of two records of the same corpus; ids of the source may be null, and null equals null here",
        "",
        "documents AS d JOIN documents AS o ON o.source_id = d.source_id AND o.path = d.path "
        "AND o.position = d.position AND o.native_id IS NOT DISTINCT FROM d.native_id",
    ),
    TableJoin(
        "the names given with `sql --list FILE`",
        "",
        "list LEFT JOIN documents AS d ON d.registered_domain = list.authority",
    ),
)


def joins_part() -> Iterator[str]:
    """The section of the data dictionary on joins."""
    yield "# Joins\n"
    yield (
        "What follows `FROM`, as it must be written. *One row per* says what the join does not multiply; where it is "
        "empty, several rows may meet.\n"
    )
    yield from table_lines(
        ("what is joined", "one row per", "join"),
        [(join.meaning, code(join.grain) if join.grain else "", code(join.clause)) for join in JOINS],
    )
