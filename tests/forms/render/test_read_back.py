"""What each format says is read back by another library than wrote it, and compared field by field."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import docx
import lxml.html
import msgspec
import pypdf
import pytest
from docx.table import Table as WordTable
from markdown_it import MarkdownIt

from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.content import Presentation, computed_content, sentence
from colophon.forms.form import Detail, Field, load_forms
from colophon.forms.published import render_json
from colophon.forms.render.docx import render_docx
from colophon.forms.render.html import render_html
from colophon.forms.render.markdown import render_markdown
from colophon.forms.render.pdf import render_pdf
from colophon.forms.summary import Summary
from colophon.query.editions import Edition
from colophon.query.packaged import packaged_query
from colophon.query.session import Record
from tests.form_tables import Tables

FORMS = {form.stem: form for form in load_forms()}

#: Every form, and editions with and without details, blackened fields and fields for other readers.
COMPILED = [
    ("summary", Edition.PUBLIC),
    ("summary", Edition.AI_OFFICE),
    ("model_documentation", Edition.DOWNSTREAM),
    ("model_documentation", Edition.AUTHORITY),
    ("copyright_policy", Edition.INTERNAL),
]
EDITIONS = {
    Edition.PUBLIC: "public edition",
    Edition.DOWNSTREAM: "edition for downstream providers",
    Edition.AUTHORITY: "edition for national authorities",
    Edition.AI_OFFICE: "edition for the AI Office",
    Edition.INTERNAL: "internal edition",
}
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

BETWEEN_CELLS = " ¦ "

#: Lines of a field by its id: paragraphs, boxes with their mark, rows of cells, items.
Lines = dict[str, list[str]]

ANSWERS = """
1.1a: {value: "Ärzte & Söhne <GmbH> *1*, a_b_c; see https://a.example/x_y?z=1&q=2.", by: A, on: 2026-05-04}
1.1b: {not_applicable: true, reason: "established in the Union | really", by: A, on: 2026-05-04}
1.2a: {value: "1. not a list\\n\\n# not a heading", by: A, on: 2026-05-04}
1.2b: {not_known: true, reason: "\\\\ lost ~records~", by: A, on: 2026-05-04}
1.3b: {confirm: true, by: A, on: 2026-05-04}
1.3c: {value: "No.", by: A, on: 2026-05-04}
2.1a: {value: yes, by: A, on: 2026-05-04}
2.3a: {value: yes}
2.4a: {value: no, by: A, on: 2026-05-04}
2.2.1a: {value: yes, by: A, on: 2026-05-04, redact: {ground: "a <secret> of trade", by: legal counsel, on: 2026-05-04}}
M2a: {value: "Layers: 12 | 24", by: A, on: 2026-05-04}
"""


@pytest.fixture(scope="module")
def record(open_rows: Callable[..., Record]) -> Record:
    tables = Tables()
    for number in range(4):
        languages = [{"language": code, "text_bytes": 10_000 + number} for code in ("en", "de", "fr", "pl", "fi")]
        tables.source(f"Set {number} [x](y)", languages, origin=f"https://set{number}.example/a_b?c=d&e")
    domains = [{"registered_domain": f"domain-{n:04}.example", "text_bytes": 1_000 + n} for n in range(1500)]
    tables.crawl("Crawl", domains, collected_from="2024-01")
    tables.source("Chats", acquisition="user_model_interaction", collected_to="2025-02")
    return open_rows(**tables.rows)


@pytest.fixture(scope="module", params=COMPILED, ids="-".join)
def compiled(request: Any, record: Record, tmp_path_factory: pytest.TempPathFactory) -> Summary:
    stem, edition = request.param
    path = tmp_path_factory.mktemp("answers") / "answers.yaml"
    path.write_text(ANSWERS, "utf-8")
    return compile_summary(record, FORMS[stem], load_answers(path, *FORMS.values()), edition)


def plain(text: str) -> str:
    return " ".join(text.split())


def read_html(page: bytes) -> Lines:
    lines: Lines = {}
    for field in lxml.html.document_fromstring(page.decode()).find_class("field"):
        found = lines[field.get("id").removeprefix("field-")] = []
        for element in field.find("dd").iter("p", "li", "tr"):
            if element.find_class("box"):
                mark = "☒" if "ticked" in element.classes else "☐"
                found.append(f"{mark} {plain(element.find_class('option')[0].text_content())}")
            elif element.tag == "tr":
                found.append(
                    BETWEEN_CELLS.join(plain(cell.text_content()) for cell in element.iterchildren("th", "td"))
                )
            else:
                found.append(plain(element.text_content()))
    return lines


def read_docx(document: bytes) -> Lines:
    lines: Lines = {}
    found: list[str] = []
    for block in docx.Document(io.BytesIO(document)).iter_inner_content():
        if isinstance(block, WordTable):
            found += [BETWEEN_CELLS.join(plain(cell.text) for cell in row.cells) for row in block.rows]
        elif block.style.name == "Field":
            found = lines[block.runs[0].text] = []
        elif block.style.name.startswith("Heading"):
            found = []
        elif (box := block._p.find(f".//{W14}checked")) is not None:
            found.append(f"{'☒' if box.get(f'{W14}val') == '1' else '☐'} {plain(block.text)}")
        elif block.text:
            found.append(plain(block.text))
    return lines


def read_markdown(text: bytes) -> Lines:
    body = re.sub(r"\A---\n.*?\n---\n", "", text.decode(), flags=re.DOTALL)
    lines: Lines = {}
    found: list[str] = []
    cells: list[str] = []
    inside = ""
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        if token.type in {"heading_open", "paragraph_open", "tr_open"}:
            inside = token.type
            cells = []
        elif token.type == "tr_close":
            found.append(BETWEEN_CELLS.join(cells))
        elif token.type == "inline":
            said = plain("".join(child.content for child in token.children if child.type != "html_inline"))
            if inside == "heading_open" or said.startswith("DRAFT, incomplete."):
                found = []
            elif inside == "tr_open":
                cells.append(said)
            elif token.children[0].content == "" and token.children[1].type == "strong_open":
                found = lines[token.children[2].content.split()[0]] = []
            else:
                found.append(re.sub(r"^\[([x ])\] ", lambda m: "☒ " if m[1] == "x" else "☐ ", said))
    return lines


def read_json(document: bytes) -> Lines:
    """The lines of the contents; what stands around them is in other words."""
    fields = (field for section in json.loads(document)["sections"] for field in section["fields"])
    return {field["id"]: list(content_lines(field["content"])) if field["content"] else [] for field in fields}


def content_lines(content: dict[str, Any]) -> Iterator[str]:
    match content["kind"]:
        case "text":
            yield from map(plain, content["paragraphs"])
        case "boxes":
            for group in content["groups"]:
                yield from [group["heading"][:1].upper() + group["heading"][1:]] if group["heading"] else []
                yield from (f"{'☒' if box['ticked'] else '☐'} {box['label']}" for box in group["boxes"])
                yield from [group["note"]] if group["note"] else []
        case "table" if content["rows"]:
            yield from (BETWEEN_CELLS.join(map(plain, row)) for row in [content["headings"], *content["rows"]])
        case "list" if content["items"]:
            yield from content["items"]
        case _ if content["attachment"]:
            yield from ()
        case _:
            yield content["empty"]


def squeezed(lines: list[str]) -> str:
    """Without white space and lines of tables: a page breaks lines where it likes."""
    return re.sub(r"\s", "", "".join(lines).replace(BETWEEN_CELLS, ""))


def read_pdf(document: bytes, summary: Summary) -> dict[str, str]:
    """The text of each field without white space, and without the heads and feet of pages."""
    pages = [re.sub(r"\s", "", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(document)).pages]
    head = squeezed([summary.title, "DRAFT, incomplete" if summary.gaps else "", EDITIONS[summary.edition]])
    bodies = []
    for number, page in enumerate(pages, 1):
        foot = squeezed([f"Version {summary.generation}Page {number} of {len(pages)}Record {summary.root_hash}"])
        assert page.startswith(head)
        assert page.endswith(foot)
        bodies.append(page.removeprefix(head).removesuffix(foot))
    whole = "".join(bodies)
    labels = [squeezed([f.id, f.label, "(optional)" if f.optional else ""]) for f in summary.fields()]
    starts, at = [], 0
    for label in labels:
        at = whole.index(label, at) + len(label)
        starts.append(at)
    ends = [*(start - len(label) for start, label in zip(starts[1:], labels[1:], strict=True)), len(whole)]
    return {f.id: whole[a:b] for f, a, b in zip(summary.fields(), starts, ends, strict=True)}


def test_html_docx_and_markdown_say_the_same_in_every_field(compiled: Summary) -> None:
    page = read_html(render_html(compiled))
    assert list(page) == [field.id for field in compiled.fields()]
    assert read_docx(render_docx(compiled)) == page
    assert read_markdown(render_markdown(compiled)) == page


def test_pdf_says_the_same_in_every_field(compiled: Summary) -> None:
    paper = read_pdf(render_pdf(compiled), compiled)
    for field, lines in read_html(render_html(compiled)).items():
        # The head of a table comes again on each page.
        head = next((squeezed([line]) for line in lines if BETWEEN_CELLS in line), "")
        assert head in paper[field], field
        assert paper[field].replace(head, "").startswith(squeezed(lines).replace(head, "")), field


def test_json_holds_the_contents_that_the_others_print(compiled: Summary) -> None:
    page = read_html(render_html(compiled))
    for field, content in read_json(render_json(compiled)).items():
        start = page[field].index(content[0]) if content else 0
        assert page[field][start : start + len(content)] == content


def test_what_stands_around_the_contents_in_json_is_printed(compiled: Summary) -> None:
    page = read_html(render_html(compiled))
    for field in json_fields(compiled):
        said = [field["reason"], field["evidence"], field["stated_on"], *(field["redaction"] or {}).values()]
        said += (field["statement"] or {}).get("paragraphs", [])
        said += [detail["label"] for detail in field["details"]]
        for text in filter(None, said):
            assert any(plain(text) in line for line in page[field["id"]]), field["id"]


def test_the_query_named_in_json_gives_the_value_again(compiled: Summary, record: Record) -> None:
    form = FORMS[compiled.stem]
    shown = Presentation(form, compiled.edition)
    asked = {field.id: field for field in form.fields()}
    again = 0
    assert compiled.root_hash == record.manifest.root_hash
    for field in json_fields(compiled):
        described = asked[field["id"]]
        details = [(d["provenance"], detail, d["content"]) for d, detail in details_of(field, described)]
        for origin, part, content in [(field["provenance"], described, field["content"]), *details]:
            if origin is None:
                continue
            assert origin["query_sha256"] == packaged_query(origin["query"]).sha256
            table = record.query(origin["query"], origin["parameters"]).table
            if part is described and field["evidence"]:
                assert field["evidence"] == sentence(shown, part, table)
            else:
                assert content == json.loads(msgspec.json.encode(computed_content(shown, part, table)))
            again += 1
    assert again > 3


def details_of(field: dict[str, Any], described: Field) -> Iterator[tuple[dict[str, Any], Detail]]:
    by_label = {detail.label: detail for detail in described.details}
    return ((detail, by_label[detail["label"]]) for detail in field["details"])


def json_fields(summary: Summary) -> list[dict[str, Any]]:
    return [field for section in json.loads(render_json(summary))["sections"] for field in section["fields"]]
