"""Migrations: numbered in one line, equal to the models at the head, and each goes up, down and up."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from demo.load import load_demo
from lms.app import create_app
from lms.core.db import db
from lms.core.storage import storage
from lms.prepare import MIGRATIONS, load_reference_data
from tests.conftest import make_settings, recreate_database

OWN = ("exam_event", "attempt_head", "alembic_version")
ONLY_POSTGRESQL = {"0022"}
"""Migrations of the event log's tables, which the embedded size keeps in a file of its own."""


@pytest.fixture
def empty(tmp_path: Path) -> Flask:
    """The platform on a database of its own without a table."""
    given = make_settings(tmp_path, database="lms_test_migrations")
    if given.is_full:
        recreate_database(given.database_url)
    app = create_app(given)
    app.extensions["lms.wake"] = lambda: None
    return app


def revisions() -> list[str]:
    found = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return [script.revision for script in reversed(list(found))]


def test_migrations_are_numbered_in_one_line() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]
    assert (MIGRATIONS / ".current-head").read_text().strip() == revisions()[-1]


def test_the_head_equals_the_models(empty: Flask) -> None:
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_object": lambda _o, name, kind, *_r: not (
                    kind == "table" and name.startswith(OWN))})
            assert compare_metadata(context, db.metadata) == []


def test_each_migration_goes_up_down_and_up(empty: Flask) -> None:
    with empty.app_context():
        for revision in revisions():
            upgrade(directory=str(MIGRATIONS), revision=revision)
            before = _tables()
            downgrade(directory=str(MIGRATIONS), revision="-1")
            assert _tables() != before or (revision in ONLY_POSTGRESQL and db.engine.dialect.name == "sqlite")
            upgrade(directory=str(MIGRATIONS), revision=revision)
            assert _tables() == before


def test_the_last_migration_goes_down_and_up_with_data(empty: Flask) -> None:
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        storage().prepare("http://127.0.0.1")
        load_reference_data()
        load_demo()
        items = db.session.scalar(text("SELECT count(*) FROM item"))
        db.session.rollback()
        downgrade(directory=str(MIGRATIONS), revision="-1")
        upgrade(directory=str(MIGRATIONS))
        assert db.session.scalar(text("SELECT count(*) FROM item")) == items > 64
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def _tables() -> set[tuple[str, str]]:
    """Every column of every table."""
    with db.engine.connect() as connection:
        found = inspect(connection)
        return {(table, column["name"]) for table in found.get_table_names() if table != "alembic_version"
                for column in found.get_columns(table)}
