"""Rules of the lint on the words of answers: placeholders, words for nothing, contacts, names, bare links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from colophon.config.problems import shown
from colophon.forms.answers import AnswerKind
from colophon.forms.form import Field
from colophon.forms.lint.findings import Case, Remark, any_of

_MAIL = re.compile(r"([\w.+-]+)@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_PHONE = re.compile(r"(?:\+|\b00|\()\d[\d\s()/-]{5,}\d")
_TOP_LEVEL = re.compile(r"(?<![\w.])\.[a-z]{2,}\b")
_ANGLED = re.compile(r"<[^<>@/]+>")
_PUNCTUATION = " .,;:!?…-–—_*/\\()[]{}'\"#"


def placeholders(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Words that stand for an answer still to be written, in the answer or in who gives it."""
    words = any_of(case.words.placeholders)
    for answered in case.answered(fields):
        answer = answered.answer
        for text in (*answer.texts, *filter(None, (answer.by, answer.evidence))):
            match = words.search(text) or _ANGLED.search(text)
            if match or not text.strip(_PUNCTUATION):
                yield answered.remark(f"{shown(match[0] if match else text)} stands where an answer belongs")


def words_for_nothing(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Values and reasons that say no more than that there is none."""
    for answered in case.answered(fields):
        answer, empty = answered.answer, case.words.nothing
        required = not answered.field.optional and (
            answered.field.statement is None or answered.field.statement.required
        )
        if answer.kind is AnswerKind.VALUE and required and not answered.field.options:
            if all(_bare(text) in empty for text in answer.texts):
                yield answered.remark(f"the value {shown(answer.texts[0])} gives no reason")
        elif answer.reason and _bare(answer.reason) in (*empty, answer.kind.value.replace("_", " ")):
            yield answered.remark(f"the reason {shown(answer.reason)} is none")


def generic_contacts(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Contacts that lead to nobody in particular: shared mailboxes alone, or a pointer to a site."""
    for answered in case.valued(fields):
        text = answered.text
        mailboxes = [m[1].casefold() for m in _MAIL.finditer(text)]
        if mailboxes and all(m in case.words.mailboxes for m in mailboxes) and not _PHONE.search(text):
            yield answered.remark(f"the only mailbox is the general one, `{mailboxes[0]}@`")
        if match := any_of(case.words.elsewhere).search(text):
            yield answered.remark(f"{shown(match[0])} sends the reader away")


def incomplete_contacts(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Contacts without a name, or without a way to reach it."""
    for answered in case.valued(fields):
        text = answered.text
        if not (_MAIL.search(text) or _PHONE.search(text)):
            yield answered.remark("gives neither a mail address nor a telephone number")
        if not re.search(r"[^\W\d_]{2,}", _LINK.sub(" ", _MAIL.sub(" ", text))):
            yield answered.remark("names nobody")


def categories_for_names(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Kinds of sites, of models or bare endings of domains where the form wants names."""
    kinds = any_of(case.words.categories)
    for answered in case.valued(fields):
        text = answered.text
        endings = _TOP_LEVEL.findall(_LINK.sub(" ", _MAIL.sub(" ", text)))
        if endings:
            yield answered.remark(f"the endings {shown(', '.join(endings))} name no domain")
        elif (match := kinds.search(text)) and not _names_something(kinds.sub(" ", text), case.words.vague):
            yield answered.remark(f"{shown(match[0])} is a kind, not a name")


def links_alone(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Links in place of the content that a reader should find in the field."""
    for answered in case.valued(fields):
        text = answered.text
        if _LINK.search(text) and not re.search(r"\w", _LINK.sub(" ", text)):
            yield answered.remark("only a link is given")


def unnamed_signers(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Answers signed by nobody who could be asked."""
    for answered in case.answered(fields):
        by = answered.answer.by
        if by and (_bare(by) in case.words.signers or not re.search(r"[^\W\d_]{2,}", _MAIL.sub(" ", by))):
            yield answered.remark(f"{shown(by)} is nobody's name")


def _names_something(text: str, vague: Sequence[str]) -> bool:
    """Whether a text holds a link, a domain, or a word with a capital that does not just begin a vague sentence."""
    if _LINK.search(text) or re.search(r"\w\.\w{2,}", text):
        return True
    return any(word.casefold() not in vague for word in re.findall(r"\b[A-ZÀ-Þ]\w*", text))


def _bare(text: str) -> str:
    return " ".join(text.casefold().strip(_PUNCTUATION).split())
