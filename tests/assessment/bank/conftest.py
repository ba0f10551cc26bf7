"""Counting statements: for lists and bulk work that must not ask once a row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass
class Seen:
    """How many statements ran."""

    count: int = 0


@pytest.fixture
def statements():
    """`with statements() as seen:` counts statements inside the block."""

    @contextmanager
    def counting() -> Iterator[Seen]:
        seen = Seen()

        def count(*_arguments: object) -> None:
            seen.count += 1

        event.listen(Engine, "before_cursor_execute", count)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", count)

    return counting
