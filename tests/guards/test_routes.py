"""Every address needs a signed-in person, unless it is on the short open list."""

import re
from uuid import UUID

import pytest
from flask import Flask

from lms.app import OPEN_ENDPOINTS

SOME_ID = UUID("01890000-0000-7000-8000-000000000000")


def _address(rule: object) -> str:
    def value(match: re.Match[str]) -> str:
        first_choice = (match.group(2) or "x").split(",")[0]
        return {"uuid": str(SOME_ID), "int": "1"}.get(match.group(1) or "", first_choice)
    return re.sub(r"<(?:(\w+)(?:\(([^)]*)\))?:)?\w+>", value, str(rule))


def test_a_route_is_open_only_by_the_list(app: Flask) -> None:
    client, reached = app.test_client(), []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(_address(rule), method=method, headers={"Accept": "text/html"})
            to_sign_in = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
            if not (to_sign_in or answer.status_code == 401):
                reached.append(f"{method} {rule} ({rule.endpoint}) answered {answer.status_code}")
    assert not reached, "\n".join(reached)


def test_the_open_list_names_only_what_exists(app: Flask) -> None:
    assert OPEN_ENDPOINTS - set(app.view_functions) == set()


@pytest.mark.usefixtures("csrf")
def test_a_post_without_a_token_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/language", data={"language": "en"})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers or "language=en" not in answer.headers["Set-Cookie"]
