"""Alembic's environment: the platform's own engine, one migration at a time per database."""


from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

LOCK = 6200_2026
"""Advisory lock on PostgreSQL: two starting machines do not migrate at once."""

database = current_app.extensions["migrate"].db


def run(connection: Connection) -> None:
    """Bring the schema to where the command says."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
    else:
        # on the driver itself: inside a transaction, which SQLAlchemy would begin, the pragma does nothing
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    options = current_app.extensions["migrate"].configure_args
    context.configure(connection=connection, target_metadata=database.metadata, include_object=_ours,
                      **{**options, "render_as_batch": not postgresql})
    with context.begin_transaction():
        context.run_migrations()
    if postgresql:
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
        connection.commit()


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare: object) -> bool:
    """The event log has its own tables, partitioned, that no model describes."""
    return not (kind == "table" and (name or "").startswith(("exam_event", "attempt_head")))


with database.engine.connect() as the_connection:
    run(the_connection)
    if the_connection.dialect.name == "sqlite":
        the_connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
