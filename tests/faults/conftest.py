"""Faults: a part that the platform stands on is taken away while people work, and given back.

On the full size every part is reached over a line of its own (`line.py`), so that a test can cut it off
without touching the services that others use. Files `test_full_*` need those lines; `test_embedded_*` damage the
files that the embedded size stands on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from lms.app import create_app
from lms.core.config import Settings
from lms.core.db import db, transaction
from lms.prepare import forget_everything
from tests.conftest import MIGRATIONS, SIZE, _register_handlers, make_settings, recreate_database
from tests.factories.identity import make_person
from tests.faults.line import Line

collect_ignore_glob = ["test_full_*"] if SIZE == "embedded" else ["test_embedded_*"]
DATABASE = "lms_test_faults"
REDIS_DATABASE = 7

Lines = dict[str, Line]


def lines_to(given: Settings) -> Lines:
    """A whole line to each part that these settings name."""
    if not given.is_full:
        return {}
    addresses = {"database": given.database_url, "redis": given.redis_url, "search": given.elasticsearch_url,
                 "storage": given.s3_endpoint, "provider": given.oidc_issuer}
    ends = {name: urlsplit(address) for name, address in addresses.items()}
    return {name: Line(end.hostname or "127.0.0.1", end.port or 80) for name, end in ends.items()}


def over_lines(given: Settings, lines: Lines) -> Settings:
    """The same settings, with every address but the provider's at its line.

    The provider's address is its name too, which its tokens carry; tests lead the way there over a proxy.
    """
    if not lines:
        return given
    url = make_url(given.database_url).set(port=lines["database"].port).render_as_string(hide_password=False)
    redis = make_url(given.redis_url).set(port=lines["redis"].port, database=str(REDIS_DATABASE))
    return replace(given, database_url=url, events_url=url, redis_url=redis.render_as_string(hide_password=False),
                   elasticsearch_url=f"http://127.0.0.1:{lines['search'].port}",
                   s3_endpoint=f"http://127.0.0.1:{lines['storage'].port}")


@contextmanager
def opened(folder: Path, database: str, lines: Lines) -> Iterator[Flask]:
    """A platform over these lines, migrated and empty; removed from the services afterwards."""
    given = make_settings(folder, database=database)
    if given.is_full:
        recreate_database(given.database_url)
        lines |= lines_to(given)
    app = create_app(over_lines(given, lines))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    _register_handlers()
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        app.extensions["lms.storage"].prepare(given.base_url)
    yield app
    for line in lines.values():
        line.mend()
    if given.is_full:
        forgotten = app.test_cli_runner().invoke(forget_everything, ["--yes"])
        assert forgotten.exit_code == 0, forgotten.output
    with app.app_context():
        db.engine.dispose()
    for line in lines.values():
        line.cut()


@pytest.fixture(scope="session")
def lines() -> Lines:
    """The lines of `app`, by the name of the part."""
    return {}


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, lines: Lines) -> Iterator[Flask]:
    """The platform over its lines; jobs are run by the test."""
    with opened(tmp_path_factory.mktemp("faults"), DATABASE, lines) as app:
        yield app


@pytest.fixture(autouse=True)
def mended(lines: Lines) -> Iterator[None]:
    """Whatever a test has cut is whole again after it."""
    yield
    for line in lines.values():
        line.mend()


@pytest.fixture
def person(app: Flask) -> Callable[[str], UUID]:
    """A new person of a role, committed; no context stays open."""

    def make(role: str) -> UUID:
        with app.app_context(), transaction():
            return make_person(role).id

    return make


@pytest.fixture
def client_of(person: Callable[[str], UUID], sign_in: Callable[[UUID], FlaskClient]) -> Callable[[str], FlaskClient]:
    """A client in which a new person of a role is signed in."""
    return lambda role: sign_in(person(role))
