"""The clock goes by the system's, but does not follow when somebody sets that."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.core import clock

SECOND = timedelta(seconds=1)


@pytest.fixture
def wrong_by(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """Put into it by how much the system's clock is wrong."""
    off: list[timedelta] = [timedelta(0)]

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + off[0]

    monkeypatch.setattr(clock, "datetime", Wrong)
    monkeypatch.setattr(clock, "_steady", clock._Steady())
    return off


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-3650)])
def test_a_jump_of_the_systems_clock_is_not_followed(wrong_by: list[timedelta], jump: timedelta) -> None:
    clock.now()
    wrong_by[0] = jump
    assert abs(clock.now() - datetime.now(UTC)) < SECOND
    wrong_by[0] = timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < SECOND


def test_drift_is_followed_however_far_it_goes(wrong_by: list[timedelta]) -> None:
    clock.now()
    for _each in range(20):
        wrong_by[0] += timedelta(seconds=0.5)
        clock.now()
    assert abs(clock.now() - datetime.now(UTC) - timedelta(seconds=10)) < SECOND
