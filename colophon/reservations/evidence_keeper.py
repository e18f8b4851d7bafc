"""Who kept the evidence of a look: as declared, else as the info record of a web archive says; never by the form of a
file."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from colophon.vocabulary import Acquisition, KeptBy

#: Names of public web archives, as their info records give them. A name elsewhere, such as in the software used or in a
#: description, says nothing about who operated a crawl.
_PUBLIC_ARCHIVES = re.compile(
    r"\b(?:common ?crawl|internet archive|archive-it|arquivo\.pt|uk web archive|webrecorder|perma\.cc"
    r"|end of term web archive|library of congress)\b",
    re.IGNORECASE,
)
_PUBLIC_COLLECTIONS = re.compile(r"CC-(?:MAIN|NEWS)-\d{4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArchiveInfo:
    """What the info record of a web archive says about who made it (ISO 28500, record type *warcinfo*)."""

    operators: tuple[str, ...] = ()
    is_part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collected a source, as declared: the names of its crawler and of the operator, and how it was acquired."""

    names: Collection[str]
    acquisition: Acquisition


def keeper(declared: KeptBy | None, archive: ArchiveInfo | None, collector: Collector) -> KeptBy | None:
    """Who kept the evidence; None if nobody says so.

    An archive was kept by a public web archive if its info record names one, by the provider if it names the operator
    of the provider's own crawl, and by a third party if it names the operator who crawled for others.
    """
    if declared is not None or archive is None:
        return declared
    if archive.is_part_of is not None and _PUBLIC_COLLECTIONS.match(archive.is_part_of.strip()):
        return KeptBy.ARCHIVE
    if any(_PUBLIC_ARCHIVES.search(operator) for operator in archive.operators):
        return KeptBy.ARCHIVE
    collectors = {name.strip().casefold() for name in collector.names}
    if not any(operator.strip().casefold() in collectors for operator in archive.operators):
        return None
    return KeptBy.PROVIDER if collector.acquisition.is_crawl else KeptBy.THIRD_PARTY
