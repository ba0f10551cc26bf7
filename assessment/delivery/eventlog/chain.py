"""The chain: each event carries the hash of the one before. Pure; the player computes the same hashes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

GENESIS_PREV = ""


class Link(Protocol):
    """What the verifier needs to know of an event."""

    @property
    def seq(self) -> int: ...
    @property
    def payload(self) -> str: ...
    @property
    def prev_hash(self) -> str: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True)
class ChainReport:
    """What re-checking one attempt's chain found; `broken_at` is the first event that does not fit."""

    events: int
    last_hash: str
    broken_at: int | None = None
    problem: str = ""

    @property
    def whole(self) -> bool:
        """Whether every event fits the one before."""
        return self.broken_at is None


def event_hash(prev_hash: str, seq: int, payload: str) -> str:
    """SHA-256 in hex over the hash before, the number and the payload as it was sent, by lines."""
    return hashlib.sha256(f"{prev_hash}\n{seq}\n{payload}".encode()).hexdigest()


def check_chain(events: Iterable[Link]) -> ChainReport:
    """Walk the events of one attempt in order and recompute every hash."""
    prev, count = GENESIS_PREV, 0
    for event in events:
        problem = _misfit(event, count, prev)
        if problem:
            return ChainReport(count, prev, broken_at=event.seq, problem=problem)
        prev, count = event.hash, count + 1
    return ChainReport(count, prev)


def _misfit(event: Link, expected: int, prev: str) -> str:
    if event.seq != expected:
        return f"event {expected} is missing"
    if event.prev_hash != prev:
        return "it does not carry the hash of the event before"
    if event.hash != event_hash(prev, event.seq, event.payload):
        return "its payload does not have the hash that is stored"
    return ""
