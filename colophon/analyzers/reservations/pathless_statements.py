"""Statements on training that name no path and no agent: those of a page about itself, or of a file about its host."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.analyzers.reservations.evaluator import AgentTokens, Judge, Meaning, Statement
from colophon.record.vocabulary import Purpose, VerdictState


@dataclass(frozen=True, slots=True)
class PathlessStatements:
    """All statements, and the one that decides; None where they are silent on training."""

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
