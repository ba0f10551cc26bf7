"""The question bank and its imports.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ["import_batch", "item", "item_outcome", "item_version"]


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_import_batch()
    _create_item()
    _create_item_outcome()
    _create_item_version()


def downgrade() -> None:
    """Drop them, in the opposite order."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("place", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('staged', 'imported')", name=op.f("ck_import_batch_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_import_batch_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_expires_at"), "import_batch", ["expires_at"], unique=False)
    op.create_index(op.f("ix_import_batch_owner_id"), "import_batch", ["owner_id"], unique=False)


def _create_item() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("current_version_id", sa.Uuid(), nullable=False),
        sa.Column("stem_text", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('know', 'understand', 'apply')", name=op.f("ck_item_level")),
        sa.CheckConstraint("state IN ('draft', 'ready', 'retired')", name=op.f("ck_item_state")),
        sa.CheckConstraint(
            "type IN ('single_choice', 'multiple_response', 'true_false', 'short_numeric', 'short_text')",
            name=op.f("ck_item_type"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_item_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_item_owner_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_item_subject_id_subject")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_item_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_index(op.f("ix_item_organisation_id_state"), "item", ["organisation_id", "state"], unique=False)
    op.create_index(op.f("ix_item_owner_id"), "item", ["owner_id"], unique=False)
    op.create_index(
        op.f("ix_item_subject_id_topic_id_level_type"),
        "item",
        ["subject_id", "topic_id", "level", "type"],
        unique=False,
    )
    op.create_index(op.f("ix_item_topic_id"), "item", ["topic_id"], unique=False)
    op.create_index(op.f("ix_item_updated_at"), "item", ["updated_at"], unique=False)


def _create_item_outcome() -> None:
    op.create_table(
        "item_outcome",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_outcome_item_id_item")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_item_outcome_outcome_id_outcome")),
        sa.PrimaryKeyConstraint("item_id", "outcome_id", name=op.f("pk_item_outcome")),
    )
    op.create_index(op.f("ix_item_outcome_outcome_id"), "item_outcome", ["outcome_id"], unique=False)


def _create_item_version() -> None:
    op.create_table(
        "item_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("key", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_item_version_created_by_person")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_version_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_version")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_version_item_id_number")),
    )
