"""`bin/lms prepare` and its opposite: from nothing to a platform that can be served, and back.

Every step does only what is missing, so that it can be run at each start.
"""

from contextlib import suppress
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from assessment.marking import services as marking
from demo.load import load_demo
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.permissions import SYSTEM
from lms.core.storage import S3Storage, storage
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations
from search import services as search
from search.backends.current import engine

THROWAWAY = ("lms_check_", "lms_test", "lms_journey_", "lms_bench_")
MIGRATIONS = Path(__file__).parents[1] / "migrations"


def ensure_database(url: URL) -> None:
    """Make the PostgreSQL database if the server has none of this name; SQLite needs its folder only."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        return
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database})
        if not known:
            connection.execute(text(f'CREATE DATABASE "{url.database}"'))
    server.dispose()


def load_reference_data() -> None:
    """What every room needs to have: departments, subjects, topics, outcomes, score tables."""
    with transaction():
        organisations.load_departments(SYSTEM)
    with transaction():
        curriculum.load_curriculum(SYSTEM)
    with transaction():
        marking.ensure_score_tables()


@click.command("prepare")
@click.option("--no-demo", is_flag=True, help="without demo data")
@with_appcontext
def prepare(no_demo: bool) -> None:
    """Make everything ready to be served: tables, storage, reference data, demo data."""
    for url in {settings().database_url, settings().events_url}:
        ensure_database(make_url(url))
    upgrade(directory=str(MIGRATIONS))
    storage().prepare(settings().base_url)
    load_reference_data()
    if not no_demo:
        load_demo()
    search.refresh()


@click.command("forget-everything")
@click.option("--yes", is_flag=True, help="really")
@with_appcontext
def forget_everything(yes: bool) -> None:
    """Remove a throwaway platform (a check, a test) from the full size's services; refuses any other."""
    given = settings()
    url = make_url(given.database_url)
    if not yes or not given.is_full or not (url.database or "").startswith(THROWAWAY):
        raise click.ClickException("this removes throwaway platforms of the full size only")
    _forget_objects()
    engine().forget()
    db.engine.dispose()
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
    server.dispose()


def _forget_objects() -> None:
    store = storage()
    if isinstance(store, S3Storage):
        with suppress(NotFound):  # nothing was stored yet
            for key in list(store.list("")):
                store.delete(key)
            store.client.delete_bucket(Bucket=store.bucket)


COMMANDS = [prepare, forget_everything]
