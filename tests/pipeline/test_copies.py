"""What becomes of an open text whose copy is reserved, under each setting of a policy's `copies`."""

from __future__ import annotations

from importlib.resources import files

import pytest

from colophon.query.session import open_record

#: Of the open host, page 0 has the text of a reserved one, page 1 nearly that of another.
OPEN_PAGES = "url LIKE 'https://open.example/%'"


def run_with(small, record, copies):
    policy = files("colophon.reservations").joinpath("policies", "code.yaml").read_text()
    own = policy.replace("policy: code", "policy: ours").replace("copies: own", f"copies: {copies}")
    assert f"copies: {copies}" in own
    (small.folder / "ours.yaml").write_text(own)
    small.run(record, extra="policy: ours.yaml\n")


def dropped_pages(record):
    """Position of each dropped page of the open host, with the reason for the public and the rule's own."""
    query = f"""
        SELECT d.url, x.public_reason, x.reason FROM decisions x JOIN documents d USING (doc_id)
        WHERE x.position = 0 AND {OPEN_PAGES}
    """  # a constant of this module
    with open_record(str(record)) as opened:
        return {row["url"][-2:]: (row["public_reason"], row["reason"]) for row in opened.sql(query).to_pylist()}


EQUAL = ("reservation", "an equal text is reserved elsewhere")
NEAR = ("reservation", "a similar text is reserved elsewhere")


@pytest.mark.parametrize(
    ("copies", "dropped"),
    [("own", {}), ("exact", {"p0": EQUAL}), ("near", {"p0": EQUAL, "p1": NEAR})],
)
def test_copies_of_reserved_texts_go_as_the_policy_says(small, tmp_path, copies, dropped):
    run_with(small, tmp_path / "r", copies)
    assert dropped_pages(tmp_path / "r") == dropped


def test_the_copies_of_a_dropped_representative_stay_its_duplicates(small, tmp_path):
    run_with(small, tmp_path / "r", "near")
    with open_record(str(tmp_path / "r")) as opened:
        both = opened.sql(
            "SELECT count(*) AS n FROM duplicates m JOIN documents_kept k ON k.doc_id = m.doc_id "
            "WHERE m.cluster_id <> m.doc_id"
        )
    assert both["n"].to_pylist() == [0]
