"""The contract of the sessions' port, on the database and on Redis in front of it (full size; missing, it fails)."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.models import RoleAssignment
from lms.identity.providers import providers
from lms.identity.sessions import Sessions
from lms.identity.sessions.cached import CachedSessions, make_redis
from lms.identity.sessions.database import DatabaseSessions
from tests.conftest import SIZE
from tests.factories.identity import make_person
from tests.factories.organisations import add_member, make_school

KINDS = ("database", "redis") if SIZE == "full" else ("database",)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, app: Flask) -> Iterator[Sessions]:
    """Each implementation, in use."""
    given, before = app.extensions["lms.settings"], app.extensions["lms.identity.sessions"]
    with app.app_context():
        made: Any = DatabaseSessions(given, providers())
    if request.param == "redis":
        made = CachedSessions(made, make_redis(os.environ["LMS_REDIS_URL"]), given)
    app.extensions["lms.identity.sessions"] = made
    yield made
    app.extensions["lms.identity.sessions"] = before


@pytest.fixture
def person(app: Flask, store: Sessions) -> Any:
    """A teacher at a school, with a sign-in that the store has been asked for once."""
    with app.app_context():
        with transaction():
            made = make_person("teacher", make_school())
            made.sign_in_id = services.start_sign_in(made.id).id
            db.session.expunge(made)
        assert store.find(made.sign_in_id)
    return made


def statements_of(app: Flask, act: Callable[[], Any]) -> int:
    """How many statements the act costs."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
        note = lambda *call: seen.append(call[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        act()
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_it_finds_the_person_with_his_positions(app: Flask, store: Sessions, person: Any) -> None:
    with app.app_context():
        first, again = store.find(person.sign_in_id), store.find(person.sign_in_id)
        assert first == again
        assert first is not None
        assert (first.actor.person_id, first.actor.name, first.actor.roles) == (person.id, person.name, {"teacher"})
        assert first.proves(timedelta(minutes=5))


def test_nobody_is_found_for_an_unknown_id(app: Flask, store: Sessions) -> None:
    with app.app_context():
        assert store.find(new_id()) is None


def test_an_end_is_known_to_the_very_next_request(app: Flask, store: Sessions, person: Any) -> None:
    with app.app_context(), transaction():
        services.end_all_sign_ins(SYSTEM, person.id)
    with app.app_context():
        assert store.find(person.sign_in_id) is None
        assert store.find(person.sign_in_id) is None


def test_an_end_that_rolls_back_ends_nothing(app: Flask, store: Sessions, person: Any) -> None:
    with app.app_context():
        services.end_all_sign_ins(SYSTEM, person.id)
        db.session.rollback()
    with app.app_context():
        assert store.find(person.sign_in_id)


def test_new_roles_places_and_names_are_known_at_once(app: Flask, store: Sessions, person: Any) -> None:
    with app.app_context(), transaction():
        school = make_school()
        add_member(school, person, "teacher")
        db.session.add(RoleAssignment(person_id=person.id, role="librarian"))
        services.positions_changed([person.id])
        school_id = school.id
    with app.app_context():
        found = store.find(person.sign_in_id)
        assert found is not None
        assert found.actor.roles == {"teacher", "librarian"}
        assert school_id in found.actor.organisation_ids


def test_it_expires_when_idle_and_in_the_end(app: Flask, store: Sessions, person: Any) -> None:
    with app.app_context():
        for later in (timedelta(hours=13), timedelta(days=8)):
            with clock.shifted(later):
                assert store.find(person.sign_in_id) is None


@pytest.mark.parametrize("role", ["administrator", "teacher"])
def test_an_administrator_is_idle_for_a_shorter_time(app: Flask, store: Sessions, role: str) -> None:
    with app.app_context():
        with transaction():
            sign_in_id = services.start_sign_in(make_person(role).id).id
        with clock.shifted(timedelta(minutes=29)):
            assert store.find(sign_in_id)
        with clock.shifted(timedelta(minutes=29 + 31)):
            assert (store.find(sign_in_id) is None) == (role == "administrator")


def test_in_production_an_administrator_is_idle_for_five_minutes() -> None:
    strict = Settings(environment="production")
    assert strict.idle_minutes_of({"administrator"}) == 5
    assert strict.idle_minutes_of({"teacher"}) == 720
    assert Settings(environment="production", administrator_idle_minutes=3).idle_minutes_of({"administrator"}) == 3
