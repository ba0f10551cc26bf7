"""Tables of the bundled provider. Codes, tokens and secrets are kept as hashes only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class ProviderAccount(Entity):
    """Somebody who can sign in with a password, and what the provider claims about him."""

    __tablename__ = "provider_account"
    username: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(default=list)
    organisation: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class ProviderClient(Entity):
    """Another application that may sign people in here; the platform itself is not in this table."""

    __tablename__ = "provider_client"
    client_id: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(default=list)


class ProviderSession(Entity):
    """A browser in which an account is signed in at the provider; its id is the `sid` claim."""

    __tablename__ = "provider_session"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class ProviderCode(Entity):
    """An authorization code: good once, for a minute."""

    __tablename__ = "provider_code"
    code_hash: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_session.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str]
    scope: Mapped[str]
    nonce: Mapped[str | None]
    code_challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ProviderToken(Entity):
    """An access token: opens userinfo, for minutes."""

    __tablename__ = "provider_token"
    token_hash: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    code_id: Mapped[UUID] = mapped_column(ForeignKey("provider_code.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class PasswordFailure(Entity):
    """Wrong passwords for one account from one address; the key is a keyed hash, no address is kept."""

    __tablename__ = "provider_password_failure"
    key: Mapped[str] = mapped_column(unique=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)


def as_claims(account: ProviderAccount) -> dict[str, Any]:
    """What userinfo says about an account."""
    claims = {"sub": account.subject, "preferred_username": account.username, "name": account.name,
              "email": account.email, "roles": account.roles, "organisation": account.organisation}
    return {name: value for name, value in claims.items() if value is not None}
