"""A work with all that belongs to it, as pages, API and search read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from content_repo.works.models import Work, WorkFile, WorkOutcome, WorkPerson, WorkTransition
from content_repo.works.schema import KINDS, Field, Kind
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize


@dataclass(frozen=True)
class WorkRecord:
    """A work with its people, outcomes and files. `people` maps a role to names in order."""

    work: Work
    people: dict[str, list[str]]
    outcome_ids: list[UUID]
    files: list[WorkFile]

    @property
    def kind(self) -> Kind:
        """The schema of its kind."""
        return KINDS[self.work.kind]

    @property
    def main_file(self) -> WorkFile | None:
        """The file that the work is about; None while nobody has added it."""
        return next((file for file in self.files if file.role == "main"), None)

    @property
    def is_tombstone(self) -> bool:
        """Was published once and is no more: only title, people and the fact are shown."""
        return self.work.state == "withdrawn"

    def names(self) -> list[str]:
        """Who made it: authors or lecturers, not advisors."""
        return [name for role, names in self.people.items() if role != "advisor" for name in names]

    def value(self, field: Field) -> Any:
        """What this work says in one field of its schema; None if it says nothing."""
        if field.type == "people":
            return self.people.get(field.role, [])
        if field.type == "outcomes":
            return [str(each) for each in self.outcome_ids]
        if field.type == "subject":
            return str(self.work.subject_id) if self.work.subject_id else None
        return getattr(self.work, field.name) if field.column else self.work.description.get(field.name)

    def values(self) -> dict[str, Any]:
        """Every field of the schema by name, as `clean_description` would keep it."""
        return {field.name: self.value(field) for field in self.kind.fields}


def load_work(work_id: UUID) -> Work:
    """The row, whoever asks: the caller authorises on the next line. Raises NotFound."""
    work = db.session.get(Work, work_id)
    if work is None:
        raise NotFound(_("There is no such work."))
    return work


def record_of(work: Work) -> WorkRecord:
    """The work with its people, outcomes and files: three statements."""
    names = people_of([work.id])[work.id]
    outcomes = select(WorkOutcome.outcome_id).where(WorkOutcome.work_id == work.id).order_by(WorkOutcome.id)
    files = select(WorkFile).where(WorkFile.work_id == work.id).order_by(WorkFile.position, WorkFile.id)
    return WorkRecord(work, names, list(db.session.scalars(outcomes)), list(db.session.scalars(files)))


def people_of(work_ids: Collection[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """Names by role for each work, in order; one statement for all of them."""
    found: dict[UUID, dict[str, list[str]]] = {work_id: defaultdict(list) for work_id in work_ids}
    if not found:
        return found
    rows = select(WorkPerson).where(WorkPerson.work_id.in_(list(found))).order_by(WorkPerson.position)
    for person in db.session.scalars(rows):
        found[person.work_id][person.role].append(person.name)
    return {work_id: dict(roles) for work_id, roles in found.items()}


def find_work(work_id: UUID) -> Work | None:
    """The row, or None. Internal, for rooms that decide themselves who may see it: no actor."""
    return db.session.get(Work, work_id)


def organisation_of(work_id: UUID) -> UUID | None:
    """The organisation of a work, None where it has none or is gone. For rooms that keep its parts: no actor."""
    work = db.session.get(Work, work_id)
    return work.organisation_id if work else None


def get_work(actor: Actor, work_id: UUID) -> WorkRecord:
    """One work with all that belongs to it. Raises NotFound, SignInRequired, Forbidden."""
    work = load_work(work_id)
    authorize(actor, "work:read", work)
    return record_of(work)


def list_history(actor: Actor, work_id: UUID) -> list[WorkTransition]:
    """Every step in the life of a work, oldest first; for those who keep it."""
    work = load_work(work_id)
    authorize(actor, "work:keep", work)
    rows = (
        select(WorkTransition)
        .where(WorkTransition.work_id == work_id)
        .order_by(WorkTransition.created_at, WorkTransition.id)
    )
    return list(db.session.scalars(rows))


def find_return_reason(actor: Actor, work_id: UUID) -> str | None:
    """Why the work was handed back, while it waits for its depositor; else None."""
    work = load_work(work_id)
    authorize(actor, "work:keep", work)
    if work.state != "returned":
        return None
    rows = (
        select(WorkTransition.reason)
        .where(WorkTransition.work_id == work_id, WorkTransition.step == "return")
        .order_by(WorkTransition.created_at.desc())
    )
    return db.session.scalars(rows.limit(1)).first()
