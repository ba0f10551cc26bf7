"""Accounts as administrators see them: made, changed, given a new password, closed and opened again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import or_, select

from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.provider import permissions as permissions
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import hash_password
from lms.identity.provider.services.sessions import end_sessions_of

SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for one another."""
GROUPS, GROUP_LENGTH = 4, 4


@dataclass(frozen=True)
class AccountDraft:
    """What an administrator says about an account; the user name is that of a new one."""

    username: str
    name: str
    email: str | None = None
    roles: Sequence[str] = ()
    organisation: str | None = None


def list_accounts(actor: Actor, *, text: str = "", page: int = 1) -> Page[ProviderAccount]:
    """Accounts by user name, those whose user name, name or address has `text` in it."""
    authorize(actor, "provider:manage")
    statement = select(ProviderAccount).order_by(ProviderAccount.username)
    if text:
        columns = (ProviderAccount.username, ProviderAccount.name, ProviderAccount.email)
        statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return paginate(statement, page, per_page=50)


def get_account(actor: Actor, account_id: UUID) -> ProviderAccount:
    """An account; raises NotFound."""
    authorize(actor, "provider:manage")
    row = db.session.get(ProviderAccount, account_id)
    if row is None:
        raise NotFound(_("There is no such account."))
    return row


def create_account(actor: Actor, draft: AccountDraft) -> tuple[ProviderAccount, str]:
    """A new account and its first password, which is shown once; raises Invalid with what is wrong."""
    authorize(actor, "provider:manage")
    username = draft.username.strip().casefold()
    problems = [*_name_problems(username), *_problems(draft)]
    if problems:
        raise Invalid(_("The account was not saved."), problems)
    password = _new_password()
    row = ProviderAccount(username=username, subject=str(uuid4()), password_hash=hash_password(password))
    _fill(row, draft)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "provider:save_account", ("provider_account", row.id), after=_claimed(row))
    return row, password


def edit_account(actor: Actor, account_id: UUID, draft: AccountDraft) -> ProviderAccount:
    """Change what is claimed about somebody; raises NotFound, Invalid.

    Other roles or another place hold at once: what was signed in with those of before ends.
    """
    authorize(actor, "provider:manage")
    row = get_account(actor, account_id)
    if problems := _problems(draft):
        raise Invalid(_("The account was not saved."), problems)
    before = _claimed(row)
    _fill(row, draft)
    db.session.flush()
    if (before["roles"], before["organisation"]) != (row.roles, row.organisation):
        end_sessions_of(row.id)
    audit.record(actor, "provider:save_account", ("provider_account", row.id), before=before, after=_claimed(row))
    return row


def give_new_password(actor: Actor, account_id: UUID) -> str:
    """A new password, shown once; every session of the account ends. Raises NotFound, Conflict."""
    authorize(actor, "provider:manage")
    row = get_account(actor, account_id)
    if row.closed_at is not None:
        raise Conflict(_("This account is closed."))
    password = _new_password()
    row.password_hash = hash_password(password)
    end_sessions_of(row.id)
    audit.record(actor, "provider:reset_password", ("provider_account", row.id))
    return password


def close_account(actor: Actor, account_id: UUID) -> None:
    """Nobody signs in with it any more; its sessions and tokens end at once."""
    authorize(actor, "provider:manage")
    row = get_account(actor, account_id)
    if row.closed_at is None:
        row.closed_at = clock.now()
        end_sessions_of(row.id)
        audit.record(actor, "provider:close_account", ("provider_account", row.id))


def reopen_account(actor: Actor, account_id: UUID) -> None:
    """It may sign in again, with the password of before."""
    authorize(actor, "provider:manage")
    row = get_account(actor, account_id)
    if row.closed_at is not None:
        row.closed_at = None
        audit.record(actor, "provider:reopen_account", ("provider_account", row.id))


def _fill(row: ProviderAccount, draft: AccountDraft) -> None:
    row.name, row.email = draft.name.strip(), draft.email or None
    row.roles, row.organisation = sorted(set(draft.roles)), draft.organisation or None


def _claimed(row: ProviderAccount) -> dict[str, object]:
    return {"roles": row.roles, "organisation": row.organisation, "email": row.email, "name": row.name}


def _name_problems(username: str) -> list[Problem]:
    if not username or len(username) > 100 or not username.isprintable() or any(c.isspace() for c in username):
        return [Problem("username", _("A user name has no spaces and at most 100 characters."))]
    taken = db.session.scalar(select(ProviderAccount.id).where(ProviderAccount.username == username))
    return [Problem("username", _("There is already an account with this user name."))] if taken else []


def _problems(draft: AccountDraft) -> list[Problem]:
    problems = [Problem("roles", _("There is no role called “%(role)s”.", role=role))
                for role in draft.roles if role not in ROLES]
    if not draft.name.strip():
        problems.append(Problem("name", _("The account needs a name.")))
    return problems


def _new_password() -> str:
    """80 random bits in groups that can be read aloud."""
    groups = ("".join(secrets.choice(SIGNS) for _sign in range(GROUP_LENGTH)) for _group in range(GROUPS))
    return "-".join(groups)
