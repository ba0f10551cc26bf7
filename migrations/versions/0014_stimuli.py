"""Stimuli that sets of items share, and the items' places in them.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ITEM_KEY, VERSION_KEY = "fk_item_stimulus_id_stimulus", "fk_item_version_stimulus_version_id_stimulus_version"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """The tables, then what points to them. No item has a stimulus yet."""
    _create_stimulus()
    _create_stimulus_version()
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("stimulus_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("stimulus_position", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f(ITEM_KEY), "stimulus", ["stimulus_id"], ["id"])
        batch.create_index(op.f("ix_item_stimulus_id"), ["stimulus_id"])
    with op.batch_alter_table("item_version") as batch:
        batch.add_column(sa.Column("stimulus_version_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f(VERSION_KEY), "stimulus_version", ["stimulus_version_id"], ["id"])


def downgrade() -> None:
    """The items stay; what they shared goes."""
    with op.batch_alter_table("item_version") as batch:
        batch.drop_constraint(op.f(VERSION_KEY), type_="foreignkey")
        batch.drop_column("stimulus_version_id")
    with op.batch_alter_table("item") as batch:
        batch.drop_index(op.f("ix_item_stimulus_id"))
        batch.drop_constraint(op.f(ITEM_KEY), type_="foreignkey")
        batch.drop_column("stimulus_position")
        batch.drop_column("stimulus_id")
    op.drop_table("stimulus_version")
    op.drop_table("stimulus")


def _create_stimulus() -> None:
    op.create_table(
        "stimulus",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("bank_id", sa.Uuid(), nullable=True),
        sa.Column("is_secure", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("current_version_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'ready', 'retired')", name=op.f("ck_stimulus_state")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"],
                                name=op.f("fk_stimulus_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_stimulus_owner_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_stimulus_subject_id_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus")),
    )
    op.create_index(op.f("ix_stimulus_bank_id"), "stimulus", ["bank_id"])
    op.create_index(op.f("ix_stimulus_organisation_id_state"), "stimulus", ["organisation_id", "state"])
    op.create_index(op.f("ix_stimulus_owner_id"), "stimulus", ["owner_id"])
    op.create_index(op.f("ix_stimulus_subject_id"), "stimulus", ["subject_id"])


def _create_stimulus_version() -> None:
    op.create_table(
        "stimulus_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stimulus_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_stimulus_version_created_by_person")),
        sa.ForeignKeyConstraint(["stimulus_id"], ["stimulus.id"],
                                name=op.f("fk_stimulus_version_stimulus_id_stimulus")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus_version")),
        sa.UniqueConstraint("stimulus_id", "number", name=op.f("uq_stimulus_version_stimulus_id_number")),
    )
