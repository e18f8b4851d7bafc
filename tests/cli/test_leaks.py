"""What is planted in a record must not reach readers of a lower class, by any command or format."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from colophon.__main__ import run_command
from colophon.audit.lookup import look_up
from colophon.audit.pages.report_page import render_report
from colophon.audit.report import report_record
from colophon.cli.exit_codes import ExitCode
from colophon.errors import QueryError
from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.content import AttachedFiles
from colophon.forms.form import load_forms
from colophon.forms.history import with_history
from colophon.forms.published import render_json
from colophon.forms.render.docx import render_docx
from colophon.forms.render.html import render_html
from colophon.forms.render.markdown import render_markdown
from colophon.forms.render.pdf import render_pdf
from colophon.forms.summary import Summary
from colophon.ledger.chain import append, keep, read_ledger
from colophon.ledger.entries import (
    Correction,
    DataChange,
    InformationRequest,
    ModelVersion,
    Publication,
    RequestAnswer,
    Requester,
)
from colophon.query.editions import Edition, EditionView, disclosures
from colophon.query.packaged import packaged_views
from colophon.query.session import Record, open_record
from colophon.tables import TABLES
from colophon.vocabulary import Disclosure
from tests.conftest import document, shard, source, write_record

LICENSOR, PRIVATE, PERSON, PATH = "planted-licensor", "planted-private-set", "planted-person", "planted-path"
SIGNER, PROOF = "planted-signer", "planted-proof"
#: Exact sizes; the numbers occur nowhere else.
EXACT = (76543219, 87654323, 65432197)

#: Never to leave the house, whoever reads.
INSIDE = {LICENSOR, PERSON, PATH, SIGNER, PROOF}
#: For authorities, and for nobody below them.
CONFIDENTIAL = {PRIVATE, *(str(n) for n in EXACT), *(f"{n:,}" for n in EXACT)}


def planted(edition: Edition) -> set[str]:
    if edition is Edition.INTERNAL:
        return {SIGNER, PROOF}
    return INSIDE if edition.sees(Disclosure.AUTHORITY) else INSIDE | CONFIDENTIAL


@pytest.fixture(scope="module")
def record_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    crawler = {"crawler": {"name": "ColoBot", "user_agents": ["ColoBot"], "operator": PERSON}}
    sources = [
        source(0, "web", config=json.dumps(crawler)),
        source(1, PRIVATE, acquisition="private_third_party", legal_basis="license", grantor=LICENSOR),
        source(2, "wiki", acquisition="public_dataset", homepage="https://wiki.org/"),
        source(3, f"{PRIVATE}-licensed", acquisition="licensed_commercial", legal_basis="license", grantor=LICENSOR),
    ]
    documents = [
        document(0, 0, f"open.org/{PATH}", text_bytes=EXACT[0]),
        document(1, 0, text_bytes=EXACT[1], grantor=LICENSOR),
        document(2, 0, "wiki.org/a", text_bytes=EXACT[2]),
        document(3, 0, text_bytes=11, grantor=LICENSOR),
    ]
    shards = [shard(n, rows_read=1, documents=1, path=PATH) for n in range(4)]
    tables: dict[str, Any] = {"sources": sources, "documents": documents, "shards": shards}
    return write_record(tmp_path_factory.mktemp("planted") / "record", tables)


@pytest.fixture(scope="module")
def record(record_path: str) -> Iterator[Record]:
    with open_record(record_path) as opened:
        yield opened


def assert_nothing_planted(text: str, edition: Edition, where: str) -> None:
    found = {word for word in planted(edition) if word in text}
    assert not found, f"{where} in the edition {edition}"


def everything(written: bytes) -> str:
    """The text of a file, unpacked where it is an archive; a PDF's twice, once as if no line were broken."""
    if written.startswith(b"%PDF"):
        pdf = pypdf.PdfReader(io.BytesIO(written))
        text = "\n".join([*(page.extract_text() for page in pdf.pages), str(pdf.metadata), str(pdf.outline)])
        return text + text.replace("\n", "")
    if not written.startswith(b"PK"):
        return written.decode()
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.parametrize("edition", Edition)
def test_no_form_holds_what_is_planted(record: Record, tmp_path: Path, edition: Edition) -> None:
    forms = load_forms()
    answers = tmp_path / "provider.yaml"
    answers.write_text(f'"2.2.2a": {{value: yes, by: {SIGNER}, on: 2026-11-20, evidence: {PROOF}}}\n', "utf-8")
    stated = load_answers(answers, *forms)
    for form in (form for form in forms if form.is_for(edition)):
        files = AttachedFiles()
        compiled = compile_summary(record, form, stated, edition, files)
        renderers: tuple[Callable[..., bytes], ...] = (
            render_html,
            render_json,
            render_markdown,
            render_docx,
            render_pdf,
        )
        for written in (*(render(compiled) for render in renderers), *files.by_name.values()):
            assert_nothing_planted(everything(written), edition, form.form)


def publish(path: Path, compiled: Summary, edition: Edition, folder: Path, url: str) -> None:
    """Note a form in a ledger as published in an edition, with its JSON."""
    page = folder / f"{compiled.form}_{edition}" / f"{compiled.stem}.json"
    page.parent.mkdir()
    page.write_bytes(render_json(compiled))
    ledger = read_ledger(path)
    event = Publication(
        compiled.form, ledger.next_version(compiled.form), date(2026, 5, 1), edition, "complete", (url,), ("M 1",),
        compiled.template, compiled.map_version, "0", 1, keep(ledger, [page]),
    )  # fmt: skip
    append(ledger, event, [page])


@pytest.mark.parametrize("edition", [e for e in Edition if e is not Edition.INTERNAL])
def test_no_history_of_a_form_holds_what_is_planted(record: Record, tmp_path: Path, edition: Edition) -> None:
    forms = load_forms()
    answers, later = tmp_path / "provider.yaml", tmp_path / "later.yaml"
    answers.write_text(f'"2.2.2a": {{value: yes, by: {SIGNER}, on: 2026-11-20, evidence: {PROOF}}}\n', "utf-8")
    later.write_text(f'"2.2.2a": {{value: no, by: {SIGNER}, on: 2026-11-20, evidence: {PROOF}}}\n', "utf-8")
    ledger = tmp_path / "ledger.jsonl"
    append(
        read_ledger(ledger),
        InformationRequest(Requester.AUTHORITY, PERSON, PROOF, PATH, LICENSOR, date(2026, 4, 1), None, ""),
    )
    append(read_ledger(ledger), RequestAnswer(1, date(2026, 4, 2), "authority", PERSON, ()))
    append(read_ledger(ledger), ModelVersion("M 1", date(2026, 4, 3), DataChange.MATERIAL, PERSON, ""))
    of_edition = [form for form in forms if form.is_for(edition)]
    for form in of_edition:
        before = compile_summary(record, form, load_answers(answers, *forms), edition)
        publish(ledger, before, edition, tmp_path, "https://a.example/said")
        inside = compile_summary(record, form, load_answers(answers, *forms), Edition.INTERNAL)
        publish(ledger, inside, Edition.INTERNAL, tmp_path, f"https://a.example/{PATH}")
        correction = Correction(form.form, 1, date(2026, 6, 1), PERSON, LICENSOR, "said to all")
        append(read_ledger(ledger), correction)
    for form in of_edition:
        files = AttachedFiles()
        compiled = compile_summary(record, form, load_answers(later, *forms), edition, files)
        told = with_history(compiled, form, read_ledger(ledger), files)
        for written in (render_html(told), render_json(told), render_markdown(told), *files.by_name.values()):
            assert_nothing_planted(everything(written), edition, form.form)
        assert "said to all" in render_markdown(told).decode()


def test_what_was_blacked_out_since_is_not_quoted_as_a_change(record: Record, tmp_path: Path) -> None:
    form = load_forms()[0]
    answers, later, ledger = (tmp_path / name for name in ("provider.yaml", "later.yaml", "ledger.jsonl"))
    answers.write_text(f'"1.1a": {{value: {PERSON}}}\n', "utf-8")
    later.write_text('"1.1a": {redact: {ground: privacy, by: counsel, on: 2026-06-01}}\n', "utf-8")
    before = compile_summary(record, form, load_answers(answers, form))
    assert PERSON in render_json(before).decode()
    publish(ledger, before, Edition.PUBLIC, tmp_path, "https://a.example/")
    compiled = compile_summary(record, form, load_answers(later, form))
    told = render_markdown(with_history(compiled, form, read_ledger(ledger), AttachedFiles())).decode()
    assert PERSON not in told
    assert "1.1a " in told.partition("Changes since")[2]


@pytest.mark.parametrize("edition", [e for e in Edition if e is not Edition.INTERNAL])
def test_no_table_or_view_holds_what_is_planted(record: Record, edition: Edition) -> None:
    with EditionView(record, edition.disclosure) as seen:
        names = seen.sql("SELECT table_name FROM duckdb_tables()")["table_name"].to_pylist()
        for name in names:
            assert_nothing_planted(json.dumps(seen.sql(f"FROM {name}").to_pylist(), default=str), edition, name)


@pytest.mark.parametrize("edition", Edition)
def test_no_report_holds_what_is_planted(record: Record, edition: Edition) -> None:
    report = report_record(record, edition)
    for section in report.sections:
        shown = json.dumps(section.result.table.to_pylist(), default=str)
        assert_nothing_planted(shown, edition, section.plan.name)
    assert_nothing_planted(render_report(report), edition, "report page")


@pytest.mark.parametrize("edition", [e for e in Edition if e.sees(Disclosure.AUTHORITY)])
@pytest.mark.parametrize("format_", ["table", "csv", "json", "html"])
def test_no_audit_holds_what_is_planted(
    record_path: str, capsys: pytest.CaptureFixture[str], edition: Edition, format_: str
) -> None:
    assert run_command(["audit", record_path, "--edition", edition, "--format", format_]) is ExitCode.DONE
    assert_nothing_planted(capsys.readouterr().out, edition, f"audit as {format_}")


@pytest.mark.parametrize("edition", Edition)
def test_no_lookup_holds_what_is_planted(record: Record, edition: Edition) -> None:
    assert_nothing_planted(str(look_up(record, "open.org", edition)), edition, "lookup")


def test_what_is_planted_is_there_to_be_found(record: Record) -> None:
    found = json.dumps([record.table(name).to_pylist() for name in ("sources", "documents")], default=str)
    assert all(word in found for word in (LICENSOR, PRIVATE, PERSON, PATH, *map(str, EXACT)))


def test_a_limited_session_has_no_other_column_and_reads_no_file(record: Record, record_path: str) -> None:
    with EditionView(record, Disclosure.PUBLIC) as seen:
        for refused in (
            "SELECT name FROM sources",
            "FROM sketches",
            f"FROM read_parquet('{record_path}/tables/sources/**')",
            f"FROM '{record_path}/manifest.json'",
        ):
            with pytest.raises(QueryError):
                seen.sql(refused)


def test_equal_rows_cannot_be_counted_below_authorities(record: Record) -> None:
    with EditionView(record, Disclosure.PUBLIC) as seen:
        assert seen.sql("FROM documents").num_rows == 1
    with EditionView(record, Disclosure.AUTHORITY) as seen:
        assert seen.sql("FROM documents").num_rows == 4


def test_every_column_of_every_relation_has_a_class() -> None:
    for name in (*TABLES, *(view.name for view in packaged_views())):
        assert set(disclosures(name).values()) <= set(Disclosure)


def test_internal_names_stay_internal_in_every_view() -> None:
    inside = {c.name for table in TABLES.values() for c in table.columns if c.disclosure is Disclosure.INTERNAL}
    kept_inside = inside & {"doc_id", "url", "native_id", "content_id", "grantor", "license_evidence", "config"}
    for view in packaged_views():
        for name in kept_inside & disclosures(view.name).keys():
            assert disclosures(view.name)[name] is Disclosure.INTERNAL, view.name
