"""How many files a collection may need to have open."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator

import pytest

from colophon.collect.sockets import require_sockets
from colophon.errors import BadArgumentError

Allow = Callable[[int, int], None]


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Allow]:
    """Sets how many files this process may open, and how many at most; restored at the end."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    real = resource.getrlimit

    def set_limits(allowed: int, hard: int) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
        monkeypatch.setattr(resource, "getrlimit", lambda kind: (real(kind)[0], hard))
        monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: set_real(kind, (limits[0], most)))

    set_real = resource.setrlimit
    yield set_limits
    set_real(resource.RLIMIT_NOFILE, (before, most))


def test_a_process_that_may_open_enough_stays_as_it_is(allow: Allow) -> None:
    allow(1_000, 2_000)
    require_sockets(32)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 1_000


def test_a_low_limit_is_raised_as_far_as_it_takes(allow: Allow) -> None:
    allow(200, 2_000)
    require_sockets(100)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 500


def test_more_requests_at_once_than_the_machine_has_sockets_for_are_refused_with_the_most(allow: Allow) -> None:
    allow(500, 500)
    with pytest.raises(BadArgumentError, match=r"--at-once: got '101', expected at most 100: .* 500 files"):
        require_sockets(101)
