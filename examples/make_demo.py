"""Writes the demo corpora: eight ways data can arrive, with duplicates, opt-outs, personal data and damage planted in.

    python examples/make_demo.py FOLDER

The folder then holds corpus.yaml, provider.yaml and model.yaml, the data below data/, and planted.json, which lists
what was hidden. All of it is made up: the hosts are reserved names (RFC 2606), the people do not exist. The same
script writes the same bytes every time.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from demo_documents import CRAWLED_HOSTS, FIRST_FETCH, PLAIN_TEXT, PUBLISHED_HOSTS, Demo, Document, demo_documents
from demo_files import Response, json_line, write_bytes, write_csv, write_jsonl, write_parquet, write_warc

CRAWLER = "HafenBot/1.2 (+https://hafen-sprachmodelle.example/bot)"

DECLARATIONS = Path(__file__).parent / "demo"

#: Days in the declarations that are moved, since answers describe a record that is made now: the day of the answers
#: becomes today, that of the placement on the market follows four weeks later.
ANSWERED_ON, PLACED_ON = "2026-05-04", "01/06/2026"
WEEKS_TO_PLACEMENT = 4


def main() -> None:
    """Reads the command line and writes the corpora."""
    parser = argparse.ArgumentParser(description="Writes the demo corpora.")
    parser.add_argument("folder", type=Path, help="where to write; files of the same name are replaced")
    folder: Path = parser.parse_args().folder
    demo = write_demo(folder)
    sources = len({d.source for d in demo.documents})
    print(f"Wrote {len(demo.documents)} documents of {sources} sources to {folder}; planted.json lists what is hidden.")


def write_demo(folder: Path) -> Demo:
    """Writes everything below the folder and gives what was written."""
    demo = demo_documents()
    data = folder / "data"
    _write_newswire(data / "newswire", demo.of("newswire"))
    _write_crawl(data / "crawl", demo.of("own-crawl"))
    _write_open_web(data / "open_web", demo.of("open-web-texts"))
    _write_forum(data / "forum", demo.of("forum-archive"))
    write_parquet(data / "contracts" / "texts.parquet", [_text_row(d) for d in demo.of("contract-texts")])
    write_csv(data / "reading" / "answers.csv", [_exchange_row(d) for d in demo.of("reading-answers")])
    write_jsonl(data / "chats" / "chats.jsonl", [_exchange_row(d) for d in demo.of("assistant-chats")])
    write_jsonl(data / "synthetic" / "exercises.jsonl", [_exchange_row(d) for d in demo.of("synthetic-exercises")])
    write_jsonl(data / "exam" / "exam.jsonl", [_exchange_row(d) for d in demo.of("reading-exam")])
    for document in demo.of("old-manuals"):
        write_bytes(data / "manuals" / f"{document.id}.txt", document.text.encode())
    planted = [asdict(p) for p in demo.planted]
    write_bytes(folder / "planted.json", json.dumps(planted, indent=1).encode() + b"\n")
    today = datetime.now(UTC).date()
    placed = today + timedelta(weeks=WEEKS_TO_PLACEMENT)
    for declaration in sorted(DECLARATIONS.glob("*.yaml")):
        text = declaration.read_text("utf-8").replace(ANSWERED_ON, today.isoformat())
        write_bytes(folder / declaration.name, text.replace(PLACED_ON, f"{placed:%d/%m/%Y}").encode())
    return demo


def _write_newswire(folder: Path, documents: Sequence[Document]) -> None:
    half = len(documents) // 2
    write_parquet(folder / "part-0.parquet", [_text_row(d) for d in documents[:half]])
    write_parquet(folder / "part-1.parquet", [_text_row(d) for d in documents[half:]])


def _write_crawl(folder: Path, documents: Sequence[Document]) -> None:
    """Two WARC files: each host's robots.txt is fetched a minute before its first page."""
    for number, hosts in enumerate((CRAWLED_HOSTS[:4], CRAWLED_HOSTS[4:])):
        responses: list[Response] = []
        for host in hosts:
            pages = [d for d in documents if d.url and d.url.startswith(f"https://{host.name}/")]
            start = FIRST_FETCH + timedelta(days=CRAWLED_HOSTS.index(host))
            if host.robots_status is not None:
                address = f"https://{host.name}/robots.txt"
                body = host.robots_body.encode()
                responses.append(Response(address, start, body, host.robots_status, "text/plain; charset=utf-8"))
            responses.extend(_page(d) for d in pages)
            responses.extend(_not_documents(host.name, start))
        write_warc(folder / f"crawl-{number}.warc.gz", CRAWLER, responses)


def _page(document: Document) -> Response:
    if document.url is None or document.fetched_at is None:
        message = f"{document.id} was not crawled"
        raise ValueError(message)
    if PLAIN_TEXT in document.url:
        body = document.text.encode()
        return Response(document.url, document.fetched_at, body, content_type="text/plain; charset=utf-8")
    paragraphs = "\n".join(f"<p>{p}</p>" for p in document.text.split("\n"))
    page = (
        f'<!DOCTYPE html>\n<html lang="{document.language}">\n<head><meta charset="utf-8"><title>Demo</title></head>\n'
        f"<body><main>\n{paragraphs}\n</main></body>\n</html>\n"
    )
    return Response(document.url, document.fetched_at, page.encode())


def _not_documents(host: str, start: datetime) -> tuple[Response, ...]:
    """What every crawl also meets: a page that is gone, a picture, an empty page."""
    gone = b"<!DOCTYPE html><html><body><p>This page is not here.</p></body></html>"
    empty = b"<!DOCTYPE html><html><body></body></html>"
    after = start + timedelta(hours=6)
    return (
        Response(f"https://{host}/alt/weg", after, gone, "404 Not Found"),
        Response(f"https://{host}/logo.png", after, b"\x89PNG\r\n\x1a\n", content_type="image/png"),
        Response(f"https://{host}/leer", after, empty),
    )


def _write_open_web(folder: Path, documents: Sequence[Document]) -> None:
    write_jsonl(
        folder / "texts.jsonl.zst",
        [_text_row(d) | {"url": d.url, "fetched_at": _time(d.fetched_at), "license": d.license} for d in documents],
    )
    looked = FIRST_FETCH - timedelta(days=92)
    write_jsonl(
        folder / "robots.jsonl",
        [
            {
                "url": f"https://{host.name}/robots.txt",
                "fetched_at": _time(looked + timedelta(minutes=n)),
                "status": int(host.robots_status or 0),
                "body": host.robots_body,
            }
            for n, host in enumerate(PUBLISHED_HOSTS)
        ],
    )


#: Bytes of the posts after which their writer stopped, within the 24th.
_WRITTEN_BYTES = 38_855


def _write_forum(folder: Path, documents: Sequence[Document]) -> None:
    """A file whose writer broke off a row, and a file with one bad row of every kind."""
    cut, whole = documents[:40], documents[40:]
    lines = b"".join(json_line(_text_row(d)) for d in cut)
    # The row has its end of line: of a file that was cut off, nobody could say how much is lost.
    write_bytes(folder / "posts-0.jsonl.gz", gzip.compress(lines[:_WRITTEN_BYTES] + b"\n", mtime=0))
    bad = (
        b'{"id": "fa-bad-0", "text": "a line that ends too early\n',
        b'{"id": "fa-bad-1", "text": "caf\xe9 in Latin-1"}\n',
        b'{"id": "fa-bad-2", "text": "   "}\n',
        b'{"id": "fa-bad-3", "body": "the text under another name"}\n',
    )
    good = [json_line(_text_row(d)) for d in whole]
    write_bytes(folder / "posts-1.jsonl", b"".join(chain(good[:10], bad, good[10:])))


def _text_row(document: Document) -> dict[str, str | int | None]:
    return {"id": document.id, "text": document.text}


def _exchange_row(document: Document) -> dict[str, str | int | None]:
    prompt = document.prompt or ""
    return {"id": document.id, "prompt": prompt, "answer": document.text.removeprefix(f"{prompt}\n")}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main()
