"""Small records, written through the record's own functions and filled with rows that each show one thing."""

from __future__ import annotations

import gc
import json
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds
import pytest
from hypothesis import settings

from colophon.query.session import Record, open_record, views_sql
from colophon.record.manifest import LAYOUT, Manifest, commit_manifest, live_files, sealed
from colophon.record.parquet import write_empty_part, write_part
from colophon.record.storage import VIEWS, LocalFolder, part_path
from colophon.tables import ROW_BITS, TABLES

# A test that fails because the machine is busy says nothing about the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: Fixtures that several rooms share.
pytest_plugins = ["tests.form_tables", "tests.policy_host", "tests.small_corpus"]

#: Fixtures that run a whole job: a test that uses one is marked like those that start a job themselves.
JOB_FIXTURES = {"finished", "small"}


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that is imported by now: a job calls it often."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if JOB_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("job")


Rows = Sequence[Mapping[str, Any]]
MakeRecord = Callable[..., str]
OpenRows = Callable[..., Record]

#: Records that `open_rows` keeps open.
MAX_OPEN = 8

POLICY = {
    "policy": "code",
    "version": "2026-11-20",
    "clock": "at_fetch",
    "required": ["robots"],
    "honoured": ["tdmrep", "request"],
    "max_age_days": {"robots": 30, "tdmrep": 30},
    "training_roles": ["own", "collector"],
    "training_tokens": ["Google-Extended"],
    "actions": {"reserved": "drop", "error": "drop"},
    "copies": "own",
}


@pytest.fixture
def make_record(tmp_path: Path) -> MakeRecord:
    """A function that writes a record of the rows given for each table and returns its folder."""

    def make(*, partial: bool = False, **tables: Rows) -> str:
        return write_record(tmp_path / "record", tables, partial=partial)

    return make


@pytest.fixture(scope="session")
def open_rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRows]:
    """A function that gives the open record of the rows given; tests that give the same rows share it and only read."""
    opened: dict[str, Record] = {}

    def open_(*, partial: bool = False, **tables: Rows) -> Record:
        key = repr((partial, sorted(tables.items())))
        if key not in opened:
            if len(opened) == MAX_OPEN:
                opened.pop(next(iter(opened))).close()
            opened[key] = open_record(write_record(tmp_path_factory.mktemp("rows") / "record", tables, partial=partial))
        else:
            opened[key] = opened.pop(key)  # the one used longest ago stands first
        return opened[key]

    yield open_
    for record in opened.values():
        record.close()


@pytest.fixture(scope="session")
def small_record(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One record in which every state, reason and way of acquiring occurs; tests only read it."""
    return write_record(tmp_path_factory.mktemp("small") / "record", small_tables())


@pytest.fixture(scope="session")
def opened_small_record(small_record: str) -> Iterator[Record]:
    """The same record, opened; tests only ask it."""
    with open_record(small_record) as opened:
        yield opened


@pytest.fixture(scope="session")
def write_tables():
    """The function that writes a record into a folder of the test's choice."""
    return write_record


@pytest.fixture(name="source")
def _source_fixture():
    """The function that makes a row of `sources`; the fixtures below do the same for other tables."""
    return source


@pytest.fixture(name="shard")
def _shard_fixture():
    return shard


@pytest.fixture(name="document")
def _document_fixture():
    return document


@pytest.fixture(name="observation")
def _observation_fixture():
    return observation


@pytest.fixture(name="verdict")
def _verdict_fixture():
    return verdict


@pytest.fixture(name="decision")
def _decision_fixture():
    return decision


@pytest.fixture(name="rules")
def _rules_fixture():
    return rules


def write_record(path: Path, tables: Mapping[str, Rows], *, partial: bool = False) -> str:
    folder = LocalFolder(str(path))
    paths = []
    for table in TABLES.values():
        part = part_path(table, 1, "rows")
        rows = [_whole(table.schema, row) for row in tables.get(table.name, ())]
        if rows:
            write_part(folder, table, part, pa.Table.from_pylist(rows, table.schema))
        else:
            write_empty_part(folder, table, part)
        paths.append(part)
    files = live_files(folder, paths)
    unsealed = Manifest(
        layout=LAYOUT,
        generation=1,
        parent_root=None,
        root_hash="",
        content_hash="",
        corpus="small",
        configuration="{}",
        corpus_sha256="0" * 64,
        policy="code",
        policy_sha256="1" * 64,
        scheme="none",
        partial=partial,
        created_at="2026-03-01T12:00:00Z",
        plan_sha256="2" * 64,
        files=files,
    )
    manifest = sealed(unsealed)
    folder.write(VIEWS, views_sql(manifest).encode())
    commit_manifest(folder, manifest)
    return str(path)


def _whole(schema: pa.Schema, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with a neutral value in every column that was not given and may not be null."""
    unknown = set(row) - set(schema.names)
    assert not unknown, unknown
    return {f.name: row.get(f.name, None if f.nullable else _neutral(f.type)) for f in schema}


def _neutral(kind: pa.DataType) -> Any:
    if kinds.is_string(kind):
        return ""
    if kinds.is_boolean(kind):
        return False
    if kinds.is_list(kind):
        return []
    if kinds.is_binary(kind):
        return b""
    if kinds.is_timestamp(kind):
        return datetime(2026, 1, 1, tzinfo=UTC)
    return 0


def doc_id(shard: int, row: int) -> int:
    return shard << ROW_BITS | row


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def source(number: int, name: str, **more: Any) -> dict[str, Any]:
    defaults = {
        "dataset": name,
        "stage": "pretraining",
        "acquisition": "crawled_own",
        "modality": "text",
        "connector": "jsonl",
        "legal_basis": "tdm_art4",
        "personal_data_basis": "unknown",
        "used_for_weight_update": True,
        "config": "{}",
    }
    return {"source_id": number, "position": number, "name": name, **defaults, **more}


def shard(number: int, **more: Any) -> dict[str, Any]:
    defaults = {"role": "documents", "stage": "pretraining", "acquisition": "crawled_own", "path": f"{number}.jsonl"}
    return {"shard_id": number, "source_id": number, **defaults, **more}


def document(source_number: int, row: int, address: str | None = None, **more: Any) -> dict[str, Any]:
    """A document of the shard with the number of its source; `address` is host and path."""
    host = address.split("/")[0] if address else None
    defaults = {
        "stage": "pretraining",
        "path": f"{source_number}.jsonl",
        "content_id": f"{source_number}-{row}",
        "url": f"https://{address}" if address else None,
        "authority": host,
        "registered_domain": ".".join(host.split(":")[0].split(".")[-2:]) if host else None,
        "fetched_at": at("2026-02-10"),
        "language": "en",
        "script": "Latn",
        "text_bytes": 100,
        "modality": "text",
    }
    identity = {"doc_id": doc_id(source_number, row), "shard_id": source_number, "source_id": source_number}
    return {**identity, "position": row, **defaults, **more}


def observation(name: str, authority: str, day: str | None, outcome: str = "ok", **more: Any) -> dict[str, Any]:
    seen = at(day) if day else None
    place = "page" if "doc_id" in more else "host"
    defaults = {"shard_id": 0, "protocol": "robots", "place": place, "origin": "robots.warc.gz", "grade": "warc"}
    return {"observation_id": name, "authority": authority, "observed_at": seen, "outcome": outcome, **defaults, **more}


def verdict(document_id: int, state: str, observation_id: str, **more: Any) -> dict[str, Any]:
    defaults = {"protocol": "robots", "purpose": "train", "agents": ["*"], "signal_id": None}
    return {"doc_id": document_id, "verdict": state, "observation_id": observation_id, **defaults, **more}


def decision(document_id: int, public_reason: str, position: int = 0, **more: Any) -> dict[str, Any]:
    defaults = {"rule": public_reason, "rule_version": "1", "reason": public_reason, "policy_sha256": "1" * 64}
    return {"doc_id": document_id, "position": position, "public_reason": public_reason, **defaults, **more}


def rules(policy: Mapping[str, Any] = POLICY, parsers: Sequence[str] = ("robots", "tdmrep")) -> list[dict[str, Any]]:
    read = [
        {"rule": name, "version": "1", "kind": "parser", "parameters": json.dumps({"protocol": name})}
        for name in parsers
    ]
    return [{"rule": "code", "version": "1", "kind": "policy", "parameters": json.dumps(policy)}, *read]


def small_tables() -> dict[str, Rows]:
    web, books, wiki, tiny, bench, chats, notes = range(7)
    documents = [
        document(web, 0, "reserved.org/a", text_bytes=400),
        document(web, 1, "broken.org/a", text_bytes=300),
        document(web, 2, "silent.org/a", text_bytes=200, language="de"),
        document(web, 3, "absent.org/a"),
        document(web, 4, "late.org/a"),
        document(web, 5, "old.org/a"),
        document(web, 6, "nobody.org/a"),
        document(web, 7, "silent.org/undated", fetched_at=None),
        document(web, 8, "allowed.org/a"),
        document(web, 9, "open.org/a"),
        document(web, 10, "blog.silent.org/b/c?d=1", fetched_at=at("2026-02-20")),
        document(web, 11, "notsilent.org/a"),
        document(web, 12, "reserved.org:8080/a"),
        document(books, 0, text_bytes=5000, language="fr"),
        document(wiki, 0, "wiki.org/a", text_bytes=97),
        document(wiki, 1, "silent.org/a", text_bytes=200, language="de"),
        document(tiny, 0, "tiny.org/a", text_bytes=3),
        document(bench, 0, "bench.org/a", stage="evaluation", text_bytes=9000),
        document(chats, 0, stage="finetuning", text_bytes=50, pii_count=2),
        document(notes, 0, "notes.org/", text_bytes=70),
    ]
    found = [
        observation("r1", "reserved.org", "2026-02-01"),
        observation("b1", "broken.org", "2026-02-01", "server_error", http_status=503),
        observation("s1", "silent.org", "2026-02-09"),
        observation("s2", "blog.silent.org", "2026-02-19", grade="third_party"),
        observation("a1", "absent.org", "2026-02-09", "absent", http_status=404),
        observation("l1", "late.org", "2026-02-11"),
        observation("o1", "old.org", "2026-01-01"),
        observation("y1", "allowed.org", "2026-02-09", protocol="tdmrep"),
        observation("y2", "allowed.org", "2026-02-09"),
        observation("p1", "open.org", "2026-02-09", protocol="terms"),
        observation("p2", "open.org", "2026-02-09"),
        observation("w1", "wiki.org", "2026-02-09"),
    ]
    return {
        "sources": [
            source(web, "web"),
            source(
                books, "secret-books", acquisition="licensed_commercial", legal_basis="license", grantor="Secret House"
            ),
            source(wiki, "wiki", acquisition="public_dataset", publicly_known=True, homepage="https://wiki.org/dumps"),
            source(tiny, "tiny", acquisition="public_dataset", legal_basis="unknown"),
            source(bench, "bench", acquisition="public_dataset", stage="evaluation"),
            source(chats, "chats", acquisition="user_model_interaction", stage="finetuning", legal_basis="contract"),
            source(notes, "notes", used_for_weight_update=False),
        ],
        "shards": [
            shard(web, rows_read=16, documents=13, rejects=2, evidence_rows=1, text_bytes=1900),
            shard(books, rows_read=1, documents=1),
            shard(wiki, rows_read=2, documents=2),
            shard(tiny, rows_read=1, documents=1),
            shard(bench, rows_read=1, documents=1, stage="evaluation"),
            shard(chats, rows_read=1, documents=1),
            shard(notes, rows_read=1, documents=1),
        ],
        "documents": documents,
        "rejects": [
            {"shard_id": web, "path": "0.jsonl", "position": 13, "reason": "http_status", "detail": "404"},
            {"shard_id": web, "path": "0.jsonl", "position": 14, "reason": "empty", "detail": "no_text"},
        ],
        "pii": [{"doc_id": doc_id(chats, 0), "entity": "EMAIL_ADDRESS", "occurrences": 2, "max_score": 1.0}],
        "observations": found,
        "signals": [
            {
                "signal_id": "r1:000001",
                "observation_id": "r1",
                "protocol": "robots",
                "authority": "reserved.org",
                "agents": ["*"],
                "purpose": "train",
                "value": "disallow",
                "rule": "2: Disallow: /",
                "state": "reserved",
            }
        ],
        "verdicts": [
            verdict(doc_id(web, 0), "reserved", "r1", signal_id="r1:000001"),
            verdict(doc_id(web, 0), "reserved", "r1", purpose="crawl", agents=["ownbot"]),
            verdict(doc_id(web, 1), "error", "b1"),
            verdict(doc_id(web, 8), "allowed", "y1", protocol="tdmrep"),
            verdict(doc_id(web, 9), "open", "p1", protocol="terms"),
        ],
        "duplicates": [
            {"doc_id": doc_id(wiki, 1), "cluster_id": doc_id(web, 2), "kind": "exact", "similarity": 1.0},
            {"doc_id": doc_id(web, 2), "cluster_id": doc_id(web, 2), "kind": "exact", "similarity": 1.0},
        ],
        "decisions": [
            decision(doc_id(web, 0), "reservation"),
            decision(doc_id(web, 0), "quality", position=1),
            decision(doc_id(web, 1), "reservation", reason="error"),
            decision(doc_id(wiki, 1), "duplicate"),
        ],
        "rules": rules(),
        "hosts": [
            {
                "authority": d["authority"],
                "registered_domain": d["registered_domain"],
                "source_id": d["source_id"],
                "modality": "text",
                "documents": 1,
                "text_bytes": d["text_bytes"],
            }
            for d in documents
            if d["authority"] and d["doc_id"] != doc_id(web, 7)
        ],
    }


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Lets this process write no file beyond 4 KiB."""
    allowed, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, most))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, most))
