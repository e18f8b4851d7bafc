"""The options by which a command asks about another moment or another policy than those of the record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from colophon.reservations.moment import Moment, asked_moment
from colophon.reservations.policy import Clock

ClockOption = Annotated[
    str, typer.Option("--clock", metavar="MOMENT", help=f"{', '.join(Clock)}, or the end of a day (YYYY-MM-DD).")
]
PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", metavar="NAME|FILE", help="Compare with another policy; nothing is decided anew."),
]


def today() -> date:
    """The day it is here or in UTC, the later: a person signs with the day of the place."""
    now = datetime.now(UTC)
    return max(now.date(), now.astimezone().date())


def moment_named(text: str) -> Moment:
    """The moment that the value of an option names. Raises BadArgumentError."""
    return asked_moment(text, datetime.now(UTC).date())
