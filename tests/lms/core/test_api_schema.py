"""The API against its own description: whatever Schemathesis thinks of, no answer is a server error."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings

from lms.core.db import db, transaction
from lms.identity.models import RoleAssignment
from tests.factories.identity import make_person
from tests.factories.organisations import make_school


@pytest.fixture
def cookie(app: Flask, sign_in: object) -> str:
    """The session of an administrator who is a teacher and a librarian too: he gets furthest."""
    with app.app_context(), transaction():
        person_id = make_person("teacher", make_school()).id
        for role in ("librarian", "administrator"):
            db.session.add(RoleAssignment(person_id=person_id, role=role))
    client = sign_in(person_id)
    found = client.get_cookie("lms_session")
    return f"{found.key}={found.value}"


def test_no_call_of_the_api_is_a_server_error(app: Flask, cookie: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    walked = 0
    for result in schema.get_all_operations():
        _try_operation(result.ok(), cookie)
        walked += 1
    assert walked > 10


def _try_operation(operation: schemathesis.APIOperation, cookie: str) -> None:
    """Calls that Hypothesis draws from the operation's own description."""
    @given(case=operation.as_strategy())
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def no_server_error(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Cookie": cookie})
        assert answer.status_code < 500, f"{operation.label}: {case.as_curl_command()}"

    no_server_error()
