"""A response header about the use of what it comes with, named like its protocol's lines in robots.txt."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.analyzers.reservations.evaluator import AgentTokens, Judge, Meaning, Statement
from colophon.analyzers.reservations.robots_groups import ANY_AGENT, MAX_TEXT
from colophon.analyzers.reservations.usage_lines import UsageProtocol
from colophon.record.carried import Carried, Carrier
from colophon.record.vocabulary import Purpose, VerdictState


def read_usage_header(parts: tuple[Carried, ...], protocol: UsageProtocol) -> UsageHeader:
    """What the header says, in one or several lines: several are one value, with commas between (RFC 9110, 5.3)."""
    name = protocol.key.decode()
    lines = [part.content.strip(b" \t") for part in parts if part.carrier is Carrier.HEADER and part.name == name]
    value = b", ".join(filter(None, lines))
    return UsageHeader(name, value, protocol.state_of(value)) if lines else UsageHeader(name, None, VerdictState.SILENT)


@dataclass(frozen=True, slots=True)
class UsageHeader:
    """The header's whole value, None where there is no header, and what it means for training, whoever trains."""

    name: str
    value: bytes | None
    state: VerdictState

    def statements(self) -> tuple[Statement, ...]:
        """The header as one statement."""
        if self.value is None:
            return ()
        text = self.value.decode("utf-8", "replace")[:MAX_TEXT]
        rule = f"header {self.name}: {text}".rstrip()
        return (Statement(0, None, (ANY_AGENT,), Purpose.TRAIN, text, rule, self.state),)

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path."""
        meaning = Meaning(Purpose.TRAIN, self.state, tuple(sorted(agents.train)), 0)
        heard = () if self.state is VerdictState.SILENT or not agents.train else (meaning,)
        return lambda _path: heard
