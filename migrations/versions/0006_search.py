"""Search.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ["search_rebuild"]


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_search_rebuild()


def downgrade() -> None:
    """Drop them, in the opposite order."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_search_rebuild() -> None:
    op.create_table(
        "search_rebuild",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rebuild")),
        sa.UniqueConstraint("name", name=op.f("uq_search_rebuild_name")),
    )
