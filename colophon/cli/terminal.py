"""What reaches a terminal: messages, and texts in which no character of a value can steer it."""

from __future__ import annotations

import unicodedata

import typer


def printable(text: str) -> str:
    """A text in which no character can steer the terminal or change the order of others; lines stay.

    Control characters (C0, C1), marks of direction, characters without width and those that no standard assigns are
    shown as escapes.
    """
    if text.isprintable():
        return text
    return "".join(c if _is_shown(c) else _escape(c) for c in text)


def printable_line(text: str) -> str:
    """A text that stays on one line of the terminal: line ends are shown as escapes too."""
    return printable(text).replace("\n", "\\n")


def say(message: str) -> None:
    """A message for people, on standard error."""
    typer.echo(printable(message), err=True)


def _is_shown(character: str) -> bool:
    # str.isprintable counts no space but U+0020; the others move nothing.
    return character.isprintable() or character == "\n" or unicodedata.category(character) == "Zs"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
