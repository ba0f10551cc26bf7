"""Accounts of the bundled provider: who can sign in, and what is claimed about him."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, Problem, TooMany
from lms.core.i18n import _, _n
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.provider import permissions as permissions
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import (
    SHORTEST,
    forget_failures,
    hash_password,
    password_matches,
    record_failure,
    wait_before_retry,
)


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
