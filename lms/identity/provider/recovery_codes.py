"""Ten codes on paper, for the day when phone and passkey are lost: shown once, each good once."""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import delete, func, select, update

from lms.core import clock
from lms.core.db import db
from lms.identity.provider.credential_models import RecoveryCode

COUNT, GROUPS, GROUP_LENGTH = 10, 3, 4
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look alike: twelve of these are 59 random bits, so a plain hash will do."""


def make_codes(account_id: UUID) -> list[str]:
    """A new set, like `k7mq-2xfp-9rtd`; the earlier one is good no more. This is the only time they are known."""
    remove_codes(account_id)
    codes = ["-".join("".join(secrets.choice(LETTERS) for _letter in range(GROUP_LENGTH)) for _group in range(GROUPS))
             for _code in range(COUNT)]
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=_hash(account_id, code)) for code in codes)
    db.session.flush()
    return codes


def use_code(account_id: UUID, code: str) -> bool:
    """Take a code; whether it was one of the account's, not yet used."""
    taken = db.session.execute(update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _hash(account_id, code),
        RecoveryCode.used_at.is_(None)).values(used_at=clock.now()))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def count_left(account_id: UUID) -> int:
    """How many are still good."""
    return db.session.scalar(select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))) or 0


def remove_codes(account_id: UUID) -> None:
    """Forget the whole set."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _hash(account_id: UUID, code: str) -> str:
    """As people type it: with or without dashes and spaces, in any case."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(f"{account_id.hex}:{plain}".encode()).hexdigest()
