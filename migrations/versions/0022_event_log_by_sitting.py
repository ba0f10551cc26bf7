"""The exam's event log in partitions by sitting: what there is becomes the partition of all others, nothing is copied.

Revision 0022, after 0021.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEYS = {"attempt_head": "sitting_id, attempt_id", "exam_event": "sitting_id, attempt_id, seq"}


def upgrade() -> None:
    """On PostgreSQL only: the embedded size keeps its log in a file of its own."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, key in KEYS.items():
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_rest")
        op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_{table}_rest")
        op.execute(f"CREATE TABLE {table} (LIKE {table}_rest INCLUDING CONSTRAINTS, "
                   f"CONSTRAINT pk_{table} PRIMARY KEY ({key})) PARTITION BY LIST (sitting_id)")
        op.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_rest DEFAULT")


def downgrade() -> None:
    """One table again: the rows of all partitions are copied together."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, key in KEYS.items():
        op.execute(f"CREATE TABLE {table}_whole (LIKE {table} INCLUDING CONSTRAINTS)")
        op.execute(f"INSERT INTO {table}_whole SELECT * FROM {table}")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {table}_whole RENAME TO {table}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({key})")
