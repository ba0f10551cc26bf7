"""Fixtures of marking's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from lms.core.db import db


@dataclass
class Counted:
    """How many statements were sent."""

    number: int = 0


@pytest.fixture
def count_statements():
    """`with count_statements() as counted:` counts the statements sent to the database."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def count(*_args: object) -> None:
            counted.number += 1

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            yield counted
        finally:
            event.remove(db.engine, "before_cursor_execute", count)

    return counting
