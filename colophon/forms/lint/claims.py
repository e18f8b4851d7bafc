"""Rules of the lint that hold what persons claim against what the record holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from colophon.config.problems import shown
from colophon.forms.answers import AnswerKind
from colophon.forms.form import Field, FieldFormat, Mode
from colophon.forms.lint.findings import Case, Check, Remark, acquisitions_of, any_of

_LANGUAGE_WORDS = "language"
_PROTOCOL_WORDS = "protocol"
_UNDETERMINED = "und"


def from_query(query: str) -> Check:
    """The rule of an SQL file of the folder `lint`: each of its rows is one `reason`."""

    def check(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
        parameters = {"as_of": case.as_of.isoformat()} if query in _DATED else None
        for reason in case.asked(query, parameters).column("reason").to_pylist():
            for field in fields:
                yield Remark(field, reason)

    return check


#: Queries that ask for the day as of which dates are judged.
_DATED = frozenset({"collection_dates"})


def respect_beside_reserved(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Reservations said to be respected, while documents that they cover are used."""
    kept = case.asked("reserved_used").to_pylist()
    for answered in case.answered(fields):
        text = answered.text.casefold()
        confirmed = answered.answer.kind is AnswerKind.CONFIRMED
        if not confirmed and not any(word in text for word in case.words.respect):
            continue
        for row in kept:
            # The word for a protocol may name its standard in brackets, which no answer repeats.
            name = case.form.word(row["protocol"], _PROTOCOL_WORDS).partition(" (")[0]
            if row["in_policy"] or name.casefold() in text:
                number = f"{row['documents']:,} used {'document' if row['documents'] == 1 else 'documents'}"
                yield answered.remark(f"respect is stated, but {name} reserves {number} without a licence on record")


def fetches_without_look(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Words on following robots.txt, while documents were fetched without a look at it, or after one that failed, and
    the answer does not say how many."""
    rows = case.asked("fetches_without_look").to_pylist()
    for answered in case.valued(fields):
        if not any(word in answered.text.casefold() for word in case.words.robots):
            continue
        for row in rows:
            if not re.search(rf"(?<![\d.,]){row['documents']:,}(?![\d,])", answered.text):
                number = f"{row['documents']:,} used {'document' if row['documents'] == 1 else 'documents'}"
                what = "after a look that failed" if row["look"] == "failed" else "without a look at it on record"
                yield answered.remark(f"robots.txt is said to be followed, but {number} were fetched {what}")


def datasets_cut(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Whole datasets said to be used, in an answer or in the corpus file, while documents of them were left out."""
    rows = case.asked("datasets_cut").to_pylist()
    whole = any_of(case.words.whole)
    for field in fields:
        answer, acquisitions = case.answers.get(field.id), acquisitions_of(case.form, field)
        for row in rows:
            declared = row["selection"] or "" if field.mode is Mode.COMPUTED else ""
            said = whole.search("\n".join((declared, *(answer.texts if answer else ()))))
            if said and row["acquisition"] in acquisitions:
                left_out = f"{row['left_out']:,} of {row['documents']:,} documents of {shown(row['dataset'])}"
                place = answer.place if answer and not declared else None
                yield Remark(field, f"{shown(said[0])} is said to be used, but {left_out} were left out", place)


def checkpoints_not_named(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Checkpoints that used different content, while nobody says which of them the models named are."""
    if case.answers.status.checkpoints:
        return
    names = case.asked("checkpoints_differ").column("checkpoint").to_pylist()
    for field in fields if names else ():
        yield Remark(field, f"the record knows checkpoints that used different content: {', '.join(names)}")


def languages_not_found(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Languages that an answer names and that no used text was found to be in."""
    used = set(case.asked("languages_used").column("language").to_pylist()) - {_UNDETERMINED}
    if not used:
        return
    codes: dict[str, set[str]] = {}
    for code, name in case.form.words.get(_LANGUAGE_WORDS, {}).items():
        codes.setdefault(name, set()).add(code)
    longest_first = "|".join(re.escape(name) for name in sorted(codes, key=len, reverse=True))
    names = re.compile(rf"(?<![\w-])(?:{longest_first})(?![\w])")
    for answered in case.answered(fields):
        claimed = dict.fromkeys(name for text in answered.answer.texts for name in names.findall(text) if name)
        for name in claimed:
            if not codes[name] & used:
                yield answered.remark(f"{name} is named, but no used text was found to be in it")


def datasets_not_used(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Datasets that an answer names and of which nothing is kept and used."""
    unused = [name for name in case.asked("datasets_unused").column("dataset").to_pylist() if _is_a_name(name)]
    for answered in case.answered(fields):
        text = answered.text
        for name in unused:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                yield answered.remark(f"the dataset {shown(name)} is named, but nothing of it is used")


def yes_without_content(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Questions answered yes, while the record holds no used content of the kind."""
    for answered in case.answered(fields):
        query = answered.field.query
        if answered.field.format is FieldFormat.CHOICE and answered.answer.values == ("yes",) and query is not None:
            held = case.record.query(query.name, {"acquisitions": ",".join(query.acquisitions)}).table
            if not any(held.column("used").to_pylist()):
                yield answered.remark("answered yes, but the record holds no used content of this kind")


def art3_without_organisation(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Sources that rely on Article 3 of the Directive, while no research organisation is named."""
    if case.answers.status.research_organisation:
        return
    sources = case.asked("sources_on_art3").column("source").to_pylist()
    for field in fields if sources else ():
        yield Remark(field, f"the legal basis of {len(sources)} used sources is tdm_art3, first {shown(sources[0])}")


def _is_a_name(dataset: str) -> bool:
    """Whether a dataset's name would not be met by chance: a plain word in lower case may mean anything."""
    return not (dataset.isalpha() and dataset.islower())
