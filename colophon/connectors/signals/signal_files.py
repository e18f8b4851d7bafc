"""What is declared of signal files as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from colophon.connectors.formats.documents import RowCounter
from colophon.connectors.formats.field_values import fetch_time_of
from colophon.connectors.times import Time, moment
from colophon.vocabulary import FieldOutcome, KeptBy


@dataclass(frozen=True, slots=True)
class SignalFiles:
    """The protocol whose observations the files hold, the time of those that give none, and who kept them."""

    protocol: str
    fetched_at: str | None = None
    kept_by: KeptBy | None = None

    def time_of_look(self, name: str, written: object, counter: RowCounter) -> datetime | None:
        """When a look was made: as its row says under this name, or else as is declared for the files.

        Of a day without a time it is the last instant, since before then nobody can say that it had been made. A value
        that cannot be read is counted, and nothing stands in for it.
        """
        read = fetch_time_of(written)
        if isinstance(read, Time):
            counter.count("fetched_at", name, FieldOutcome.USED)
            return read.latest
        if read.is_unread:
            counter.count("fetched_at", name, read)
            return None
        return moment(self.fetched_at)
