"""Sign-ins at several providers.

Sign-ins remember how they were proved and from which network; people have codes; a logout token is good once.

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Extend sign-ins; make the tables of codes and of used logout tokens."""
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("address", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("auth_time", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("acr", sa.Text(), nullable=True))
        table.add_column(sa.Column("amr", _json(), nullable=False, server_default=sa.text("'[]'")))
        table.add_column(sa.Column("refused", sa.Text(), nullable=True))
    with op.batch_alter_table("sign_in") as table:  # only what is there already needs a value
        table.alter_column("address", server_default=None)
        table.alter_column("amr", server_default=None)
    op.execute("UPDATE person SET email = lower(email) WHERE email IS NOT NULL")
    op.create_index(op.f("ix_person_email"), "person", ["email"], unique=False)
    _create_person_code()
    _create_used_logout_token()


def downgrade() -> None:
    """Go back; refused sign-ins would look like real ones, so they go."""
    op.drop_table("used_logout_token")
    op.drop_table("person_code")
    op.drop_index(op.f("ix_person_email"), table_name="person")
    op.execute("DELETE FROM sign_in WHERE refused IS NOT NULL")
    with op.batch_alter_table("sign_in") as table:
        for name in ("refused", "amr", "acr", "auth_time", "address"):
            table.drop_column(name)


def _json() -> sa.types.TypeEngine:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _create_person_code() -> None:
    op.create_table(
        "person_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('staff', 'pupil', 'personal_number')", name=op.f("ck_person_code_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_code_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_code")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_person_code_kind_code")),
        sa.UniqueConstraint("person_id", "kind", "issuer", name=op.f("uq_person_code_person_id_kind_issuer")),
    )


def _create_used_logout_token() -> None:
    op.create_table(
        "used_logout_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jti_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_logout_token")),
        sa.UniqueConstraint("issuer", "jti_hash", name=op.f("uq_used_logout_token_issuer_jti_hash")),
    )
    op.create_index(op.f("ix_used_logout_token_expires_at"), "used_logout_token", ["expires_at"], unique=False)
