"""Tags of a page as evidence keeps them, one by one."""

from __future__ import annotations

from dataclasses import dataclass

from resiliparse.parse.html import HTMLTree

from colophon.record.carried import IN_BODY, Carried, Carrier


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its attributes, their names in lower case, and the text behind it (that of a script)."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str

    def attribute(self, name: str) -> str:
        """The value of an attribute without surrounding white space; empty where there is none."""
        return next((value.strip() for known, value in self.attributes if known == name), "")


def tag_of(part: Carried) -> Tag | None:
    """The tag that a part holds, as a browser reads it; None for other parts, and for what is no tag of that name."""
    if part.carrier is not Carrier.MARKUP:
        return None
    document = HTMLTree.parse(part.content.decode("utf-8", "replace")).document
    tag = part.name.removeprefix(IN_BODY)
    element = document.query_selector(tag) if document is not None and tag.isalnum() else None
    if element is None:
        return None
    attributes = tuple((name.lower(), element.getattr(name) or "") for name in element.attrs)
    return Tag(tag, attributes, element.text or "")
