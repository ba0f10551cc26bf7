"""Requests to look again: a candidate asks about one answer, and somebody who marks the exam replies.

A request has one reply, and neither changes a mark: what a person gave is given anew on the page where answers are
marked, what the platform gave by marking the exam again. So every mark has one way in which it came about.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, select

from assessment.assembly import services as assembly
from assessment.delivery import services as delivery
from assessment.marking import permissions as permissions
from assessment.marking.models import Appeal
from assessment.marking.rubrics import BY_HAND
from assessment.marking.services.results import Result, ResultItem, get_result, result_subject
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity

LONGEST_TEXT = 2_000
PER_PAGE = 50


@dataclass(frozen=True)
class AppealRow:
    """A line of the queue: who asks is a number, as everywhere where answers are marked."""

    appeal: Appeal
    candidate_number: str
    question: int


@dataclass(frozen=True)
class AppealCase:
    """One request with all that it is about; an answer `by_hand` was marked by a person."""

    appeal: Appeal
    exam: Any
    entry: ResultItem
    candidate_number: str
    answered_by: str
    by_hand: bool


def get_question_to_ask(actor: Actor, attempt_id: UUID, form_item_id: UUID) -> tuple[Result, ResultItem]:
    """The answer about which the candidate would ask, in his result.

    Raises NotFound, and Conflict where nothing is released or marked yet, or he has asked already.
    """
    result = get_result(actor, attempt_id)
    authorize(actor, "appeal:make", result_subject(delivery.find_attempt(attempt_id)))
    if not result.may_appeal:
        raise Conflict(_("You can ask to look again once the results are released."))
    entry = result.find_item(form_item_id)
    if entry is None:
        raise NotFound(_("There is no such answer."))
    if entry.mark is None or entry.mark.state == "waiting":
        raise Conflict(_("This answer is not marked yet."))
    if entry.appeal is not None:
        raise Conflict(_("You have asked about this question already."))
    return result, entry


def make_appeal(actor: Actor, attempt_id: UUID, form_item_id: UUID, *, text: str) -> Appeal:
    """Ask to look again at the mark of one answer, once; raises Invalid, Conflict, NotFound."""
    result, entry = get_question_to_ask(actor, attempt_id, form_item_id)
    authorize(actor, "appeal:make", result_subject(delivery.find_attempt(attempt_id)))
    appeal = Appeal(attempt_id=attempt_id, exam_id=result.exam.id, form_item_id=entry.item.form_item_id,
                    text=_checked("text", text, _("Say what should be looked at again.")))
    db.session.add(appeal)
    db.session.flush()
    audit.record(actor, "appeal:make", ("attempt", attempt_id), form_item=str(form_item_id))
    return appeal


def list_appeals(actor: Actor, exam_id: UUID, *, page: int = 1) -> Page[AppealRow]:
    """The requests about an exam, those that wait first, each kind in the order in which they came."""
    _authorised_exam(actor, exam_id)
    waits_first = case((Appeal.state == "open", 0), else_=1)
    found = paginate(select(Appeal).where(Appeal.exam_id == exam_id)
                     .order_by(waits_first, Appeal.created_at, Appeal.id), page, PER_PAGE)
    attempts = {each.id: each for each in delivery.list_finished_attempts(
        exam_id, only=[appeal.attempt_id for appeal in found])}
    numbers = {item.form_item_id: item.number for form_id in {each.form_id for each in attempts.values()}
               for item in assembly.get_paper(form_id).items}
    rows = [AppealRow(appeal, attempts[appeal.attempt_id].number, numbers[appeal.form_item_id]) for appeal in found]
    return Page(rows, found.total, found.page, found.per_page)


def get_appeal(actor: Actor, appeal_id: UUID) -> AppealCase:
    """One request, with the answer beside the key and its mark; raises NotFound."""
    appeal = _find(appeal_id)
    exam = _authorised_exam(actor, appeal.exam_id)
    entry = get_result(actor, appeal.attempt_id).find_item(appeal.form_item_id)
    if entry is None:
        raise NotFound(_("There is no such answer."))
    names = identity.person_names([appeal.answered_by_id] if appeal.answered_by_id else [])
    return AppealCase(appeal, exam, entry, delivery.candidate_number(appeal.attempt_id),
                      next(iter(names.values()), ""), entry.item.type in BY_HAND)


def answer_appeal(actor: Actor, appeal_id: UUID, *, upheld: bool, reply: str) -> Appeal:
    """Say what came of looking again; raises Invalid without a reply, Conflict where somebody has replied before."""
    appeal = _find(appeal_id, lock=True)
    _authorised_exam(actor, appeal.exam_id)
    if appeal.state != "open":
        raise Conflict(_("This request has been answered already."))
    appeal.reply = _checked("reply", reply, _("Write the candidate what came of it."))
    appeal.state = "upheld" if upheld else "rejected"
    appeal.answered_by_id, appeal.answered_at = actor.id, clock.now()
    audit.record(actor, "appeal:answer", ("attempt", appeal.attempt_id), before="open", after=appeal.state,
                 form_item=str(appeal.form_item_id))
    return appeal


def _checked(where: str, text: str, missing: str) -> str:
    text = text.strip()
    too_long = _("This text is too long: at most %(n)s characters.", n=LONGEST_TEXT)
    if not text or len(text) > LONGEST_TEXT:
        message = too_long if text else missing
        raise Invalid(message, problems=[Problem(where, message)])
    return text


def _find(appeal_id: UUID, *, lock: bool = False) -> Appeal:
    appeal = db.session.get(Appeal, appeal_id, with_for_update=lock, populate_existing=lock)
    if appeal is None:
        raise NotFound(_("There is no such request."))
    return appeal


def _authorised_exam(actor: Actor, exam_id: UUID) -> Any:
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "appeal:answer", exam)
    return exam


def has_open_appeals(exam_id: UUID) -> bool:
    """Whether somebody waits for an answer about his marks in an exam. Internal, for delivery: no actor."""
    waiting = select(Appeal.id).where(Appeal.exam_id == exam_id, Appeal.state == "open").limit(1)
    return db.session.scalar(waiting) is not None
