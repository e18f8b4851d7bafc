from __future__ import annotations

from collections import Counter

from colophon.reservations.agents import AgentPurpose, agents
from colophon.reservations.parsing.robots_txt import product_token


def test_every_token_stands_once_whatever_its_case():
    counted = Counter(product_token(agent.token) for agent in agents())
    assert len(counted) > 100
    assert set(counted.values()) == {1}


def test_the_table_is_sorted_by_token():
    tokens = [agent.token.lower() for agent in agents()]
    assert tokens == sorted(tokens)


def test_every_agent_names_where_it_was_stated():
    assert all(agent.source.startswith("https://") for agent in agents())


def test_agents_fetch_for_what_their_operators_say():
    purposes = {agent.token: agent.purpose for agent in agents()}
    assert {t for t, p in purposes.items() if p is AgentPurpose.TRAIN_CONTROL} == {
        "Google-Extended",
        "Applebot-Extended",
    }
    assert {purposes[t] for t in ("GPTBot", "ClaudeBot", "CCBot", "AI2Bot", "Bytespider")} == {AgentPurpose.TRAIN}
    assert {purposes[t] for t in ("Kangaroo Bot", "Linguee Bot")} == {AgentPurpose.TRAIN}
    assert {purposes[t] for t in ("OAI-SearchBot", "Claude-SearchBot", "PerplexityBot")} == {AgentPurpose.SEARCH}
    assert {purposes[t] for t in ("ChatGPT-User", "Claude-User", "MistralAI-User")} == {AgentPurpose.USER_REQUEST}
