"""The table of AI agents (`agents.csv`): the operator of each product token, and the purpose of its
requests."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files


class AgentPurpose(StrEnum):
    """The purpose for which an agent fetches, as stated by its operator or by the source of the row."""

    TRAIN = "train"
    TRAIN_CONTROL = "train_control"  # no crawler sends this name; it only controls whether training is allowed
    SEARCH = "search"
    USER_REQUEST = "user_request"
    DATA_SUPPLY = "data_supply"  # sells or passes on what it fetches; the use is not stated
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Agent:
    """A row of the table; `operator` is empty if unknown, `stated_on` is the date of the version of the source."""

    token: str
    operator: str
    purpose: AgentPurpose
    source: str
    stated_on: date


@cache
def agents() -> tuple[Agent, ...]:
    """All agents of the packaged table, sorted by token regardless of case."""
    text = _table().decode("utf-8")
    return tuple(
        Agent(
            token=row["token"],
            operator=row["operator"],
            purpose=AgentPurpose(row["purpose"]),
            source=row["source"],
            stated_on=date.fromisoformat(row["date"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def agents_sha256() -> str:
    """SHA-256 of the packaged table, byte for byte."""
    return hashlib.sha256(_table()).hexdigest()


def _table() -> bytes:
    return files(__package__).joinpath("agents.csv").read_bytes()
