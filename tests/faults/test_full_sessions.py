"""Redis in front of the sign-ins: what a request costs, what a race leaves behind, and what happens when it is away."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.sessions import SignedIn, cached, sessions
from lms.identity.sessions.cached import KEPT, CachedSessions
from tests.factories.identity import make_person
from tests.faults.conftest import Lines


@pytest.fixture
def store(app: Flask) -> CachedSessions:
    """The one in use, awake."""
    with app.app_context():
        made = sessions()
    assert isinstance(made, CachedSessions)
    made._rests_until = 0.0
    return made


@pytest.fixture
def found(app: Flask, store: CachedSessions) -> SignedIn:
    """Somebody who was looked up a moment ago."""
    with app.app_context():
        with transaction():
            sign_in_id = services.start_sign_in(make_person("teacher").id).id
        signed_in = store.find(sign_in_id)
    assert signed_in is not None
    return signed_in


def statements_of(app: Flask, act: Callable[[], Any]) -> list[str]:
    """What the database is asked by an act."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

        def note(*call: Any) -> None:
            seen.append(call[2])

        event.listen(engine, "before_cursor_execute", note)
        act()
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_a_request_costs_one_get_and_no_statement(app: Flask, store: CachedSessions, found: SignedIn) -> None:
    before = store.store.info("commandstats").get("cmdstat_get", {}).get("calls", 0)
    assert statements_of(app, lambda: store.find(found.sign_in_id)) == []
    assert store.store.info("commandstats")["cmdstat_get"]["calls"] - before >= 1
    assert 0 < store.store.ttl(store._key(found.sign_in_id)) <= KEPT.total_seconds()


def test_a_reader_who_looked_before_the_end_cannot_put_it_back(app: Flask, store: CachedSessions,
                                                               found: SignedIn) -> None:
    with app.app_context(), transaction():
        services.end_all_sign_ins(SYSTEM, found.actor.id)
    store._keep(found)
    with app.app_context():
        assert store.find(found.sign_in_id) is None


@pytest.mark.timeout(120)
@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_away_it_costs_one_short_wait_and_the_database_answers(app: Flask, store: CachedSessions, found: SignedIn,
                                                               lines: Lines, monkeypatch: pytest.MonkeyPatch,
                                                               fault: str) -> None:
    """One wait is one question to it: the next would come RESTS seconds later, which is long here."""
    monkeypatch.setattr(cached, "RESTS", 3_600)
    asked: list[str] = []
    get = store.store.get

    def counted(key: str) -> Any:
        asked.append(key)
        return get(key)

    monkeypatch.setattr(store.store, "get", counted)
    getattr(lines["redis"], fault)()
    with app.app_context():
        assert all(store.find(found.sign_in_id) == found for _request in range(20))
    assert len(asked) == 1
    assert cached.PATIENCE <= 1, "seconds that a page may wait"
    store._rests_until = 0.0


def test_signing_out_works_while_it_is_away(app: Flask, store: CachedSessions, found: SignedIn, lines: Lines) -> None:
    """This process asks the database alone; what another could still read of it dies within KEPT seconds."""
    lines["redis"].cut()
    with app.app_context():
        with transaction():
            services.end_all_sign_ins(SYSTEM, found.actor.id)
        assert store.find(found.sign_in_id) is None
    lines["redis"].mend()
    assert 0 < store.store.ttl(store._key(found.sign_in_id)) <= KEPT.total_seconds()


def test_an_entry_of_another_version_is_asked_anew(app: Flask, store: CachedSessions, found: SignedIn) -> None:
    for entry in ("{}", "no json", "[]", '{"at": 7}', "null"):
        store.store.set(store._key(found.sign_in_id), entry, ex=60)
        with app.app_context():
            assert store.find(found.sign_in_id) == found


def test_pages_go_on_without_it(client_of: Callable[[str], FlaskClient], lines: Lines) -> None:
    teacher = client_of("teacher")
    lines["redis"].cut()
    assert teacher.get("/account").status_code == 200
