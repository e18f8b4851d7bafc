"""Addresses judged by the robots.txt of their hosts, beside Protego's `can_fetch` called for each; one core.

Both sides keep what they made of each file, and both are asked once before the clock starts, since each prepares
something at its first question. Timed for the program: the judge that the verdicts of a run ask, path by path, once
for the collector's agent alone, as Protego is asked, and once for all that the policy `code` asks at that place
(crawling for the agent, training for three tokens). Timed for Protego: `can_fetch`, given the whole address, and given
the path alone, which it takes too. Reading and preparing a file is timed apart.

Every answer is compared. Hosts come one after the other, as in a run, which judges the documents of a host together.
"""

from __future__ import annotations

from collections.abc import Sequence

from protego import Protego

from benchmarks.arguments import arguments
from benchmarks.measuring import Timing, Value, ratio, report, require, timed
from benchmarks.robots_hosts import AGENT, URLS_PER_HOST, Host, hosts
from colophon.reservations.policy import load_policy
from colophon.reservations.protocols.robots import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens, Judge
from colophon.vocabulary import Purpose


def main() -> None:
    """Judge host by host, compare the answers, report the sums."""
    given = arguments()
    policy = load_policy("code")
    agent_alone = AgentTokens((AGENT,), ())
    as_policy = AgentTokens((AGENT,), policy.tokens_for_training((), (AGENT,)))
    tokens = frozenset(policy.training_tokens)
    works = [_measured(host, agent_alone, as_policy, tokens) for host in hosts(given.documents // URLS_PER_HOST)]
    alone, protego, policy_wide, protego_paths, read, protego_read = (
        _sum(column) for column in zip(*works, strict=True)
    )
    report(
        [
            *ratio("protego", protego, alone),
            *ratio("protego_policy", protego, policy_wide),
            *ratio("protego_paths", protego_paths, alone),
            *ratio("reading", protego_read, read),
            Value("microseconds", alone.seconds / given.documents * 1e6),
            Value("protego_microseconds", protego.seconds / given.documents * 1e6),
        ]
    )


def _measured(host: Host, agent_alone: AgentTokens, as_policy: AgentTokens, tokens: frozenset[str]) -> list[Timing]:
    """The timings of one host, in the order of the report."""
    urls = host.urls
    parsed = _parsed(host)
    protego = timed(lambda: _ask_protego(parsed, urls))
    protego_paths = timed(lambda: _ask_protego(parsed, host.paths))
    policy_judge = _judge(host, as_policy, tokens)
    policy_wide = timed(lambda: _ask(policy_judge, host.paths))
    judge = _judge(host, agent_alone, tokens)
    alone = timed(lambda: _ask(judge, host.paths))
    _check(host, judge, parsed)
    read = timed(lambda: _judge(host, as_policy, tokens))
    protego_read = timed(lambda: _parsed(host))
    return [alone, protego, policy_wide, protego_paths, read, protego_read]


def _judge(host: Host, agents: AgentTokens, tokens: frozenset[str]) -> Judge:
    judge = PROTOCOL.reading(host.robots, host.name, tokens).judge(agents)
    judge("/")
    return judge


def _parsed(host: Host) -> Protego:
    parsed = Protego.parse(host.robots.decode())
    parsed.can_fetch("/", AGENT)
    return parsed


def _ask(judge: Judge, paths: Sequence[str]) -> None:
    for path in paths:
        judge(path)


def _ask_protego(parsed: Protego, addresses: Sequence[str]) -> None:
    for address in addresses:
        parsed.can_fetch(address, AGENT)


def _check(host: Host, judge: Judge, parsed: Protego) -> None:
    """The program forbids what Protego forbids, and nothing else."""
    for path, url in zip(host.paths, host.urls, strict=True):
        forbidden = any(meaning.purpose is Purpose.CRAWL for meaning in judge(path))
        require(forbidden is not parsed.can_fetch(url, AGENT), f"{url}: Protego decides otherwise")


def _sum(timings: tuple[Timing, ...]) -> Timing:
    return Timing(sum(t.seconds for t in timings), sum(t.cpu_seconds for t in timings))


if __name__ == "__main__":
    main()
