"""How the tree changes: founded, renamed, moved, closed, reopened. Each change is an event of its history.

A change that would break the tree is refused with a reason, and the refusal is audited.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.outbox import mark_changed
from lms.core.permissions import Actor, Refused, authorize
from lms.organisations.calendar import is_school_year, school_year, today
from lms.organisations.models import (
    KINDS,
    PARENT_KINDS,
    ROOT_KINDS,
    Membership,
    Organisation,
    OrganisationCode,
    OrganisationEvent,
)
from lms.organisations.services.members import end_rows, is_active, positions_changed
from lms.organisations.services.tree import load_organisation, walk_up

LOCK = 6200_0007
"""Advisory lock on PostgreSQL: two moves at once could close a circle that neither makes alone."""
LONGEST = {"code": 60, "name": 200, "reason": 500}


class TreeRefused(Refused):
    """A change that the tree does not allow; remembered by the audit as other refusals are. `problems`: the field."""

    status, code = 409, "conflict"

    def __init__(self, message: str, thing: Any, where: str = "") -> None:
        super().__init__("organisation:manage", thing)
        self.message = message
        self.args = (message,)
        self.problems = [Problem(where, message)] if where else []


def record_refused_change(actor: Actor, refused: TreeRefused) -> None:
    """Drop what the refused change began and write the refusal, for who shows it in a form: authorized before."""
    db.session.rollback()
    audit.record_refusal(actor, refused)


def add_organisation(actor: Actor, *, code: str, name: str, kind: str, parent_id: UUID | None = None,
                     valid_from: date | None = None, year: str | None = None, reason: str = "") -> Organisation:
    """A new organisation; `year`: the school year of a class (the present one).

    Raises Invalid (what and which field), TreeRefused for a code that is taken or a place where it cannot stand.
    """
    parent = load_organisation(parent_id) if parent_id and db.session.get(Organisation, parent_id) else None
    authorize(actor, "organisation:manage", parent)
    if parent_id and parent is None:
        raise Invalid(_("The organisation above does not exist."),
                      [Problem("parent_id", _("The organisation above does not exist."))])
    code, name = code.strip(), " ".join(name.split())
    _check_words(code=code, name=name, kind=kind, year=year, reason=reason)
    lock_tree()
    _check_code(code, parent)
    _check_parent(kind, parent)
    row = Organisation(code=code, name=name, kind=kind, parent_id=parent.id if parent else None,
                       valid_from=valid_from, school_year=(year or school_year()) if kind == "class" else None)
    db.session.add(row)
    forget_lineages()
    after = {"code": code, "name": name, "kind": kind, **_parent_told(parent)}
    record_event(actor, row, "founded", after=after, effective_on=valid_from, reason=reason)
    return row


def ensure_organisation(actor: Actor, *, code: str, name: str, kind: str, parent_id: UUID | None = None,
                        valid_from: date | None = None) -> Organisation:
    """The organisation with this code, made if there is none; one that is there stays as people changed it."""
    parent = db.session.get(Organisation, parent_id) if parent_id else None
    authorize(actor, "organisation:manage", parent)
    found = db.session.scalar(select(Organisation).where(Organisation.code == code))
    return found or add_organisation(actor, code=code, name=name, kind=kind, parent_id=parent_id,
                                     valid_from=valid_from)


def rename_organisation(actor: Actor, organisation_id: UUID, *, name: str, code: str = "", reason: str = "",
                        effective_on: date | None = None) -> None:
    """A new name, and perhaps a new code; the old code still leads here. The same again changes nothing.

    Raises NotFound, Invalid, TreeRefused.
    """
    row = load_organisation(organisation_id)
    authorize(actor, "organisation:manage", row)
    name, code = " ".join(name.split()), code.strip() or row.code
    _check_words(code=code, name=name, kind=row.kind, year=None, reason=reason)
    before, after = {"name": row.name, "code": row.code}, {"name": name, "code": code}
    if before == after:
        return
    lock_tree()
    if code != row.code:
        _check_code(code, row, own=row.id)
        _keep_code(row, row, effective_on)
    row.name, row.code = name, code
    record_event(actor, row, "renamed", before=before, after=after, reason=reason, effective_on=effective_on)


def move_organisation(actor: Actor, organisation_id: UUID, *, parent_id: UUID, reason: str = "",
                      effective_on: date | None = None) -> None:
    """Put an organisation, with everything below it, under another; where it is already, nothing changes.

    Raises NotFound, TreeRefused for a circle, a kind that cannot stand there, or one that is closed.
    """
    row = load_organisation(organisation_id)
    authorize(actor, "organisation:manage", row)
    authorize_above(actor, row)
    parent = load_organisation(parent_id)
    authorize(actor, "organisation:manage", parent)
    lock_tree()
    if row.parent_id == parent.id:
        return
    _check_open(row)
    check_not_below(row, parent)
    _check_parent(row.kind, parent)
    old = db.session.get(Organisation, row.parent_id) if row.parent_id else None
    row.parent_id = parent.id
    forget_lineages()
    record_event(actor, row, "moved", before=_parent_told(old), after=_parent_told(parent), reason=reason,
                 effective_on=effective_on)


def close_organisation(actor: Actor, organisation_id: UUID, *, reason: str = "",
                       effective_on: date | None = None) -> None:
    """Close an organisation: memberships end, its things stay and can be read. Again changes nothing.

    Raises NotFound, TreeRefused where organisations below it are open.
    """
    row = load_organisation(organisation_id)
    authorize(actor, "organisation:manage", row)
    authorize_above(actor, row)
    lock_tree()
    if row.closed_at is not None:
        return
    below = select(func.count()).where(Organisation.parent_id == row.id, Organisation.closed_at.is_(None))
    if count := db.session.scalar(below):
        raise TreeRefused(_("“%(name)s” has %(count)s open organisations below it. Close or move them first.",
                            name=row.name, count=count), row)
    close_row(actor, row, reason=reason, effective_on=effective_on)


def close_row(actor: Actor, row: Organisation, *, reason: str, effective_on: date | None = None) -> list[UUID]:
    """Close it and end its memberships, whose ids are returned. For services that have authorized: checks nothing."""
    authorize(actor, "organisation:manage", row)
    held = list(db.session.scalars(select(Membership).where(Membership.organisation_id == row.id, is_active())))
    end_rows(held)
    row.closed_at = clock.now()
    ended = [each.id for each in held]
    record_event(actor, row, "closed", before={"closed": False}, reason=reason, effective_on=effective_on,
                 after={"closed": True, "ended": [str(each) for each in ended]})
    return ended


def reopen_organisation(actor: Actor, organisation_id: UUID, *, reason: str = "") -> None:
    """Open a closed organisation again, with the memberships that ended by its closing.

    Raises NotFound, TreeRefused for one that was merged, or under a closed one.
    """
    row = load_organisation(organisation_id)
    authorize(actor, "organisation:manage", row)
    authorize_above(actor, row)
    lock_tree()
    if row.closed_at is None:
        return
    if row.merged_into_id is not None:
        raise TreeRefused(_("“%(name)s” was merged into another organisation and cannot be opened again.",
                            name=row.name), row)
    if row.parent_id:
        _check_open(load_organisation(row.parent_id))
    open_row(row)
    record_event(actor, row, "reopened", before={"closed": True}, after={"closed": False}, reason=reason)


def open_row(row: Organisation) -> None:
    """Open it with the memberships that its closing ended. For services that have authorized: no actor."""
    closing = db.session.scalar(select(OrganisationEvent).where(
        OrganisationEvent.organisation_id == row.id, OrganisationEvent.kind == "closed")
        .order_by(OrganisationEvent.id.desc()).limit(1))
    ended = [UUID(each) for each in closing.after.get("ended", [])] if closing else []
    resume_memberships(ended)
    row.closed_at = None
    db.session.flush()


def resume_memberships(ids: list[UUID]) -> int:
    """Let memberships that ended go on, but for people who have the same again; how many. No actor: see `open_row`."""
    rows = list(db.session.scalars(select(Membership).where(Membership.id.in_(ids), Membership.ends_on.is_not(None))))
    people, places = {row.person_id for row in rows}, {row.organisation_id for row in rows}
    again = {(each.person_id, each.organisation_id, each.role) for each in db.session.scalars(select(Membership).where(
        Membership.person_id.in_(people), Membership.organisation_id.in_(places), Membership.ends_on.is_(None)))}
    resumed = [row for row in rows if (row.person_id, row.organisation_id, row.role) not in again]
    for row in resumed:
        row.ends_on = None
    db.session.flush()
    positions_changed(row.person_id for row in resumed)
    return len(resumed)


def record_event(actor: Actor, row: Organisation, kind: str, *, before: dict[str, Any] | None = None,
                 after: dict[str, Any] | None = None, reason: str = "", effective_on: date | None = None) -> None:
    """Write an event into the history and the audit. For services of this room that have authorized."""
    db.session.flush()  # a new row has its place in the tree only now
    forget_lineages()
    authorize(actor, "organisation:manage", row)
    if effective_on and effective_on > today():
        raise Invalid(_("A change cannot take effect in the future."),
                      [Problem("effective_on", _("A change cannot take effect in the future."))])
    db.session.add(OrganisationEvent(
        organisation_id=row.id, kind=kind, effective_on=effective_on or today(), before=before or {},
        after=after or {}, reason=reason.strip(), actor_id=actor.person_id))
    db.session.flush()
    if kind in ("moved", "merged"):
        mark_changed("organisation", row.id)  # who may find what is kept below hangs on the way up
    told = {name: value for name, value in (after or {}).items() if name != "ended"}
    audit.record(actor, f"organisation:{kind}", ("organisation", row.id), before=before or {}, after=told,
                 organisation_id=row.id, reason=reason.strip() or None)


def lock_tree() -> None:
    """Let one change of the tree at a time through, until the transaction ends. No actor: it changes nothing."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        db.session.expire_all()


def forget_lineages() -> None:
    """Forget what the session remembers of the tree. No actor: it changes nothing."""
    db.session().info.pop("lineages", None)


def authorize_above(actor: Actor, row: Organisation) -> None:
    """Whether the actor may change where it stands: it is the one above that changes. Raises Forbidden."""
    above = load_organisation(row.parent_id) if row.parent_id else None
    authorize(actor, "organisation:manage", above)


def check_not_below(row: Organisation, parent: Organisation) -> None:
    """Refuse a circle: nothing may come under itself. No actor: it changes nothing."""
    if row.id in walk_up(parent.id):
        raise TreeRefused(_("“%(parent)s” is below “%(name)s”: the tree would turn into a circle.",
                            parent=parent.name, name=row.name), row, "parent_id")


def _check_open(row: Organisation) -> None:
    if row.closed_at is not None:
        raise TreeRefused(_("“%(name)s” is closed.", name=row.name), row)


def _check_parent(kind: str, parent: Organisation | None) -> None:
    if parent is None:
        if kind not in ROOT_KINDS:
            raise TreeRefused(_("This kind of organisation must stand under another."), None, "parent_id")
        return
    _check_open(parent)
    if parent.kind not in PARENT_KINDS[kind]:
        raise TreeRefused(_("This kind of organisation cannot stand under “%(name)s”.", name=parent.name), parent,
                          "parent_id")


def _check_code(code: str, thing: Organisation | None, own: UUID | None = None) -> None:
    """A code leads to one organisation only, whether it is used now or was before; one's own former one may return."""
    taken = select(Organisation.name).where(Organisation.code == code)
    former = (select(Organisation.name).join(OrganisationCode, OrganisationCode.organisation_id == Organisation.id)
              .where(OrganisationCode.code == code))
    if own:
        former = former.where(Organisation.id != own)
    name = db.session.scalar(taken) or db.session.scalar(former)
    if name is not None:
        raise TreeRefused(_("The code “%(code)s” already leads to “%(name)s”.", code=code, name=name), thing, "code")


def _check_words(*, code: str, name: str, kind: str, year: str | None, reason: str) -> None:
    printable = code.isprintable() and name.isprintable()
    checks = [
        (bool(code) and len(code) <= LONGEST["code"] and " " not in code and printable, "code",
         _("A code has 1 to 60 signs without spaces.")),
        (bool(name) and len(name) <= LONGEST["name"] and printable, "name", _("A name has 1 to 200 signs.")),
        (kind in KINDS, "kind", _("There is no kind of organisation called “%(kind)s”.", kind=kind)),
        (year is None or is_school_year(year), "school_year", _("A school year is written like 2026-2027.")),
        (len(reason) <= LONGEST["reason"], "reason", _("The reason is too long.")),
    ]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("Please check the organisation."), problems)


def _keep_code(row: Organisation, owner: Organisation, until: date | None) -> None:
    """Remember a code that is given up, with the name of then."""
    known = db.session.scalar(select(OrganisationCode).where(OrganisationCode.code == row.code))
    if known is None:
        db.session.add(OrganisationCode(code=row.code, organisation_id=owner.id, name=row.name, until=until or today()))


def _parent_told(parent: Organisation | None) -> dict[str, str | None]:
    return {"parent": str(parent.id) if parent else None, "parent_name": parent.name if parent else None}
