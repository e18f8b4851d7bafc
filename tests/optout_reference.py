"""The opt-out audit said again in plain Python, from its written rules alone: small worlds, and the states in them.

A world holds what was seen as facts (this host's file said so at that time), never as bytes of a file or rows of a
table; `tables_of` writes it as a record. Nothing here reads a query or a function of the program.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import doc_id, document, observation, source

HEADLINE = ("reserved", "error", "unknown", "open", "allowed", "silent")
HOST_PROTOCOLS = ("robots", "content_signal", "tdmrep", "terms")
PAGE_PROTOCOLS = ("meta_robots", "tdmrep")
EVERY_PROTOCOL = {*HOST_PROTOCOLS, *PAGE_PROTOCOLS, "registry"}
#: Outcomes of looks that lead to others, which nobody made, and what is then said of the document.
UNANSWERED = {"redirected": "redirect_not_followed", "unchanged": "revisit_not_resolved"}
UNKNOWN_MOMENT = {"at_fetch": "no_fetch_time", "at_obtained": "no_obtained_time", "at_training": "no_training_time"}

#: What a host's file says: by protocol and name, its bytes, and its state under `/a/` and elsewhere.
FILES: dict[str, dict[str, tuple[bytes, str, str]]] = {
    "robots": {
        "closed": (b"User-agent: *\nDisallow: /\n", "reserved", "reserved"),
        "part": (b"User-agent: *\nDisallow: /a/\n", "reserved", "silent"),
        "open": (b"User-agent: *\nDisallow:\n", "silent", "silent"),
        "empty": (b"", "silent", "silent"),
    },
    "content_signal": {
        "no": (b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n", "reserved", "reserved"),
        "yes": (b"User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n", "allowed", "allowed"),
        "nothing": (b"User-agent: *\nAllow: /\n", "silent", "silent"),
    },
    "tdmrep": {
        "no": (b'[{"location": "/*", "tdm-reservation": 1}]', "reserved", "reserved"),
        "yes": (b'[{"location": "/*", "tdm-reservation": 0}]', "allowed", "allowed"),
        "part": (b'[{"location": "/a/*", "tdm-reservation": 1}]', "reserved", "silent"),
        "nothing": (b"[]", "silent", "silent"),
    },
    "terms": {"words": (b"All rights are reserved.", "open", "open")},
}
#: What a page says of itself, by protocol and state.
TAGS = {
    ("meta_robots", "reserved"): b'<meta name="robots" content="noai">',
    ("tdmrep", "reserved"): b'<meta name="tdm-reservation" content="1">',
    ("tdmrep", "allowed"): b'<meta name="tdm-reservation" content="0">',
}


@dataclass(frozen=True)
class Look:
    """A look at a host's file; `said` is a key of `FILES`, or the outcome where nothing readable came back. It speaks
    for pages of its scheme, or for all."""

    host: str
    protocol: str
    at: datetime | None
    said: str
    scheme: str | None = None


@dataclass(frozen=True)
class Entry:
    """A line of a registry or a request about a host: it reserves, or it permits (a request: is withdrawn)."""

    protocol: str
    host: str
    at: datetime | None
    reserves: bool


@dataclass(frozen=True)
class Text:
    """A document; `said` are the states of its own statements by protocol, None where nobody looked into the page."""

    source: int
    host: str | None
    path: str
    fetched_at: datetime | None
    said: tuple[tuple[str, str], ...] | None = None
    scheme: str = "https"


@dataclass(frozen=True)
class Origin:
    """A source: the basis claimed for it, its stage, the day of obtaining, and the starts of its uses for training."""

    basis: str = "tdm_art4"
    stage: str = "pretraining"
    obtained: datetime | None = None
    uses: tuple[datetime | None, ...] = ()
    crawled: bool = True


@dataclass(frozen=True)
class World:
    sources: tuple[Origin, ...]
    texts: tuple[Text, ...]
    looks: tuple[Look, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What a policy says of protocols: whether a look at one is required, and days after which a look is too old."""

    required: dict[str, bool]
    max_age: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    state: str
    reason: str | None = None


def moment_of(world: World, text: Text, clock: str | datetime) -> datetime | None:
    origin = world.sources[text.source]
    if isinstance(clock, datetime):
        return clock
    if clock == "at_obtained":
        return origin.obtained
    if clock == "at_training":
        return max((at for at in origin.uses if at is not None), default=None) if None not in origin.uses else None
    return text.fetched_at


def state_of(world: World, text: Text, protocol: str, clock: str | datetime, terms: Terms) -> State:
    """The state of a document under one protocol at a moment."""
    moment = moment_of(world, text, clock)
    missing = State("unknown", UNKNOWN_MOMENT.get(str(clock), "not_observed"))
    if protocol == "request":
        return _requested(world, text)
    if protocol == "registry":
        return missing if moment is None else _registered(world, text, moment, terms)
    if text.host is None:
        return State("unknown", "no_address") if world.sources[text.source].crawled else State("not_applicable")
    own = _own_statement(text, protocol, clock, moment, terms)
    if own is not None and (own.state != "unknown" or protocol not in HOST_PROTOCOLS):
        return own
    return missing if moment is None else _of_host(world, text, protocol, moment, terms)


def headline_of(world: World, text: Text, clock: str | datetime, terms: Terms) -> tuple[str, str | None, str | None]:
    """The first of the states of a document: state, protocol and reason. Unknown counts where a look is required, and
    where nothing at all is known although the document has a place at which protocols could have spoken."""
    states = {p: state_of(world, text, p, clock, terms) for p in (*terms.required, "request")}
    counted = {p: s for p, s in states.items() if s.state not in ("error", "unknown") or terms.required.get(p)}
    # Of what the policy does not take into account, only that it reserves is told, however old it is.
    ageless = Terms(terms.required, {})
    others = {p: state_of(world, text, p, clock, ageless) for p in EVERY_PROTOCOL - terms.required.keys()}
    counted |= {p: s for p, s in others.items() if s.state == "reserved"}
    for state in HEADLINE:
        named = sorted(
            (p for p, s in counted.items() if s.state == state),
            key=lambda p: (state == "silent" and not terms.required.get(p), p),
        )
        if named:
            return state, named[0], counted[named[0]].reason
    of_places = {p: s for p, s in states.items() if p not in ("request", "registry")}
    failed = sorted(p for p, s in of_places.items() if s.state == "error")
    if failed:
        return "unknown", failed[0], "look_failed"
    unknown = sorted((p, s.reason) for p, s in of_places.items() if s.state == "unknown")
    looked_for = [(p, reason) for p, reason in unknown if _was_seen(world, text, p)]
    if looked_for:
        return "unknown", *looked_for[0]
    if not unknown:
        return "not_applicable", None, None
    return "unknown", None, "not_observed" if text.host else "no_address"


def _was_seen(world: World, text: Text, protocol: str) -> bool:
    """Whether anybody looked, be it at a time that does not count."""
    page = protocol in PAGE_PROTOCOLS and protocol not in HOST_PROTOCOLS and text.said is not None
    return page or any((look.host, look.protocol) == (text.host, protocol) for look in world.looks)


def _in_force(moment: datetime, times: list[datetime | None], max_age: int | None) -> datetime | str:
    """The latest time not after a moment and not too old, or why there is none."""
    dated = [at for at in times if at is not None]
    before = [at for at in dated if at <= moment]
    if not before:
        return "after_only" if dated else "no_look_time" if times else "not_observed"
    return "stale" if max_age is not None and moment - max(before) > timedelta(days=max_age) else max(before)


def _of_host(world: World, text: Text, protocol: str, moment: datetime, terms: Terms) -> State:
    seen = [look for look in world.looks if (look.host, look.protocol) == (text.host, protocol)]
    looks = [look for look in seen if look.scheme in (None, text.scheme)]
    if seen and not looks:
        return State("unknown", "other_scheme")
    at = _in_force(moment, [look.at for look in looks], terms.max_age.get(protocol))
    if isinstance(at, str):
        return State("unknown", at)
    in_force = [look for look in looks if look.at == at]
    if _is_reserved_before(in_force, looks, text, moment, terms.max_age.get(protocol)):
        return State("reserved")
    answered = [look for look in in_force if look.said not in UNANSWERED]
    if not answered:
        return State("unknown", min(UNANSWERED[look.said] for look in in_force))
    return State(min((_said(look, text) for look in answered), key=HEADLINE.index))


def _is_reserved_before(in_force: list[Look], looks: list[Look], text: Text, moment: datetime, age: int | None) -> bool:
    """Whether nobody could read what is in force, and what was read last before it reserves and is not too old."""
    read = [look for look in looks if look.said == "absent" or look.said in FILES[look.protocol]]
    if any(look in read for look in in_force):
        return False
    at = _in_force(moment, [look.at for look in read], age)
    return any(_said(look, text) == "reserved" for look in read if look.at == at)


def _said(look: Look, text: Text) -> str:
    if look.said in FILES[look.protocol]:
        _, under_a, elsewhere = FILES[look.protocol][look.said]
        return under_a if text.path.startswith("/a/") else elsewhere
    return "silent" if look.said == "absent" else "error"


def _own_statement(
    text: Text, protocol: str, clock: str | datetime, moment: datetime | None, terms: Terms
) -> State | None:
    """What the page says of itself; None where it says nothing that its host could not say too."""
    if protocol not in PAGE_PROTOCOLS:
        return None
    if text.said is None:
        return State("unknown", "not_observed")
    said = dict(text.said).get(protocol, "silent")
    reason = _why_page_is_past(text, clock, moment, terms.max_age.get(protocol))
    if reason is not None and (said != "reserved" or reason == "after_only"):
        return State("unknown", reason)
    return None if said == "silent" and protocol in HOST_PROTOCOLS else State(said)


def _why_page_is_past(text: Text, clock: str | datetime, moment: datetime | None, max_age: int | None) -> str | None:
    """Why what a page said at its fetch says nothing about a moment; only its reservations go on."""
    if clock == "at_fetch":
        return None
    if moment is None:
        return UNKNOWN_MOMENT[str(clock)]
    if text.fetched_at is None:
        return "no_fetch_time"
    if moment < text.fetched_at:
        return "after_only"
    return "stale" if max_age is not None and moment - text.fetched_at > timedelta(days=max_age) else None


def _registered(world: World, text: Text, moment: datetime, terms: Terms) -> State:
    entries = [e for e in world.entries if e.protocol == "registry"]
    max_age = terms.max_age.get("registry")
    named = []
    for name in _names(text):
        about = [e for e in entries if e.host == name]
        at = _in_force(moment, [e.at for e in about], max_age)
        named += ["reserved" if e.reserves else "allowed" for e in about if e.at == at]
    if named:
        return State(min(named, key=HEADLINE.index))
    known = _in_force(moment, [e.at for e in entries], max_age)
    return State("unknown", known) if isinstance(known, str) else State("silent")


def _requested(world: World, text: Text) -> State:
    """An accepted request binds at every moment, until it is withdrawn; for anything else nobody looks."""
    for name in _names(text):
        about = [e for e in world.entries if (e.protocol, e.host) == ("request", name) and e.at is not None]
        last = max((e.at for e in about if e.at is not None), default=None)
        if any(e.reserves for e in about if e.at == last):
            return State("reserved")
    return State("unknown", "not_observed")


def _names(text: Text) -> Iterator[str]:
    """A domain stands for all hosts below it."""
    labels = (text.host or "").split(".")
    yield from (".".join(labels[n:]) for n in range(len(labels)) if text.host)


def tables_of(world: World) -> dict[str, list[dict[str, Any]]]:
    """The world as rows of a record's tables, without verdicts and decisions."""
    looks: list[dict[str, Any]] = []
    bodies: set[bytes] = set()
    signals: list[dict[str, Any]] = []

    def digest(body: bytes) -> str:
        bodies.add(body)
        return hashlib.sha256(body).hexdigest()

    for n, look in enumerate(world.looks):
        known = FILES[look.protocol].get(look.said)
        found = {"evidence_sha256": digest(known[0])} if known else {}
        outcome = "ok" if known else look.said
        row = observation(f"look{n}", look.host, None, outcome, protocol=look.protocol, **found)
        looks.append(row | {"observed_at": look.at, "scheme": look.scheme})
    for n, entry in enumerate(world.entries):
        name = f"entry{n}"
        state = "reserved" if entry.reserves else "allowed" if entry.protocol == "registry" else "silent"
        row = observation(name, "", None, protocol=entry.protocol, place="list", origin="one", grade="asserted")
        looks.append(row | {"observed_at": entry.at, "authority": None})
        value = f"domain {entry.host}"
        signals.append({"signal_id": f"{name}:0", "observation_id": name, "protocol": entry.protocol, "value": value,
                        "purpose": "train", "state": state})  # fmt: skip
    documents = []
    rows = [0] * len(world.sources)
    for text in world.texts:
        address = None if text.host is None else f"{text.host}{text.path}"
        carriers = [] if text.said is None else ["header", "markup", "embedded"]
        made = document(text.source, rows[text.source], address, fetched_at=text.fetched_at, page_carriers=carriers)
        made["url"] = address and f"{text.scheme}://{address}"
        documents.append(made)
        rows[text.source] += 1
        for protocol, state in text.said or ():
            tag = TAGS[protocol, state]
            body = b"markup meta 0 %d\n%s\n" % (len(tag), tag)
            name = f"page{made['doc_id']}{protocol}"
            row = observation(name, text.host or "", None, protocol=protocol, doc_id=made["doc_id"],
                              evidence_sha256=digest(body))  # fmt: skip
            looks.append(row | {"observed_at": text.fetched_at})
    return {
        "sources": [
            source(n, f"s{n}", legal_basis=o.basis, stage=o.stage,
                   acquisition="crawled_own" if o.crawled else "public_dataset",
                   obtained_at=None if o.obtained is None else o.obtained.date().isoformat())
            for n, o in enumerate(world.sources)
        ],
        "documents": documents,
        "observations": looks,
        "evidence": [{"evidence_sha256": digest(b), "size_bytes": len(b), "bytes": b} for b in sorted(bodies)],
        "signals": signals,
        "training_use": [
            {"checkpoint": f"c{n}", "source_id": s, "started_at": at}
            for s, origin in enumerate(world.sources)
            for n, at in enumerate(origin.uses)
        ],
    }  # fmt: skip


def parameters_of(terms: Terms) -> str:
    """The terms as the policy that a record keeps in its table of rules."""
    return json.dumps({
        "policy": "twin", "version": "2026-11-20", "clock": "at_fetch",
        "required": [p for p, required in terms.required.items() if required],
        "honoured": [p for p, required in terms.required.items() if not required],
        "max_age_days": terms.max_age, "training_roles": [], "training_tokens": [],
        "actions": {"reserved": "drop", "error": "drop"}, "copies": "own",
    })  # fmt: skip


def ids_of(world: World) -> list[int]:
    """The doc_id of each text, in the order of the world."""
    rows = [0] * len(world.sources)
    found = []
    for text in world.texts:
        found.append(doc_id(text.source, rows[text.source]))
        rows[text.source] += 1
    return found
