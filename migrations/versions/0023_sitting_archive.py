"""Where the events of a closed sitting are kept once they leave the log.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

from lms.core.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row for each archived sitting."""
    op.create_table(
        "sitting_archive",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state in ('written', 'dropping', 'archived', 'restored', 'removed')",
                           name=op.f("ck_sitting_archive_state")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_archive_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_sitting_archive")),
    )
    op.create_index(op.f("ix_sitting_archive_state"), "sitting_archive", ["state"])


def downgrade() -> None:
    """Rows of archives are given up: bring the sittings back first (`bin/lms exam restore`)."""
    op.drop_index(op.f("ix_sitting_archive_state"), "sitting_archive")
    op.drop_table("sitting_archive")
