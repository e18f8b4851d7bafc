"""`colophon run`, as it is typed: what it prints, and how it ends."""

from __future__ import annotations

import json
import os

import pytest

from colophon.cli.exit_codes import ExitCode
from colophon.record.manifest import read_manifest
from colophon.record.storage import LOCK, LocalFolder

pytestmark = pytest.mark.job


def test_a_run_ends_with_0_and_says_what_was_found_beside_the_data(tiny):
    tiny.write("web", "exam")
    ended = tiny.run()
    assert ended.code is ExitCode.DONE
    assert ended.out == "", "a run has no data to print"
    assert read_manifest(str(tiny.record)).root_hash in ended.err
    assert "generation 1" in ended.err


def test_a_quiet_run_says_nothing(tiny):
    tiny.write("web")
    ended = tiny.call("-q", "run", tiny.folder / "corpus.yaml", "--record", tiny.record, "--workers", "1")
    assert (ended.code, ended.out, ended.err) == (ExitCode.DONE, "", "")


def test_a_second_run_says_that_the_record_is_up_to_date_and_changes_nothing(tiny):
    tiny.recorded("web")
    before = tiny.contents()
    ended = tiny.run()
    assert ended.code is ExitCode.DONE
    assert "is up to date: generation 1" in ended.err
    assert tiny.contents() == before


def test_no_text_is_anywhere_in_the_record(tiny):
    tiny.recorded("web", "exam")
    assert not [path for path, content in tiny.contents().items() if b"nobody-may-see" in content]


def test_a_dry_run_prints_what_it_would_read_and_writes_nothing(tiny):
    tiny.write("web", "exam")
    ended = tiny.run("--dry-run")
    assert ended.code is ExitCode.DONE
    size = (tiny.folder / "web.jsonl").stat().st_size
    assert any(str(size) in line and "web" in line for line in ended.out.splitlines())
    assert not tiny.record.exists()


def test_a_dry_run_over_a_record_counts_only_what_is_new(tiny):
    tiny.recorded("web")
    tiny.write("web", "more")
    ended = tiny.run("--dry-run")
    shards = {cells[0]: cells[1] for line in ended.out.splitlines() if len(cells := line.split()) == 4}
    assert (shards["web"], shards["more"], shards["all"]) == ("0", "1", "1")


def test_a_mistyped_field_ends_with_1_and_a_complete_record(tiny):
    tiny.write("web", keys="fields: {text: txet}\n    max_rejects: 1.0")
    ended = tiny.run()
    assert ended.code is ExitCode.FINDINGS
    assert "the record is complete, but" in ended.err
    assert "web: 3 rows gave neither a document nor an observation" in ended.err
    assert tiny.call("verify", tiny.record).code is ExitCode.DONE


def test_an_empty_file_ends_with_1(tiny):
    tiny.write("web", "nothing")
    (tiny.folder / "nothing.jsonl").write_text("")
    ended = tiny.run()
    assert ended.code is ExitCode.FINDINGS
    assert "source nothing: 0 rows" in ended.err
    assert read_manifest(str(tiny.record)).generation == 1


def test_findings_are_repeated_by_a_run_with_nothing_new(tiny):
    tiny.write("web", keys="fields: {text: txet}")
    tiny.run()
    ended = tiny.run()
    assert ended.code is ExitCode.FINDINGS
    assert "source web" in ended.err


@pytest.mark.parametrize(
    ("keys", "head", "code"),
    [
        ("", "", ExitCode.FINDINGS),
        ("max_rejects: 0.3", "", ExitCode.DONE),
        ("", "max_rejects: 0.3\n", ExitCode.DONE),
        ("max_rejects: 0.1", "max_rejects: 0.3\n", ExitCode.FINDINGS),
        ("max_rejects: 0.25", "", ExitCode.DONE),
    ],
    ids=["default", "the source's own", "the corpus'", "the source's own is lower", "exactly the limit"],
)
def test_damage_above_the_limit_ends_with_1(tiny, keys, head, code):
    tiny.write("web", keys=keys, head=head)
    with (tiny.folder / "web.jsonl").open("a") as file:
        file.write("{broken\n")
    ended = tiny.run()
    assert ended.code is code
    assert ("1 of 4 rows (25.00%) lost to damage" in ended.err) == (code is ExitCode.FINDINGS)


def test_rows_without_text_are_no_damage(tiny):
    tiny.write("web")
    with (tiny.folder / "web.jsonl").open("a") as file:
        file.write('{"text": ""}\n{"text": "  "}\n')
    assert tiny.run().code is ExitCode.DONE


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--workers", "0"], "workers"),
        (["--memory", "much"], "--memory"),
        (["--memory", "256MiB", "--workers", "1"], "at least 704MiB with --workers 1"),
        (["--memory", "1GiB", "--workers", "4"], "at least 1728MiB with --workers 4"),
        (["--limit", "0"], "limit"),
        (["--nonsense"], "nonsense"),
        (["another.yaml"], "another.yaml"),
        (["--runner", "NoSuchRunner"], "expected one of local, FnApiRunner"),
        (["--runner", "FlinkRunner"], "--flink_job_server_jar"),
        (["--dry-run", "--runner", "NoSuchRunner"], "NoSuchRunner"),
        (["--", "--direct_num_workers=many"], "invalid int value"),
    ],
)
def test_a_wrong_option_ends_with_2(tiny, options, named):
    tiny.write("web")
    ended = tiny.run(*options)
    assert ended.code is ExitCode.USAGE
    assert named in ended.err
    assert not tiny.record.exists()


def test_a_wrong_configuration_ends_with_2_before_anything_is_written(tiny):
    tiny.write("web", keys="stagee: pretraining")
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert "corpus.yaml:" in ended.err
    assert "stage" in ended.err
    assert not tiny.record.exists()


def test_a_missing_file_ends_with_2_and_is_named(tiny):
    tiny.write("web")
    (tiny.folder / "web.jsonl").unlink()
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert "web.jsonl" in ended.err


def test_a_missing_corpus_file_ends_with_2(tiny):
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert "corpus.yaml" in ended.err


def test_a_missing_key_for_ids_ends_with_2_and_names_the_variable(tiny, monkeypatch):
    monkeypatch.delenv("TINY_KEY", raising=False)
    tiny.write("web", head="id_key: ${TINY_KEY}\n")
    file = tiny.folder / "corpus.yaml"
    file.write_text(file.read_text().replace("public_dataset", "user_model_interaction"))
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert "TINY_KEY" in ended.err


REFUSED = {
    "an altered file": (lambda t: (t.folder / "web.jsonl").write_text('{"text": "x"}\n'), "web.jsonl: had"),
    "a vanished file": (lambda t: (t.folder / "web.jsonl").unlink(), "web.jsonl"),
    "a changed block of dedup": (
        lambda t: t.write("web", head="dedup: {threshold: 0.7}\n"),
        "dedup.threshold: 0.8 → 0.7",
    ),
    "a changed source": (lambda t: t.write("web", keys="legal_basis: tdm_art3"), "source web, legal_basis"),
    "changed fields beside another change": (
        lambda t: t.write("web", keys="fields: {text: text, id: id}", head="dedup: {threshold: 0.7}\n"),
        "source web, fields.id",
    ),
    "a source left out": (lambda t: t.write("more"), "source web: is in the record"),
    "another name of the corpus": (
        lambda t: (t.folder / "corpus.yaml").write_text(
            (t.folder / "corpus.yaml").read_text().replace("corpus: tiny", "corpus: other")
        ),
        "corpus: tiny → other",
    ),
}


def test_changed_fields_alone_replace_a_first_generation_and_the_run_says_so(tiny):
    tiny.recorded("web")
    tiny.write("web", keys="fields: {text: text, id: id}")
    ended = tiny.run()
    assert ended.code is not ExitCode.USAGE
    assert "generation 1, which was complete, is replaced" in ended.err
    assert "source web, fields.id: not set → id" in ended.err


@pytest.mark.parametrize(("change", "named"), REFUSED.values(), ids=REFUSED)
def test_what_differs_from_the_record_ends_with_2_and_leaves_it_as_it_is(tiny, change, named):
    tiny.recorded("web")
    before = tiny.contents()
    change(tiny)
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert named in ended.err
    assert tiny.contents() == before


def test_a_limit_on_damage_may_change(tiny):
    tiny.recorded("web")
    tiny.write("web", keys="max_rejects: 0.5")
    assert tiny.run().code is ExitCode.DONE


def test_a_trial_is_called_partial_and_refused_by_the_summary(tiny):
    tiny.write("web")
    ended = tiny.run("--limit", "2")
    assert ended.code is ExitCode.DONE
    assert "partial" in ended.err
    assert tiny.call("init", tiny.folder / "drafts").code is ExitCode.DONE
    drafts = tiny.folder / "drafts"
    stated = ("--provider", drafts / "provider.yaml", "--model", drafts / "model.yaml")
    refused = tiny.call("summary", tiny.record, *stated, "--out", tiny.folder / "out")
    assert refused.code is ExitCode.USAGE
    assert "partial" in refused.err


def test_a_trial_is_never_continued_as_a_whole_run(tiny):
    tiny.write("web")
    tiny.run("--limit", "2")
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert "--limit: 2 → none" in ended.err


def test_an_input_that_cannot_be_opened_ends_with_3_and_the_same_command_continues(tiny):
    tiny.write("web", "more")
    file = tiny.folder / "more.jsonl"
    content = file.read_bytes()
    file.unlink()
    file.symlink_to(file)  # a loop: there, but not to be opened by anybody
    ended = tiny.run()
    assert ended.code is ExitCode.FAILURE
    assert "cannot read more.jsonl" in ended.err
    file.unlink()
    file.write_bytes(content)
    assert tiny.run().code is ExitCode.DONE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_input_without_permission_ends_with_3_and_the_same_command_continues(tiny):
    tiny.write("web", "more")
    (tiny.folder / "more.jsonl").chmod(0)
    ended = tiny.run()
    assert ended.code is ExitCode.FAILURE
    assert "cannot read more.jsonl: Permission denied" in ended.err
    (tiny.folder / "more.jsonl").chmod(0o644)
    assert tiny.run().code is ExitCode.DONE


def test_a_record_that_is_being_written_ends_with_3(tiny):
    tiny.write("web")
    with LocalFolder(str(tiny.record)).writing():
        ended = tiny.run()
    assert ended.code is ExitCode.FAILURE
    assert f"process {os.getpid()}" in ended.err
    assert not (tiny.record / LOCK).exists()


def test_a_record_on_storage_that_is_not_served_ends_with_2_and_leaves_nothing(tiny, tmp_path):
    tiny.write("web")
    before = sorted(tmp_path.rglob("*"))
    ended = tiny.call("run", tiny.folder / "corpus.yaml", "--record", "memory://x/y", "--workers", "1")
    assert ended.code is ExitCode.USAGE
    assert "--record: got 'memory://x/y', expected a folder of this machine" in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_record_in_the_place_of_a_file_ends_with_2(tiny):
    tiny.write("web")
    tiny.record.write_text("a file")
    ended = tiny.run()
    assert ended.code is ExitCode.USAGE
    assert f"expected a folder, {tiny.record} is none" in ended.err


def test_the_record_does_not_hold_where_it_was_made(tiny):
    tiny.recorded("web")
    named = [path for path, content in tiny.contents().items() if str(tiny.folder).encode() in content]
    assert named == []


def test_batches_can_be_made_smaller_and_leave_no_mark(tiny):
    tiny.write("web")
    tiny.run("--", "--batch_rows=1")
    root = read_manifest(str(tiny.record)).root_hash
    again = tiny.call("-q", "run", tiny.folder / "corpus.yaml", "--record", tiny.folder / "again", "--workers", "1")
    assert again.code is ExitCode.DONE
    assert read_manifest(str(tiny.folder / "again")).root_hash == root


def test_the_end_of_a_run_and_the_report_say_what_the_search_for_copies_did(tiny):
    words = [f"word{n}" for n in range(60)]
    texts = [" ".join(words), " ".join([*words[:-5], "other", "words", "stand", "here", "now"])]
    tiny.write("web")
    (tiny.folder / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    ended = tiny.run()
    shown = json.loads(tiny.call("report", tiny.record, "--json").out)["sections"]["duplicate_search"]["rows"]
    (search,) = shown
    assert (search["candidates"], search["components"], search["compared"], search["checked"]) == (2, 1, 1, 1)
    assert (search["cut_by_limit"], search["unverified"]) == (0, 0)
    assert 0 < search["seconds_checking"] < search["seconds"]
    assert search["share_checking"] == pytest.approx(search["seconds_checking"] / search["seconds"])
    assert f"1 pairs checked exactly ({search['share_checking']:.1%} of the time), 0 documents cut" in ended.err
    assert "Search for copies" in tiny.call("report", tiny.record).out
