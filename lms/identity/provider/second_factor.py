"""What follows the password: a code, a passkey or a recovery code, where the account has one or its role must."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, after_this_request, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, or_, select

from lms.core import audit
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import ANONYMOUS, Actor, authorize
from lms.core.signing import InvalidToken, sign, unsign
from lms.identity.provider import history, passkeys, recovery_codes, throttling, totp
from lms.identity.provider.credential_models import Authenticator, Passkey
from lms.identity.provider.devices import current_visitor, remember_device
from lms.identity.provider.models import ProviderAccount

COOKIE = "lms_second_step"
PURPOSE = "provider-second-step"
LIFE = timedelta(minutes=15)


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right and whose second factor is still to come; `enrol`: he must set one up."""

    account: ProviderAccount
    amr: tuple[str, ...]
    enrol: bool


def next_step(account: ProviderAccount, amr: Sequence[str]) -> ResponseReturnValue | None:
    """Where to go after the right password, or None where it is enough: then the sign-in is noted as complete."""
    from lms.identity.provider.flow import carry  # which asks this module what an account has

    has_one = "mfa" not in amr and is_set_up(account.id)
    if "mfa" in amr or not (has_one or is_required(account)):
        note_done(account, amr)
        return None
    put_pending(account, amr, enrol=not has_one)
    return redirect(carry("provider_account.second_factor" if has_one else "provider_account.enrol"))


def put_pending(account: ProviderAccount, amr: Sequence[str], *, enrol: bool) -> None:
    """Remember in a cookie of this browser, for a quarter of an hour, how far the sign-in is."""
    _set_cookie(sign(PURPOSE, {"account": str(account.id), "amr": list(amr), "enrol": enrol,
                               "mark": _mark(account)}, expires=LIFE))


def note_done(account: ProviderAccount, amr: Sequence[str]) -> None:
    """Everything was right: remember it, and that this device is the account's."""
    history.note(account.id, history.DONE, [each for each in amr if each != "mfa"], current_visitor())
    remember_device(account.id)
    if COOKIE in request.cookies:
        _set_cookie("")


def find_pending() -> Pending | None:
    """Who is between password and second factor in this browser; nobody once his password has changed."""
    cookie = request.cookies.get(COOKIE, "")
    try:
        payload = unsign(PURPOSE, cookie) if cookie else None
    except InvalidToken:
        return None
    account = db.session.get(ProviderAccount, UUID(payload["account"])) if payload else None
    if payload is None or account is None or account.closed_at or payload["mark"] != _mark(account):
        return None
    if payload["enrol"] and is_set_up(account.id):  # meanwhile, in another window: so it is asked for
        return Pending(account, tuple(payload["amr"]), enrol=False)
    return Pending(account, tuple(payload["amr"]), payload["enrol"])


def open_account(account_id: UUID) -> ProviderAccount:
    """The account of a passkey that was accepted; raises Invalid, as for a wrong one, where it was closed."""
    account = db.session.get(ProviderAccount, account_id)
    if account is None or account.closed_at:
        raise Invalid(_("This passkey was not accepted. Try again, or sign in another way."))
    return account


def is_set_up(account_id: UUID) -> bool:
    """Whether the account has a second factor: an app or a passkey. One statement."""
    return bool(db.session.scalar(select(or_(exists().where(Authenticator.account_id == account_id),
                                             exists().where(Passkey.account_id == account_id)))))


def is_required(account: ProviderAccount) -> bool:
    """Whether one of the account's roles must have a second factor."""
    return bool(settings().roles_with_second_factor & set(account.roles))


def check_code(account: ProviderAccount, code: str) -> list[str]:
    """What a right code of the app, or a right recovery code, is called in `amr`; raises Invalid or TooMany."""
    visitor = current_visitor()
    gates = throttling.code_gates(account.id, visitor)
    throttling.refuse_too_many(gates)
    digits = "".join(code.split())
    by_app = digits.isdecimal() and len(digits) <= 8
    good = totp.check(account.id, digits) if by_app else recovery_codes.use_code(account.id, code)
    if not good:
        note_wrong(account.id, "otp" if by_app else "recovery")
        throttling.count_try(gates)
        raise Invalid(_("This code is not right, or it was used already."))
    throttling.forgive(gates, account.id.hex)
    if not by_app:
        audit.record(ANONYMOUS, "provider:use_recovery_code", ("provider_account", account.id))
    return ["otp" if by_app else "recovery", "mfa"]


def note_wrong(account_id: UUID, method: str) -> None:
    """A second factor that was not right, after a password that was."""
    history.note(account_id, history.WRONG, [method], current_visitor())


def reset(actor: Actor, account_id: UUID) -> None:
    """Take every second factor from an account, for an administrator to whom its owner has proved who he is."""
    authorize(actor, "provider:manage")
    totp.remove(account_id)
    passkeys.remove_all(account_id)
    recovery_codes.remove_codes(account_id)
    audit.record(actor, "provider:reset_second_factor", ("provider_account", account_id))


def _mark(account: ProviderAccount) -> str:
    """Changes with the password."""
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def _set_cookie(value: str) -> None:
    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(COOKIE, value, path="/oidc", max_age=int(LIFE.total_seconds()) if value else 0,
                            httponly=True, samesite="Lax", secure=settings().base_url.startswith("https://"))
        return response
