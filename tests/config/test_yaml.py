from __future__ import annotations

import re

import pytest

from colophon.config.problems import Problems
from colophon.config.yaml import Mapping, as_plain, canonical_json, is_null, parse_yaml, read_yaml


def _parsed(text):
    problems = Problems()
    return parse_yaml(text, "f.yaml", problems), [str(e) for e in problems.errors.values()]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("017", 17),
        ("0o17", 15),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("2024-07-01", "2024-07-01"),
        ("12:30:45", "12:30:45"),
        ("'1'", "1"),
        ('"null"', "null"),
    ],
)
def test_values_follow_the_core_schema_of_yaml_1_2(written, value):
    node, problems = _parsed(f"key: {written}\n")
    assert problems == []
    assert as_plain(node) == {"key": value}


def test_a_directive_for_yaml_1_1_does_not_make_no_false():
    node, _ = _parsed("%YAML 1.1\n---\nlanguage: no\n")
    assert as_plain(node) == {"language": "no"}


def test_every_entry_knows_its_line():
    node, _ = _parsed("a: 1\nb:\n  - x\n  - c: 2\n")
    assert isinstance(node, Mapping)
    inner = node.get("b").node.items[1]
    assert (node.get("b").place.line, inner.get("c").place.line) == (2, 4)


def test_a_key_given_twice_names_both_lines():
    _, problems = _parsed("a: 1\nb: 2\na: 3\n")
    assert problems == ["f.yaml:3: key `a` is given twice; keep this one or that on line 1"]


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_document_is_a_null(text):
    root, problems = _parsed(text)
    assert is_null(root)
    assert not problems


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "\t- x",
        "a: 1\n---\nb: 2",
        "&a [*a]",
        "a: \x00",
        "? [a]\n: b",
        "a: *x",
        "[" * 1500,
        'a: "\\q"',
        'a: "\\ud800"',
        'a: "\\U00110000"',
        "a: !!python/object:os.system x",
        "a: !thing x",
        "!<",
        "%FOO\n",
    ],
)
def test_what_is_no_plain_yaml_is_a_problem_and_no_exception(text):
    _, problems = _parsed(text)
    assert problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paths: [*.jsonl]", 'f.yaml:1: `*.jsonl` is not in quotes, .*; put it in quotes, as in "\\*.jsonl"'),
        ("paths:\n  - **/a.txt", 'f.yaml:2: `**/a.txt` is not in quotes, .*; put it in quotes, as in "**/a.txt"'),
        ("paths: [*]", "f.yaml:1: `*` is not in quotes"),
        ("paths: [a/[0-9].txt]", "f.yaml:1: .* in quotes"),
        ("paths: [{a,b}.txt]", "f.yaml:1: .* in quotes"),
        ("paths: {a,b}.txt", "f.yaml:1: .* in quotes"),
        ("paths: [!a.txt]", "f.yaml:.: .* in quotes"),
        ("paths: [&a.txt]", 'f.yaml:1: `&a.txt` names a value, and none follows; .* in quotes, as in "&a.txt"'),
        ("a: @b", "f.yaml:1: a value begins with `@`, .* in quotes"),
        ('a: "C:\\data"', "f.yaml:1: .* in single quotes"),
        ("a: 1\n\tb: 2", "f.yaml:2: .*spaces"),
        ("a: 1\n---\nb: 2", "f.yaml:2: a second document begins here"),
        ("a: 1\nb: !!python/object:os.system x", "f.yaml:2: tag `!!python/object:os.system` is not known here"),
        ("a: 1\nb: !!python/object/apply:os.system [x]", "f.yaml:2: tag `!!python/object/apply:os.system` is not"),
        ("a: 1\nb: !!set {x}", "f.yaml:2: tag `!!set` is not known here"),
        ("a: 1\nb: \0", "f.yaml:2: holds the control character U\\+0000; remove it"),
        ("a\0:\0", "f.yaml:1: .*save the file as UTF-8"),
        ("a: 1\nb: " + "[" * 3_000, "f.yaml:2: is nested too deeply"),
        ("a: [1,\nb: 2", r"f.yaml:2: .*\(in what begins on line 1\)"),
    ],
)
def test_a_message_names_the_line_and_what_to_write(text, message):
    _, problems = _parsed(text)
    pattern = message.replace("**", r"\*\*").replace("`*", r"`\*")
    assert any(re.match(pattern, problem) for problem in problems), problems


@pytest.mark.parametrize(
    "text", ["a: [x, y]", "a: {b: c}", "a: 'x*'", "a: x*.txt", "a: a[b]", "a: &n 1\nb: *n", "a: !!str 1"]
)
def test_right_yaml_that_looks_like_patterns_is_no_problem(text):
    assert not _parsed(text)[1]


def test_aliases_cannot_make_a_small_file_huge():
    levels = ["l0: &l0 [x,x,x,x,x,x,x,x,x,x]"]
    levels += [f"l{i}: &l{i} [{','.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 9)]
    _, problems = _parsed("\n".join(levels))
    assert any("fewer aliases" in p for p in problems)


def test_canonical_json_does_not_depend_on_layout():
    first, _ = _parsed("b: [1, x]\na: {d: 1, c: ~}\n")
    second, _ = _parsed("# comment\na:\n  c:\n  d: 1\nb:\n- 1\n- x\n")
    assert canonical_json(first) == canonical_json(second) == '{"a":{"c":null,"d":1},"b":[1,"x"]}'


def test_a_file_that_is_not_utf_8_is_a_problem(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_bytes(b"a: \xff\n")
    problems = Problems()
    assert read_yaml(str(file), problems) is None
    assert "not UTF-8" in str(next(iter(problems.errors.values())))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: ü\n".encode("utf-16"), "f.yaml:1: is UTF-16 or UTF-32, not UTF-8; save the file as UTF-8"),
        (b"a: 1\nb: \xfc\n", "f.yaml:2: is not UTF-8"),
    ],
)
def test_text_in_another_encoding_names_its_line(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_bytes(content)
    problems = Problems()
    assert read_yaml("f.yaml", problems) is None
    assert [str(e).startswith(message) for e in problems.errors.values()] == [True]


def test_a_missing_file_is_a_problem(tmp_path):
    problems = Problems()
    assert read_yaml(str(tmp_path / "absent.yaml"), problems) is None
    assert "no such file" in str(next(iter(problems.errors.values())))
