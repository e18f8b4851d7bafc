"""Each house rule finds what it is for, and lets pass what is meant."""

from __future__ import annotations

import subprocess

import pytest

from lint import rules
from lint.source import Checkout


@pytest.fixture
def checkout(tmp_path):
    """A function that lays files out like the project and gives them as a checkout."""

    def lay(**files: str) -> Checkout:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return Checkout(tmp_path)

    return lay


def test_a_module_that_says_nothing_about_its_subject_is_named(checkout):
    laid = checkout(**{"colophon/config/utils.py": "", "colophon/config/usage.py": ""})
    assert list(rules.modules_are_named_after_their_subject(laid)) == [
        "colophon/config/utils.py: 'utils' says nothing about its subject"
    ]


def test_a_class_name_taken_twice_is_named_with_both_places(checkout):
    laid = checkout(**{"colophon/a.py": "class _Host: ...\nclass Other: ...", "colophon/b.py": "\nclass _Host: ..."})
    assert list(rules.class_names_are_unique(laid)) == [
        "colophon/b.py:2: class _Host exists already at colophon/a.py:1"
    ]


@pytest.mark.parametrize(
    "imported",
    ["import duckdb", "import pyarrow.parquet as pq", "from pyarrow import parquet", "from apache_beam.io import x"],
)
def test_an_algorithm_that_imports_files_or_databases_is_named(checkout, imported):
    laid = checkout(**{"colophon/dedup/a.py": f"def f():\n    {imported}", "colophon/pipeline/b.py": imported})
    (problem,) = rules.algorithms_know_no_files(laid)
    assert problem.startswith("colophon/dedup/a.py:2: imports ")


def test_an_algorithm_may_import_arrow(checkout):
    laid = checkout(**{"colophon/dedup/a.py": "import pyarrow as pa\nimport pyarrow.compute as pc\nimport numpy"})
    assert not list(rules.algorithms_know_no_files(laid))


@pytest.mark.parametrize("code", ["f.absolute(p)", "f'tables/{name}/x'", "f'{root}/plans/{n:04}'", "f'{t}/gen={n}'"])
def test_a_path_of_a_record_is_for_its_storage_alone(checkout, code):
    laid = checkout(**{"colophon/record/storage.py": code, "colophon/pipeline/plan.py": f"\n{code}"})
    (problem,) = rules.only_storage_spells_paths_of_a_record(laid)
    assert problem.startswith("colophon/pipeline/plan.py:2:")


@pytest.mark.parametrize("code", ["Path(p).absolute()", "'tables'", "def f():\n    'Reads `tables/`.'"])
def test_other_paths_and_docstrings_are_let_pass(checkout, code):
    assert not list(rules.only_storage_spells_paths_of_a_record(checkout(**{"colophon/config/load.py": code})))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM {name}",
        "\n  COPY (x) TO '{path}' (FORMAT parquet)",
        "CREATE VIEW {name} AS {q}",
        "({x}) SELECT a\nFROM b",
    ],
)
def test_a_statement_in_an_f_string_is_named(checkout, text):
    laid = checkout(**{"colophon/pipeline/a.py": f"f'''{text}'''", "colophon/query/b.py": f"f'''{text}'''"})
    assert [p.partition(": ")[0] for p in rules.statements_take_parameters(laid)] == ["colophon/pipeline/a.py:1"]


@pytest.mark.parametrize(
    "literal", ["'SELECT * FROM documents'", "f'SELECT 1'", "f'{n} rows, from {m} files'", "f'selected FROM {x}'"]
)
def test_a_literal_statement_and_a_sentence_are_let_pass(checkout, literal):
    assert not list(rules.statements_take_parameters(checkout(**{"colophon/pipeline/a.py": literal})))


def test_code_among_data_is_named(checkout):
    laid = checkout(**{"colophon/sql/views/a.py": "", "colophon/sql/views/a.sql": ""})
    assert list(rules.data_folders_hold_no_code(laid)) == ["colophon/sql/views/a.py: is Python in a folder of data"]


def test_a_folder_of_tests_that_is_a_package_is_named(checkout):
    laid = checkout(**{"tests/record/__init__.py": "", "colophon/record/__init__.py": ""})
    (problem,) = rules.tests_are_no_package(laid)
    assert problem.startswith("tests/record/__init__.py:")


def test_a_path_of_one_machine_is_named_wherever_it_stands(checkout):
    person = "ada"
    laid = checkout(
        **{"docs/a.md": f"x\nsee /home/{person}/corpus", "docs/b.md": f"see https://example.org/home/{person}/"}
    )
    subprocess.run(["git", "init", "-q"], cwd=laid.root, check=True)
    assert list(rules.no_text_names_a_path_of_one_machine(laid)) == [f"docs/a.md:2: names /home/{person}/"]


def test_a_link_that_leads_nowhere_is_named(checkout):
    laid = checkout(**{"docs/a.md": "[b](sub/b.md#part) [c](c.md) [web](https://example.org/x)", "docs/sub/b.md": ""})
    assert list(rules.links_lead_somewhere(laid)) == ["docs/a.md: links to c.md, which is not there"]
