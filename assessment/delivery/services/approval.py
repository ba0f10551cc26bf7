"""Exams above the class need two persons: one proposes, another reads and approves; from then on it is frozen."""

from uuid import UUID

from assessment.delivery.models import Exam
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.dry_run import need_dry_run
from assessment.delivery.services.exams import check_ready, load_exam
from assessment.delivery.services.sittings import list_sittings
from assessment.delivery.states import change_state
from lms.core import audit
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, may

LONGEST_REASON = 500


def propose_exam(actor: Actor, exam_id: UUID) -> Exam:
    """Hand an exam in draft to whoever approves it; nothing of it changes meanwhile. Raises Invalid, Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:publish", exam)
    if not exam.needs_approval:
        raise Conflict(_("This exam needs nobody's approval: publish it."))
    check_ready(actor, exam)
    need_dry_run(exam)
    change_state(actor, exam, "proposed")
    exam.proposed_by_id, exam.approved_by_id = actor.person_id, None
    audit.record(actor, "exam:publish", ("exam", exam.id), proposed=True)
    return exam


def may_approve(actor: Actor, exam: Exam) -> bool:
    """Whether this is a second person who may approve it now."""
    return exam.state == "proposed" and may(actor, "exam:approve", exam) and not _is_first(actor, exam)


def _is_first(actor: Actor, exam: Exam) -> bool:
    return actor.person_id in (exam.proposed_by_id, exam.owner_id)


def approve_exam(actor: Actor, exam_id: UUID) -> Exam:
    """Publish what another person proposed; raises Conflict for who made or proposed it, Invalid where time ran out."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:approve", exam)
    if _is_first(actor, exam):
        raise Conflict(_("Another person than who made or proposed the exam must approve it."))
    check_ready(actor, exam)
    need_dry_run(exam)
    change_state(actor, exam, "published")
    exam.approved_by_id = actor.person_id
    make_attempts(exam, *list_sittings(exam.id))
    audit.record(actor, "exam:approve", ("exam", exam.id))
    return exam


def return_exam(actor: Actor, exam_id: UUID, *, reason: str) -> Exam:
    """Back to draft: by who approves, with what is to be mended, or by who proposed it. Raises Invalid, Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:publish", exam)
    if exam.state != "proposed":
        raise Conflict(_("This exam does not wait for approval."))
    if not reason.strip() and actor.person_id != exam.proposed_by_id:
        raise Invalid(_("Say why."), problems=[Problem("reason", _("Say why."))])
    change_state(actor, exam, "draft", reason=reason.strip()[:LONGEST_REASON])
    audit.record(actor, "exam:publish", ("exam", exam.id), returned=True)
    return exam
