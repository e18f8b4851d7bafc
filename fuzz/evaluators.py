"""One target of the fuzzer, named as protocol:file or protocol:page; the arguments behind it are libFuzzer's.

Asked of every input, for several paths, the unknown one among them:

- statements and meanings come without an exception, within libFuzzer's time limit;
- a meaning that rests on a statement names one that there is, and nothing is *allowed* by one that reserves;
- bytes that cannot be read allow nothing: those whose look is no success, and what was readable, still compressed.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["colophon.reservations"]):
    from colophon.reservations import PROTOCOLS
    from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, Reading, ReservationProtocol

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.policy_files import outcome_of_body
from colophon.vocabulary import Outcome, VerdictState

_TOKENS = AgentTokens(("CCBot",), ("AI2Bot", "CCBot", "Google-Extended"))
TRAINING = frozenset(_TOKENS.train)
_PATHS = ("/", "/a", "/a/b?c=%2Fd", "/x.pdf", "/robots.txt", UNKNOWN_PATH)
_OWN_PATH = 64
_HEADERS = sorted({header.name for protocol in PROTOCOLS.values() for header in protocol.page_headers})
_PLACES = (
    *((PagePartKind.HEADER, name) for name in (*_HEADERS, "content-type")),
    *((PagePartKind.MARKUP, name) for name in ("meta", "link", "script")),
    *((PagePartKind.EMBEDDED, name) for name in ("xmp", "opf", "c2pa")),
)


class WrongReadingError(AssertionError):
    """An evaluator answered, and the answer cannot be right."""


def main() -> None:
    """Does not come back: libFuzzer ends the process."""
    protocol, kind = sys.argv[1].split(":")
    evaluator = PROTOCOLS[protocol]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], {"file": _file_check, "page": _page_check}[kind](evaluator))
    atheris.Fuzz()


def _file_check(evaluator: ReservationProtocol) -> Callable[[bytes], None]:
    host_file = evaluator.host_file or evaluator.name

    def check(data: bytes) -> None:
        allows = allows_training(evaluator.reading(data, "a.example", TRAINING), data)
        require(not allows or outcome_of_body(data, host_file) is Outcome.OK, "bytes that cannot be read allow")
        compressed = zlib.compress(data)
        allows = allows_training(evaluator.reading(compressed, "a.example", TRAINING), data)
        require(not allows, "compressed bytes allow")

    return check


def _page_check(evaluator: ReservationProtocol) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        allows_training(evaluator.page_reading(data, TRAINING), data)
        if not data:
            return
        # The last octet says what part of a response the others are, one or, between NUL octets, several.
        carrier, name = _PLACES[data[-1] % len(_PLACES)]
        contents = data[:-1].split(b"\0") if data[-1] & 1 else [data[:-1]]
        parts = [PagePart(carrier, name, content, place) for place, content in enumerate(contents)]
        allows_training(evaluator.page_reading(packed(parts), TRAINING), data)

    return check


def allows_training(reading: Reading, data: bytes) -> bool:
    """Whether any path is allowed for training. Raises WrongReadingError."""
    statements = {statement.number: statement for statement in reading.statements()}
    judge = reading.judge(_TOKENS)
    heard = [m for path in (*_PATHS, data[:_OWN_PATH].decode("utf-8", "replace")) for m in judge(path)]
    for meaning in heard:
        require(meaning.statement is None or meaning.statement in statements, "a meaning without its statement")
        if meaning.state is VerdictState.ALLOWED:
            require(meaning.statement is not None, "allowed by no statement")
            said = None if meaning.statement is None else statements[meaning.statement].state
            require(said is not VerdictState.RESERVED, "allowed by a reservation")
    return any(meaning.state is VerdictState.ALLOWED for meaning in heard)


def require(holds: bool, problem: str) -> None:  # noqa: FBT001  # reads as the assertion it is
    """Raises WrongReadingError where something that must hold does not."""
    if not holds:
        raise WrongReadingError(problem)


if __name__ == "__main__":
    main()
