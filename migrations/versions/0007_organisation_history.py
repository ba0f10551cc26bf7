"""The tree of organisations with its history, memberships with periods; roles in a place become memberships.

Revision 0007, after 0006.
"""

import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD_KINDS = "kind IN ('ministry', 'department', 'school', 'university', 'class')"
KINDS = "kind IN ('ministry', 'department', 'school', 'university', 'faculty', 'class')"
EVENTS = "kind IN ('founded', 'renamed', 'moved', 'merged', 'closed', 'reopened')"
STATES = "state IN ('draft', 'done', 'undone')"
ORGANISATION_FK = "fk_organisation_merged_into_id_organisation"
OLD_UNIQUE = "uq_membership_person_id_organisation_id_role"
OLD_ROLE_UNIQUE = "uq_role_assignment_person_id_role_organisation_id"
ROLE_FK = "fk_role_assignment_organisation_id_organisation"
FIRST_MONTH = 8

organisation = sa.table("organisation", sa.column("id", sa.Uuid), sa.column("code", sa.Text), sa.column("name", sa.Text),
                        sa.column("kind", sa.Text), sa.column("search_name", sa.Text),
                        sa.column("school_year", sa.Text), sa.column("created_at", sa.DateTime(timezone=True)))
person = sa.table("person", sa.column("id", sa.Uuid), sa.column("name", sa.Text), sa.column("search_name", sa.Text))
membership = sa.table(
    "membership", sa.column("id", sa.Uuid), sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("person_id", sa.Uuid), sa.column("organisation_id", sa.Uuid), sa.column("role", sa.Text),
    sa.column("source", sa.Text), sa.column("starts_on", sa.Date), sa.column("ends_on", sa.Date))
role = sa.table(
    "role_assignment", sa.column("id", sa.Uuid), sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("person_id", sa.Uuid), sa.column("organisation_id", sa.Uuid), sa.column("role", sa.Text),
    sa.column("source", sa.Text))


def upgrade() -> None:
    """Go to this revision."""
    _widen_organisation()
    _create_organisation_code()
    _create_organisation_event()
    _create_roll_over()
    _widen_membership()
    _move_roles_into_memberships()
    _narrow_roles()
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("search_name", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("person") as batch:
        batch.alter_column("search_name", server_default=None, existing_type=sa.Text(), existing_nullable=False)
        batch.create_index(op.f("ix_person_search_name"), ["search_name"])
    _fill(person, lambda row: {"search_name": _searchable(row.name)})


def downgrade() -> None:
    """Go back. Memberships that ended go: the schema before knows present ones only."""
    with op.batch_alter_table("person") as batch:
        batch.drop_index(op.f("ix_person_search_name"))
        batch.drop_column("search_name")
    _widen_roles()
    _narrow_membership()
    op.drop_table("roll_over")
    op.drop_table("organisation_event")
    op.drop_table("organisation_code")
    _narrow_organisation()


def _widen_organisation() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(op.f("ck_organisation_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_organisation_kind"), KINDS)
        batch.add_column(sa.Column("search_name", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("school_year", sa.Text(), nullable=True))
        batch.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f(ORGANISATION_FK), "organisation", ["merged_into_id"], ["id"])
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("search_name", server_default=None, existing_type=sa.Text(), existing_nullable=False)
        batch.create_index(op.f("ix_organisation_merged_into_id"), ["merged_into_id"])
        batch.create_index(op.f("ix_organisation_parent_id_search_name"), ["parent_id", "search_name"])
    _fill(organisation, lambda row: {
        "search_name": _searchable(f"{row.name} {row.code}"),
        "school_year": _school_year(row.created_at) if row.kind == "class" else None})


def _narrow_organisation() -> None:
    op.execute(organisation.update().where(organisation.c.kind == "faculty").values(kind="university"))
    with op.batch_alter_table("organisation") as batch:
        batch.drop_index(op.f("ix_organisation_parent_id_search_name"))
        batch.drop_index(op.f("ix_organisation_merged_into_id"))
        batch.drop_constraint(op.f(ORGANISATION_FK), type_="foreignkey")
        batch.drop_constraint(op.f("ck_organisation_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_organisation_kind"), OLD_KINDS)
        for name in ("closed_at", "valid_from", "school_year", "merged_into_id", "search_name"):
            batch.drop_column(name)


def _create_organisation_code() -> None:
    op.create_table(
        "organisation_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], ondelete="CASCADE",
                                name=op.f("fk_organisation_code_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_code")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code_code")),
    )
    op.create_index(op.f("ix_organisation_code_organisation_id"), "organisation_code", ["organisation_id"])


def _create_organisation_event() -> None:
    op.create_table(
        "organisation_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("before", _json(), nullable=False),
        sa.Column("after", _json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(EVENTS, name=op.f("ck_organisation_event_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], ondelete="CASCADE",
                                name=op.f("fk_organisation_event_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], ondelete="SET NULL",
                                name=op.f("fk_organisation_event_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_event")),
    )
    op.create_index(op.f("ix_organisation_event_organisation_id_effective_on"), "organisation_event",
                    ["organisation_id", "effective_on"])


def _create_roll_over() -> None:
    op.create_table(
        "roll_over",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("from_year", sa.Text(), nullable=False),
        sa.Column("to_year", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan", _json(), nullable=False),
        sa.Column("result", _json(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_roll_over_state")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"],
                                name=op.f("fk_roll_over_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], ondelete="SET NULL",
                                name=op.f("fk_roll_over_done_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_over")),
    )
    undone = sa.text("state <> 'undone'")
    op.create_index("uq_roll_over_year", "roll_over", ["organisation_id", "from_year"], unique=True,
                    sqlite_where=undone, postgresql_where=undone)


def _widen_membership() -> None:
    with op.batch_alter_table("membership") as batch:
        batch.drop_constraint(op.f(OLD_UNIQUE), type_="unique")
        batch.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("school_year", sa.Text(), nullable=True))
    op.execute("UPDATE membership SET starts_on = date(created_at)")
    op.execute("UPDATE membership SET school_year = (SELECT school_year FROM organisation "
               "WHERE organisation.id = membership.organisation_id)")
    with op.batch_alter_table("membership") as batch:
        batch.alter_column("starts_on", nullable=False, existing_type=sa.Date())
        batch.create_index(op.f("ix_membership_person_id"), ["person_id"])
    unended = sa.text("ends_on IS NULL")
    op.create_index("uq_membership_open", "membership", ["person_id", "organisation_id", "role"], unique=True,
                    sqlite_where=unended, postgresql_where=unended)


def _narrow_membership() -> None:
    op.execute(membership.delete().where(membership.c.ends_on.is_not(None)))
    op.drop_index("uq_membership_open", table_name="membership")
    with op.batch_alter_table("membership") as batch:
        batch.drop_index(op.f("ix_membership_person_id"))
        for name in ("school_year", "ends_on", "starts_on"):
            batch.drop_column(name)
        batch.create_unique_constraint(op.f(OLD_UNIQUE), ["person_id", "organisation_id", "role"])


def _move_roles_into_memberships() -> None:
    """A role held in a place is a membership there, and nothing else."""
    there = (sa.select(membership.c.id)
             .where(membership.c.person_id == role.c.person_id, membership.c.role == role.c.role,
                    membership.c.organisation_id == role.c.organisation_id).exists())
    rows = op.get_bind().execute(sa.select(role).where(role.c.organisation_id.is_not(None), ~there)).mappings().all()
    if rows:
        op.bulk_insert(membership, [{
            "id": uuid4(), "created_at": row["created_at"], "person_id": row["person_id"],
            "organisation_id": row["organisation_id"], "role": row["role"], "source": row["source"],
            "starts_on": row["created_at"].date()} for row in rows])
    op.execute(role.delete().where(role.c.organisation_id.is_not(None)))
    op.execute("DELETE FROM role_assignment WHERE EXISTS (SELECT 1 FROM role_assignment twin WHERE "
               "twin.person_id = role_assignment.person_id AND twin.role = role_assignment.role "
               "AND twin.id < role_assignment.id)")


def _narrow_roles() -> None:
    with op.batch_alter_table("role_assignment") as batch:
        batch.drop_constraint(op.f(OLD_ROLE_UNIQUE), type_="unique")
        batch.drop_constraint(op.f(ROLE_FK), type_="foreignkey")
        batch.drop_column("organisation_id")
        batch.create_unique_constraint(op.f("uq_role_assignment_person_id_role"), ["person_id", "role"])


def _widen_roles() -> None:
    with op.batch_alter_table("role_assignment") as batch:
        batch.drop_constraint(op.f("uq_role_assignment_person_id_role"), type_="unique")
        batch.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f(ROLE_FK), "organisation", ["organisation_id"], ["id"])
        batch.create_unique_constraint(op.f(OLD_ROLE_UNIQUE), ["person_id", "role", "organisation_id"])
    held = sa.select(membership).where(membership.c.ends_on.is_(None))
    rows = op.get_bind().execute(held).mappings().all()
    if rows:
        names = ("created_at", "person_id", "organisation_id", "role", "source")
        op.bulk_insert(role, [{"id": uuid4(), **{name: row[name] for name in names}} for row in rows])


def _fill(table: Any, values: Callable[[Any], dict[str, Any]]) -> None:
    """Fill new columns of every row from its old ones."""
    bind = op.get_bind()
    rows = bind.execute(sa.select(table)).all()
    if not rows:
        return
    told = [{"the_id": row.id, **values(row)} for row in rows]
    names = [name for name in told[0] if name != "the_id"]
    statement = table.update().where(table.c.id == sa.bindparam("the_id"))
    bind.execute(statement.values({name: sa.bindparam(name) for name in names}), told)


def _searchable(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _school_year(moment: Any) -> str:
    first = moment.year if moment.month >= FIRST_MONTH else moment.year - 1
    return f"{first}-{first + 1}"


def _json() -> Any:
    from sqlalchemy.dialects.postgresql import JSONB

    return sa.JSON().with_variant(JSONB(), "postgresql")
