"""`colophon lookup`: what a rights holder may know about a domain, host or address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from colophon.audit.lookup import Copy, Lookup, LookupStatus, Use, is_subject, look_up_all
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
from colophon.config.problems import shown
from colophon.errors import BadArgumentError
from colophon.query.editions import Edition
from colophon.query.name_list import read_name_list
from colophon.query.session import open_record
from colophon.vocabulary import PublicReason

_STATUS_WORDS = {
    LookupStatus.USED: "used for training",
    LookupStatus.USED_FOR_EVALUATION: "used for evaluation, not for training",
    LookupStatus.KEPT_NOT_TRAINED: "held, not used for training",
    LookupStatus.FILTERED_OUT: "filtered out",
}


def lookup(
    record: RecordArgument,
    place: Annotated[
        str | None, typer.Argument(metavar="DOMAIN|HOST|URL", help="What to look for.", show_default=False)
    ] = None,
    form: TextOrJsonOption = TextOrJson.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
    edition: EditionOption = Edition.PUBLIC,
    names: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Names to look for, one a line; one answer each.", show_default="none"
        ),
    ] = None,
) -> None:
    """Say what became of the documents of a domain, host or address, as far as readers of the edition may know.

    A domain, a host and a public suffix take in all hosts below them. Of many names (--from) the answers follow each
    other.
    """
    subjects = _subjects(place, names)
    with open_record(record) as opened:
        results = look_up_all(opened, subjects, edition)
    if json_ or form is TextOrJson.JSON:
        facts = [_facts(result) for result in results]
        write_text(json_text(facts if names else facts[0]), out)
    else:
        write_text(f"\n\n{_BETWEEN}\n\n".join("\n".join(_lines(result)) for result in results), out)


#: Reasons that say more than their word.
_REASONS = {
    PublicReason.LOOK_FAILED: "whether the site reserves rights could not be read",
    PublicReason.LOOK_MISSING: "nobody looked in time whether the site reserves rights",
}
_BETWEEN = "-" * 80


def _subjects(place: str | None, names: Path | None) -> tuple[str, ...]:
    """Raises BadArgumentError, which names every line that is no place."""
    if names is None and place is not None:
        return (place,)
    if names is None or place is not None:
        given = "both" if names else "neither"
        raise BadArgumentError("DOMAIN|HOST|URL", given, "either one name, or --from FILE with many")
    subjects = tuple(read_name_list(names, "--from").column("name").to_pylist())
    wrong = [subject for subject in subjects if not is_subject(subject)]
    if wrong:
        listed = ", ".join(map(shown, wrong[:_MOST_NAMED])) + (" …" if len(wrong) > _MOST_NAMED else "")
        expected = f"a domain, host or address on each line; {len(wrong)} of {len(subjects)} are none: {listed}"
        raise BadArgumentError("--from", str(names), expected)
    return subjects


_MOST_NAMED = 10


def _facts(result: Lookup) -> dict[str, Any]:
    return {
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
    }  # fmt: skip


def _lines(result: Lookup) -> Iterator[str]:
    hosts = ", with all hosts below it" if result.place.subdomains else ""
    yield f"{result.place.authority}{result.place.path} ({_words(result.place.kind)}{hosts})"
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
    reason = f" ({_REASONS.get(use.reason, _words(use.reason))})" if use.reason else ""
    acquired = f"acquired as {_words(use.acquisition)}, " if use.acquisition else ""
    return (
        f"{_STATUS_WORDS[use.status]}{reason}: {use.documents} documents, {use.modality}, "
        f"{acquired}stage {use.stage}, {_period(use)}"
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
