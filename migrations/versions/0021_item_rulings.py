"""Questions found wrong: what was decided about each, and marks that follow from no answer.

Revision 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STATES = "'right', 'partial', 'wrong', 'omitted', 'waiting'"


def upgrade() -> None:
    """The new table, and two more states of a mark."""
    _create_item_ruling()
    with op.batch_alter_table("item_mark") as batch:
        batch.drop_constraint(op.f("ck_item_mark_state"), type_="check")
        batch.create_check_constraint(op.f("ck_item_mark_state"), f"state in ({STATES}, 'void', 'credited')")


def downgrade() -> None:
    """Results that a ruling made are taken away: they are made again from the answers."""
    ruled = "SELECT attempt_id FROM item_mark WHERE state IN ('void', 'credited')"
    op.execute(f"DELETE FROM attempt_result WHERE attempt_id IN ({ruled})")
    op.execute("DELETE FROM item_mark WHERE attempt_id NOT IN (SELECT attempt_id FROM attempt_result)")
    with op.batch_alter_table("item_mark") as batch:
        batch.drop_constraint(op.f("ck_item_mark_state"), type_="check")
        batch.create_check_constraint(op.f("ck_item_mark_state"), f"state in ({STATES})")
    op.drop_table("item_ruling")


def _create_item_ruling() -> None:
    op.create_table(
        "item_ruling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ruled_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('void', 'credit_all', 'keys', 'none')", name=op.f("ck_item_ruling_kind")),
        sa.CheckConstraint("policy in ('', 'left_out', 'rescaled')", name=op.f("ck_item_ruling_policy")),
        sa.CheckConstraint("state in ('proposed', 'in_force', 'refused')", name=op.f("ck_item_ruling_state")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_item_ruling_decided_by_id_person")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_item_ruling_exam_id_exam")),
        sa.ForeignKeyConstraint(["item_version_id"], ["item_version.id"],
                                name=op.f("fk_item_ruling_item_version_id_item_version")),
        sa.ForeignKeyConstraint(["ruled_by_id"], ["person.id"], name=op.f("fk_item_ruling_ruled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_ruling")),
        sa.UniqueConstraint("exam_id", "item_version_id", "number",
                            name=op.f("uq_item_ruling_exam_id_item_version_id_number")),
    )
