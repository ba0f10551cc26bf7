"""Slows guessing down by account and by address, without locking out a class behind one address.

See docs/decisions/0015-throttling.md. Keys are keyed hashes of what was typed, so an account that does not exist is
throttled like one that does, and the table tells nobody who tried from where.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import TooMany
from lms.core.i18n import _n
from lms.identity.provider.credential_models import Throttle
from lms.identity.provider.visitor import Visitor

FREE_TRIES = 5
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
KEPT = timedelta(days=1)
OWN_BITS = 64
PAID_BACK = 2.0
"""What a right password takes off its address's budget, once an account and hour."""


class Measure(Protocol):
    """How failures add up, and how long they make one wait."""

    def level(self, row: Throttle | None, now: datetime) -> float:
        """What is left of them now."""

    def wait(self, row: Throttle | None, now: datetime) -> timedelta:
        """How long until the next try."""


@dataclass(frozen=True)
class Pauses:
    """A few free tries, then pauses that double; all is forgotten an hour after the last failure."""

    def level(self, row: Throttle | None, now: datetime) -> float:
        """Failures that are not forgotten."""
        return row.level if row is not None and row.at > now - FORGOTTEN_AFTER else 0.0

    def wait(self, row: Throttle | None, now: datetime) -> timedelta:
        """What is left of the pause."""
        if row is None or not (failures := int(self.level(row, now))):
            return timedelta(0)
        return max(timedelta(0), row.at + pause_after(failures) - now)


@dataclass(frozen=True)
class Budget:
    """So many failures at once; each is forgotten after `leak`, one after the other."""

    capacity: float
    leak: timedelta

    def level(self, row: Throttle | None, now: datetime) -> float:
        """Failures that are not forgotten."""
        return max(0.0, row.level - (now - row.at) / self.leak) if row is not None else 0.0

    def wait(self, row: Throttle | None, now: datetime) -> timedelta:
        """Until one more has room."""
        return max(0.0, self.level(row, now) + 1 - self.capacity) * self.leak


PAUSES = Pauses()
ACCOUNT = Budget(20, timedelta(minutes=3))
ADDRESS = Budget(100, timedelta(seconds=10))
RESETS = Budget(3, timedelta(minutes=20))
RESETS_OF_ADDRESS = Budget(60, timedelta(seconds=30))


@dataclass(frozen=True)
class Gate:
    """One measure over one key. `pays_back`: successes make room."""

    measure: Measure
    key: str
    pays_back: bool = False


def pause_after(failures: int) -> timedelta:
    """The pause that so many failures earn: none for the first, then doubling."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - FREE_TRIES, 10))


def password_gates(username: str, visitor: Visitor, *, known: bool) -> list[Gate]:
    """What a password must pass. A device that the account has used before has a measure of its own."""
    name = username.casefold()
    if known:
        return [Gate(PAUSES, _key("device", name, visitor.device_id))]
    return [Gate(PAUSES, _key("pair", name, _network(visitor.address))), Gate(ACCOUNT, _key("account", name)),
            Gate(ADDRESS, _key("address", _network(visitor.address)), pays_back=True)]


def code_gates(account_id: UUID, visitor: Visitor) -> list[Gate]:
    """What a code of the second step must pass: strangers with the right password share one measure."""
    device = visitor.device_id if visitor.knows(account_id) else ""
    return [Gate(PAUSES, _key("code", account_id.hex, device))]


def reset_gates(visitor: Visitor) -> list[Gate]:
    """What asking for a new password must pass before anything is looked up."""
    return [Gate(RESETS_OF_ADDRESS, _key("reset-address", _network(visitor.address)))]


def mail_gates(account_id: UUID) -> list[Gate]:
    """How many links an account is sent."""
    return [Gate(RESETS, _key("reset", account_id.hex))]


def wait_before(gates: Sequence[Gate]) -> timedelta:
    """The longest wait of all; one statement."""
    rows, now = _rows(gates), clock.now()
    return max(gate.measure.wait(rows.get(gate.key), now) for gate in gates)


def refuse_too_many(gates: Sequence[Gate]) -> None:
    """Raise TooMany while there is a wait."""
    wait = wait_before(gates)
    if wait:
        seconds = max(1, round(wait.total_seconds()))
        raise TooMany(_n("Too many tries. Please wait %(num)s second, then try again.",
                         "Too many tries. Please wait %(num)s seconds, then try again.", seconds))


def count_try(gates: Sequence[Gate]) -> None:
    """Count a failure in a transaction of its own: the refusal that follows must not undo it."""
    with transaction():
        add_try(gates)


def add_try(gates: Sequence[Gate]) -> None:
    """Count a failure in the current transaction."""
    now = clock.now()
    db.session.execute(delete(Throttle).where(Throttle.at < now - KEPT))
    for gate in gates:
        row = _lock(gate.key)
        row.level, row.at = gate.measure.level(row, now) + 1, now


def forgive(gates: Sequence[Gate], account: str) -> None:
    """After a right credential: no more pauses, and a little of the address's budget comes back."""
    rows, now = _rows(gates), clock.now()
    for gate in gates:
        row = rows.get(gate.key)
        if row is None:
            continue
        if gate.measure is PAUSES:
            db.session.delete(row)
        elif gate.pays_back and _first_this_hour(_key("paid", gate.key, account)):
            row.level, row.at = max(0.0, gate.measure.level(row, now) - PAID_BACK), now


def _first_this_hour(key: str) -> bool:
    """Else one account of one's own would pay for guessing at all others."""
    now, row = clock.now(), _lock(key)
    first = not row.level or row.at < now - FORGOTTEN_AFTER
    if first:
        row.level, row.at = 1.0, now
    return first


def _rows(gates: Sequence[Gate]) -> dict[str, Throttle]:
    found = db.session.scalars(select(Throttle).where(Throttle.key.in_([gate.key for gate in gates])))
    return {row.key: row for row in found}


def _lock(key: str) -> Throttle:
    """The row of this key, made if there is none, held until the end of the transaction."""
    wanted = select(Throttle).where(Throttle.key == key).with_for_update()
    if (row := db.session.scalar(wanted)) is None:
        try:
            with db.session.begin_nested():
                db.session.add(Throttle(key=key, level=0.0, at=clock.now()))
        except IntegrityError:
            pass  # somebody else was first
        row = db.session.scalars(wanted).one()
    return row


def _network(address: str) -> str:
    """What one customer of a network has: an address of IPv4, 2^64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, OWN_BITS), strict=False))


def _key(*parts: str) -> str:
    return hmac.new(settings().secret_key.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()
