"""Taking a roll-over back, as long as nothing else has changed since."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.organisations.models import Membership, Organisation, OrganisationEvent, RollOver
from lms.organisations.services.changes import forget_lineages, lock_tree, record_event, resume_memberships
from lms.organisations.services.members import positions_changed
from lms.organisations.services.mergers import count_things
from lms.organisations.services.tree import load_organisation


def undo_roll_over(actor: Actor, school_id: UUID, roll_over_id: UUID) -> None:
    """Put the classes and members back to where they were; the new classes go. Undone again changes nothing.

    Raises NotFound, Conflict saying what has changed since.
    """
    school = load_organisation(school_id)
    authorize(actor, "organisation:manage", school)
    lock_tree()
    turn = db.session.get(RollOver, roll_over_id)
    if turn is None or turn.organisation_id != school.id or turn.state == "draft":
        raise NotFound(_("There is no such roll-over."))
    if turn.state == "undone":
        return
    ids = {name: [UUID(each) for each in told] for name, told in turn.result.items()}
    changed = find_change(ids)
    if changed:
        raise Conflict(_("The roll-over cannot be undone any more: %(reason)s", reason=changed))
    _take_back(actor, ids)
    turn.state = "undone"
    forget_lineages()
    audit.record(actor, "organisation:undo_roll_over", ("organisation", school.id),
                 before={"school_year": turn.to_year}, after={"school_year": turn.from_year},
                 organisation_id=school.id)


def find_change(ids: dict[str, list[UUID]]) -> str:
    """What stands in the way of taking a turn back; empty if nothing. Reads only, for who has authorized: no actor."""
    begun, started = ids["begun"], ids["started"]
    checks: list[tuple[Any, str]] = [
        (select(func.count()).where(Organisation.id.in_(begun), or_(
            Organisation.closed_at.is_not(None), Organisation.merged_into_id.is_not(None))),
         _("a new class was closed or merged.")),
        (select(func.count()).where(OrganisationEvent.organisation_id.in_(begun), OrganisationEvent.kind != "founded"),
         _("a new class was renamed or moved.")),
        (select(func.count()).where(Organisation.id.in_(ids["closed"]), Organisation.closed_at.is_(None)),
         _("an old class was opened again.")),
        (select(func.count()).where(Membership.organisation_id.in_(begun), or_(
            Membership.id.not_in(started), Membership.ends_on.is_not(None))),
         _("members of the new classes have changed.")),
    ]
    for statement, reason in checks:
        if db.session.scalar(statement):
            return reason
    return _("a new class is in use already, in an exam for example.") if count_things(begun) else ""


def _take_back(actor: Actor, ids: dict[str, list[UUID]]) -> None:
    positions_changed(db.session.scalars(select(Membership.person_id).where(Membership.id.in_(ids["started"]))))
    db.session.execute(delete(Membership).where(Membership.id.in_(ids["started"])))
    db.session.execute(delete(Organisation).where(Organisation.id.in_(ids["begun"])))
    db.session.expire_all()
    for each in ids["closed"]:
        row = load_organisation(each)
        row.closed_at = None
        record_event(actor, row, "reopened", before={"closed": True}, after={"closed": False})
    resume_memberships(ids["ended"])
