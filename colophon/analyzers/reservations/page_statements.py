"""Statements of a page about its own use for training, whoever trains."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.analyzers.reservations.evaluator import AgentTokens, Judge, Meaning, Statement
from colophon.record.vocabulary import Purpose, VerdictState


@dataclass(frozen=True, slots=True)
class PageStatements:
    """All statements of a page, and the one that decides; None where the page is silent on training."""

    made: tuple[Statement, ...]
    deciding: Statement | None

    def statements(self) -> tuple[Statement, ...]:
        return self.made

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path."""
        heard: tuple[Meaning, ...] = ()
        if self.deciding is not None and self.deciding.state is not VerdictState.SILENT and agents.train:
            heard = (Meaning(Purpose.TRAIN, self.deciding.state, tuple(sorted(agents.train)), self.deciding.number),)
        return lambda _path: heard
