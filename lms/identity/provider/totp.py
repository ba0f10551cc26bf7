"""Codes of an authenticator app (RFC 6238): six digits, 30 s, one step of tolerance, each code once."""

from datetime import timedelta
from uuid import UUID

import pyotp
import segno
from sqlalchemy import delete, select, update

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.signing import seal, sign, unseal, unsign
from lms.identity.provider.credential_models import Authenticator

STEP_SECONDS = 30
PURPOSE = "provider-authenticator"
SET_UP_IN = timedelta(minutes=30)


def begin() -> str:
    """A new secret, sealed and good for half an hour, for the form that sets it up. Nothing is kept yet."""
    return sign(PURPOSE, {"sealed": seal(PURPOSE, pyotp.random_base32())}, expires=SET_UP_IN)


def secret_of(begun: str) -> str:
    """The secret of a set-up, in base32; raises InvalidToken where it is not ours or too old."""
    return unseal(PURPOSE, unsign(PURPOSE, begun)["sealed"])


def address_of(begun: str, username: str, issuer: str) -> str:
    """The otpauth address that apps read."""
    return pyotp.TOTP(secret_of(begun)).provisioning_uri(name=username, issuer_name=issuer)


def picture_of(address: str) -> str:
    """The address as a QR code: SVG for the page itself, dark on light in every theme, with a quiet zone."""
    return segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)


def confirm(account_id: UUID, begun: str, code: str) -> None:
    """Take the app, in the place of an earlier one; raises Invalid where the code is not the one it shows."""
    secret = secret_of(begun)
    step = _matching_step(secret, code)
    if step is None:
        raise Invalid(_("This code is not the one that your app shows now. Look at the app and type the new one."))
    remove(account_id)
    db.session.add(Authenticator(account_id=account_id, sealed=seal(PURPOSE, secret), last_step=step))
    db.session.flush()


def check(account_id: UUID, code: str) -> bool:
    """Whether the account's app shows this code, and nobody has used it or a later one yet."""
    row = find(account_id)
    step = _matching_step(unseal(PURPOSE, row.sealed), code) if row else None
    if row is None or step is None:
        return False
    taken = db.session.execute(update(Authenticator).where(
        Authenticator.id == row.id, Authenticator.last_step < step).values(last_step=step))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def find(account_id: UUID) -> Authenticator | None:
    """The account's app."""
    return db.session.scalar(select(Authenticator).where(Authenticator.account_id == account_id))


def remove(account_id: UUID) -> bool:
    """Forget the app; whether there was one."""
    gone = db.session.execute(delete(Authenticator).where(Authenticator.account_id == account_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def _matching_step(secret: str, code: str) -> int | None:
    """The step whose code this is: now, the one before or the one after."""
    digits, app = "".join(code.split()), pyotp.TOTP(secret)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    steps = [step for step in (now, now - 1, now + 1)
             if pyotp.utils.strings_equal(digits, app.at(step * STEP_SECONDS))]
    return steps[0] if steps and digits.isascii() else None
