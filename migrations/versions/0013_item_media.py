"""Pictures and sound of items, and what an editor held when its page closed.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    _create_item_media()
    _create_item_autosave()


def downgrade() -> None:
    """Go back. The bytes stay in the storage."""
    op.drop_table("item_autosave")
    op.drop_table("item_media")


def _create_item_media() -> None:
    op.create_table(
        "item_media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("bank_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('picture', 'audio')", name=op.f("ck_item_media_kind")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_item_media_owner_id_person")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"],
                                name=op.f("fk_item_media_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_media")),
    )
    op.create_index(op.f("ix_item_media_bank_id"), "item_media", ["bank_id"])
    op.create_index(op.f("ix_item_media_sha256_organisation_id"), "item_media", ["sha256", "organisation_id"])


def _create_item_autosave() -> None:
    op.create_table(
        "item_autosave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_autosave_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_autosave")),
        sa.UniqueConstraint("person_id", "place", name=op.f("uq_item_autosave_person_id_place")),
    )
