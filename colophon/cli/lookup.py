"""`colophon lookup`: what a rights holder may know about a domain, host or address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from colophon.audit.lookup import Copy, Lookup, LookupStatus, Use, look_up
from colophon.cli.output import (
    EditionOption,
    JsonOption,
    OutOption,
    RecordArgument,
    TextOrJson,
    TextOrJsonOption,
    json_text,
    write_text,
)
from colophon.query.editions import Edition
from colophon.query.session import open_record

_STATUS_WORDS = {
    LookupStatus.USED: "used for training",
    LookupStatus.USED_FOR_EVALUATION: "used for evaluation, not for training",
    LookupStatus.KEPT_NOT_TRAINED: "held, not used for training",
    LookupStatus.FILTERED_OUT: "filtered out",
}


def lookup(
    record: RecordArgument,
    place: Annotated[str, typer.Argument(metavar="DOMAIN|HOST|URL", help="What to look for.")],
    form: TextOrJsonOption = TextOrJson.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
    edition: EditionOption = Edition.PUBLIC,
) -> None:
    """Say what became of the documents of a domain, host or address, as far as readers of the edition may know."""
    with open_record(record) as opened:
        found = look_up(opened, place, edition)
    if json_ or form is TextOrJson.JSON:
        write_text(_as_json(found), out)
    else:
        write_text("\n".join(_lines(found)), out)


def _as_json(found: Lookup) -> str:
    return json_text({
        "edition": found.edition,
        "asked_for": found.asked_for,
        "place": {
            "kind": found.place.kind,
            "authority": found.place.authority,
            "path": found.place.path,
            "domain": found.place.domain,
            "hosts_below": found.place.subdomains,
        },
        "status": found.status,
        "statement": found.statement,
        "uses": [
            {
                "status": use.status,
                "acquisition": use.acquisition,
                "stage": use.stage,
                "modality": use.modality,
                "reason": use.reason,
                "documents": use.documents,
                "first_month": use.first_month,
                "last_month": use.last_month,
                "all_dated": use.all_dated,
            }
            for use in found.uses
        ],
        "datasets": [{"name": dataset.name, "homepage": dataset.homepage} for dataset in found.datasets],
        "copies": [
            {"domain": copy.domain, "kind": copy.kind, "trains": copy.trains, "documents": copy.documents}
            for copy in found.copies
        ],
        "not_known": list(found.not_known),
        "generation": found.generation,
        "created_at": found.created_at,
        "root_hash": found.root_hash,
        "queries": [{"id": asked.query_id, "sha256": asked.sha256} for asked in found.queries],
    })  # fmt: skip


def _lines(found: Lookup) -> Iterator[str]:
    hosts = ", with all hosts below it" if found.place.subdomains else ""
    yield f"{found.place.authority}{found.place.path} ({found.place.kind}{hosts})"
    yield ""
    yield found.statement
    if found.uses:
        yield ""
        yield from (f"  - {_use(use)}" for use in found.uses)
    if found.datasets:
        yield ""
        yield "Publicly known datasets that hold such documents:"
        yield from (f"  - {d.name}" + (f", {d.homepage}" if d.homepage else "") for d in found.datasets)
    if found.copies:
        yield ""
        yield "The same or similar texts were also found elsewhere:"
        yield from (f"  - {_copy(copy)}" for copy in found.copies)
    if found.not_known:
        yield ""
        yield "What cannot be said:"
        yield from (f"  - {sentence}" for sentence in found.not_known)
    yield ""
    yield (
        f"Edition: {found.edition}. Record of {found.created_at[:10]}, generation {found.generation}, "
        f"root hash {found.root_hash}"
    )


def _use(use: Use) -> str:
    reason = f" ({_words(use.reason)})" if use.reason else ""
    return (
        f"{_STATUS_WORDS[use.status]}{reason}: {use.documents} documents, {use.modality}, "
        f"acquired as {_words(use.acquisition)}, stage {use.stage}, {_period(use)}"
    )


def _period(use: Use) -> str:
    if use.first_month is None:
        return "time of collection not known"
    months = use.first_month if use.first_month == use.last_month else f"{use.first_month} to {use.last_month}"
    return f"collected {months}" + ("" if use.all_dated else ", some at a time not known")


def _copy(copy: Copy) -> str:
    place = copy.domain or "a place that is not part of the public web"
    use = "used for training from there" if copy.trains else "not used for training from there"
    return f"{place}: {copy.documents} texts, {copy.kind} copies, {use}"


def _words(value: str) -> str:
    return value.replace("_", " ")
