"""Accounts, clients and sessions of the bundled provider."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Invalid, Problem, TooMany
from lms.core.i18n import _, _n
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.provider import permissions as permissions
from lms.identity.provider.models import ProviderAccount, ProviderClient, ProviderSession
from lms.identity.provider.passwords import (
    SHORTEST,
    forget_failures,
    hash_password,
    password_matches,
    record_failure,
    wait_before_retry,
)

SESSION_LIFE = timedelta(hours=10)


@dataclass(frozen=True)
class NewClient:
    """A client and its secret, which is shown once."""

    client: ProviderClient
    secret: str


def save_account(actor: Actor, *, username: str, password: str, name: str, roles: Iterable[str],
                 email: str | None = None, organisation: str | None = None,
                 subject: str | None = None) -> ProviderAccount:
    """Make the account with this user name, or change it; raises Invalid with what is wrong.

    A password that has not changed keeps its hash. `subject` is only taken for a new account.
    """
    authorize(actor, "provider:manage")
    username = username.strip().casefold()
    _check_account(username, password, roles := sorted(set(roles)))
    row = _find_account(username)
    if row is None:
        row = ProviderAccount(username=username, subject=subject or str(uuid4()), password_hash="")
        db.session.add(row)
    if not row.password_hash or not password_matches(row.password_hash, password):
        row.password_hash = hash_password(password)
    row.name, row.email, row.roles, row.organisation = name, email, roles, organisation
    db.session.flush()
    audit.record(actor, "provider:save_account", ("provider_account", row.id))
    return row


def add_client(actor: Actor, *, client_id: str, name: str, redirect_uris: list[str],
               post_logout_redirect_uris: list[str]) -> NewClient:
    """Register another application; raises Invalid for a name in use or an address that is not absolute."""
    authorize(actor, "provider:manage")
    for address in (*redirect_uris, *post_logout_redirect_uris):
        if not address.startswith(("https://", "http://")) or "#" in address:
            raise Invalid(_("“%(address)s” is not an absolute address.", address=address))
    known = db.session.scalar(select(ProviderClient).where(ProviderClient.client_id == client_id))
    if known or client_id == settings().oidc_client_id:
        raise Invalid(_("There is already a client called “%(name)s”.", name=client_id))
    secret = secrets.token_urlsafe(32)
    row = ProviderClient(client_id=client_id, secret_hash=hash_token(secret), name=name,
                         redirect_uris=redirect_uris, post_logout_redirect_uris=post_logout_redirect_uris)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "provider:add_client", ("provider_client", row.id))
    return NewClient(row, secret)


def check_password(username: str, password: str, *, address: str) -> ProviderAccount:
    """The account whose password this is; a stranger asks, so there is no actor.

    Raises Invalid, the same for an unknown name as for a wrong password, or TooMany during a pause.
    """
    username = username.strip().casefold()[:200]
    wait = wait_before_retry(username, address)
    if wait:
        seconds = max(1, round(wait.total_seconds()))
        raise TooMany(_n("Too many wrong passwords. Please wait %(num)s second, then try again.",
                         "Too many wrong passwords. Please wait %(num)s seconds, then try again.", seconds))
    account = _find_account(username)
    if not password_matches(account.password_hash if account else None, password) or account is None:
        record_failure(username, address)
        raise Invalid(_("The user name or the password is not right."))
    forget_failures(username, address)
    return account


def start_session(account_id: UUID) -> ProviderSession:
    """A session of an account whose password was right: no actor. Drops rows that expired a day ago."""
    now = clock.now()
    db.session.execute(delete(ProviderSession).where(ProviderSession.expires_at < now - timedelta(days=1)))
    row = ProviderSession(account_id=account_id, expires_at=now + SESSION_LIFE)
    db.session.add(row)
    db.session.flush()
    return row


def find_session(session_id: UUID) -> tuple[ProviderSession, ProviderAccount] | None:
    """An open session with its account, or None; the signed cookie is the proof: no actor."""
    found = db.session.execute(
        select(ProviderSession, ProviderAccount)
        .join(ProviderAccount, ProviderAccount.id == ProviderSession.account_id)
        .where(ProviderSession.id == session_id, ProviderSession.ended_at.is_(None),
               ProviderSession.expires_at > clock.now(), ProviderAccount.closed_at.is_(None))).first()
    return (found[0], found[1]) if found else None


def end_session(session_id: UUID) -> None:
    """End a session; the signed cookie or ID token that names it is the proof: no actor."""
    db.session.execute(update(ProviderSession).where(ProviderSession.id == session_id,
                                                     ProviderSession.ended_at.is_(None))
                       .values(ended_at=clock.now()))


def hash_token(token: str) -> str:
    """SHA-256 of a random token or secret; it has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _find_account(username: str) -> ProviderAccount | None:
    return db.session.scalar(select(ProviderAccount).where(ProviderAccount.username == username,
                                                           ProviderAccount.closed_at.is_(None)))


def _check_account(username: str, password: str, roles: list[str]) -> None:
    problems = []
    if not username or len(username) > 100 or any(c.isspace() for c in username):
        problems.append(Problem("username", _("A user name has no spaces and at most 100 characters.")))
    if len(password) < SHORTEST:
        problems.append(Problem("password", _("A password has at least %(count)s characters.",
                                              count=SHORTEST)))
    for role in sorted(set(roles) - set(ROLES)):
        problems.append(Problem("roles", _("There is no role called “%(role)s”.", role=role)))
    if problems:
        raise Invalid(_("The account was not saved."), problems)
