"""The platform with a system clock that the chaos bench can set: only the bench serves it, no setting leads here.

The file named by BENCH_CLOCK_FILE holds the seconds by which the clock is wrong. The time since boot stays right, as
it does on a machine whose clock is set.
"""

import os
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from flask import Flask

from lms.app import create_app as create_platform
from lms.core import clock


class WrongClock(datetime):
    """`datetime` whose `now` is off by what the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The time that the machine believes."""
        off = 0.0
        with suppress(OSError, ValueError):
            off = float(Path(os.environ["BENCH_CLOCK_FILE"]).read_text())
        return datetime.now(tz) + timedelta(seconds=off)


def create_app() -> Flask:
    """The platform, its clock wrong."""
    clock.datetime = WrongClock  # type: ignore[attr-defined]
    return create_platform()
