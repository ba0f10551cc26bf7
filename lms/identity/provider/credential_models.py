"""Tables of credentials beside the password, of throttling, of sign-in history and of resets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity

ACCOUNT = "provider_account.id"


class Authenticator(Entity):
    """An app that shows codes (TOTP). Its secret is sealed; `last_step` is the newest 30 s step whose code was used."""

    __tablename__ = "provider_authenticator"
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), unique=True)
    sealed: Mapped[str]
    last_step: Mapped[int] = mapped_column(default=0)


class Passkey(Entity):
    """A WebAuthn credential; ids and the public key are base64url. `synced`: its owner's devices share it."""

    __tablename__ = "provider_passkey"
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str]
    synced: Mapped[bool] = mapped_column(default=False)
    transports: Mapped[list[str]] = mapped_column(default=list)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Entity):
    """One of the codes on paper, as a hash; `used_at` once it was."""

    __tablename__ = "provider_recovery_code"
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Entity):
    """What a passkey is asked to sign; good once, for minutes. `purpose` is "register", "second" or "sole"."""

    __tablename__ = "provider_passkey_challenge"
    purpose: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), index=True)
    challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Throttle(Entity):
    """How much was tried of late; the key is a keyed hash, so neither address nor account stands here."""

    __tablename__ = "provider_throttle"
    key: Mapped[str] = mapped_column(unique=True)
    level: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime] = mapped_column(index=True)


class SignInTry(Entity):
    """A sign-in to an account, or a try: by what, when, on which device, from which address."""

    __tablename__ = "provider_sign_in_try"
    __table_args__ = (Index(None, "account_id", "created_at"),)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    outcome: Mapped[str]
    method: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


class PasswordReset(Entity):
    """A link by mail to a new password; the token is kept as a hash, good once, for half an hour."""

    __tablename__ = "provider_password_reset"
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
