"""The bundled provider as a full OpenID provider.

Access tokens belong to grants now. Those of the day before live for minutes, so they end here; sessions and clients stay.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ["provider_grant", "provider_consent", "provider_key", "provider_logout", "provider_assertion"]
EMPTY_LIST = sa.text("'[]'")
CLIENT_COLUMNS = ["kind", "own", "scopes", "back_channel_uri", "keys", "previous_secret_hash", "previous_secret_until",
                  "roles", "organisation", "revoked_at"]
SESSION_COLUMNS = ["amr", "auth_time", "last_used_at", "device"]


def _json() -> sa.types.TypeEngine:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _entity(*columns: sa.Column) -> list[sa.Column]:
    return [sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False), *columns]


def upgrade() -> None:
    """Make the tables of grants, consents, keys, logouts and assertions; clients and sessions learn more."""
    _extend_clients()
    _extend_sessions()
    _create_grant()
    _create_token("grant_id", "provider_grant", nullable=True)
    op.create_index("ix_provider_token_client_id_created_at", "provider_token", ["client_id", "created_at"])
    _create_consent()
    _create_key()
    _create_logout()
    _create_assertion()


def downgrade() -> None:
    """Drop them, in the opposite order."""
    _create_token("code_id", "provider_code", nullable=False)
    for name in reversed(TABLES):
        op.drop_table(name)
    with op.batch_alter_table("provider_session") as batch:
        for name in reversed(SESSION_COLUMNS):
            batch.drop_column(name)
    with op.batch_alter_table("provider_client") as batch:
        for name in reversed(CLIENT_COLUMNS):
            batch.drop_column(name)


def _extend_clients() -> None:
    with op.batch_alter_table("provider_client") as batch:
        batch.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="web"))
        batch.add_column(sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("scopes", _json(), nullable=False,
                                   server_default=sa.text("""'["openid", "profile", "email"]'""")))
        batch.add_column(sa.Column("back_channel_uri", sa.Text(), nullable=True))
        batch.add_column(sa.Column("keys", _json(), nullable=True))
        batch.add_column(sa.Column("previous_secret_hash", sa.Text(), nullable=True))
        batch.add_column(sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("roles", _json(), nullable=False, server_default=EMPTY_LIST))
        batch.add_column(sa.Column("organisation", sa.Text(), nullable=True))
        batch.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    _drop_defaults("provider_client", "kind", "own", "scopes", "roles")


def _extend_sessions() -> None:
    """Until now a password was the only proof, given when the session began."""
    with op.batch_alter_table("provider_session") as batch:
        batch.add_column(sa.Column("amr", _json(), nullable=False, server_default=sa.text("""'["pwd"]'""")))
        batch.add_column(sa.Column("auth_time", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("device", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE provider_session SET auth_time = created_at, last_used_at = created_at")
    with op.batch_alter_table("provider_session") as batch:
        batch.alter_column("auth_time", nullable=False)
        batch.alter_column("last_used_at", nullable=False)
    _drop_defaults("provider_session", "amr", "device")


def _drop_defaults(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.alter_column(column, server_default=None)


def _create_grant() -> None:
    op.create_table(
        "provider_grant",
        *_entity(
            sa.Column("client_id", sa.Text(), nullable=False),
            sa.Column("session_id", sa.Uuid(), nullable=False),
            sa.Column("scope", sa.Text(), nullable=False),
            sa.Column("refresh_hash", sa.Text(), nullable=True),
            sa.Column("refresh_until", sa.DateTime(timezone=True), nullable=True),
            sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True)),
        sa.ForeignKeyConstraint(["session_id"], ["provider_session.id"], ondelete="CASCADE",
                                name=op.f("fk_provider_grant_session_id_provider_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_grant")),
    )
    op.create_index(op.f("ix_provider_grant_session_id"), "provider_grant", ["session_id"])
    op.create_index(op.f("ix_provider_grant_client_id_created_at"), "provider_grant", ["client_id", "created_at"])


def _create_token(column: str, owner: str, *, nullable: bool) -> None:
    """The table of access tokens, empty, belonging to grants or (before) to codes."""
    op.drop_table("provider_token")
    op.create_table(
        "provider_token",
        *_entity(
            sa.Column("token_hash", sa.Text(), nullable=False),
            sa.Column("client_id", sa.Text(), nullable=False),
            sa.Column(column, sa.Uuid(), nullable=nullable),
            sa.Column("scope", sa.Text(), nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True)),
        sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=op.f(f"fk_provider_token_{column}_{owner}"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_provider_token_token_hash")),
    )
    op.create_index(op.f(f"ix_provider_token_{column}"), "provider_token", [column])
    op.create_index(op.f("ix_provider_token_expires_at"), "provider_token", ["expires_at"])


def _create_consent() -> None:
    op.create_table(
        "provider_consent",
        *_entity(
            sa.Column("account_id", sa.Uuid(), nullable=False),
            sa.Column("client_id", sa.Text(), nullable=False),
            sa.Column("scopes", _json(), nullable=False)),
        sa.ForeignKeyConstraint(["account_id"], ["provider_account.id"], ondelete="CASCADE",
                                name=op.f("fk_provider_consent_account_id_provider_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_consent")),
        sa.UniqueConstraint("account_id", "client_id", name=op.f("uq_provider_consent_account_id_client_id")),
    )


def _create_key() -> None:
    op.create_table(
        "provider_key",
        *_entity(
            sa.Column("kid", sa.Text(), nullable=False),
            sa.Column("state", sa.Text(), nullable=True),
            sa.Column("sealed", sa.Text(), nullable=False),
            sa.Column("public", _json(), nullable=False),
            sa.Column("current_since", sa.DateTime(timezone=True), nullable=True),
            sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_provider_key_kid")),
        sa.UniqueConstraint("state", name=op.f("uq_provider_key_state")),
    )


def _create_logout() -> None:
    op.create_table(
        "provider_logout",
        *_entity(
            sa.Column("client_id", sa.Text(), nullable=False),
            sa.Column("session_id", sa.Uuid(), nullable=False),
            sa.Column("subject", sa.Text(), nullable=False),
            sa.Column("tries", sa.Integer(), nullable=False),
            sa.Column("outcome", sa.Text(), nullable=False),
            sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
            sa.Column("told_at", sa.DateTime(timezone=True), nullable=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_logout")),
    )
    op.create_index(op.f("ix_provider_logout_client_id_created_at"), "provider_logout", ["client_id", "created_at"])


def _create_assertion() -> None:
    op.create_table(
        "provider_assertion",
        *_entity(
            sa.Column("key", sa.Text(), nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_assertion")),
        sa.UniqueConstraint("key", name=op.f("uq_provider_assertion_key")),
    )
    op.create_index(op.f("ix_provider_assertion_expires_at"), "provider_assertion", ["expires_at"])
