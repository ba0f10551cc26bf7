"""The audit: from where, what changed, whose it is; and its chain of hashes.

Revision 0008, after 0007. Events that are there already wait for their place in the chain like new ones.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
COLUMNS = {"program": sa.Text(), "organisation_id": sa.Uuid(), "reason": sa.Text(), "address": sa.Text(),
           "device": sa.Text(), "before": JSON, "after": JSON}
INDEXES = {"ix_audit_event_time": (), "ix_audit_event_actor": ("actor_id",), "ix_audit_event_action_time": ("action",),
           "ix_audit_event_subject": ("subject_id",), "ix_audit_event_organisation": ("organisation_id",)}
FORMER = ("action", "actor_id", "subject_id")


def upgrade() -> None:
    """Go to this revision."""
    for name, kind in COLUMNS.items():  # no batch: it would make the table anew, without its triggers
        op.add_column("audit_event", sa.Column(name, kind, nullable=True))
    for name in FORMER:
        op.drop_index(f"ix_audit_event_{name}", "audit_event")
    for name, first in INDEXES.items():
        op.create_index(name, "audit_event", [*first, "created_at", "id"])
    op.create_index("ix_audit_event_refused", "audit_event", ["created_at", "id"],
                    sqlite_where=sa.text("refused = 1"), postgresql_where=sa.text("refused"))
    op.create_table("audit_seal",
                    sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
                    sa.Column("event_id", sa.Uuid(), nullable=False),
                    sa.Column("previous_hash", sa.Text(), nullable=False),
                    sa.Column("hash", sa.Text(), nullable=False),
                    sa.PrimaryKeyConstraint("sequence", name="pk_audit_seal"),
                    sa.UniqueConstraint("event_id", name="uq_audit_seal_event_id"))
    op.create_table("audit_unsealed", sa.Column("event_id", sa.Uuid(), nullable=False),
                    sa.PrimaryKeyConstraint("event_id", name="pk_audit_unsealed"))
    _add_triggers()
    op.execute("INSERT INTO audit_unsealed (event_id) SELECT id FROM audit_event")


def downgrade() -> None:
    """Go back: the chain is lost, the events stay."""
    _drop_triggers()
    op.drop_table("audit_unsealed")
    op.drop_table("audit_seal")
    for name in [*INDEXES, "ix_audit_event_refused"]:
        op.drop_index(name, "audit_event")
    for name in COLUMNS:
        op.drop_column("audit_event", name)
    for name in FORMER:
        op.create_index(f"ix_audit_event_{name}", "audit_event", [name])


def _add_triggers() -> None:
    """A new event waits for its place; places are given once; on PostgreSQL neither table can be emptied at a stroke."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            CREATE FUNCTION note_unsealed_event() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO audit_unsealed (event_id) VALUES (NEW.id); RETURN NULL; END $$""")
        op.execute("""
            CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event
            FOR EACH ROW EXECUTE FUNCTION note_unsealed_event()""")
        op.execute("""
            CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE ON audit_seal
            FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""")
        for table in ("audit_event", "audit_seal"):
            op.execute(f"""
                CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""")
        return
    op.execute("""
        CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event
        BEGIN INSERT INTO audit_unsealed (event_id) VALUES (NEW.id); END""")
    for act in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER audit_seal_refuses_{act.lower()} BEFORE {act} ON audit_seal
            BEGIN SELECT RAISE(ABORT, 'audit events cannot be changed'); END""")


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, table in (("event_waits", "event"), ("event_stays", "event")):
            op.execute(f"DROP TRIGGER audit_{name} ON audit_{table}")
        op.execute("DROP FUNCTION note_unsealed_event()")
        return
    op.execute("DROP TRIGGER audit_event_waits")
