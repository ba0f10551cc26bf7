"""Accounts of the bundled provider: who can sign in, and what is claimed about him."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.provider import permissions as permissions
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import check_new_password, hash_password, password_matches
from lms.identity.provider.services.sessions import end_sessions_of


def save_account(actor: Actor, *, username: str, password: str, name: str, roles: Iterable[str],
                 email: str | None = None, organisation: str | None = None,
                 subject: str | None = None, judge_password: bool = True) -> ProviderAccount:
    """Make the account with this user name, or change it; raises Invalid with what is wrong.

    A password that has not changed keeps its hash; another one, other roles or another place end what was signed in
    before. `subject` is only taken for a new account. `judge_password` is
    False for the demonstration accounts alone, whose passwords are public.
    """
    authorize(actor, "provider:manage")
    username = username.strip().casefold()
    _check_account(username, roles := sorted(set(roles)))
    row = _find_account(username)
    changed = row is None or not password_matches(row.password_hash, password)
    if changed and judge_password:
        check_new_password(password, username=username, name=name, organisation=organisation)
    before = (row.roles, row.organisation) if row is not None else None
    if row is None:
        row = ProviderAccount(username=username, subject=subject or str(uuid4()), password_hash="")
        db.session.add(row)
    if changed:
        row.password_hash = hash_password(password)
    row.name, row.email, row.roles, row.organisation = name, email, roles, organisation
    db.session.flush()
    if before is not None and (changed or before != (roles, organisation)):
        end_sessions_of(row.id)
    audit.record(actor, "provider:save_account", ("provider_account", row.id),
                 after={"roles": roles, "organisation": organisation})
    return row


def _find_account(username: str) -> ProviderAccount | None:
    return db.session.scalar(select(ProviderAccount).where(ProviderAccount.username == username,
                                                           ProviderAccount.closed_at.is_(None)))


def _check_account(username: str, roles: list[str]) -> None:
    problems = []
    if not username or len(username) > 100 or any(c.isspace() for c in username):
        problems.append(Problem("username", _("A user name has no spaces and at most 100 characters.")))
    for role in sorted(set(roles) - set(ROLES)):
        problems.append(Problem("roles", _("There is no role called “%(role)s”.", role=role)))
    if problems:
        raise Invalid(_("The account was not saved."), problems)
