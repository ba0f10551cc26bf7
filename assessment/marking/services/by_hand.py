"""Answers that a person marks: what waits, who has what in hand, and what was given.

One answer is in one hand at a time; a hand that does not come back loses it after a while. Candidates are shown by
number only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.exc import IntegrityError

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking.models import AttemptResult, ItemMark, PersonMark
from assessment.marking.rubrics import BY_HAND, criteria_of, read_marks
from assessment.marking.services.marks import mark_again
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity

IN_HAND = timedelta(minutes=30)
LONGEST_COMMENT = 2_000
TRIES = 5


@dataclass(frozen=True)
class HandItem:
    """An item of an exam that people mark: how many answers wait, how many are marked."""

    item: assembly.PaperItem
    waiting: int
    marked: int
    is_secret: bool = False


@dataclass(frozen=True)
class HandAnswer:
    """One answer to be marked, with the rubric; ``given`` is what somebody gave, None before."""

    exam: Any
    attempt_id: UUID
    candidate_number: str
    item: assembly.PaperItem
    criteria: list[dict[str, Any]]
    model_answer: str
    response: Any
    given: PersonMark | None
    marker: str


def list_hand_items(actor: Actor, exam_id: UUID) -> list[HandItem]:
    """The items of an exam that people mark, in the order of the papers."""
    _authorised_exam(actor, exam_id)
    items = _items_by_hand(exam_id)
    counts, versions = _counts(exam_id, list(items)), bank.get_versions(items)
    return [HandItem(item, *counts.get(version_id, (0, 0)), is_secret=versions[version_id].is_secure)
            for version_id, item in items.items()]


def count_waiting(exam_id: UUID) -> int:
    """How many answers of an exam still wait for a person. Internal: no actor."""
    return db.session.scalar(select(func.coalesce(func.sum(AttemptResult.waiting), 0))
                             .where(AttemptResult.exam_id == exam_id)) or 0


def take_answer(actor: Actor, exam_id: UUID, item_version_id: UUID) -> PersonMark | None:
    """The next answer to an item that waits and is in nobody's hand; it is now in the actor's. None: all are done.

    What he has in hand already comes first, so that a page lost is found again.
    """
    _authorised_exam(actor, exam_id)
    for _try in range(TRIES):
        row = db.session.execute(_next(actor, exam_id, item_version_id)).first()
        if row is None:
            return None
        if taken := _take(actor, row.attempt_id, row.form_item_id):
            return taken
    raise Conflict(_("Others are taking answers at this moment. Please try again."))


def get_answer(actor: Actor, attempt_id: UUID, form_item_id: UUID) -> HandAnswer:
    """One answer with its rubric; raises NotFound, Forbidden (an item of a secure bank: who may draw from it)."""
    attempt, item = _answered(attempt_id, form_item_id)
    exam = _authorised_exam(actor, attempt.exam_id)
    bank.look_at_versions(actor, [item.item_version_id])
    key = bank.get_versions([item.item_version_id])[item.item_version_id].key
    response = delivery.final_responses([attempt_id])[attempt_id].get(str(form_item_id))
    given = db.session.get(PersonMark, (attempt_id, form_item_id))
    marker = identity.person_names([given.marker_id]).get(given.marker_id, "") if given else ""
    return HandAnswer(exam, attempt_id, delivery.candidate_number(attempt_id), item, criteria_of(key),
                      key.get("model_answer", ""), response, given, marker)


def mark_answer(actor: Actor, attempt_id: UUID, form_item_id: UUID, *, chosen: Mapping[str, str],
                comment: str) -> PersonMark:
    """Give a level for each criterion, or give others than before; the attempt's result follows at once.

    Raises Invalid naming the criterion without a level; Conflict where somebody else has the answer in hand.
    """
    attempt, item = _answered(attempt_id, form_item_id)
    _authorised_exam(actor, attempt.exam_id)
    if len(comment) > LONGEST_COMMENT:
        raise Invalid(_("The comment is too long."), problems=[
            Problem("comment", _("This text is too long: at most %(n)s characters.", n=LONGEST_COMMENT))])
    key = bank.get_versions([item.item_version_id])[item.item_version_id].key
    mark = read_marks(key, chosen)
    row = _take(actor, attempt_id, form_item_id)
    if row is None:
        raise Conflict(_("Somebody else has this answer in hand."))
    before = str(row.points) if row.points is not None else None
    row.levels, row.points, row.maximum = mark.levels, mark.points, mark.maximum
    row.comment, row.marked_at, row.marker_id = comment.strip(), clock.now(), actor.id
    row.held_until = clock.now()
    db.session.flush()
    mark_again(attempt.exam_id, attempt_id, attempt.form_id)
    audit.record(actor, "answer:mark", ("attempt", attempt_id), before=before, after=str(mark.points),
                 form_item=str(form_item_id))
    return row


def give_back(actor: Actor, attempt_id: UUID, form_item_id: UUID) -> None:
    """Lay down an answer that one had in hand, for others to take."""
    attempt, _item = _answered(attempt_id, form_item_id)
    _authorised_exam(actor, attempt.exam_id)
    row = db.session.get(PersonMark, (attempt_id, form_item_id), with_for_update=True)
    if row is not None and row.marker_id == actor.id:
        row.held_until = clock.now()


def answer_file(actor: Actor, attempt_id: UUID, form_item_id: UUID, file_id: UUID) -> str:
    """A signed address of a file that the candidate handed in as this answer; raises NotFound."""
    answer = get_answer(actor, attempt_id, form_item_id)
    named = answer.response.get("files", []) if isinstance(answer.response, dict) else []
    if str(file_id) not in named:
        raise NotFound(_("The file does not exist any more."))
    return delivery.find_answer_file(attempt_id, file_id).url


def _authorised_exam(actor: Actor, exam_id: UUID) -> Any:
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "answer:mark", exam)
    return exam


def _answered(attempt_id: UUID, form_item_id: UUID) -> tuple[Any, assembly.PaperItem]:
    attempt = delivery.find_attempt(attempt_id)
    if attempt is None or attempt.state != "submitted":
        raise NotFound(_("There is no such answer."))
    items = {item.form_item_id: item for item in assembly.get_paper(attempt.form_id).items}
    item = items.get(form_item_id)
    if item is None or item.type not in BY_HAND:
        raise NotFound(_("There is no such answer."))
    return attempt, item


def _items_by_hand(exam_id: UUID) -> dict[UUID, assembly.PaperItem]:
    found: dict[UUID, assembly.PaperItem] = {}
    for form_id in assembly.form_ids(exam_id):
        for item in assembly.get_paper(form_id).items:
            if item.type in BY_HAND:
                found.setdefault(item.item_version_id, item)
    return found


def _counts(exam_id: UUID, version_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    waits = case((ItemMark.state == "waiting", 1), else_=0)
    marked = case((ItemMark.state.in_(("right", "partial", "wrong")), 1), else_=0)
    rows = db.session.execute(
        select(ItemMark.item_version_id, func.sum(waits), func.sum(marked))
        .join(AttemptResult, AttemptResult.attempt_id == ItemMark.attempt_id)
        .where(AttemptResult.exam_id == exam_id, ItemMark.item_version_id.in_(version_ids))
        .group_by(ItemMark.item_version_id))
    return {version_id: (int(waiting), int(done)) for version_id, waiting, done in rows}


def _next(actor: Actor, exam_id: UUID, item_version_id: UUID) -> Select[UUID, UUID]:
    same = and_(PersonMark.attempt_id == ItemMark.attempt_id, PersonMark.form_item_id == ItemMark.form_item_id)
    own = and_(PersonMark.marker_id == actor.person_id, PersonMark.held_until > clock.now())
    free = or_(PersonMark.attempt_id.is_(None), PersonMark.held_until <= clock.now())
    return (select(ItemMark.attempt_id, ItemMark.form_item_id)
            .join(AttemptResult, AttemptResult.attempt_id == ItemMark.attempt_id)
            .outerjoin(PersonMark, same)
            .where(AttemptResult.exam_id == exam_id, ItemMark.item_version_id == item_version_id,
                   ItemMark.state == "waiting", or_(own, free))
            .order_by(case((own, 0), else_=1), ItemMark.attempt_id).limit(1))


def _take(actor: Actor, attempt_id: UUID, form_item_id: UUID) -> PersonMark | None:
    """The row, in the actor's hand; None where another was quicker."""
    row = db.session.get(PersonMark, (attempt_id, form_item_id), with_for_update=True, populate_existing=True)
    until = clock.now() + IN_HAND
    if row is None:
        row = PersonMark(attempt_id=attempt_id, form_item_id=form_item_id, marker_id=actor.id, held_until=until)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:
            return None
        return row
    if row.held_until > clock.now() and row.marker_id != actor.id:
        return None
    row.marker_id, row.held_until = actor.id, until
    return row
