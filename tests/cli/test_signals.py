"""`colophon signals collect`, as it is typed: what it prints, and how it ends."""

from __future__ import annotations

import json
import shlex

import pytest

from colophon import __version__
from colophon.cli.exit_codes import ExitCode
from colophon.record.manifest import read_manifest
from colophon.record.storage import LocalFolder
from tests.policy_host import PolicyHost, sends

pytestmark = pytest.mark.job

HERE = ("--allow-private", "--pause", "0")


@pytest.fixture(scope="module")
def listening():
    """A web server at one port, so that the record of its host can be made once."""
    host = PolicyHost()
    yield host
    host.stop()


@pytest.fixture
def policy_host(listening):
    listening.forget()
    return listening


@pytest.fixture
def crawl(tiny, policy_host):
    """A record of one host, and that host."""
    tiny.write("web", keys="fields: {text: text, id: id, url: url}")
    lines = [json.dumps({"text": f"page {n}", "id": str(n), "url": policy_host.url(f"/{n}")}) for n in range(2)]
    (tiny.folder / "web.jsonl").write_text("".join(f"{line}\n" for line in lines))
    tiny.recorded()
    return tiny


def test_a_collection_ends_with_0_and_says_what_came_back_beside_the_data(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(b"User-agent: *\nDisallow: /\n")
    ended = crawl.call("--no-progress", "signals", "collect", crawl.record, *HERE)
    assert (ended.code, ended.out) == (ExitCode.DONE, "")
    manifest = read_manifest(str(crawl.record))
    assert f"generation {manifest.generation}, hosts asked: 1\n" in ended.err
    assert manifest.root_hash in ended.err
    assert [line.split() for line in ended.err.splitlines() if line.split()[1:2] == ["ok"]] == [["robots", "ok", "1"]]


def test_a_quiet_collection_says_nothing(crawl):
    ended = crawl.call("-q", "signals", "collect", crawl.record, *HERE)
    assert (ended.code, ended.out, ended.err) == (ExitCode.DONE, "", "")


def test_hosts_are_told_the_program_and_where_to_read_who_asks(crawl, policy_host):
    crawl.call("-q", "signals", "collect", crawl.record, *HERE, "--contact", "https://example.org/who")
    assert {h["user-agent"] for h in policy_host.headers} == {f"colophon/{__version__} (+https://example.org/who)"}


@pytest.mark.parametrize("contact", ["me", "mailto:me@example.org", "https://example.org/a)b", "https://example.org/ä"])
def test_a_contact_that_is_no_address_is_a_mistake_of_use(crawl, policy_host, contact):
    ended = crawl.call("signals", "collect", crawl.record, *HERE, "--contact", contact)
    assert ended.code is ExitCode.USAGE
    assert "https://example.org/crawler" in ended.err
    assert policy_host.asked == []


def test_a_dry_run_prints_how_much_would_be_asked_and_asks_nobody(crawl, policy_host):
    before = crawl.contents()
    ended = crawl.call("signals", "collect", crawl.record, "--dry-run")
    assert ended.code is ExitCode.DONE
    facts = {line.strip().rsplit("  ", 1)[0].strip(): line.split()[-1] for line in ended.out.splitlines() if line}
    assert (facts["hosts"], facts["requests at least"], facts["seconds at least, for the pauses"]) == ("1", "3", "2")
    assert crawl.contents() == before
    assert policy_host.asked == []


def test_without_leave_a_private_address_is_not_asked(crawl, policy_host):
    ended = crawl.call("signals", "collect", crawl.record, "--pause", "0")
    assert ended.code is ExitCode.DONE
    (why,) = (line.split() for line in ended.err.splitlines() if "--allow-private" in line)
    assert why[-1] == "3"
    assert policy_host.asked == []


def test_a_record_that_is_being_written_ends_with_3(crawl, policy_host):
    with LocalFolder(str(crawl.record)).writing():
        ended = crawl.call("signals", "collect", crawl.record, *HERE)
    assert ended.code is ExitCode.FAILURE
    assert "is being written by process" in ended.err
    assert policy_host.asked == []


def test_a_folder_without_a_record_ends_with_2(tiny):
    assert tiny.call("signals", "collect", tiny.folder / "none").code is ExitCode.USAGE


def test_a_collection_made_for_the_next_run_is_up_to_date_for_it(crawl):
    crawl.call("-q", "signals", "collect", crawl.record, *HERE)
    ended = crawl.run()
    assert ended.code is ExitCode.DONE
    assert "is up to date: generation 2" in ended.err


def test_report_and_audit_count_what_waits_for_a_run(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(b"User-agent: *\nDisallow: /\n")
    ended = crawl.call("--no-progress", "signals", "collect", crawl.record, *HERE)
    waits = "Looks collected since the newest run: 3, at hosts: 1."
    assert waits in ended.err
    for form in ([], ["--format", "html"]):
        assert waits in crawl.call("audit", crawl.record, *form).out
    audited = json.loads(crawl.call("audit", crawl.record, "--json").out)
    waiting = {"hosts": 1, "looks": 3, "documents": 0, "requests": 0, "requested_documents": 0}
    assert audited["awaiting_run"] == waiting
    reported = json.loads(crawl.call("report", crawl.record, "--json").out)
    assert reported["sections"]["awaiting"]["rows"] == [waiting]
    crawl.write("later", "web", keys="fields: {text: text, id: id, url: url}")
    assert crawl.run().code is ExitCode.DONE
    assert "newest run" not in crawl.call("audit", crawl.record).out
    assert "Waits for the next run: none" in crawl.call("report", crawl.record).out


def test_the_audit_that_a_collection_names_sees_what_it_brought(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(b"User-agent: *\nDisallow: /\n")
    said = crawl.call("--no-progress", "signals", "collect", crawl.record, *HERE).err
    (command,) = (line.partition(": colophon ")[2] for line in said.splitlines() if line.startswith("as of today"))
    audited = json.loads(crawl.call(*shlex.split(command), "--json").out)
    assert [(row["state"], row["documents"]) for row in audited["headline"]] == [("reserved", 2)]
