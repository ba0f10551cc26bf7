"""A form of the paper that is withdrawn while an exam runs: it leaked, or it was made wrong (decision 0036).

Who has not begun gets another form. Who writes on it goes on, or begins anew on another form with all of his time, as
the one who withdraws it decides; so does who has handed in. An attempt that is withdrawn keeps its log, takes what is
still on its way, and counts for nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.assembly import services as assembly
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Accommodation, Adjustment, Attempt, Candidate, Exam, Sitting, WithdrawnForm
from assessment.delivery.reasons import WITHDRAWALS
from assessment.delivery.services.exams import get_exam, load_exam
from assessment.delivery.services.following import bring_exam_in_step
from assessment.delivery.services.newest import usable_forms
from assessment.delivery.services.settling import AUTO_SUBMIT
from assessment.delivery.services.times import minutes_of
from assessment.delivery.states import change_state, record_transition
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize, may
from lms.identity import services as identity

REACHES = ("ready", "running", "all")
"""Whom it concerns: those who have not begun; those who write as well; those who have handed in as well."""
AFFECTED = {"ready": ("ready",), "running": ("ready", "in_progress"), "all": ("ready", "in_progress", "submitted")}
LONGEST_REASON = 200


@dataclass(frozen=True)
class Draft:
    """Which form is to be withdrawn, for whom, why by a code and in words."""

    form_id: UUID
    reach: str
    code: str
    reason: str


@dataclass(frozen=True)
class FormUse:
    """A form of an exam: how many have not begun on it, write on it, have handed it in; and whether it is withdrawn."""

    id: UUID
    code: str
    ready: int
    in_progress: int
    submitted: int
    withdrawal: WithdrawnForm | None
    by: str


@dataclass(frozen=True)
class Effect:
    """What a withdrawal does: who gets another form unseen, who begins anew, who keeps his; onto which forms."""

    form: FormUse
    moved: int
    anew: int
    kept: int
    others: list[str]
    minutes: int


def list_forms(actor: Actor, exam_id: UUID) -> list[FormUse]:
    """The forms of an exam by code; at most as many as an exam has codes."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    return _forms(exam.id)


def _forms(exam_id: UUID) -> list[FormUse]:
    counts: dict[UUID, dict[str, int]] = {}
    for form_id, state, number in db.session.execute(
            select(Attempt.form_id, Attempt.state, func.count()).where(Attempt.exam_id == exam_id)
            .group_by(Attempt.form_id, Attempt.state)):
        counts.setdefault(form_id, {})[state] = number
    gone = {row.form_id: row for row in db.session.scalars(
        select(WithdrawnForm).where(WithdrawnForm.exam_id == exam_id))}
    names = identity.person_names(row.actor_id for row in gone.values() if row.actor_id)
    return [_form(form_id, counts.get(form_id, {}), gone.get(form_id), names) for form_id in assembly.form_ids(exam_id)]


def _form(form_id: UUID, counts: dict[str, int], row: WithdrawnForm | None, names: dict[UUID, str]) -> FormUse:
    ready, working, handed_in = (counts.get(state, 0) for state in ("ready", "in_progress", "submitted"))
    by = names.get(row.actor_id, "") if row and row.actor_id else ""
    return FormUse(form_id, assembly.get_paper(form_id).code, ready, working, handed_in, row, by)


def preview_withdrawal(actor: Actor, exam_id: UUID, draft: Draft) -> Effect:
    """What it would do now, and nothing is done; raises Invalid, Conflict, NotFound."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    bring_exam_in_step(exam.id)
    return _check(exam, draft)


def withdraw_form(actor: Actor, exam_id: UUID, draft: Draft) -> WithdrawnForm:
    """Withdraw a form, or propose it where the exam needs two persons; raises Invalid, Conflict, NotFound."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:invigilate", exam)
    bring_exam_in_step(exam.id)
    effect = _check(exam, draft)
    row = WithdrawnForm(exam_id=exam.id, form_id=draft.form_id, reach=draft.reach, code=draft.code,
                        reason=draft.reason.strip(), actor_id=actor.person_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "exam:invigilate", ("exam", exam.id), withdrawn_form=effect.form.code, reach=draft.reach,
                 code=draft.code, reason=row.reason, moved=effect.moved, anew=effect.anew)
    if not exam.needs_approval:
        _carry_out(actor, exam, row)
    return row


def may_confirm(actor: Actor, exam: Exam, row: WithdrawnForm) -> bool:
    """Whether this is a second person who may confirm what was proposed."""
    return row.done_at is None and row.actor_id != actor.person_id and may(actor, "exam:approve", exam)


def confirm_withdrawal(actor: Actor, exam_id: UUID, form_id: UUID) -> WithdrawnForm:
    """Do what another person proposed; raises Conflict, NotFound."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:approve", exam)
    row = _proposed(exam, form_id)
    if not may_confirm(actor, exam, row):
        raise Conflict(_("Another person than who proposed it must confirm this."))
    row.confirmed_by_id = actor.person_id
    audit.record(actor, "exam:approve", ("exam", exam.id), withdrawn_form=str(form_id))
    _carry_out(actor, exam, row)
    return row


def drop_proposal(actor: Actor, exam_id: UUID, form_id: UUID) -> None:
    """Take back what was proposed and not done yet; raises Conflict, NotFound."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:invigilate", exam)
    row = _proposed(exam, form_id)
    db.session.delete(row)
    audit.record(actor, "exam:invigilate", ("exam", exam.id), kept_form=str(form_id))


def _proposed(exam: Exam, form_id: UUID) -> WithdrawnForm:
    row = db.session.scalar(select(WithdrawnForm).where(
        WithdrawnForm.exam_id == exam.id, WithdrawnForm.form_id == form_id, WithdrawnForm.done_at.is_(None)))
    if row is None or exam.state != "published":
        raise Conflict(_("Nothing is proposed for this form any more."))
    return row


def _check(exam: Exam, draft: Draft) -> Effect:
    if exam.state != "published":
        raise Conflict(_("This exam is not published."))
    forms = _forms(exam.id)
    form = next((each for each in forms if each.id == draft.form_id), None)
    others = [each.code for each in forms if each.withdrawal is None and each.id != draft.form_id]
    if form is None:
        raise NotFound(_("There is no such form of this exam."))
    if form.withdrawal is not None:
        raise Conflict(_("This form is withdrawn already, or that is proposed."))
    checks = [(draft.reach in REACHES, "reach", _("Choose whom it concerns.")),
              (draft.code in WITHDRAWALS, "code", _("Choose why the form is withdrawn.")),
              (0 < len(draft.reason.strip()) <= LONGEST_REASON, "reason", _("Say why.")),
              (bool(others), "form_id", _("It is the only form that is left: nobody could go on. Draw the paper in "
                                          "several codes before the exam, or give a new exam."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The form could not be withdrawn."), problems)
    return _effect(exam, form, draft.reach, others)


def _effect(exam: Exam, form: FormUse, reach: str, others: list[str]) -> Effect:
    anew = sum(getattr(form, state) for state in AFFECTED[reach] if state != "ready")
    return Effect(form, form.ready, anew, form.in_progress + form.submitted - anew, others, exam.time_limit_minutes)


def _carry_out(actor: Actor, exam: Exam, row: WithdrawnForm) -> None:
    """From the next second on nobody begins on the form: pages that wait are sent the usual way, which deals anew."""
    bring_exam_in_step(exam.id)
    row.done_at = clock.now()
    record_transition(actor.person_id, "exam", exam.id, "published", "published", "a form was withdrawn")
    _replace_affected(actor, exam, row)


def finish_withdrawals() -> int:
    """Carry withdrawals through for who began on a form in the very second of its end; how many attempts. The
    platform acts: no actor.
    """
    rows = db.session.execute(select(WithdrawnForm, Exam).join(Exam, Exam.id == WithdrawnForm.exam_id).where(
        Exam.state == "published", WithdrawnForm.done_at.is_not(None), WithdrawnForm.reach != "ready")).tuples().all()
    return sum(_replace_affected(SYSTEM, exam, row, states=("in_progress",)) for row, exam in rows)


def _replace_affected(actor: Actor, exam: Exam, row: WithdrawnForm, states: tuple[str, ...] = ()) -> int:
    forms = usable_forms(exam.id)
    found = db.session.scalars(_on_form(exam.id, row.form_id, states or AFFECTED[row.reach])).all()
    for sitting_id in {each.sitting_id for each in found}:
        running = [each.id for each in found if each.sitting_id == sitting_id and each.state == "in_progress"]
        event_log().close_by_clock(sitting_id, running, received_at=clock.now(), payload=AUTO_SUBMIT)
    for attempt in found:
        candidate = db.session.get_one(Candidate, attempt.candidate_id)
        form_id = forms[(candidate.seat or int(candidate.number)) % len(forms)]
        if attempt.state == "ready":
            attempt.form_id = form_id
        else:
            _begin_anew(actor, exam, attempt, form_id)
    db.session.flush()
    return len(found)


def _on_form(exam_id: UUID, form_id: UUID, states: tuple[str, ...]) -> Any:
    return select(Attempt).where(Attempt.exam_id == exam_id, Attempt.form_id == form_id,
                                 Attempt.state.in_(states)).order_by(Attempt.id).with_for_update()


def _begin_anew(actor: Actor, exam: Exam, attempt: Attempt, form_id: UUID) -> None:
    """The old attempt ends and takes late what is on its way; the new one has all of its time, also near the end."""
    change_state(actor, attempt, "withdrawn", reason="the form was withdrawn")
    anew = Attempt(exam_id=exam.id, sitting_id=attempt.sitting_id, candidate_id=attempt.candidate_id,
                   person_id=attempt.person_id, form_id=form_id, number=attempt.number + 1)
    db.session.add(anew)
    db.session.flush()
    lacking = _lacking(exam, anew)
    if lacking > timedelta():
        db.session.add(Adjustment(sitting_id=anew.sitting_id, scope="attempt", scope_id=anew.id, code="other",
                                  seconds=round(lacking.total_seconds()), actor_id=actor.person_id,
                                  reason="the form was withdrawn"))


def _lacking(exam: Exam, attempt: Attempt) -> timedelta:
    """By how much the window is too short for who begins now."""
    candidate, sitting = (db.session.get_one(Candidate, attempt.candidate_id),
                          db.session.get_one(Sitting, attempt.sitting_id))
    given = db.session.scalar(select(func.sum(Adjustment.seconds)).where(
        Adjustment.sitting_id == sitting.id, Adjustment.scope_id.in_([sitting.id, candidate.room_id or sitting.id])))
    minutes = minutes_of(exam, db.session.get(Accommodation, candidate.id))
    return clock.now() + timedelta(minutes=minutes) - sitting.closes_at - timedelta(seconds=given or 0)


def why_withdrawn(actor: Actor, exam_id: UUID) -> WithdrawnForm | None:
    """Why the attempt before the actor's newest was withdrawn, None where it was not. For the candidate himself."""
    authorize(actor, "attempt:list")
    before = select(Attempt.form_id).where(
        Attempt.exam_id == exam_id, Attempt.person_id == actor.person_id, Attempt.state == "withdrawn").order_by(
        Attempt.number.desc()).limit(1).scalar_subquery()
    return db.session.scalar(select(WithdrawnForm).where(WithdrawnForm.exam_id == exam_id,
                                                         WithdrawnForm.form_id == before))
