from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import dataclass, replace

import pytest

from colophon.analyzers.language import LanguageOptions
from colophon.analyzers.pii.personal_data import PiiOptions
from colophon.analyzers.tokens import TokenizerOptions
from colophon.config.corpus import (
    Collected,
    Contamination,
    Dedup,
    Filter,
    FilterReason,
    Generator,
    Option,
    SnapshotFiles,
    Synthetic,
)
from colophon.config.load import load_corpus
from colophon.errors import ConfigurationErrors, MissingKeyError, UnsetKeyError
from colophon.extensions import installed
from colophon.vocabulary import Acquisition, Entity, FilterKind, LegalBasis, Stage


@dataclass(frozen=True, slots=True)
class TableOptions:
    header: bool = True
    delimiter: str | None = None
    skip: int = 0
    ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class NoOptions:
    pass


EXTENSIONS = replace(installed(), connectors={"csv": TableOptions, "jsonl": NoOptions, "warc": NoOptions})

SOURCE = """\
  - name: a
    stage: pretraining
    acquisition: crawled_own
    connector: csv
    paths: [a/*.csv]
"""
HEAD = "colophon: 1\ncorpus: test\n"

EVERY_KEY = """\
colophon: 1
corpus: test
include: [sources/*.yaml]
defaults: {access: open}
policy: strict
sources:
  - name: a
    dataset: A
    revision: 2024
    stage: evaluation
    acquisition: synthetic_own
    modality: image
    connector: csv
    paths: [a.csv, https://example.org/b.csv]
    options: {header: false, delimiter: ";", skip: 2, ratio: 1}
    fields: {text: [q, a], id: i, url: u, fetched_at: f, license: l}
    homepage: https://example.org
    publicly_known: true
    origin: someone
    collected: {from: 2024-01, to: 2024}
    obtained: 2024-07-01
    selection: all
    license: {declared: null, spdx: mit, content: NOASSERTION, grantor: G, evidence: https://example.org/l}
    legal_basis: tdm_art4
    personal_data_basis: none
    crawler:
      {name: C, operator: O, purpose: P, user_agents: [Bot], behaviour:
        {captcha: no, password: no, paywall: no, protocols: [robots]}}
    synthetic: {generators: [{model: M, link: https://example.org/m, on_market: true}]}
    contributors:
      who: W
      recruited: R
      instructions_sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      pay: P
    users: {product: P, from: 2023, to: 2024-02}
    dynamic: true
    weight_update: false
    upstream_filters: [{rule: r, documents_in: 10, documents_out: 9}]
    evaluation:
      {benchmark: B, version: 1.0, split: test, metric: m, harness: h, result: 0.5, results_url: https://example.org/r,
       scope: s, limitations: l}
    signals:
      robots: [{paths: r/*, fetched_at: 2024-06-01T00:00:00Z}]
      tdmrep: [{paths: [t]}]
      ai_txt: [{paths: i}]
      rsl: [{paths: l}]
      registries: [{paths: g}]
      terms: [{paths: m}]
    max_rejects: 0.5
filters:
  - {rule: languages, kind: language, reason: quality, keep: [no, de]}
  - {rule: licenses, kind: license, reason: legal_or_safety, keep: [cc0-1.0]}
  - {rule: people, kind: pii, reason: legal_or_safety, max_count: 3}
  - {rule: length, kind: length, reason: quality, min_bytes: 1, max_bytes: 9}
  - {rule: blocked, kind: domains, reason: legal_or_safety, drop: [Example.ORG, bücher.example]}
dedup: {shingle: 5, bands: auto, threshold: 0.7}
contamination: {words: 8, threshold: 0.25}
analysis: {language: {}, pii: {min_score: 0.4, entities: [EMAIL_ADDRESS]}, license: false, tokenizer: tokenizer.json}
psl: list.dat
id_key: ${TEST_ID_KEY}
max_rejects: 0.02
"""


@pytest.fixture
def load(tmp_path):
    def load_text(text, **files):
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        corpus = tmp_path / "corpus.yaml"
        corpus.write_text(text, encoding="utf-8")
        return load_corpus(str(corpus), EXTENSIONS)

    return load_text


@pytest.fixture
def problems(load):
    def problems_of(text, **files):
        with pytest.raises(ConfigurationErrors) as caught:
            load(text, **files)
        return [(e.line, f"{e.problem}; {e.expected}") for e in caught.value.errors]

    return problems_of


@pytest.fixture
def corpus_of_every_key(load, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_ID_KEY", "secret")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "list.dat").write_text("com\n")
    included = "- {name: b, stage: finetuning, acquisition: commissioned_human, connector: jsonl, paths: b.jsonl}\n"
    return load(EVERY_KEY, sources__one_yaml=included)


class TestEveryKeyOfTheDesign:
    def test_words_become_enums(self, corpus_of_every_key):
        source = corpus_of_every_key.sources[0]
        assert (source.stage, source.acquisition) == (Stage.EVALUATION, Acquisition.SYNTHETIC_OWN)
        assert source.legal_basis is LegalBasis.TDM_ART4

    def test_blocks_become_their_values(self, corpus_of_every_key):
        source = corpus_of_every_key.sources[0]
        assert source.collected == Collected("2024-01", "2024")
        assert source.synthetic == Synthetic((Generator("M", "https://example.org/m", on_market=True),))
        assert source.signals[0] == SnapshotFiles(("r/*",), "2024-06-01T00:00:00Z", key="robots")
        assert [s.key for s in source.signals] == ["robots", "tdmrep", "ai_txt", "rsl", "registries", "terms"]
        assert source.crawler.behaviour.captcha == "no"
        assert (source.license.spdx, source.license.declared) == ("MIT", None)
        assert (source.evaluation.version, source.evaluation.result) == ("1.0", "0.5")
        assert source.fields.text == ("q", "a")
        assert source.contributors.instructions_sha256 == "a" * 64
        assert (source.users.begin, source.revision, source.max_rejects) == ("2023", "2024", 0.5)

    def test_options_keep_the_types_of_the_connector(self, corpus_of_every_key):
        assert corpus_of_every_key.sources[0].options == TableOptions(header=False, delimiter=";", skip=2, ratio=1.0)

    def test_filters_take_what_their_kind_takes(self, corpus_of_every_key):
        languages, licenses, people, length, blocked = corpus_of_every_key.filters
        assert languages == Filter("languages", FilterKind.LANGUAGE, FilterReason.QUALITY, keep=("no", "de"))
        assert licenses.values == ("CC0-1.0",)
        assert people.parameters == (Option("max_count", 3),)
        assert length.parameters == (Option("min_bytes", 1), Option("max_bytes", 9))
        assert blocked.values == ("example.org", "xn--bcher-kva.example")

    def test_automatic_bands_are_chosen_by_the_threshold(self, corpus_of_every_key):
        assert corpus_of_every_key.dedup == Dedup(5, 14, 9, 0.7)
        assert corpus_of_every_key.contamination == Contamination(8, 0.25)

    def test_analysis_is_on_where_it_is_not_false(self, corpus_of_every_key):
        analysis = {analyzer.name: analyzer.options for analyzer in corpus_of_every_key.analysis}
        assert analysis["language"] == LanguageOptions()
        assert analysis["pii"] == PiiOptions(0.4, (Entity.EMAIL_ADDRESS,))
        assert analysis["license"] is None
        assert analysis["tokenizer"] == TokenizerOptions("tokenizer.json")

    def test_included_sources_follow_and_take_the_defaults(self, corpus_of_every_key):
        own, included = corpus_of_every_key.sources
        assert (own.name, included.name) == ("a", "b")
        assert included.access == own.access == "open"
        assert included.paths_place.file.endswith("one.yaml")

    def test_the_corpus_survives_pickling(self, corpus_of_every_key):
        assert pickle.loads(pickle.dumps(corpus_of_every_key)) == corpus_of_every_key


class TestSources:
    def test_the_dataset_is_the_name_where_none_is_given(self, load):
        assert load(HEAD + "sources:\n" + SOURCE).sources[0].dataset == "a"

    def test_the_source_wins_over_the_defaults(self, load):
        defaults = "defaults: {stage: finetuning, revision: r1}\n"
        source = load(HEAD + defaults + "sources:\n" + SOURCE).sources[0]
        assert (source.stage, source.revision) == (Stage.PRETRAINING, "r1")

    def test_the_stored_block_holds_the_defaults_and_no_limit(self, load):
        text = HEAD + "defaults: {revision: r1, max_rejects: 0.9}\nsources:\n" + SOURCE
        assert json.loads(load(text).sources[0].config) == {
            "name": "a",
            "stage": "pretraining",
            "acquisition": "crawled_own",
            "connector": "csv",
            "paths": ["a/*.csv"],
            "revision": "r1",
        }

    def test_stage_and_acquisition_are_demanded_with_their_words(self, problems):
        found = problems(HEAD + "sources:\n  - {name: a, connector: csv, paths: [x]}\n")
        assert [line for line, _ in found] == [4, 4]
        assert "`stage` is missing; expected one of: pretraining" in found[0][1]
        assert "`acquisition` is missing" in found[1][1]

    def test_two_sources_of_one_name_name_both_lines(self, problems):
        found = problems(HEAD + "sources:\n" + SOURCE + SOURCE)
        assert found[0][0] == 9
        assert "`a` is given twice" in found[0][1]
        assert ":4 has it already" in found[0][1]

    def test_an_empty_list_of_paths_is_refused(self, problems):
        assert "`paths`: the list is empty" in problems(HEAD + "sources:\n" + SOURCE.replace("a/*.csv", ""))[0][1]

    def test_fields_of_a_connector_whose_rows_have_no_names_are_refused(self, problems):
        text = SOURCE.replace(": csv", ": warc") + "    fields: {url: WARC-Target-URI}\n"
        (found,) = problems(HEAD + "sources:\n" + text)
        assert found == (
            9,
            (
                "`fields` does not fit connector `warc`, whose rows have no columns or keys; "
                "remove `fields`, or name another connector"
            ),
        )

    def test_default_fields_do_not_reach_a_connector_that_takes_none(self, load):
        defaults = "defaults: {fields: {url: address}}\nsources:\n"
        warc = SOURCE.replace("name: a", "name: b").replace(": csv", ": warc")
        first, second = load(HEAD + defaults + SOURCE + warc).sources
        assert first.fields.url == "address"
        assert second.fields.url is None
        assert "fields" not in json.loads(second.config)

    def test_an_encoding_is_one_of_text_and_of_a_connector_of_text_files(self, problems, load):
        stated = "    encoding: {}\n".format
        (source,) = load(HEAD + "sources:\n" + SOURCE + stated("Latin-1")).sources
        assert source.encoding == "iso8859-1"
        assert "did you mean `shift-jis`?" in problems(HEAD + "sources:\n" + SOURCE + stated("shift-jsi"))[0][1]
        assert "`hex` is no encoding of text" in problems(HEAD + "sources:\n" + SOURCE + stated("hex"))[0][1]
        warc = SOURCE.replace(": csv", ": warc")
        assert (
            "`encoding` does not fit connector `warc`" in problems(HEAD + "sources:\n" + warc + stated("cp1252"))[0][1]
        )

    def test_a_corpus_without_sources_is_refused(self, problems):
        assert "there are no sources" in problems(HEAD)[0][1]

    @pytest.mark.parametrize("stage", [s for s in Stage if s not in {Stage.EVALUATION, Stage.VALIDATION}])
    def test_a_benchmark_stands_with_evaluation_and_validation_only(self, problems, stage):
        text = SOURCE.replace("pretraining", stage) + "    evaluation: {benchmark: B}\n"
        assert "`evaluation` stands in a source" in problems(HEAD + "sources:\n" + text)[0][1]

    def test_an_evaluation_source_needs_no_benchmark(self, load):
        text = HEAD + "sources:\n" + SOURCE.replace("pretraining", "evaluation")
        assert load(text).sources[0].evaluation is None

    def test_a_connector_of_a_later_version_is_told_apart_from_an_unknown_one(self, problems):
        later = problems(HEAD + "sources:\n" + SOURCE.replace(": csv", ": sql"))
        unknown = problems(HEAD + "sources:\n" + SOURCE.replace(": csv", ": cvs"))
        assert "not available in this version; available are: csv, jsonl, warc" in later[0][1]
        assert "did you mean `csv`?" in unknown[0][1]

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ("{heder: true}", "did you mean `header`?"),
            ("{header: 1}", "`header`: `1` does not fit; expected true or false"),
            ("{skip: many}", "expected a whole number"),
            ("{skip: true}", "expected a whole number"),
            ("{ratio: no}", "expected a number"),
            ("[header]", "`options` holds no keys"),
            ("{api_token: abc}", "holds a literal secret"),
        ],
    )
    def test_options_are_checked_by_the_connector_s_dataclass(self, problems, options, problem):
        found = problems(HEAD + "sources:\n" + SOURCE + f"    options: {options}\n")
        assert any(problem in text for _, text in found)
        assert {line for line, _ in found} == {9}


class TestValues:
    @pytest.mark.parametrize(
        ("written", "problem"),
        [
            ("licence: {}", "unknown key `licence`; did you mean `license`?"),
            ("legal_basis: tdm_art_4", "did you mean `tdm_art4`?"),
            ("license: {spdx: CC-BY-4}", "did you mean `CC-BY-4.0`?"),
            ("homepage: example", "`example` is not a URL"),
            ("homepage: 'http://[x'", "is not a URL"),
            ("collected: {from: 2024-13}", "`2024-13` is not a date"),
            ("collected: {from: 2024-05, to: 2024-04}", "ends (2024-04) before it begins (2024-05)"),
            ("collected: {from: 2024-05, not_known: x}", "gives dates and says they are not known"),
            ("users: {from: 2025, to: 2024-12}", "`users` ends"),
            ("obtained: 2024-02-30", "is not a day"),
            ("max_rejects: 1.5", "is not a share"),
            ("max_rejects: half", "expected a number"),
            ("dynamic: yes", "expected true or false"),
            ("origin: true", "put it in quotes"),
            ("origin: [x]", "a list does not fit; expected text"),
            ("fields: {text: {a: b}}", "stands where a list belongs"),
            ("signals: {robots: [{paths: x, fetched_at: 2024-01-01}]}", "expected RFC 3339"),
            ("contributors: {instructions_sha256: abc}", "expected 64 hexadecimal digits"),
            ("upstream_filters: [{rule: x, documents_in: -1}]", "expected 0 or more"),
            ("synthetic: {generators: [{link: https://example.org}]}", "`model` is missing"),
            ("synthetic: [x]", "stands where keys belong"),
            ("<<: {origin: x}", "YAML 1.2 has no merge keys"),
        ],
    )
    def test_a_wrong_value_is_named_with_its_line_and_what_was_expected(self, problems, written, problem):
        found = problems(HEAD + "sources:\n" + SOURCE + f"    {written}\n")
        assert any(line == 9 and problem in text for line, text in found)

    @pytest.mark.parametrize(("begin", "end"), [("2024", "2024-01"), ("2024-12", "2024"), ("2024-01-31", "2024-01")])
    def test_dates_of_unequal_precision_may_meet(self, load, begin, end):
        text = HEAD + "sources:\n" + SOURCE + f"    collected: {{from: {begin}, to: {end}}}\n"
        assert load(text).sources[0].collected == Collected(begin, end)

    def test_a_key_without_a_value_is_as_if_it_were_absent(self, load):
        assert load(HEAD + "sources:\n" + SOURCE + "    license:\n    dynamic:\n").sources[0].dynamic is False

    @pytest.mark.parametrize(
        ("written", "problem"),
        [
            ("colophon: 2", "`2` is not known"),
            ("polici: code", "did you mean `policy`?"),
            ("policy: cod", "did you mean `code`?"),
            ("psl: absent.dat", "there is no file `absent.dat`"),
            ("analysis: {tokenizer: absent.json}", "there is no file"),
            ("analysis: {langage: false}", "did you mean `language`?"),
            ("analysis: {language: {model: x}}", "no keys are known here"),
            ("include: [absent/*.yaml]", "matches no file"),
            ("defaults: [x]", "`defaults` holds no keys"),
            ("dedup: {bands: auto, rows: 8}", "auto chooses both"),
            ("dedup: {bands: all}", "expected a whole number or auto"),
            ("dedup: {threshold: 0}", "makes every pair a duplicate"),
            ("dedup: {threshold: 0.5}", "fewer than one in ten pairs"),
            ("dedup: {bands: 1000}", "more than 1024 slots"),
            ("dedup: {rows: 0}", "expected 1 or more"),
            ("contamination: {words: 4}", "expected `words` from 5 to 50"),
            ("contamination: {words: 51}", "expected `words` from 5 to 50"),
            ("contamination: {threshold: 0}", "makes every pair a finding"),
            ("filters: [{rule: x, kind: language, reason: qualty, keep: [en]}]", "did you mean `quality`?"),
            ("filters: [{rule: x, kind: language, reason: quality, keep: [EN]}]", "is not a language code"),
            ("filters: [{rule: x, kind: language, reason: quality, drop: [en]}]", "`drop` does not belong to it"),
            ("filters: [{rule: x, kind: pii, reason: quality}]", "nothing to go by"),
            ("filters: [{rule: x, kind: license, reason: quality, keep: [MTI]}]", "did you mean `MIT`?"),
            ("filters: [{rule: x, kind: domains, reason: quality, drop: [a/b]}]", "is not a domain"),
            ("filters: [{rule: x, kind: length, reason: quality, min_bytes: 2, max_bytes: 1}]", "more than"),
        ],
    )
    def test_a_wrong_key_of_the_corpus_is_named_with_its_line(self, problems, written, problem):
        head = "corpus: test\n" if written.startswith("colophon") else HEAD
        found = problems(f"{head}{written}\nsources:\n{SOURCE}")
        assert any(line == head.count("\n") + 1 and problem in text for line, text in found)

    def test_two_filters_of_one_name_are_refused(self, problems):
        rule = "  - {rule: x, kind: pii, reason: quality, max_count: 1}\n"
        assert "is given twice" in problems(HEAD + "filters:\n" + rule + rule + "sources:\n" + SOURCE)[0][1]

    def test_a_policy_may_be_a_file_beside_the_corpus_file(self, load):
        assert load(HEAD + "policy: own.yaml\nsources:\n" + SOURCE, own_yaml="x: 1").policy == "own.yaml"

    def test_all_errors_come_together_in_the_order_of_lines(self, problems):
        text = HEAD + "polici: x\nmax_rejects: 7\nsources:\n" + SOURCE.replace("csv]", "csv]\n    paths: [b]")
        assert [line for line, _ in problems(text)] == [3, 4, 11]

    def test_a_wrong_default_is_reported_once(self, problems):
        found = problems(HEAD + "defaults: {acces: open}\nsources:\n" + SOURCE + SOURCE.replace("name: a", "name: b"))
        assert len(found) == 1
        assert found[0][0] == 3

    @pytest.mark.parametrize("text", ["", "- a\n", "word\n", "a: [\n"])
    def test_a_file_that_is_no_corpus_file_says_so(self, problems, text):
        assert problems(text)


class TestIncludes:
    def test_errors_name_the_included_file_and_its_line(self, load):
        with pytest.raises(ConfigurationErrors) as caught:
            load(HEAD + "include: sub/*.yaml\n", sub__x_yaml="sources:\n  - name: z\n    stage: pretrainin\n")
        first = caught.value.errors[0]
        assert first.file.endswith("sub/x.yaml")
        assert {e.line for e in caught.value.errors} == {2, 3}

    def test_a_file_matched_twice_is_read_once(self, load):
        text = HEAD + "include: [sub/*.yaml, sub/x.yaml]\n"
        assert len(load(text, sub__x_yaml="sources:\n" + SOURCE).sources) == 1

    def test_a_folder_is_no_file_to_include(self, problems):
        found = problems(HEAD + "include: .\nsources:\n" + SOURCE)[0][1]
        assert "`include` `.` is a folder; name its files, as in `./*.yaml`" in found

    def test_an_included_file_holds_sources_only(self, load):
        with pytest.raises(ConfigurationErrors, match="unknown key `policy`"):
            load(HEAD + "include: sub/*.yaml\n", sub__x_yaml="policy: code\nsources:\n" + SOURCE)


class TestEnvironment:
    def test_references_are_expanded_for_use_and_stored_unexpanded(self, load, monkeypatch):
        monkeypatch.setenv("TEST_ROOT", "s3://bucket")
        monkeypatch.setenv("TEST_SKIP", "3")
        source = SOURCE.replace("a/*.csv", '"${TEST_ROOT}/a"') + "    options: {skip: '${TEST_SKIP}'}\n"
        loaded = load(HEAD + "sources:\n" + source).sources[0]
        assert loaded.paths == ("s3://bucket/a",)
        assert loaded.options == TableOptions(skip=3)
        assert "${TEST_ROOT}/a" in loaded.config
        assert "bucket" not in loaded.config

    def test_an_unset_variable_is_named(self, problems, monkeypatch):
        monkeypatch.delenv("TEST_ABSENT", raising=False)
        found = problems(HEAD + "sources:\n" + SOURCE.replace("a/*.csv", '"${TEST_ABSENT}/a"'))
        assert found == [
            (8, "environment variable TEST_ABSENT is not set or empty; set TEST_ABSENT, or write the value")
        ]

    def test_a_malformed_reference_is_refused(self, problems):
        found = problems(HEAD + "sources:\n" + SOURCE.replace("a/*.csv", '"${A-B}"'))
        assert "does not begin a reference" in found[0][1]

    @pytest.mark.parametrize("key", ["paths: ['https://u:hunter2@[']", "homepage: 'ftp://u:hunter2@h/x y'"])
    def test_a_literal_password_is_refused_and_not_repeated(self, problems, key):
        source = SOURCE.replace("    paths: [a/*.csv]\n", "") if key.startswith("paths") else SOURCE
        found = problems(f"{HEAD}sources:\n{source}    {key}\n")
        assert any("literal password" in text for _, text in found)
        assert "hunter2" not in str(found)

    def test_a_password_by_reference_is_allowed(self, load, monkeypatch):
        monkeypatch.setenv("TEST_PASSWORD", "p")
        text = HEAD + "sources:\n" + SOURCE.replace("a/*.csv", '"ftp://u:${TEST_PASSWORD}@h/x"')
        assert load(text).sources[0].paths == ("ftp://u:p@h/x",)


class TestIdKey:
    KEYED = SOURCE.replace("crawled_own", "user_model_interaction")

    def test_user_data_without_a_key_is_refused(self, load):
        with pytest.raises(MissingKeyError) as caught:
            load(HEAD + "sources:\n" + self.KEYED)
        assert (caught.value.sources, caught.value.variable) == (("a",), "COLOPHON_ID_KEY")

    @pytest.mark.parametrize("value", [None, ""])
    def test_the_variable_must_hold_something(self, load, monkeypatch, value):
        monkeypatch.delenv("TEST_KEY", raising=False)
        if value is not None:
            monkeypatch.setenv("TEST_KEY", value)
        with pytest.raises(UnsetKeyError, match="variable TEST_KEY, which `id_key` names, is not set or empty"):
            load(HEAD + "id_key: ${TEST_KEY}\nsources:\n" + self.KEYED)

    def test_the_corpus_keeps_the_name_of_the_variable_and_never_the_key(self, load, monkeypatch):
        monkeypatch.setenv("TEST_KEY", "hunter2")
        corpus = load(HEAD + "id_key: ${TEST_KEY}\nsources:\n" + self.KEYED)
        assert corpus.id_key_variable == "TEST_KEY"
        assert "hunter2" not in repr(corpus)

    def test_a_key_written_out_is_refused_and_not_repeated(self, problems):
        found = problems(HEAD + "id_key: hunter2\nsources:\n" + self.KEYED)
        assert found[0][0] == 3
        assert "hunter2" not in str(found)

    def test_sources_of_other_kinds_need_no_key(self, load):
        assert load(HEAD + "sources:\n" + SOURCE).id_key_variable is None


@pytest.fixture
def with_evidence(tmp_path):
    """Loads a corpus whose licence is evidenced by the text given."""

    def load(evidence):
        path = tmp_path / "corpus.yaml"
        path.write_text(f"{HEAD}sources:\n{SOURCE}    license: {{evidence: {json.dumps(evidence)}}}\n")
        return load_corpus(str(path), EXTENSIONS)

    return load


def test_a_file_that_evidences_a_license_is_recorded_with_its_hash(with_evidence, tmp_path):
    (tmp_path / "contract.pdf").write_bytes(b"signed")
    (source,) = with_evidence("contract.pdf").sources
    assert source.license.evidence == f"contract.pdf (SHA-256 {hashlib.sha256(b'signed').hexdigest()})"


@pytest.mark.parametrize("evidence", ["nowhere.pdf", ".", "contract 12, clause 3", "https://", "gopher://a.example/x"])
def test_evidence_is_an_address_or_a_file_that_is_there(with_evidence, evidence):
    with pytest.raises(ConfigurationErrors, match="evidence"):
        with_evidence(evidence)
