"""A list of names, one a line, that questions to a record can be joined with."""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa

from colophon.errors import BadArgumentError
from colophon.urls import authority_of, host_name

#: Name of the table in a session.
NAME_LIST = "list"

_SCHEMA = pa.schema([("name", pa.string()), ("authority", pa.string())])
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_name_list(file: Path, argument: str) -> pa.Table:
    """The names of a file, each once and in its order, and the host that each names as the tables write hosts.

    Empty lines and lines that begin with `#` are no names; white space around a name is no part of it. The text is
    UTF-8, or UTF-16 with a byte order mark. Raises BadArgumentError, which names the argument.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadArgumentError(argument, str(file), f"a file that can be read ({error.strerror})") from None
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadArgumentError(argument, str(file), f"a text in UTF-8, one name a line ({error})") from None
    # Not str.splitlines, which ends lines at characters that may stand in a name.
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    names = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not names:
        raise BadArgumentError(argument, str(file), "at least one name, one a line")
    return pa.table([names, [authority_of(name) or host_name(name) for name in names]], schema=_SCHEMA)
