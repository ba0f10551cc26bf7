"""Who gets what: every route as everybody, compared with the table; and no change without a token of its page.

The routes and what each needs are data (`access/routes.py`), the second reading of the table is `access/reading.py`,
the world is `access/places.py`. Beyond that the things of `world.py`, for the rules that no table states.
"""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask

from assessment.delivery.models import Exam
from lms.core.db import db
from lms.core.permissions import rules, scopes
from tests.guards.access.asking import Asker, code, compare
from tests.guards.access.places import PEOPLE, make_places
from tests.guards.access.reading import SCOPES
from tests.guards.access.routes import TABLE, read_table
from tests.guards.world import World, make_world

ASKS = read_table(TABLE)
BY_WORK = {"works.show", "works.open_file", "works_api.WorkById"}
PROVED_OTHERWISE = {"delivery_api.save_events", "delivery_api.begin_file", "delivery_api.append_file",
                    "delivery_api.record_evidence",
                    "provider.token", "provider.userinfo", "provider.end_session", "provider.introspect",
                    "provider.revoke", "provider.log_in", "identity.back_channel_logout"}
"""Shown by a token of their own, not by the session's cookie; the form of the login page checks its own."""
ONLY_WHERE_MAIL_IS_KEPT = {("GET", "mailbox.show")}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def asker(app: Flask, sign_in: Any) -> Asker:
    places = make_places(app)
    name = app.config["SESSION_COOKIE_NAME"]
    cookies = {who.key: sign_in(places.people[who.key]).get_cookie(name).value for who in PEOPLE}
    with app.app_context():
        subject_id = db.session.get_one(Exam, places.things["exam"].values["exam_id"]).subject_id
    return Asker(app, places, cookies, subject_id)


def test_every_route_is_declared(app: Flask) -> None:
    """A route that is not in `access/routes.py` is one that nobody thought about; one that is there exists."""
    real = {(method, rule.endpoint) for rule in app.url_map.iter_rules() for method in rule.methods
            if method not in ("OPTIONS", "HEAD") and not rule.endpoint.endswith("static")}
    declared = {(ask.method, ask.endpoint) for ask in ASKS}
    assert real - declared == set()
    assert declared - real <= ONLY_WHERE_MAIL_IS_KEPT
    named = {code(permission) for ask in ASKS for permission in ask.permissions}
    assert named - set(rules()) <= {"OPEN", "SIGNED-IN", "TOKEN"}


def test_every_scope_is_read_twice() -> None:
    """The second reading knows each scope of the table by its name."""
    assert {grant.scope.name for rule in rules().values() for grant in rule.grants} - set(SCOPES) == set()


def test_every_answer_is_what_the_table_says(asker: Asker, tell: Any) -> None:
    """Every route, as every role in every kind of place, is open or closed as the table says, and asked it."""
    tally = compare(asker, [ask for ask in ASKS if ask.endpoint in asker.app.view_functions])
    tell(str(tally))
    assert not tally.differences, "\n".join(tally.differences[:60])


def test_the_comparison_can_fail(asker: Asker) -> None:
    """A scope that reaches further than the page says is found, and so is a route that asks for something else."""
    asks = [ask for ask in ASKS if ask.name == "GET delivery.show_exam exam"]
    with patch.object(scopes, "lineage_of", lambda _thing: frozenset(asker.places.organisations.values())):
        assert any("let in against the table" in each for each in compare(asker, asks).differences)
    wrong = [replace(ask, permissions=("result:list",)) for ask in asks]
    assert any("was not asked" in each for each in compare(asker, wrong).differences)


def test_a_work_that_is_not_published_is_for_its_keepers(app: Flask, world: World, sign_in) -> None:
    hidden = {str(work) for work in world.values["work_id"][:3]}
    for role in ("anonymous", "student", "stranger"):
        client = app.test_client() if role == "anonymous" else sign_in(world.people[role])
        for rule in (rule for rule in app.url_map.iter_rules() if rule.endpoint in BY_WORK):
            for path in world.addresses(rule):
                if hidden & set(path.split("/")):
                    assert client.get(path).status_code in (302, 401, 403), (role, path)


def test_nobody_else_changes_what_is_the_teachers(app: Flask, world: World, sign_in) -> None:
    """The stranger gets nowhere with any change at an address that names a thing of the teacher's."""
    stranger, reached = sign_in(world.people["stranger"]), []
    for rule in app.url_map.iter_rules():
        names = rule.arguments & {"exam_id", "item_id", "work_id", "batch_id", "upload_id", "sign_in_id", "asset_id",
                                  "collection_id", "job_id"}
        for method in rule.methods & {"POST", "PATCH", "DELETE"} if names else ():
            for path in world.addresses(rule):
                status = stranger.open(path, method=method, headers={"Tus-Resumable": "1.0.0"}).status_code
                if status < 400:
                    reached.append(f"{method} {path} answered {status}")
    assert not reached, "\n".join(reached)


def test_no_change_without_the_token_of_a_page(app: Flask, world: World, sign_in) -> None:
    client, taken = sign_in(world.people["administrator"]), []
    client.set_cookie("language", "en")
    app.config["WTF_CSRF_ENABLED"] = True
    headers = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
    for rule in (rule for rule in app.url_map.iter_rules() if rule.endpoint not in PROVED_OTHERWISE):
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            for body in ({"data": {"a": "1"}}, {"json": {}}):
                answer = client.open(world.addresses(rule)[0], method=method, headers=headers, **body)
                if "The form was open too long" not in answer.text:
                    taken.append(f"{method} {rule} answered {answer.status_code}")
    assert not taken, "\n".join(taken)
