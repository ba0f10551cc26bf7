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


def downgrade() -> None:
    """Attempts whose paper was withdrawn are handed in again, as they were to be kept."""
    op.execute("UPDATE attempt SET state = 'submitted' WHERE state = 'withdrawn'")
    _change_states(STATES)
    with op.batch_alter_table("candidate") as batch:
        batch.drop_column("by_self")


def _change_states(check: str) -> None:
    with op.batch_alter_table("attempt") as batch:
        batch.drop_constraint(op.f("ck_attempt_state"), type_="check")
        batch.create_check_constraint(op.f("ck_attempt_state"), check)
