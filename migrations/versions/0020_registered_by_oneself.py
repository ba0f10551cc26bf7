"""Candidates who put themselves on a list, and attempts whose paper was withdrawn.

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATES = "state in ('ready', 'in_progress', 'submitted')"
STATES_NOW = "state in ('ready', 'in_progress', 'submitted', 'withdrawn')"


def upgrade() -> None:
    """Whoever is on a list today was put there by somebody."""
    with op.batch_alter_table("candidate") as batch:
        batch.add_column(sa.Column("by_self", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("candidate") as batch:
        batch.alter_column("by_self", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    _change_states(STATES_NOW)
    _create_withdrawn_form()


def downgrade() -> None:
    """Attempts whose paper was withdrawn are handed in again, as they were to be kept."""
    op.drop_table("withdrawn_form")
    op.execute("UPDATE attempt SET state = 'submitted' WHERE state = 'withdrawn'")
    _change_states(STATES)
    with op.batch_alter_table("candidate") as batch:
        batch.drop_column("by_self")


def _create_withdrawn_form() -> None:
    op.create_table(
        "withdrawn_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reach in ('ready', 'running', 'all')", name=op.f("ck_withdrawn_form_reach")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_withdrawn_form_exam_id_exam")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_withdrawn_form_form_id_form")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_withdrawn_form_actor_id_person")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"],
                                name=op.f("fk_withdrawn_form_confirmed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawn_form")),
        sa.UniqueConstraint("form_id", name=op.f("uq_withdrawn_form_form_id")),
    )
    op.create_index(op.f("ix_withdrawn_form_exam_id"), "withdrawn_form", ["exam_id"], unique=False)


def _change_states(check: str) -> None:
    with op.batch_alter_table("attempt") as batch:
        batch.drop_constraint(op.f("ck_attempt_state"), type_="check")
        batch.create_check_constraint(op.f("ck_attempt_state"), check)
