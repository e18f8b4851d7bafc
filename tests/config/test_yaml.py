from __future__ import annotations

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


def test_a_missing_file_is_a_problem(tmp_path):
    problems = Problems()
    assert read_yaml(str(tmp_path / "absent.yaml"), problems) is None
    assert "no such file" in str(next(iter(problems.errors.values())))
