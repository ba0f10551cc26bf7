"""New passwords: chosen by their owner, or by somebody who can read the account's mail.

Whether an account exists is looked up by a job, after the same answer was given to everybody.
"""

import json
from datetime import timedelta
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import delete, func, select, update

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.i18n import LOCALES, _, current_locale
from lms.core.jobs import enqueue
from lms.core.mail import send_mail
from lms.core.permissions import ANONYMOUS
from lms.core.signing import InvalidToken, seal, unseal
from lms.identity.provider import history, throttling
from lms.identity.provider.credential_models import PasskeyChallenge, PasswordReset
from lms.identity.provider.devices import current_visitor
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import check_new_password, hash_password
from lms.identity.provider.services.secrets import hash_token, new_secret
from lms.identity.provider.services.sessions import end_sessions_of

PURPOSE = "provider-reset-request"
LINK_LIFE = timedelta(minutes=30)
MOST_ACCOUNTS = 5
"""A family may share one address."""


def ask_for_link(identifier: str) -> None:
    """Somebody gives a user name or an address; raises TooMany for an address of the network that asks too often."""
    gates = throttling.reset_gates(current_visitor())
    throttling.refuse_too_many(gates)
    throttling.add_try(gates)
    wanted = json.dumps([identifier.strip()[:200], current_locale()])
    enqueue("lms.send_reset_links", priority=10, wanted=seal(PURPOSE, wanted))


def send_links(wanted: str) -> None:
    """The job: make and mail a link for each account that is meant, if any, each a few times an hour at most."""
    try:
        identifier, locale = json.loads(unseal(PURPOSE, wanted))
    except InvalidToken:
        return
    with transaction(), force_locale(locale if locale in LOCALES else "vi"):
        for account in _meant(identifier):
            gates = throttling.mail_gates(account.id)
            if account.email and not throttling.wait_before(gates):
                throttling.add_try(gates)
                _send_link(account, account.email)


def find_reset(token: str) -> ProviderAccount | None:
    """Whose link this is, while it is good."""
    return db.session.scalar(
        select(ProviderAccount).join(PasswordReset, PasswordReset.account_id == ProviderAccount.id).where(
            PasswordReset.token_hash == hash_token(token), PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > clock.now(), ProviderAccount.closed_at.is_(None)))


def reset_password(token: str, password: str) -> ProviderAccount:
    """Set a new password by a link, which is used up; raises Invalid and leaves the link for another try."""
    account = find_reset(token)
    if account is None:
        raise Invalid(_("This link is used or too old. Ask for a new one."))
    _judge(account, password)
    taken = db.session.execute(update(PasswordReset).where(
        PasswordReset.token_hash == hash_token(token), PasswordReset.used_at.is_(None)).values(used_at=clock.now()))
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Invalid(_("This link is used or too old. Ask for a new one."))
    _set_password(account, password, keep=None, action="provider:recover_password")
    gates = throttling.password_gates(account.username, current_visitor(), known=False)
    throttling.forgive(gates, account.username)
    return account


def change_password(account: ProviderAccount, password: str, *, keep: UUID) -> None:
    """Set a new password for somebody who has just given the present one; every session but `keep` ends."""
    _judge(account, password)
    _set_password(account, password, keep=keep, action="provider:change_password")


def tell(account: ProviderAccount, subject: str, text: str) -> None:
    """Mail the owner what happened to his account, so that he notices what he did not do himself."""
    if account.email:
        greeting = _("Hello %(name)s,", name=account.name)
        advice = _("If this was not you, set a new password at once and tell your school's administrator.")
        send_mail(account.email, subject, f"{greeting}\n\n{text}\n\n{advice}\n\n{settings().issuer}/account\n")


def tell_app_added(account: ProviderAccount) -> None:
    """Mail the owner that an app can show codes for his account."""
    tell(account, _("An authenticator app was added"),
         _("Signing in to your account “%(username)s” now asks for a code of your app.", username=account.username))


def tell_passkey_added(account: ProviderAccount, name: str) -> None:
    """Mail the owner that a passkey can sign in to his account."""
    tell(account, _("A passkey was added"), _("The passkey “%(name)s” can now sign in to your account “%(username)s”.",
                                              name=name, username=account.username))


def forget_old() -> None:
    """For the periodic job: links, challenges and sign-in history that are over."""
    db.session.execute(delete(PasswordReset).where(PasswordReset.expires_at < clock.now() - timedelta(days=1)))
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < clock.now()))
    history.forget_old_tries()


def _meant(identifier: str) -> list[ProviderAccount]:
    """The account of this user name, else those of this address of mail."""
    given = identifier.casefold()
    open_ones = select(ProviderAccount).where(ProviderAccount.closed_at.is_(None))
    named = list(db.session.scalars(open_ones.where(ProviderAccount.username == given)))
    if named or "@" not in given:
        return named
    by_mail = open_ones.where(func.lower(ProviderAccount.email) == given).order_by(ProviderAccount.id)
    return list(db.session.scalars(by_mail.limit(MOST_ACCOUNTS)))


def _send_link(account: ProviderAccount, address: str) -> None:
    token = new_secret()
    db.session.add(PasswordReset(account_id=account.id, token_hash=hash_token(token),
                                 expires_at=clock.now() + LINK_LIFE))
    greeting = _("Hello %(name)s,", name=account.name)
    asked = _("Somebody, probably you, asked for a new password for the account “%(username)s”. Choose it here "
              "within 30 minutes:", username=account.username)
    ignore = _("If it was not you, do nothing: the present password stays.")
    send_mail(address, _("Choose a new password"),
              f"{greeting}\n\n{asked}\n\n{settings().issuer}/reset?token={token}\n\n{ignore}\n")


def _judge(account: ProviderAccount, password: str) -> None:
    check_new_password(password, username=account.username, name=account.name, organisation=account.organisation)


def _set_password(account: ProviderAccount, password: str, *, keep: UUID | None, action: str) -> None:
    account.password_hash = hash_password(password)
    db.session.execute(update(PasswordReset).where(
        PasswordReset.account_id == account.id, PasswordReset.used_at.is_(None)).values(used_at=clock.now()))
    end_sessions_of(account.id, keep=keep)
    history.note(account.id, history.CHANGED, ["pwd"], current_visitor())
    audit.record(ANONYMOUS, action, ("provider_account", account.id))
    tell(account, _("Your password was changed"),
         _("The password of your account “%(username)s” was changed, and every other device was signed out.",
           username=account.username))
