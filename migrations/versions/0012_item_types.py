"""Every type of item in the checks of items and their versions, and the seed of a variant on a form.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD = ("single_choice", "multiple_response", "true_false", "short_numeric", "short_text")
NEW = ("single_choice", "multiple_response", "single_true_false", "true_false", "four_cell", "short_numeric",
       "short_text", "cloze", "table_fill", "matching", "ordering", "categorise", "hotspot", "label_image", "maths",
       "essay", "file_upload", "oral", "code")


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("item") as batch:
        batch.drop_constraint(op.f("ck_item_type"), type_="check")
        batch.create_check_constraint(op.f("ck_item_type"), f"type IN {NEW}")
    with op.batch_alter_table("item_version") as batch:
        batch.create_check_constraint(op.f("ck_item_version_type"), f"type IN {NEW}")
    with op.batch_alter_table("form_item") as batch:
        batch.add_column(sa.Column("variant_seed", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Go back; refused while items of a new type exist, because nothing could show them."""
    newer = tuple(each for each in NEW if each not in OLD)
    kept = op.get_bind().execute(sa.text(f"SELECT count(*) FROM item_version WHERE type IN {newer}")).scalar_one()
    if kept:
        raise RuntimeError(f"{kept} versions of items are of types that the revision before does not know")
    with op.batch_alter_table("form_item") as batch:
        batch.drop_column("variant_seed")
    with op.batch_alter_table("item_version") as batch:
        batch.drop_constraint(op.f("ck_item_version_type"), type_="check")
    with op.batch_alter_table("item") as batch:
        batch.drop_constraint(op.f("ck_item_type"), type_="check")
        batch.create_check_constraint(op.f("ck_item_type"), f"type IN {OLD}")
