"""Tables of the event log, in one place.

The embedded size makes them in a file of their own, the full size by migration.

Both keys begin with the sitting, so that PostgreSQL can partition by it, and carry the attempt, so that a
distributed one can shard by it. Nothing here refers to a table of the main database: the log may stand alone.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Engine,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from lms.core.db import NAMING, UtcDateTime

KINDS = ("started", "answer", "submit", "auto_submit")
OPEN, SUBMITTED, TIME_UP = "open", "submitted", "time_up"

metadata = MetaData(naming_convention=NAMING)

attempt_head = Table(
    "attempt_head", metadata,
    Column("sitting_id", Uuid, nullable=False),
    Column("attempt_id", Uuid, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("closed", Text, nullable=False),
    PrimaryKeyConstraint("sitting_id", "attempt_id"),
    CheckConstraint("closed in ('open', 'submitted', 'time_up')", name="closed"),
    postgresql_partition_by="LIST (sitting_id)",
)

exam_event = Table(
    "exam_event", metadata,
    Column("sitting_id", Uuid, nullable=False),
    Column("attempt_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("client_ms", BigInteger, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("sitting_id", "attempt_id", "seq"),
    CheckConstraint("kind in ('started', 'answer', 'submit', 'auto_submit')", name="kind"),
    postgresql_partition_by="LIST (sitting_id)",
)

EVENT_TABLES = frozenset(metadata.tables)


def create_tables(engine: Engine) -> None:
    """Make the tables where they are missing (the embedded size's own file, and tests)."""
    metadata.create_all(engine)
