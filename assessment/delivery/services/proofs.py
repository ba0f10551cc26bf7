"""What a candidate takes home: his signed receipt, the events that it stands for, the proof under his room's root."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Attempt, SubmissionReceipt
from assessment.delivery.services.archives import log_of
from assessment.delivery.services.attempts import get_my_exam
from assessment.delivery.services.receipts import proof_for, public_keys
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

LAST_NUMBER = 10_000
"""More attempts nobody has: those that an exam allows, and those that were withdrawn."""


def find_signed_receipt(actor: Actor, exam_id: UUID, number: int | None = None) -> SubmissionReceipt | None:
    """The receipt of the actor's last attempt, or of the one with this number; None as long as it is not handed in."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    own = select(SubmissionReceipt).join(Attempt, Attempt.id == SubmissionReceipt.attempt_id).where(
        Attempt.candidate_id == mine.candidate.id)
    if number is not None and not 1 <= number <= LAST_NUMBER:
        return None
    wanted = own.where(Attempt.number == number) if number else own.order_by(Attempt.number.desc()).limit(1)
    return db.session.scalar(wanted)


def get_receipt_file(actor: Actor, exam_id: UUID, number: int | None = None) -> dict[str, Any]:
    """All that the verifier needs, as JSON; raises Conflict as long as nothing was handed in.

    The events are those of the candidate himself: what he answered, and nothing of the key.
    """
    authorize(actor, "attempt:list")
    receipt = find_signed_receipt(actor, exam_id, number)
    if receipt is None:
        raise Conflict(_("You have not handed in this exam."))
    events = log_of(receipt.sitting_id).list_events(receipt.sitting_id, receipt.attempt_id)
    return {"receipt": {"body": receipt.body, "signature": receipt.signature}, "keys": public_keys(),
            "events": [{"seq": event.seq, "payload": event.payload, "hash": event.hash, "late": event.late,
                        "received": event.received_at.isoformat()} for event in events],
            "proof": proof_for(receipt)}
