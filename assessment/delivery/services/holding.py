"""Who holds a running attempt: the device whose token is of the attempt's epoch, until it is handed in."""

from uuid import UUID

from assessment.delivery.current_log import event_log
from assessment.delivery.tokens import Claims, read_token
from lms.core import clock
from lms.core.config import settings
from lms.core.errors import Conflict, Forbidden
from lms.core.i18n import _


def claims_of(token: str, attempt_id: UUID) -> Claims:
    """The claims of a token of this attempt; raises SignInRequired, Forbidden. The token is the authority: no actor."""
    claims = read_token(settings(), token)
    if claims.attempt_id != attempt_id:
        raise Forbidden(_("This token belongs to another attempt."))
    return claims


def open_claims(token: str, attempt_id: UUID) -> Claims:
    """The claims of a device that may still write; raises Conflict for any other. No actor."""
    claims = claims_of(token, attempt_id)
    head = event_log().get_head(claims.sitting_id, attempt_id)
    if head.epoch != claims.epoch:
        raise Conflict(_("Another device has taken over this test."))
    if head.closed != "open" or head.deadline < clock.now():
        raise Conflict(_("This test has been handed in: nothing can be changed any more."))
    return claims
