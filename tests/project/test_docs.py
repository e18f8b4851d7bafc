"""The documentation says what the program does. No test needs the site's generator; `make docs` is for that."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from colophon import errors
from colophon.__main__ import COMMANDS, command_function
from colophon.cli.exit_codes import ExitCode
from colophon.config.load import load_corpus
from colophon.config.schema import corpus_schema
from colophon.extensions import installed
from colophon.forms.answers import load_answers
from colophon.forms.form import load_forms
from colophon.query.session import Record
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy import load_policy
from colophon.training_use.log import open_training_log, read_training_log
from colophon.vocabulary import RejectReason
from docs.generators import configuration
from docs.generators.commands import commands_part
from docs.generators.configuration import MeaningsError, configuration_part, connector_options_part, listed_keys
from docs.generators.errors import errors_part
from docs.generators.form_fields import form_fields_part
from docs.generators.pages import PARTS, filled
from docs.generators.protocols import protocols_part

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

#: Keys of a corpus file that are promised to its users, by their block, whatever the program's dataclasses say.
PROMISED = {
    "": "colophon corpus include defaults policy sources filters[] dedup analysis psl id_key max_rejects",
    "filters[].": "rule kind reason",
    "dedup.": "shingle bands rows threshold",
    "analysis.": "language pii license tokenizer",
    "sources[].": (
        "name dataset revision stage acquisition modality connector paths fields homepage publicly_known origin "
        "collected obtained selection license legal_basis personal_data_basis crawler access synthetic.generators[] "
        "contributors users dynamic weight_update upstream_filters[] evaluation signals max_rejects"
    ),
    "sources[].fields.": "text id url fetched_at license",
    "sources[].collected.": "from to not_known",
    "sources[].license.": "declared spdx content grantor evidence",
    "sources[].crawler.": "name operator purpose user_agents behaviour",
    "sources[].crawler.behaviour.": "captcha password paywall protocols",
    "sources[].synthetic.generators[].": "model link on_market",
    "sources[].contributors.": "who recruited instructions_sha256 pay",
    "sources[].users.": "product from to",
    "sources[].upstream_filters[].": "rule documents_in documents_out",
    "sources[].evaluation.": "benchmark version split metric harness result results_url scope limitations",
    "sources[].signals.": "robots[] tdmrep[] ai_txt[] rsl[] registries[] terms[]",
    "sources[].signals.robots[].": "paths fetched_at",
}
PROMISED_KEYS = [block + key for block, keys in PROMISED.items() for key in keys.split()]


def blocks(language: str) -> list[tuple[str, str]]:
    """The code blocks of all pages in a language, each with a name to find it by."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (f"{page.relative_to(DOCS)}:{text[: found.start()].count(chr(10)) + 1}", found[1])
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for found in fence.finditer(text)
    ]


def yaml_blocks(beginning: str) -> list[tuple[str, str]]:
    return [(name, text) for name, text in blocks("yaml") if text.startswith(beginning)]


def named(found: list[tuple[str, str]]) -> pytest.MarkDecorator:
    assert found, "the pages hold no such block"
    return pytest.mark.parametrize("text", [text for _, text in found], ids=[name for name, _ in found])


@pytest.fixture
def beside_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the examples of the pages refer to."""
    monkeypatch.setenv("COLOPHON_ID_KEY", "a key")
    (tmp_path / "house.yaml").write_text(yaml_blocks("policy: house")[0][1])
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "manuals.yaml").write_text(yaml_blocks("- name: old-manuals")[0][1])
    for path in (
        "crawl/0.warc.gz",
        "chats/0.jsonl.zst",
        "open_web/0.jsonl.zst",
        "open_web/robots.jsonl",
        "newswire/0.parquet",
        "answers.csv",
        "manuals/0.txt",
        "exam.jsonl",
        "forum/0.jsonl.gz",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


# --- the generated reference ---------------------------------------------------------------------------------------


def test_every_command_has_a_section() -> None:
    text = commands_part()
    assert [command for command in COMMANDS if f"## `colophon {command}`" not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_parameter_of_a_command_is_in_its_section(command: str) -> None:
    section = section_of(command)
    hints = get_type_hints(command_function(command), include_extras=True)
    described = [h.__metadata__[0].help for h in hints.values() if hasattr(h, "__metadata__")]
    assert described
    assert [text for text in described if text and " ".join(text.split()).replace("|", "\\|") not in section] == []


def test_the_commands_promised_are_there() -> None:
    assert {
        "init",
        "check",
        "run",
        "report",
        "sql",
        "audit",
        "signals collect",
        "summary",
        "answers",
        "lookup",
        "verify",
    } <= COMMANDS.keys()


def test_options_are_spelled_as_they_are_typed() -> None:
    assert "| `--limit ROWS` |" in section_of("run")
    assert "| `--memory SIZE` |" in section_of("run")


def test_every_promised_key_is_listed() -> None:
    assert set(PROMISED_KEYS) - set(listed_keys()) == set()


def test_the_options_of_a_connector_are_named_beside_the_keys_of_a_source() -> None:
    assert "`options`" in configuration_part().partition("## A source")[2].partition("## Blocks of a source")[0]


def test_the_tables_show_every_key_that_is_listed() -> None:
    tables = configuration_part() + connector_options_part()
    shown = [re.sub(r"^(\[\w+\]options|sources\[\])\.", "", key) for key in listed_keys()]
    # Blocks that are read alike are described once, by the first.
    alike = re.compile(r"signals\.(?!robots)\w+\[\]\.")
    assert [key for key in shown if f"| `{key}` |" not in tables and not alike.match(key)] == []


def test_every_key_of_the_reference_is_known_to_the_editors_schema() -> None:
    in_schema = set(re.findall(r'"(\w+)":', corpus_schema(installed())))
    listed = {key.split(".")[-1].removesuffix("[]") for key in listed_keys()}
    assert listed - in_schema == set()


def test_a_key_without_a_meaning_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_one_less = tmp_path / "meanings.yaml"
    meanings = (DOCS / "generators" / "key_meanings.yaml").read_text(encoding="utf-8")
    with_one_less.write_text(re.sub(r"(?m)^psl: .*\n", "stale: Nothing.\n", meanings), encoding="utf-8")
    monkeypatch.setattr(configuration, "_MEANINGS", with_one_less)
    configuration._meanings.cache_clear()
    with pytest.raises(MeaningsError, match=r"without meaning \['psl'\]; not a key \['stale'\]"):
        listed_keys()
    monkeypatch.undo()
    configuration._meanings.cache_clear()
    assert "psl" in listed_keys()


def test_every_error_that_can_end_the_program_is_listed() -> None:
    text = errors_part()
    raised = [k for k in vars(errors).values() if is_dataclass(k)]
    assert raised
    assert [k.__name__ for k in raised if text.count(f"| `{k.__name__}` |") != 1] == []


def test_every_field_of_every_form_is_listed() -> None:
    text = form_fields_part()
    fields = [f.id for form in load_forms() for f in form.fields()]
    assert fields
    assert [f for f in fields if f"| `{f}` |" not in text] == []


def test_every_protocol_is_listed() -> None:
    rows = {line.split("`")[1]: line for line in protocols_part().splitlines()[2:] if line}
    assert rows.keys() == set(PROTOCOLS)


def test_every_generated_part_stands_on_a_page() -> None:
    marks = re.findall(r"^<!-- generated: (.+) -->$", "\n".join(p.read_text() for p in PAGES), re.MULTILINE)
    assert sorted(marks) == sorted(PARTS)


def test_a_part_that_does_not_exist_ends_the_build() -> None:
    with pytest.raises(KeyError):
        filled("# Title\n\n<!-- generated: no such part -->\n")


def test_cells_with_a_bar_stay_one_cell() -> None:
    for part in PARTS.values():
        widths: set[int] = set()
        for line in [*part().splitlines(), ""]:
            if line.startswith("|"):
                widths.add(len(re.findall(r"(?<!\\)\|", line)))
            else:
                assert len(widths) <= 1
                widths.clear()


# --- pages written by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("reject_reasons.md", list(RejectReason)),
        ("exit_codes.md", [str(int(code)) for code in ExitCode]),
    ],
)
def test_a_table_written_by_hand_has_every_word(page: str, words: list[str]) -> None:
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert [w for w in words if not re.search(rf"(?m)^\| `?{w}`? \|", text)] == []


def test_the_reasons_said_to_be_damage_are_those_that_count_as_damage() -> None:
    text = (DOCS / "reference" / "reject_reasons.md").read_text(encoding="utf-8")
    said = set(re.findall(r"(?m)^\| `(\w+)` \|.*\| yes \|$", text))
    assert said == {reason for reason in RejectReason if reason.is_damage}


@named(yaml_blocks("colophon:"))
def test_a_corpus_file_on_a_page_is_valid(text: str, beside_everything: Path) -> None:
    file = beside_everything / "corpus.yaml"
    file.write_text(text)
    assert load_corpus(str(file), installed()).name


@named(yaml_blocks("- name:"))
def test_a_source_on_a_page_is_valid(text: str, beside_everything: Path) -> None:
    file = beside_everything / "corpus.yaml"
    file.write_text(f"colophon: 1\ncorpus: pages\npolicy: code\nsources:\n{text}")
    assert len(load_corpus(str(file), installed()).sources) == 1


@named(yaml_blocks("policy:"))
def test_a_policy_on_a_page_is_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text(text)
    assert load_policy(str(file)).name == "house"


@named(yaml_blocks('"'))
def test_an_answer_on_a_page_is_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "provider.yaml"
    file.write_text(text)
    assert load_answers(file, *load_forms()).by_field


@named(yaml_blocks("checkpoint:"))
def test_a_mix_of_training_on_a_page_is_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mix.yaml"
    file.write_text(text)
    assert sum(rows.num_rows for rows in read_training_log(open_training_log(str(file)), None))


def test_every_yaml_block_of_the_guides_is_of_a_form_that_is_tested() -> None:
    tested = ("colophon:", "- name:", "policy:", '"', "checkpoint:")
    assert [name for name, text in blocks("yaml") if not text.startswith(tested)] == []


@named(blocks("sql"))
def test_a_query_on_a_page_can_be_asked(text: str, opened_small_record: Record) -> None:
    assert opened_small_record.sql(text).num_columns > 0


@named([(name, line) for name, text in blocks("sh") for line in text.splitlines() if re.search(r"colophon -?\w", line)])
def test_a_command_on_a_page_has_the_options_that_are_shown(text: str) -> None:
    unquoted = re.sub(r'"[^"]*"', "QUOTED", text.partition("colophon ")[2])
    words = re.split(r"[|>]", unquoted)[0].split()
    command = next(i for i, word in enumerate(words) if not word.startswith("-"))
    name = " ".join(words[command : command + 2])
    name = name if name in COMMANDS else words[command]
    assert name in COMMANDS
    of_program = commands_part().partition("(colophon-")[0]
    assert [w for w in words[:command] if f"`{w}`" not in of_program] == []
    section = section_of(name)
    options = [w for w in words[command + 1 :] if w.startswith("-")]
    assert [o for o in options if not re.search(rf"`{o}[` ]", section)] == []


def test_every_page_is_in_a_table_of_contents() -> None:
    named_pages = {DOCS / "index.md"}
    for page in PAGES:
        for toctree in re.findall(r"^```\{toctree\}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
            entries = [line.strip() for line in toctree.splitlines() if line.strip() and not line.startswith(":")]
            for entry in entries:
                named_pages |= set(page.parent.glob(f"{entry}.md"))
    assert set(PAGES) - named_pages == set()


def section_of(command: str) -> str:
    """What the reference says of one command."""
    return commands_part().partition(f"## `colophon {command}`")[2].partition("\n(colophon-")[0]
