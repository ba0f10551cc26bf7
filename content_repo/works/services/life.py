"""The life of a work: every step is one of `states.py` and leaves a row with who, when, why."""

from __future__ import annotations

from uuid import UUID

from content_repo.works.models import Work, WorkTransition
from content_repo.works.schema import KINDS
from content_repo.works.services.records import WorkRecord, load_work, record_of
from content_repo.works.services.writing import missing_problems, save_work
from content_repo.works.states import STEPS, Step, find_step
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, may

LONGEST_REASON = 2000


def submit_work(actor: Actor, work_id: UUID) -> Work:
    """Hand the work in for review. Raises Invalid naming what is missing."""
    return take_step(actor, work_id, "submit")


def retract_work(actor: Actor, work_id: UUID) -> Work:
    """Take a handed-in work back to change it."""
    return take_step(actor, work_id, "retract")


def catalogue_work(actor: Actor, work_id: UUID) -> Work:
    """Publish at once what a librarian described himself (docs/decisions/0008)."""
    return take_step(actor, work_id, "catalogue")


def withdraw_work(actor: Actor, work_id: UUID, *, reason: str) -> Work:
    """Take a published work out of sight; its address keeps a tombstone."""
    return take_step(actor, work_id, "withdraw", reason=reason)


def take_step(actor: Actor, work_id: UUID, name: str, *, reason: str = "") -> Work:
    """Take one step of `STEPS`.

    Raises Forbidden, Conflict when it is not legal from here, Invalid when it lacks a reason or the work is
    not complete.
    """
    work = load_work(work_id)
    authorize(actor, STEPS[name].permission, work)
    step = find_step(name, work.state, once_published=work.published_at is not None)
    if step is None:
        raise Conflict(
            _("This is not possible any more: the work is now “%(state)s”.", state=state_label(work.state))
        )
    told = _checked_reason(step, reason)
    if step.needs_complete:
        _check_complete(record_of(work))
    _move(actor, work, step, told)
    return work


def possible_steps(actor: Actor, record: WorkRecord) -> list[str]:
    """The steps that this person may take now, for the buttons of a page."""
    work = record.work
    authorize(actor, "work:read", work)
    published = work.published_at is not None
    return [
        name
        for name, step in STEPS.items()
        if find_step(name, work.state, once_published=published) and may(actor, step.permission, work)
    ]


def completeness_problems(record: WorkRecord) -> list[Problem]:
    """What the work lacks before it can be handed in: required fields, its file."""
    problems = missing_problems(record.kind, record.values())
    if record.kind.file_required and record.main_file is None:
        problems.append(Problem("file", _("%(field)s is missing.", field=KINDS[record.work.kind].file_label)))
    return problems


def state_label(state: str) -> str:
    """The state in the reader's language."""
    labels = {
        "draft": _("Draft"),
        "submitted": _("In review"),
        "returned": _("Returned for changes"),
        "published": _("Published"),
        "withdrawn": _("Withdrawn"),
    }
    return labels[state]


def _checked_reason(step: Step, reason: str) -> str | None:
    told = reason.strip()[:LONGEST_REASON]
    if step.needs_reason and not told:
        raise Invalid(
            _("Please say why."), [Problem("reason", _("A reason is needed; the depositor will read it."))]
        )
    return told or None


def _check_complete(record: WorkRecord) -> None:
    problems = completeness_problems(record)
    if problems:
        raise Invalid(_("The work is not complete yet."), problems)


def _move(actor: Actor, work: Work, step: Step, reason: str | None) -> None:
    moment = clock.now()
    db.session.add(
        WorkTransition(
            work_id=work.id,
            actor_id=actor.person_id,
            step=step.name,
            from_state=work.state,
            to_state=step.target,
            reason=reason,
        )
    )
    work.state = step.target
    if step.target == "submitted":
        work.submitted_at = moment
    if step.target == "published" and work.published_at is None:
        work.published_at = moment
    save_work(work, actor, step.permission)
