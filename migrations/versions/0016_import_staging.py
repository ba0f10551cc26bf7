"""Question files are staged row by row, with their pictures; questions on their way out.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STATES, OLD_STATES = "'reading', 'staged', 'importing', 'imported', 'undone'", "'staged', 'imported'"
QUESTION_STATES = "'good', 'unsure', 'refused', 'fixed', 'dropped'"
EXPORT_STATES = "'writing', 'ready', 'failed'"


def upgrade() -> None:
    """What was uploaded and not imported within its day is uploaded again; what was imported stays known."""
    op.execute("DELETE FROM import_batch WHERE state = 'staged'")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(op.f("ck_import_batch_state"), type_="check")
        batch.create_check_constraint(op.f("ck_import_batch_state"), f"state IN ({STATES})")
        batch.drop_column("report")
        batch.add_column(sa.Column("problems", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("problems", server_default=None)
    _create_import_stimulus()
    _create_import_question()
    _create_import_medium()
    _create_item_export()


def downgrade() -> None:
    """What is staged goes, for it is kept for days only; what was imported stays."""
    for name in ("item_export", "import_medium", "import_question", "import_stimulus"):
        op.drop_table(name)
    op.execute("DELETE FROM import_batch WHERE state <> 'imported'")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(op.f("ck_import_batch_state"), type_="check")
        batch.create_check_constraint(op.f("ck_import_batch_state"), f"state IN ({OLD_STATES})")
        batch.drop_column("problems")
        empty = '{"questions": [], "problems": []}'
        batch.add_column(sa.Column("report", JSON, nullable=False, server_default=empty))
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("report", server_default=None)


def _create_import_stimulus() -> None:
    op.create_table(
        "import_stimulus",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("stimulus_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"],
                                name=op.f("fk_import_stimulus_batch_id_import_batch")),
        sa.ForeignKeyConstraint(["stimulus_id"], ["stimulus.id"],
                                name=op.f("fk_import_stimulus_stimulus_id_stimulus")),
        sa.PrimaryKeyConstraint("batch_id", "ref", name=op.f("pk_import_stimulus")),
    )
    op.create_index(op.f("ix_import_stimulus_stimulus_id"), "import_stimulus", ["stimulus_id"])


def _create_import_question() -> None:
    op.create_table(
        "import_question",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("unsure", JSON, nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("twins", JSON, nullable=False),
        sa.Column("has_twins", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stimulus", sa.Text(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"state IN ({QUESTION_STATES})", name=op.f("ck_import_question_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"],
                                name=op.f("fk_import_question_batch_id_import_batch")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_import_question_item_id_item")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_import_question")),
    )
    op.create_index(op.f("ix_import_question_item_id"), "import_question", ["item_id"])
    op.create_index(op.f("ix_import_question_batch_id_state"), "import_question", ["batch_id", "state"])


def _create_import_medium() -> None:
    op.create_table(
        "import_medium",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("src", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"],
                                name=op.f("fk_import_medium_batch_id_import_batch")),
        sa.PrimaryKeyConstraint("batch_id", "sha256", name=op.f("pk_import_medium")),
    )


def _create_item_export() -> None:
    op.create_table(
        "item_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("item_ids", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"state IN ({EXPORT_STATES})", name=op.f("ck_item_export_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_item_export_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_export")),
    )
    op.create_index(op.f("ix_item_export_owner_id"), "item_export", ["owner_id"])
    op.create_index(op.f("ix_item_export_expires_at"), "item_export", ["expires_at"])
