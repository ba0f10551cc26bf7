"""Tables of the bundled provider. Codes, tokens and secrets are kept as hashes only, signing keys encrypted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity

WEB, NATIVE, PROGRAM = "web", "native", "program"
KINDS = (WEB, NATIVE, PROGRAM)
"""A server with a secret; an app on people's devices, which can keep none; a program that acts for itself."""


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
    """Another application that may sign people in here; the platform itself is not in this table.

    `own` is one of the ministry's, which asks for no consent. `roles` and `organisation` (its code) are what a
    program is when it calls the platform's API. After a change of secret the one before is good until
    `previous_secret_until`.
    """

    __tablename__ = "provider_client"
    client_id: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    kind: Mapped[str] = mapped_column(default=WEB)
    own: Mapped[bool] = mapped_column(default=True)
    scopes: Mapped[list[str]] = mapped_column(default=list)
    back_channel_uri: Mapped[str | None]
    keys: Mapped[dict[str, Any] | None]
    previous_secret_hash: Mapped[str | None]
    previous_secret_until: Mapped[datetime | None]
    roles: Mapped[list[str]] = mapped_column(default=list)
    organisation: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class ProviderSession(Entity):
    """A browser in which an account is signed in at the provider; its id is the `sid` claim.

    `amr` and `auth_time` say how and when it was proved who he is.
    """

    __tablename__ = "provider_session"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    amr: Mapped[list[str]] = mapped_column(default=list)
    auth_time: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    device: Mapped[str] = mapped_column(default="")


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


class ProviderGrant(Entity):
    """What one sign-in gave a client: the family of all tokens from one code, whose id it has.

    With `offline_access` the family has one refresh token at a time. The token carries the family's id, signed; its
    hash stands here, so that an earlier one is recognised as used.
    """

    __tablename__ = "provider_grant"
    __table_args__ = (Index(None, "client_id", "created_at"),)
    client_id: Mapped[str]
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_session.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    refresh_hash: Mapped[str | None]
    refresh_until: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ProviderToken(Entity):
    """An access token, good for minutes; one without a grant is a program's own."""

    __tablename__ = "provider_token"
    __table_args__ = (Index(None, "client_id", "created_at"),)
    token_hash: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    grant_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("provider_grant.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class ProviderConsent(Entity):
    """What somebody lets an application know and do that is not the ministry's own."""

    __tablename__ = "provider_consent"
    __table_args__ = (UniqueConstraint("account_id", "client_id"),)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("provider_account.id", ondelete="CASCADE"))
    client_id: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(default=list)


class ProviderKey(Entity):
    """A signing key. `state` is "current", "next", or None once retired: then only the public half is left."""

    __tablename__ = "provider_key"
    kid: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str | None] = mapped_column(unique=True)
    sealed: Mapped[str]
    public: Mapped[dict[str, Any]]
    current_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class ProviderLogout(Entity):
    """Word to a client, by the back channel, that a session ended; `outcome` is "" until an attempt was made."""

    __tablename__ = "provider_logout"
    __table_args__ = (Index(None, "client_id", "created_at"),)
    client_id: Mapped[str]
    session_id: Mapped[UUID]
    subject: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default="")
    claimed_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class ProviderAssertion(Entity):
    """A client's signed assertion that was used: it is good once."""

    __tablename__ = "provider_assertion"
    key: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def as_claims(account: ProviderAccount) -> dict[str, Any]:
    """Everything that userinfo may say about an account."""
    claims = {"sub": account.subject, "preferred_username": account.username, "name": account.name,
              "email": account.email, "email_verified": bool(account.email) or None,
              "roles": account.roles, "organisation": account.organisation}
    return {name: value for name, value in claims.items() if value is not None}


from lms.identity.provider import credential_models as credential_models  # noqa: E402  the tables of second factors
