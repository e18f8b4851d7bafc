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
        result = look_up(opened, place, edition)
    if json_ or form is TextOrJson.JSON:
        write_text(_as_json(result), out)
    else:
        write_text("\n".join(_lines(result)), out)


def _as_json(result: Lookup) -> str:
    return json_text({
        "edition": result.edition,
        "asked_for": result.asked_for,
        "place": {
            "kind": result.place.kind,
            "authority": result.place.authority,
            "path": result.place.path,
            "domain": result.place.domain,
            "hosts_below": result.place.subdomains,
        },
        "status": result.status,
        "statement": result.statement,
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
            for use in result.uses
        ],
        "datasets": [{"name": dataset.name, "homepage": dataset.homepage} for dataset in result.datasets],
        "copies": [
            {"domain": copy.domain, "kind": copy.kind, "trains": copy.trains, "documents": copy.documents}
            for copy in result.copies
        ],
        "not_known": list(result.not_known),
        "generation": result.generation,
        "created_at": result.created_at,
        "root_hash": result.root_hash,
        "queries": [{"id": asked.query_id, "sha256": asked.sha256} for asked in result.queries],
    })  # fmt: skip


def _lines(result: Lookup) -> Iterator[str]:
    hosts = ", with all hosts below it" if result.place.subdomains else ""
    yield f"{result.place.authority}{result.place.path} ({result.place.kind}{hosts})"
    yield ""
    yield result.statement
    if result.uses:
        yield ""
        yield from (f"  - {_use(use)}" for use in result.uses)
    if result.datasets:
        yield ""
        yield "Publicly known datasets that hold such documents:"
        yield from (f"  - {d.name}" + (f", {d.homepage}" if d.homepage else "") for d in result.datasets)
    if result.copies:
        yield ""
        yield "The same or similar texts were also found elsewhere:"
        yield from (f"  - {_copy(copy)}" for copy in result.copies)
    if result.not_known:
        yield ""
        yield "What cannot be said:"
        yield from (f"  - {sentence}" for sentence in result.not_known)
    yield ""
    yield (
        f"Edition: {result.edition}. Record of {result.created_at[:10]}, generation {result.generation}, "
        f"root hash {result.root_hash}"
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
