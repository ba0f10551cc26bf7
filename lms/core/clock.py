"""The one clock: UTC, with a zone, deaf to jumps of the system's clock, and one that a test can hold still.

Deadlines hang on it. Where the system's clock is set while the platform runs, by an operator, a hypervisor or a time
server, a process goes on by the time since boot, which nobody can set, until it is started again. Ordinary drift and
its correction are followed. See docs/decisions/0029.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog

JUMP_SECONDS = 1.0
SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
log = structlog.get_logger(__name__)
_held: list[datetime] = []


class _Steady:
    """The system's time, as long as it does not jump."""

    def __init__(self) -> None:
        self._booted: float | None = None
        self._has_jumped = False

    def now(self) -> datetime:
        """The system's time, or what it would be had nobody set it."""
        told, since_boot = datetime.now(UTC), time.clock_gettime(SINCE_BOOT)
        booted = told.timestamp() - since_boot
        if self._booted is None or abs(booted - self._booted) < JUMP_SECONDS:
            self._booted, self._has_jumped = booted, False
            return told
        if not self._has_jumped:
            self._has_jumped = True
            log.error("system_clock_jumped", seconds=round(booted - self._booted, 1))
        return datetime.fromtimestamp(self._booted + since_boot, UTC)


_steady = _Steady()


def now() -> datetime:
    """The time now, in UTC."""
    return _held[-1] if _held else _steady.now()


@contextmanager
def frozen(moment: datetime | None = None) -> Iterator[None]:
    """Hold the clock at `moment` (default: now) inside the block. For tests."""
    moment = moment or now()
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    _held.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _held.pop()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Hold the clock at now + `by` inside the block. For tests."""
    with frozen(now() + by):
        yield
