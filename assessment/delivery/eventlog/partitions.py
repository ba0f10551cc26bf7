"""Partitions of the event log on PostgreSQL: a large sitting has its own, all others share one.

Both tables are lists by sitting with a partition for the rest; a large sitting's own has indexes of its own, and the
whole sitting can leave by detaching it. They are not split further: an append looks at every partition while it is
prepared to run, and sixteen a sitting made it twice to ten times as long.
"""

from uuid import UUID

import structlog
from sqlalchemy import DDL, Engine, event, text
from sqlalchemy.exc import OperationalError

from assessment.delivery.eventlog.tables import metadata

OWN_FROM = 5_000
"""Candidates of a sitting from which on it has partitions of its own."""
PATIENCE = ("SET LOCAL lock_timeout = '1s'", "SET LOCAL statement_timeout = '4s'")
"""Attaching keeps writers waiting while the rest is looked through: shorter than they wait before they give up."""
log = structlog.get_logger(__name__)

for _table in metadata.sorted_tables:
    event.listen(_table, "after_create", DDL(
        f"CREATE TABLE {_table.name}_rest PARTITION OF {_table.name} DEFAULT").execute_if(dialect="postgresql"))


def give_own_partitions(engine: Engine, sitting_id: UUID) -> bool:
    """Partitions for a sitting of which nothing is written yet; whether it has its own now.

    Moves nothing: a sitting that somebody has begun stays with the rest, as does one whose turn does not come in time.
    Harmless when repeated; on SQLite there are none.
    """
    if engine.dialect.name != "postgresql":
        return False
    try:
        with engine.begin() as connection:
            for statement in PATIENCE:
                connection.execute(text(statement))
            if connection.scalar(text("SELECT to_regclass(:name)"), {"name": _name("exam_event", sitting_id)}):
                return True
            begun = text("SELECT 1 FROM attempt_head WHERE sitting_id = :id LIMIT 1")
            if connection.scalar(begun, {"id": sitting_id}):
                return False
            for statement in [*_building(sitting_id), *_attaching(sitting_id)]:
                connection.execute(text(statement))
    except OperationalError as error:
        log.warning("exam_event_partition_waits", sitting=str(sitting_id), error=type(error.orig).__name__)
        return False
    return True


def drop_own_partitions(engine: Engine, sitting_id: UUID) -> bool:
    """Drop the partitions of an archived sitting at once; False where it has none of its own.

    Raises OperationalError where the log is too busy for the moment that it takes.
    """
    if engine.dialect.name != "postgresql":
        return False
    with engine.begin() as connection:
        own = {table: _name(table, sitting_id) for table in metadata.tables}
        there = [name for name in own.values()
                 if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})]
        for statement in [*PATIENCE, *(f"DROP TABLE {name}" for name in there)]:
            connection.execute(text(statement))
    return bool(there)


def _name(table: str, sitting_id: UUID) -> str:
    return f"{table}_{sitting_id.hex}"


def _building(sitting_id: UUID) -> list[str]:
    return [f"CREATE TABLE {_name(table, sitting_id)} (LIKE {table} INCLUDING CONSTRAINTS INCLUDING INDEXES)"
            for table in metadata.tables]


def _attaching(sitting_id: UUID) -> list[str]:
    """Last, because from here on writers wait."""
    return [f"ALTER TABLE {table} ATTACH PARTITION {_name(table, sitting_id)} FOR VALUES IN ('{sitting_id}')"
            for table in metadata.tables]
