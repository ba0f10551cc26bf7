"""Second factors, passkeys, throttling, sign-in history, resets and mail of the bundled provider.

Counts of wrong passwords live for an hour; they are not carried over.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ["mail_message", "provider_authenticator", "provider_passkey", "provider_recovery_code",
          "provider_passkey_challenge", "provider_throttle", "provider_sign_in_try", "provider_password_reset"]


def upgrade() -> None:
    """Make the tables."""
    op.drop_table("provider_password_failure")
    _create_mail()
    _create_factors()
    _create_challenge()
    _create_throttle()
    _create_try()
    _create_reset()


def downgrade() -> None:
    """Drop them, in the opposite order."""
    for name in reversed(TABLES):
        op.drop_table(name)
    _create_counted("provider_password_failure", sa.Column("count", sa.Integer(), nullable=False), "last_at")


def _create(name: str, *columns: sa.Column, account: bool = True, unique: str = "") -> None:
    """A table of entities; `account`: its rows belong to one and go with it."""
    parts = [sa.Column("id", sa.Uuid(), nullable=False), sa.Column("created_at", MOMENT, nullable=False)]
    if account:
        parts += [sa.ForeignKeyConstraint(["account_id"], ["provider_account.id"], ondelete="CASCADE",
                                          name=op.f(f"fk_{name}_account_id_provider_account"))]
    if unique:
        parts += [sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}"))]
    op.create_table(name, *parts[:2], *columns, *parts[2:], sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _account(*, nullable: bool = False) -> sa.Column:
    return sa.Column("account_id", sa.Uuid(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, MOMENT, nullable=nullable)


def _create_mail() -> None:
    _create("mail_message", _text("recipient"), _text("subject"), _text("sealed"), _moment("sent_at", nullable=True),
            account=False)


def _create_factors() -> None:
    _create("provider_authenticator", _account(), _text("sealed"), sa.Column("last_step", sa.Integer(), nullable=False),
            unique="account_id")
    _create("provider_passkey", _account(), _text("credential_id"), _text("public_key"),
            sa.Column("sign_count", sa.BigInteger(), nullable=False), _text("name"),
            sa.Column("synced", sa.Boolean(), nullable=False),
            sa.Column("transports", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
            _moment("last_used_at", nullable=True), unique="credential_id")
    _index("provider_passkey", "account_id")
    _create("provider_recovery_code", _account(), _text("code_hash"), _moment("used_at", nullable=True))
    _index("provider_recovery_code", "account_id")


def _create_challenge() -> None:
    _create("provider_passkey_challenge", _text("purpose"), _account(nullable=True), _text("challenge"),
            _moment("expires_at"))
    _index("provider_passkey_challenge", "account_id")
    _index("provider_passkey_challenge", "expires_at")


def _create_throttle() -> None:
    _create_counted("provider_throttle", sa.Column("level", sa.Double(), nullable=False), "at")


def _create_counted(name: str, count: sa.Column, at: str) -> None:
    _create(name, _text("key"), count, _moment(at), account=False, unique="key")
    _index(name, at)


def _create_try() -> None:
    _create("provider_sign_in_try", _account(), _text("outcome"), _text("method"), _text("device"), _text("address"))
    _index("provider_sign_in_try", "account_id", "created_at")


def _create_reset() -> None:
    _create("provider_password_reset", _account(), _text("token_hash"), _moment("expires_at"),
            _moment("used_at", nullable=True), unique="token_hash")
    _index("provider_password_reset", "account_id")
    _index("provider_password_reset", "expires_at")
