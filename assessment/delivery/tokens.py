"""The attempt token: what a browser shows to save answers. It outlives the session, and needs no query."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from assessment.delivery.models import Attempt
from lms.core import clock
from lms.core.config import Settings
from lms.core.errors import SignInRequired
from lms.core.i18n import _l
from lms.core.signing import InvalidToken, sign, unsign

PURPOSE = "attempt"
AFTER_DEADLINE = timedelta(hours=24)
"""So long may a browser that was cut off still bring what it kept: late, and not counted."""


class Claims(NamedTuple):
    """What a token says: whose attempt, on which form, of which epoch, and until when it is good."""

    attempt_id: UUID
    sitting_id: UUID
    form_id: UUID
    epoch: int
    until: datetime


def make_token(attempt: Attempt) -> str:
    """A token for the device that holds the attempt now."""
    assert attempt.deadline is not None
    return sign_token(Claims(attempt.id, attempt.sitting_id, attempt.form_id, attempt.epoch,
                             attempt.deadline + AFTER_DEADLINE))


def sign_token(claims: Claims) -> str:
    """The text of a token that says this."""
    return sign(PURPOSE, {"a": claims.attempt_id.hex, "s": claims.sitting_id.hex, "f": claims.form_id.hex,
                          "e": claims.epoch, "u": int(claims.until.timestamp())})


def read_token(given: Settings, token: str) -> Claims:
    """The claims of a token that is good now; raises SignInRequired: the page then asks to sign in again."""
    try:
        claims = _verified(given.secret_key, given.secret_key_previous, token)
    except InvalidToken:
        raise SignInRequired(_l("This page may not save answers any more. Please sign in again.")) from None
    if claims.until < clock.now():
        raise SignInRequired(_l("The time in which answers can be sent has passed."))
    return claims


@lru_cache(maxsize=65_536)
def _verified(secret: str, previous: str, token: str) -> Claims:
    """A signature stays what it is under the same secrets: checked once a process, not once a save."""
    body = unsign(PURPOSE, token, keys=tuple(key for key in (previous, secret) if key))
    return Claims(UUID(hex=body["a"]), UUID(hex=body["s"]), UUID(hex=body["f"]), body["e"],
                  datetime.fromtimestamp(body["u"], UTC))
