from __future__ import annotations

import gzip
import json

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from colophon.cli.init import init
from colophon.config.load import load_corpus
from colophon.config.problems import Problems
from colophon.config.yaml import as_plain, read_yaml
from colophon.errors import BadArgumentError, ConfigurationErrors
from colophon.extensions import installed
from colophon.forms.answers import STATUS_KEYS, load_answers
from colophon.forms.form import load_forms

WRITTEN = ["corpus.yaml", "model.yaml", "provider.yaml", "schemas"]


def _filled_in(folder):
    corpus = folder / "corpus.yaml"
    text = corpus.read_text("utf-8")
    corpus.write_text(
        text.replace("    stage:\n", "    stage: pretraining\n").replace(
            "    acquisition:\n", "    acquisition: other\n"
        ),
        "utf-8",
    )
    return load_corpus(str(corpus), installed())


def test_all_files_and_their_schemas_are_written(tmp_path):
    init(tmp_path / "new", None)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == WRITTEN
    for name in ("corpus", "provider", "model"):
        schema = f"schemas/{name}.schema.json"
        assert json.loads((tmp_path / "new" / schema).read_text("utf-8"))["type"] == "object"
        first = (tmp_path / "new" / f"{name}.yaml").read_text("utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={schema}"


def test_the_command_takes_a_folder_and_data_to_draft_from(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    app = typer.Typer()
    app.command()(init)
    result = CliRunner().invoke(app, [str(tmp_path / "new"), "--from", str(tmp_path / "notes.txt")])
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "wrote" in result.stderr
    assert _filled_in(tmp_path / "new").sources[0].paths == ("../notes.txt",)


def test_existing_files_are_named_and_nothing_is_written(tmp_path):
    (tmp_path / "model.yaml").write_text("mine")
    with pytest.raises(BadArgumentError, match=r"without model\.yaml"):
        init(tmp_path, None)
    assert [p.name for p in tmp_path.iterdir()] == ["model.yaml"]
    assert (tmp_path / "model.yaml").read_text() == "mine"


def test_the_new_corpus_file_says_exactly_what_is_to_be_filled_in(tmp_path):
    init(tmp_path, None)
    with pytest.raises(ConfigurationErrors) as caught:
        load_corpus(str(tmp_path / "corpus.yaml"), installed())
    assert [e.problem for e in caught.value.errors] == [
        "`stage`: no value is given",
        "`acquisition`: no value is given",
    ]


def test_once_filled_in_the_corpus_file_is_right(tmp_path):
    init(tmp_path, None)
    assert _filled_in(tmp_path).sources[0].paths == ("data/*.jsonl",)


def test_every_commented_example_of_the_corpus_file_is_right(tmp_path, monkeypatch):
    monkeypatch.setenv("COLOPHON_ID_KEY", "secret")
    init(tmp_path, None)
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "public_suffix_list.dat").write_text("com\n")
    _filled_in(tmp_path)
    lines = (tmp_path / "corpus.yaml").read_text("utf-8").splitlines()
    keys = ("id_key", "psl", "analysis", "filters", "  - {rule", "defaults")
    opened = [line[2:] if line.startswith(tuple(f"# {k}" for k in keys)) else line for line in lines]
    source_keys = set(
        json.loads((tmp_path / "schemas/corpus.schema.json").read_text())["$defs"]["source"]["properties"]
    )
    opened = [
        line.replace("# ", "", 1) if line.startswith("    # ") and line[6:].split(":")[0] in source_keys else line
        for line in opened
    ]
    text = "\n".join(opened).replace("stage: pretraining", "stage: evaluation").replace("HASH", "a" * 64)
    (tmp_path / "corpus.yaml").write_text(text, "utf-8")
    corpus = load_corpus(str(tmp_path / "corpus.yaml"), installed())
    assert len(corpus.filters) == 5
    assert set(json.loads(corpus.sources[0].config)) == source_keys - {"max_rejects"}


def test_answers_files_hold_every_field_a_person_answers_once_and_no_answer(tmp_path):
    init(tmp_path, None)
    forms = load_forms()
    asked = []
    for name in ("provider", "model"):
        file = tmp_path / f"{name}.yaml"
        assert load_answers(file, *forms).by_field == {}
        content = as_plain(read_yaml(str(file), Problems()))
        properties = json.loads((tmp_path / f"schemas/{name}.schema.json").read_text("utf-8"))["properties"]
        assert set(properties) == set(content)
        asked += [key for key in content if key not in STATUS_KEYS]
    assert sorted(asked) == sorted({f.id for form in forms for f in form.fields() if f.takes_answer})


def test_an_answer_written_into_the_file_is_read(tmp_path):
    init(tmp_path, None)
    file = tmp_path / "provider.yaml"
    text = file.read_text("utf-8").replace('"2.4a":\n  value:\n  by:\n', '"2.4a":\n  value: no\n  by: A. Person\n')
    file.write_text(text, "utf-8")
    answers = load_answers(file, *load_forms())
    assert answers.by_field["2.4a"].values == ("no",)


class TestDraftFromData:
    def test_json_lines_name_their_fields(self, tmp_path):
        data = tmp_path / "data"
        data.mkdir()
        with gzip.open(data / "x.jsonl.gz", "wt") as file:
            file.write('\n{"task_id": 1, "prompt": "p", "completion": "c", "crawl_date": "2024"}\n')
        init(tmp_path / "new", str(data))
        source = _filled_in(tmp_path / "new").sources[0]
        assert (source.name, source.connector, source.paths) == ("data", "jsonl", ("../data/*.jsonl.gz",))
        assert (source.fields.text, source.fields.id) == (("prompt", "completion"), "task_id")
        assert source.fields.fetched_at == "crawl_date"

    def test_parquet_names_its_columns(self, tmp_path):
        pl.DataFrame({"raw_content": ["a"], "url": ["u"]}).write_parquet(tmp_path / "a.parquet")
        init(tmp_path, str(tmp_path / "*.parquet"))
        source = _filled_in(tmp_path).sources[0]
        assert (source.connector, source.paths) == ("parquet", ("*.parquet",))
        assert (source.fields.text, source.fields.url) == (("raw_content",), "url")

    def test_tab_separated_values_name_their_header(self, tmp_path):
        (tmp_path / "a.tsv").write_text("id\tbody\n1\tx\n")
        init(tmp_path, str(tmp_path / "a.tsv"))
        source = _filled_in(tmp_path).sources[0]
        assert (source.connector, source.fields.text, source.fields.id) == ("csv", ("body",), "id")

    def test_a_nested_folder_takes_the_kind_with_most_files_and_tells_of_the_rest(self, tmp_path):
        for name in ("d/a/1.txt", "d/b/2.txt", "d/c.jsonl"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("{}")
        init(tmp_path, str(tmp_path / "d"))
        source = _filled_in(tmp_path).sources[0]
        assert (source.connector, source.paths) == ("text", ("d/**/*.txt",))
        assert "Not covered here: 1 files of .jsonl" in (tmp_path / "corpus.yaml").read_text()

    def test_odd_names_of_keys_stay_inside_their_comment(self, tmp_path):
        (tmp_path / "a.jsonl").write_text(json.dumps({"a\nb: c": 1, "\u2028stage: x": 2, "text": "t", "é": 3}) + "\n")
        init(tmp_path, str(tmp_path / "a.jsonl"))
        assert _filled_in(tmp_path).sources[0].fields.text == ("text",)

    @pytest.mark.parametrize("content", [b"not json\n", b"\xff\xfe\n", b"[1]\n", b"", b"\x1f\x8bgarbage"])
    def test_an_unreadable_first_row_still_gives_a_draft(self, tmp_path, content):
        (tmp_path / "a.jsonl").write_bytes(content)
        init(tmp_path, str(tmp_path / "a.jsonl"))
        assert _filled_in(tmp_path).sources[0].connector == "jsonl"
        assert "No row of a.jsonl could be read." in (tmp_path / "corpus.yaml").read_text()

    @pytest.mark.parametrize(
        ("row", "text"),
        [
            ({"messages": [{"role": "user", "content": "a"}]}, ("messages[].content",)),
            ({"id": 1, "conversations": [{"from": "human", "value": "a"}]}, ("conversations[].value",)),
            ({"instruction": "a", "input": None, "output": "b"}, ("instruction", "input?", "output")),
        ],
    )
    @pytest.mark.parametrize("indent", [None, 2], ids=["lines", "an array"])
    def test_chats_and_instructions_name_what_lies_in_their_lists(self, tmp_path, row, text, indent):
        (tmp_path / "a.json").write_text(json.dumps([row] if indent else row, indent=indent))
        init(tmp_path, str(tmp_path / "a.json"))
        assert _filled_in(tmp_path).sources[0].fields.text == text

    @pytest.mark.parametrize("data", ["absent.jsonl", "notes.docx", "empty"])
    def test_what_holds_no_data_is_refused(self, tmp_path, data):
        (tmp_path / "notes.docx").write_text("")
        (tmp_path / "empty").mkdir()
        with pytest.raises(BadArgumentError, match="--from"):
            init(tmp_path / "new", str(tmp_path / data))
        assert not (tmp_path / "new").exists()
