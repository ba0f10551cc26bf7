"""Logs say what failed and where, and nothing of a person."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from lms.core.db import db
from lms.core.logs import without_rows
from lms.identity.models import Person, RoleAssignment


def test_what_the_database_quotes_of_a_row_is_left_out() -> None:
    told = without_rows(None, "error", {"event": "crash", "exception": (
        "Traceback\n  File a.py\npsycopg.errors.NotNullViolation: null value in column \"x\"\n"
        "DETAIL:  Failing row contains (1, Nguyễn Văn A,\n\na@example.vn).\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "sqlalchemy.exc.IntegrityError: null value in column \"x\"\nDETAIL:  Failing row contains (1, Nguyễn Văn A).\n"
        "[SQL: INSERT INTO person]")})
    assert "Nguyễn" not in told["exception"]
    assert "example.vn" not in told["exception"]
    for kept in ("File a.py", "NotNullViolation", "direct cause", "[SQL: INSERT INTO person]"):
        assert kept in told["exception"]


def test_a_refused_row_is_not_in_the_error(context: Flask) -> None:
    person = Person(name="Nguyễn Văn A")
    db.session.add_all([person, RoleAssignment(person_id=uuid4(), role="Nguyễn Văn A")])
    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    assert "Nguyễn" not in without_rows(None, "error", {"exception": str(refused.value)})["exception"]
