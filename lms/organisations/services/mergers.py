"""Mergers: two organisations become one. First what would change, then, typed, the change itself."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.organisations.calendar import today
from lms.organisations.models import Membership, Organisation
from lms.organisations.services.changes import (
    TreeRefused,
    authorize_above,
    check_not_below,
    forget_lineages,
    lock_tree,
    record_event,
)
from lms.organisations.services.members import is_active, positions_changed
from lms.organisations.services.tree import load_organisation

OWN_TABLES = {"organisation", "organisation_code", "organisation_event", "membership", "roll_over"}


@dataclass(frozen=True)
class MergePreview:
    """What a merger would change: who and what comes over, who is there already, how many things are found below."""

    members: int
    already: int
    children: int
    things: int


def preview_merge(actor: Actor, organisation_id: UUID, into_id: UUID) -> MergePreview:
    """Count what merging one organisation into another would change; changes nothing.

    Raises NotFound, Forbidden, TreeRefused as the merger itself would.
    """
    row, into = _load_both(actor, organisation_id, into_id)
    authorize(actor, "organisation:manage", into)
    _check_merge(row, into)
    held, there = _held(row.id), {(each.person_id, each.role) for each in _held(into.id)}
    already = sum((each.person_id, each.role) in there for each in held)
    children = db.session.scalar(select(func.count()).where(Organisation.parent_id == row.id)) or 0
    return MergePreview(len(held) - already, already, children, count_things([row.id]))


def merge_organisations(actor: Actor, organisation_id: UUID, into_id: UUID, *, confirm: str, reason: str = "",
                        effective_on: date | None = None) -> None:
    """Merge one organisation into another of its kind: its people, and what stands below it, come over.

    Its things keep their place, which from now on stands, closed, below the successor. `confirm` is its code, typed.
    Raises NotFound, Forbidden, Invalid, TreeRefused.
    """
    row, into = _load_both(actor, organisation_id, into_id)
    authorize(actor, "organisation:manage", into)
    if confirm.strip() != row.code:
        raise Invalid(_("Type the code “%(code)s” to confirm.", code=row.code),
                      [Problem("confirm", _("Type the code “%(code)s” to confirm.", code=row.code))])
    lock_tree()
    _check_merge(row, into)
    _bring_children(actor, row, into, reason, effective_on)
    _bring_members(row, into)
    before = {"parent": str(row.parent_id) if row.parent_id else None, "closed": False}
    row.merged_into_id, row.parent_id, row.closed_at = into.id, into.id, clock.now()
    forget_lineages()
    record_event(actor, row, "merged", before=before, after={"into": str(into.id), "into_name": into.name},
                 reason=reason, effective_on=effective_on)
    record_event(actor, into, "merged", after={"from": str(row.id), "from_name": row.name, "from_code": row.code},
                 reason=reason, effective_on=effective_on)


def count_things(organisation_ids: list[UUID]) -> int:
    """How many rows of other rooms name these organisations. Counts only, for who may change them: no actor.

    The other rooms are above this one: what they keep is found by the foreign keys that lead here.
    """
    total = 0
    for column in _columns_that_lead_here():
        total += db.session.scalar(select(func.count()).where(column.in_(organisation_ids))) or 0
    return total


def _columns_that_lead_here() -> list[Any]:
    return [key.parent for table in db.metadata.sorted_tables if table.name not in OWN_TABLES
            for key in table.foreign_keys if key.target_fullname == "organisation.id"]


def _load_both(actor: Actor, organisation_id: UUID, into_id: UUID) -> tuple[Organisation, Organisation]:
    """Both, once the actor may take the one from where it stands: who may not learns nothing of the other."""
    row = load_organisation(organisation_id)
    authorize(actor, "organisation:manage", row)
    authorize_above(actor, row)
    return row, load_organisation(into_id)


def _check_merge(row: Organisation, into: Organisation) -> None:
    if row.id == into.id:
        raise TreeRefused(_("An organisation cannot be merged into itself."), row, "into_id")
    for each in (row, into):
        if each.closed_at is not None:
            raise TreeRefused(_("“%(name)s” is closed.", name=each.name), each, "into_id")
    check_not_below(row, into)
    if row.kind != into.kind:
        raise TreeRefused(_("Only organisations of the same kind can be merged."), row, "into_id")


def _held(organisation_id: UUID) -> list[Membership]:
    return list(db.session.scalars(select(Membership).where(
        Membership.organisation_id == organisation_id, is_active())))


def _bring_children(actor: Actor, row: Organisation, into: Organisation, reason: str, day: date | None) -> None:
    """Everything that stood under the one stands under the other, closed ones and earlier mergers too."""
    authorize(actor, "organisation:manage", into)
    for child in list(db.session.scalars(select(Organisation).where(Organisation.parent_id == row.id))):
        child.parent_id = into.id
        record_event(actor, child, "moved", before={"parent": str(row.id), "parent_name": row.name},
                     after={"parent": str(into.id), "parent_name": into.name}, reason=reason, effective_on=day)
        if child.merged_into_id == row.id:
            child.merged_into_id = into.id


def _bring_members(row: Organisation, into: Organisation) -> None:
    """Memberships end in the one and begin in the other, with who vouches for them."""
    of_both = [*_held(into.id), *_held(row.id)]
    there = {(each.person_id, each.role) for each in of_both if each.organisation_id == into.id}
    for held in of_both:
        if held.organisation_id == into.id:
            continue
        held.ends_on = today()
        if (held.person_id, held.role) not in there:
            db.session.add(Membership(person_id=held.person_id, organisation_id=into.id, role=held.role,
                                      source=held.source, school_year=held.school_year))
    db.session.flush()
    positions_changed(each.person_id for each in of_both)
