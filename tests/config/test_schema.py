from __future__ import annotations

import json
from dataclasses import dataclass, replace

from colophon.config.schema import corpus_schema
from colophon.extensions import installed
from colophon.vocabulary import Acquisition, Stage

CORPUS_KEYS = {
    "colophon", "corpus", "include", "defaults", "policy", "sources", "filters", "dedup", "contamination", "analysis",
    "psl", "id_key", "max_rejects",
}  # fmt: skip
SOURCE_KEYS = {
    "name", "dataset", "revision", "stage", "acquisition", "modality", "connector", "paths", "options", "fields",
    "dedup", "encoding",
    "homepage", "publicly_known", "origin", "collected", "obtained", "selection", "license", "legal_basis",
    "personal_data_basis",
    "crawler", "access", "synthetic", "contributors", "users", "dynamic", "weight_update", "upstream_filters",
    "evaluation", "signals", "max_rejects",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableOptions:
    header: bool = True


SCHEMA = json.loads(corpus_schema(replace(installed(), connectors={"csv": TableOptions})))
SOURCE = SCHEMA["$defs"]["source"]


def test_every_key_of_the_configuration_is_in_the_schema_and_no_other():
    assert set(SCHEMA["properties"]) == CORPUS_KEYS
    assert set(SOURCE["properties"]) == SOURCE_KEYS
    assert SCHEMA["additionalProperties"] is SOURCE["additionalProperties"] is False


def test_keys_are_spelled_as_in_the_file():
    assert set(SOURCE["properties"]["collected"]["properties"]) == {"from", "to", "not_known"}
    assert set(SOURCE["properties"]["synthetic"]["properties"]) == {"generators"}


def test_words_are_those_of_the_vocabulary():
    assert SOURCE["properties"]["stage"]["enum"] == [*Stage]
    assert SOURCE["properties"]["acquisition"]["enum"] == [*Acquisition]


def test_options_depend_on_the_connector():
    assert SOURCE["properties"]["connector"]["enum"] == ["csv"]
    [rule] = SOURCE["allOf"]
    assert rule["if"]["properties"]["connector"]["const"] == "csv"
    assert set(rule["then"]["properties"]["options"]["properties"]) == {"header"}


def test_bands_are_a_number_or_auto():
    bands = SCHEMA["properties"]["dedup"]["properties"]["bands"]["anyOf"]
    assert {"type": "integer", "minimum": 1} in bands
    assert {"enum": ["auto"]} in bands
