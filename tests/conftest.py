"""What every test stands on: the application of the size under test, a clean database, people who sign in.

LMS_SIZE=embedded (the default) needs no service. LMS_SIZE=full needs the five of bin/services, whose
addresses must be in the environment: a missing one fails the run, nothing is skipped.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from xdist.scheduler import LoadScopeScheduling

from lms.app import create_app
from lms.core import jobs
from lms.core.config import Settings, read_settings
from lms.core.db import db

SIZE = os.environ.get("LMS_SIZE", "embedded")
KEPT_TABLES = {"audit_event", "audit_seal", "audit_unsealed", "alembic_version"}
REFERENCES_WAIT = {"sqlite": "PRAGMA defer_foreign_keys=ON",
                   "postgresql": "SET LOCAL session_replication_role = replica"}
"""Tables are emptied in any order: references are looked at when all is done, or not at all."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Which of several test processes this is; each has a database, bucket, index and broker of its own."""
TEST_DATABASE = f"lms_test_{WORKER}" if WORKER else "lms_test"
FIRST_REDIS = 10
CHEAP_HASHES = {"argon2_memory": 1024, "argon2_passes": 1}
"""Hundreds of tests make accounts; what a hash costs is tested where it belongs."""
MIGRATIONS = Path(__file__).parents[1] / "migrations"
EXAMS = tuple(f"tests/browser/test_{name}" for name in ("exam", "player", "sections", "board", "every_type"))
SHARED = (EXAMS, ("tests/faults/",), ("tests/lms/identity/real/",), ("tests/browser/",))
"""Tests that share running processes: they stay in one test process, and begin first, being long.

Journeys of exams begin in one process, the other journeys later in the other: two Chromiums seldom share the cores.
"""


def group_of(nodeid: str) -> str:
    """What stays together when several processes share the tests: the folders of a line of SHARED, else a file."""
    return next((folders[0] for folders in SHARED if nodeid.startswith(folders)), nodeid.partition("::")[0])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups first."""
    firsts = [folders[0] for folders in SHARED]
    items.sort(key=lambda item: firsts.index(group) if (group := group_of(item.nodeid)) in firsts else len(firsts))


class Groups(LoadScopeScheduling):
    """Hands whole groups to the test processes."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """How tests are shared out with `--numprocesses`."""
    return Groups(config, log)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """`tell(text)`: a line that is shown at the end of the run, whatever pytest hides."""
    return lambda text: record_property("told", text)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what the tests told, of whichever test process."""
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, value in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(value)


def make_settings(folder: Path, *, database: str = TEST_DATABASE, **overrides: object) -> Settings:
    """Settings of the size under test; the full size gets a database, bucket and index prefix of its own."""
    common = {"data_folder": folder, "log_level": "ERROR", **CHEAP_HASHES}
    if SIZE == "embedded":
        return read_settings({}, size="embedded", **common, **overrides)
    own = make_url(os.environ["LMS_DATABASE_URL"]).set(database=database).render_as_string(hide_password=False)
    return read_settings(None, **{"size": "full", "database_url": own, "events_url": own, "redis_url": own_redis(),
                                  "s3_bucket": database.replace("_", "-"), "elasticsearch_prefix": database,
                                  **common, **overrides})


def own_redis() -> str:
    """The Redis of this test process."""
    address = os.environ["LMS_REDIS_URL"]
    return f"{address.rsplit('/', 1)[0]}/{FIRST_REDIS + int(WORKER.removeprefix('gw'))}" if WORKER else address


def recreate_database(url: str) -> None:
    """An empty database at `url` on the same server."""
    target = make_url(url)
    server = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{target.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{target.database}"'))
    server.dispose()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The platform, migrated to the head, with an empty database."""
    given = make_settings(tmp_path_factory.mktemp("data"))
    if given.is_full:
        recreate_database(given.database_url)
    app = create_app(given)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    app.extensions["lms.wake"] = lambda: None
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        app.extensions["lms.storage"].prepare(given.base_url)
    _register_handlers()
    yield app
    with app.app_context():
        db.engine.dispose()


def _register_handlers() -> None:
    from importlib import import_module
    from pkgutil import iter_modules

    import worker.tasks
    for module in iter_modules(worker.tasks.__path__):
        import_module(f"worker.tasks.{module.name}")


@pytest.fixture(autouse=True)
def clean_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test leaves the tables as empty as it found them."""
    yield
    if "app" in request.fixturenames:
        empty_tables(request.getfixturevalue("app"))


def empty_tables(app: Flask) -> None:
    """Remove all rows. Most tests write to few tables: asking which is a tenth of the time of truncating all."""
    with app.app_context():
        db.session.rollback()
        names = [table.name for table in db.metadata.sorted_tables if table.name not in KEPT_TABLES]
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
        filled = list(db.session.scalars(text(asked)))
        db.session.execute(text(REFERENCES_WAIT[db.engine.dialect.name]))
        for name in filled:
            db.session.execute(text(f'DELETE FROM "{name}"'))
        db.session.commit()
        db.session.remove()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context around the test."""
    with app.app_context():
        yield app


@pytest.fixture
def request_context(app: Flask) -> Iterator[Flask]:
    """A request around the test, for services that make addresses."""
    with app.test_request_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[UUID], FlaskClient]:
    """`sign_in(person_id)` gives a client in which this person is signed in. CSRF is off in it."""
    from lms.core.db import transaction
    from lms.identity import services as identity

    def signed_in(person: object) -> FlaskClient:
        person_id = getattr(person, "id", person)
        client = app.test_client()
        with app.app_context(), transaction():
            sign_in_id = identity.start_sign_in(person_id).id
        with client.session_transaction() as session:
            session["_user_id"] = str(sign_in_id)
            session["_fresh"] = True
        return client

    return signed_in


@pytest.fixture(autouse=True)
def no_csrf(request: pytest.FixtureRequest) -> Iterator[None]:
    """CSRF is off in most tests; those that ask for the fixture `csrf` have it on."""
    if "app" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("app")
    app.config["WTF_CSRF_ENABLED"] = "csrf" in request.fixturenames
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def csrf() -> None:
    """Turns CSRF protection on for this test."""


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Run all due jobs here and now; how many ran."""

    def run() -> int:
        with app.app_context():
            return jobs.run_all()

    return run
