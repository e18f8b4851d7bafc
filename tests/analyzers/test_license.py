from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers import license as license_module
from colophon.analyzers.license import Licenses, spdx_of, spdx_of_all
from colophon.config.corpus import License
from colophon.connectors.rows import rows_batch


def resolve(claim, configured, place=None):
    batch = rows_batch(
        {
            "row": [0],
            "path": ["f"],
            "position": [0],
            "text": [""],
            "license_claim": [claim],
            "license_place": [place],
        }
    )
    return Licenses(configured).analyze(batch).to_pylist()[0]


@pytest.mark.parametrize(
    ("claim", "spdx"),
    [
        ("mit", "MIT"),
        ("The MIT License", "MIT"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("apache-2.0 or mit", "Apache-2.0 OR MIT"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("gpl", "LicenseRef-GPL"),
        ("https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0-only"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"),
        ("http://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("odc-by", "ODC-By-1.0"),
        ("Licence Ouverte 2.0", "etalab-2.0"),
        ("bigscience-openrail-m", "LicenseRef-BigScience-OpenRAIL-M"),
        ("LicenseRef-house-terms", "LicenseRef-house-terms"),
        ("unknown", "NOASSERTION"),
        ("Other", "NOASSERTION"),
        ("none", "NONE"),
    ],
)
def test_names_tags_addresses_and_expressions_are_read(claim, spdx):
    assert spdx_of(claim) == spdx


@pytest.mark.parametrize(
    ("claim", "spdx"),
    [
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution 4.0 International License (CC BY 4.0)", "CC-BY-4.0"),
        ("Attribution-ShareAlike 3.0 Unported", "CC-BY-SA-3.0"),
        ("CC BY 3.0 DE", "CC-BY-3.0-DE"),
        ("CC BY", "LicenseRef-CC-BY"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://www.creativecommons.org/licenses/by-nc-sa/4.0/legalcode", "CC-BY-NC-SA-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.fr", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/deed.de", "CC-BY-SA-3.0-DE"),
        ("https://creativecommons.org/licenses/by/3.0/igo/", "CC-BY-3.0-IGO"),
        ("http://creativecommons.org/licenses/by/2.5/es/", "LicenseRef-CC-BY-2.5-ES"),
        ("http://creativecommons.org/licenses/by-nd-nc/1.0", "CC-BY-NC-ND-1.0"),
        ("//creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("http://creativecommons.org/licenses/publicdomain/", "CC-PDDC"),
    ],
)
def test_creative_commons_is_read_with_elements_version_and_port(claim, spdx):
    assert spdx_of(claim) == spdx


@pytest.mark.parametrize(
    "claim",
    ["", "  ", "do what you like", "https://example.com/terms", "free to read", "MIT " * 100, "unlicensed", "\x00"],
)
def test_what_cannot_be_read_is_not_guessed(claim):
    assert spdx_of(claim) is None


@given(st.text())
def test_any_claim_is_read_or_left_without_error(claim):
    result = spdx_of(claim)
    assert result is None or result.isascii()


def test_every_row_of_the_table_is_reached_and_gives_a_license_spdx_knows():
    rows = list(csv.DictReader(license_module._table_lines()))
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        assert row["kind"] in {"name", "tag", "url", "statement"}
        assert license_module._key(row["key"]) == row["key"]
        assert spdx_of(row["key"]) == row["spdx"]
        if row["spdx"] not in {"NONE", "NOASSERTION"}:
            assert license_module._by_expression(row["spdx"]) == row["spdx"]


def test_the_license_of_the_content_comes_first():
    configured = License(
        spdx="ODC-By-1.0", content="CC-BY-4.0", grantor="A House", evidence="https://example.com/terms"
    )
    assert resolve("mit", configured, "meta") == {
        "license_observed": "MIT",
        "license_effective": "CC-BY-4.0",
        "license_scope": "content",
        "grantor": "A House",
        "license_evidence": "https://example.com/terms",
    }


def test_the_license_of_the_collection_comes_before_the_observed_one():
    resolved = resolve("mit", License(spdx="ODC-By-1.0"), "field license")
    assert resolved["license_observed"] == "MIT"
    assert resolved["license_effective"] == "ODC-By-1.0"
    assert resolved["license_scope"] == "collection"
    assert resolved["license_evidence"] == "field license"


def test_the_observed_license_comes_last_and_is_not_the_configured_grantors():
    configured = License(declared="see pages", grantor="A House", evidence="https://example.com/terms")
    assert resolve("CC BY 4.0", configured, "rel=license") == {
        "license_observed": "CC-BY-4.0",
        "license_effective": "CC-BY-4.0",
        "license_scope": "content",
        "grantor": None,
        "license_evidence": "rel=license",
    }


@pytest.mark.parametrize("nothing", ["NOASSERTION", "NONE"])
def test_no_assertion_is_never_effective(nothing):
    assert resolve(nothing, License())["license_effective"] is None
    assert resolve(nothing, License())["license_observed"] == nothing
    assert resolve(None, License(spdx=nothing, content=nothing))["license_effective"] is None
    assert resolve("mit", License(spdx=nothing, content=nothing))["license_effective"] == "MIT"
    assert resolve(None, License(content=nothing, spdx="MIT"))["license_scope"] == "collection"


def test_an_unreadable_claim_keeps_its_place():
    assert resolve("ask us", License(), "footer link") == {
        "license_observed": None,
        "license_effective": None,
        "license_scope": None,
        "grantor": None,
        "license_evidence": "footer link",
    }


@pytest.mark.parametrize(
    ("claims", "expression"),
    [
        ("MIT", "MIT"),
        ("mit\nMIT License", "MIT"),
        ("MIT\nApache-2.0", "MIT AND Apache-2.0"),
        ("MIT OR ISC\nApache-2.0", "(MIT OR ISC) AND Apache-2.0"),
        ("MIT\nsome terms of our own", None),
        ("", None),
    ],
)
def test_several_claims_apply_together(claims, expression):
    assert spdx_of_all(claims) == expression
