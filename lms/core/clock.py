"""The one clock: UTC, with a zone, and one that a test can hold still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_held: list[datetime] = []


def now() -> datetime:
    """The time now, in UTC."""
    return _held[-1] if _held else datetime.now(UTC)


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
