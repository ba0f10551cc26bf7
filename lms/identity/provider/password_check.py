"""Whether a user name and a password belong together, asked by strangers."""

from sqlalchemy import select

from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.identity.provider import history, throttling
from lms.identity.provider.devices import current_visitor
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import hash_password, needs_rehash, password_matches
from lms.identity.provider.visitor import Visitor


def check_password(username: str, password: str, *, address: str, visitor: Visitor | None = None) -> ProviderAccount:
    """The account whose password this is; a stranger asks, so there is no actor.

    Raises Invalid, the same for an unknown name as for a wrong password, or TooMany during a pause. The transaction
    ends before the hash is computed: nobody waits for the database meanwhile.
    """
    username = username.strip().casefold()[:200]
    visitor = visitor or current_visitor()
    visitor = visitor if visitor.address else Visitor(address=address)
    account = find_open_account(username)
    gates = throttling.password_gates(username, visitor, known=visitor.knows(account.id if account else None))
    throttling.refuse_too_many(gates)
    kept, account_id = (account.password_hash, account.id) if account else (None, None)
    outside_transaction()
    if not password_matches(kept, password) or account is None:
        with transaction():
            throttling.add_try(gates)
            if account_id is not None:
                history.note(account_id, history.WRONG, ["pwd"], visitor)
        raise Invalid(_("The user name or the password is not right."))
    throttling.forgive(gates, username)
    if kept is not None and needs_rehash(kept):
        account.password_hash = hash_password(password)
    return account


def confirm_password(account: ProviderAccount, password: str) -> None:
    """Ask somebody who is signed in for his password again; raises Invalid or TooMany."""
    visitor = current_visitor()
    gates = throttling.password_gates(account.username, visitor, known=visitor.knows(account.id))
    throttling.refuse_too_many(gates)
    kept = account.password_hash
    outside_transaction()
    if not password_matches(kept, password):
        throttling.count_try(gates)
        raise Invalid(_("The password is not right."))
    throttling.forgive(gates, account.username)


def find_open_account(username: str) -> ProviderAccount | None:
    """The account of this user name, unless it was closed."""
    return db.session.scalar(select(ProviderAccount).where(
        ProviderAccount.username == username.strip().casefold(), ProviderAccount.closed_at.is_(None)))
