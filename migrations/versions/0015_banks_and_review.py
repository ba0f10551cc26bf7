"""Banks with members, the way of items through review, what is known of an item, likeness and statistics.

Revision 0015, after 0014.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_STATES = "state IN ('draft', 'ready', 'retired')"
STATES = "state IN ('draft', 'content_review', 'language_review', 'pilot', 'ready', 'retired')"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("bank", "bank_member", "item_move", "item_sign_off", "item_comment", "item_likeness", "item_band",
          "item_distinct", "item_statistic", "bank_export")


def upgrade() -> None:
    """Every item stays on its owner's desk."""
    _create_banks()
    _widen_item()
    _create_review()
    _create_likeness()
    _create_statistic()


def downgrade() -> None:
    """Items in review become drafts again. What secure banks hold stays sealed."""
    for name in reversed(TABLES[1:]):
        op.drop_table(name)
    op.execute("UPDATE item SET state = 'draft' WHERE state IN ('content_review', 'language_review', 'pilot')")
    with op.batch_alter_table("item") as batch:
        batch.drop_index(op.f("ix_item_translation_group"))
        batch.drop_index(op.f("ix_item_bank_id_state"))
        batch.drop_constraint(op.f("fk_item_bank_id_bank"), type_="foreignkey")
        for name in ("expected_difficulty", "expected_seconds", "state"):
            batch.drop_constraint(op.f(f"ck_item_{name}"), type_="check")
        batch.create_check_constraint(op.f("ck_item_state"), OLD_STATES)
        for name in ("translation_group", "source", "expected_seconds", "expected_difficulty", "is_secure", "bank_id"):
            batch.drop_column(name)
    op.drop_table("bank")


def _create_banks() -> None:
    _create("bank", sa.Column("name", sa.Text(), nullable=False), _id("organisation_id"),
            sa.Column("kind", sa.Text(), nullable=False), sa.Column("reviewed", sa.Boolean(), nullable=False),
            sa.Column("two_person", sa.Boolean(), nullable=False), _id("created_by", nullable=True),
            sa.CheckConstraint("kind IN ('open', 'secure')", name=op.f("ck_bank_kind")),
            _to("bank", "organisation_id", "organisation"), _to("bank", "created_by", "person"))
    op.create_index(op.f("ix_bank_organisation_id"), "bank", ["organisation_id"])
    _create("bank_member", _id("bank_id"), _id("person_id"), sa.Column("role", sa.Text(), nullable=False),
            _id("added_by", nullable=True),
            sa.CheckConstraint("role IN ('manager', 'author', 'content_reviewer', 'language_reviewer', 'approver', "
                               "'reader')", name=op.f("ck_bank_member_role")),
            _to("bank_member", "bank_id", "bank", "CASCADE"), _to("bank_member", "person_id", "person"),
            _to("bank_member", "added_by", "person"),
            sa.UniqueConstraint("bank_id", "person_id", "role", name=op.f("uq_bank_member_bank_id_person_id_role")))
    op.create_index(op.f("ix_bank_member_person_id"), "bank_member", ["person_id"])


def _widen_item() -> None:
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("bank_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("is_secure", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("expected_difficulty", sa.Double(), nullable=True))
        batch.add_column(sa.Column("expected_seconds", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("source", sa.Text(), nullable=True))
        batch.add_column(sa.Column("translation_group", sa.Uuid(), nullable=True))
        batch.drop_constraint(op.f("ck_item_state"), type_="check")
        batch.create_check_constraint(op.f("ck_item_state"), STATES)
        batch.create_check_constraint(op.f("ck_item_expected_difficulty"),
                                      "expected_difficulty >= 0 AND expected_difficulty <= 1")
        batch.create_check_constraint(op.f("ck_item_expected_seconds"), "expected_seconds > 0")
        batch.create_foreign_key(op.f("fk_item_bank_id_bank"), "bank", ["bank_id"], ["id"])
    with op.batch_alter_table("item") as batch:
        batch.alter_column("is_secure", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch.create_index(op.f("ix_item_bank_id_state"), ["bank_id", "state"])
        batch.create_index(op.f("ix_item_translation_group"), ["translation_group"])


def _create_review() -> None:
    _create("item_move", _id("item_id"), _id("item_version_id"), sa.Column("before", sa.Text(), nullable=False),
            sa.Column("after", sa.Text(), nullable=False), _id("actor_id", nullable=True),
            sa.Column("words", JSON, nullable=False), *_of_item("item_move"),
            _to("item_move", "actor_id", "person"))
    op.create_index(op.f("ix_item_move_item_id_created_at"), "item_move", ["item_id", "created_at"])
    _create("item_sign_off", _id("item_id"), _id("item_version_id"), sa.Column("stage", sa.Text(), nullable=False),
            _id("person_id"), sa.Column("checklist", JSON, nullable=False), sa.Column("words", JSON, nullable=False),
            sa.CheckConstraint("stage IN ('content', 'language', 'approval')", name=op.f("ck_item_sign_off_stage")),
            *_of_item("item_sign_off", None), _to("item_sign_off", "person_id", "person"))
    op.create_index(op.f("ix_item_sign_off_item_version_id"), "item_sign_off", ["item_version_id"])
    op.create_index(op.f("ix_item_sign_off_item_id"), "item_sign_off", ["item_id"])
    _create("item_comment", _id("item_id"), _id("item_version_id"), sa.Column("part", sa.Text(), nullable=False),
            _id("person_id"), sa.Column("words", JSON, nullable=False), _moment("settled_at", nullable=True),
            _id("settled_by", nullable=True), *_of_item("item_comment", None), _to("item_comment", "person_id", "person"),
            _to("item_comment", "settled_by", "person"))
    op.create_index(op.f("ix_item_comment_item_id_settled_at"), "item_comment", ["item_id", "settled_at"])
    _create("bank_export", _id("bank_id"), _id("requested_by"), sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("item_ids", JSON, nullable=False), sa.Column("state", sa.Text(), nullable=False),
            _id("decided_by", nullable=True), _moment("decided_at", nullable=True), _moment("expires_at"),
            _moment("used_at", nullable=True),
            sa.CheckConstraint("state IN ('requested', 'consented', 'refused', 'used')",
                               name=op.f("ck_bank_export_state")),
            _to("bank_export", "bank_id", "bank", "CASCADE"), _to("bank_export", "requested_by", "person"),
            _to("bank_export", "decided_by", "person"))
    op.create_index(op.f("ix_bank_export_bank_id"), "bank_export", ["bank_id"])


def _create_likeness() -> None:
    op.create_table("item_likeness", _id("item_id"), sa.Column("signature", sa.LargeBinary(), nullable=False),
                    _to("item_likeness", "item_id", "item", "CASCADE"),
                    sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_likeness")))
    op.create_table("item_band", _id("item_id"), sa.Column("hash", sa.BigInteger(), nullable=False),
                    _to("item_band", "item_id", "item", "CASCADE"),
                    sa.PrimaryKeyConstraint("item_id", "hash", name=op.f("pk_item_band")))
    op.create_index(op.f("ix_item_band_hash"), "item_band", ["hash"])
    _create("item_distinct", _id("item_id"), _id("other_id"), _id("person_id"),
            _to("item_distinct", "item_id", "item", "CASCADE"), _to("item_distinct", "other_id", "item", "CASCADE"),
            _to("item_distinct", "person_id", "person"),
            sa.UniqueConstraint("item_id", "other_id", name=op.f("uq_item_distinct_item_id_other_id")))
    op.create_index(op.f("ix_item_distinct_other_id"), "item_distinct", ["other_id"])


def _create_statistic() -> None:
    _create("item_statistic", _id("item_version_id"), _id("exam_id"),
            sa.Column("population", sa.Text(), nullable=False), sa.Column("n", sa.Integer(), nullable=False),
            sa.Column("facility", sa.Double(), nullable=True), sa.Column("discrimination", sa.Double(), nullable=True),
            sa.Column("mean_seconds", sa.Double(), nullable=True), _moment("computed_at"),
            _to("item_statistic", "item_version_id", "item_version"),
            _to("item_statistic", "exam_id", "exam", "CASCADE"),
            sa.UniqueConstraint("item_version_id", "exam_id", "population",
                                name=op.f("uq_item_statistic_item_version_id_exam_id_population")))
    op.create_index(op.f("ix_item_statistic_exam_id"), "item_statistic", ["exam_id"])


def _create(name: str, *parts: Any) -> None:
    """A table of entities: an id, the moment it was made, and its own parts."""
    op.create_table(name, _id("id"), _moment("created_at"), *parts,
                    sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_item(table: str, gone: str | None = "CASCADE") -> list[sa.ForeignKeyConstraint]:
    return [_to(table, "item_id", "item", gone), _to(table, "item_version_id", "item_version", gone)]


def _to(table: str, column: str, other: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], ondelete=gone,
                                   name=op.f(f"fk_{table}_{column}_{other}"))
