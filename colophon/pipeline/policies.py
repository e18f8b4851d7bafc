"""The policy that decides in a run."""

from __future__ import annotations

from pathlib import Path

from colophon.analyzers.reservations.policy import Clock, Policy
from colophon.analyzers.reservations.policy_file import PACKAGED, load_policy
from colophon.record.corpus import Corpus
from colophon.record.errors import BadArgumentError


def deciding_policy(corpus: Corpus) -> Policy:
    """The policy of the corpus: a packaged one, or its own file. Raises ConfigurationErrors, BadArgumentError."""
    named = corpus.policy
    policy = load_policy(named if named in PACKAGED else str(Path(corpus.file).parent / named))
    if policy.clock is Clock.AT_TRAINING:
        expected = "at_fetch or at_obtained: when a text is trained on is not known before (ask the audit later)"
        raise BadArgumentError("clock of the policy", policy.clock, expected)
    return policy
