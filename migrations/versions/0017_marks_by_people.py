"""Answers that a person marks by a rubric: who has one in hand, what was given, and results that wait for it.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = "'right', 'partial', 'wrong', 'omitted'"


def upgrade() -> None:
    """The new table, the new state of a mark, the count of what a result waits for."""
    _create_person_mark()
    with op.batch_alter_table("item_mark") as batch:
        batch.drop_constraint(op.f("ck_item_mark_state"), type_="check")
        batch.create_check_constraint(op.f("ck_item_mark_state"), f"state in ({STATES}, 'waiting')")
    op.create_index("ix_item_mark_waiting", "item_mark", ["item_version_id", "attempt_id"], unique=False,
                    sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    with op.batch_alter_table("attempt_result") as batch:
        batch.add_column(sa.Column("waiting", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("attempt_result") as batch:
        batch.alter_column("waiting", server_default=None, existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    """Results that wait for a person are taken away: they are made again from the answers."""
    op.drop_index("ix_item_mark_waiting", "item_mark")
    op.execute("DELETE FROM item_mark WHERE attempt_id IN (SELECT attempt_id FROM attempt_result WHERE waiting > 0)")
    op.execute("DELETE FROM attempt_result WHERE waiting > 0")
    with op.batch_alter_table("attempt_result") as batch:
        batch.drop_column("waiting")
    with op.batch_alter_table("item_mark") as batch:
        batch.drop_constraint(op.f("ck_item_mark_state"), type_="check")
        batch.create_check_constraint(op.f("ck_item_mark_state"), f"state in ({STATES})")
    op.drop_table("person_mark")


def _create_person_mark() -> None:
    op.create_table(
        "person_mark",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("form_item_id", sa.Uuid(), nullable=False),
        sa.Column("marker_id", sa.Uuid(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("levels", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_person_mark_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["form_item_id"], ["form_item.id"],
                                name=op.f("fk_person_mark_form_item_id_form_item")),
        sa.ForeignKeyConstraint(["marker_id"], ["person.id"], name=op.f("fk_person_mark_marker_id_person")),
        sa.PrimaryKeyConstraint("attempt_id", "form_item_id", name=op.f("pk_person_mark")),
    )
    op.create_index(op.f("ix_person_mark_marker_id"), "person_mark", ["marker_id"], unique=False)
