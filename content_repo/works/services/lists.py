"""Lists of works, paged, with what a line of a list shows: three statements whatever the length."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from content_repo.works.models import Work
from content_repo.works.schema import KINDS, Kind
from content_repo.works.services.records import people_of
from lms.core.db import Page, db, paginate
from lms.core.permissions import Actor, authorize, visible
from lms.curriculum import services as curriculum

Ids = Collection[UUID] | Select[Any]


@dataclass(frozen=True)
class WorkCard:
    """A work as a line of a list. `people`: who made it, without advisors."""

    id: UUID
    kind: Kind
    title: str
    people: tuple[str, ...]
    subject: str
    grade: int | None
    year: int | None
    language: str
    state: str
    owner_id: UUID
    submitted_at: datetime | None
    published_at: datetime | None
    updated_at: datetime


def list_published(
    actor: Actor,
    *,
    kind: str = "",
    subject_id: UUID | None = None,
    grade: int | None = None,
    page: int = 1,
    per_page: int = 20,
    among: Ids | None = None,
) -> Page[WorkCard]:
    """Published works, newest first; `among` keeps those ids only (a collection, a selection)."""
    authorize(actor, "work:browse")
    rows = select(Work).where(Work.state == "published").order_by(Work.published_at.desc(), Work.id.desc())
    if kind:
        rows = rows.where(Work.kind == kind)
    if subject_id:
        rows = rows.where(Work.subject_id == subject_id)
    if grade:
        rows = rows.where(Work.grade == grade)
    if among is not None:
        rows = rows.where(Work.id.in_(among))
    return _cards(rows, page, per_page)


def count_published(actor: Actor) -> dict[str, int]:
    """How many published works there are of each kind."""
    authorize(actor, "work:browse")
    rows = select(Work.kind, func.count()).where(Work.state == "published").group_by(Work.kind)
    return dict(db.session.execute(rows).tuples().all())


def count_published_by(actor: Actor, places: Select[Any]) -> dict[UUID, int]:
    """How many published works each group holds; `places` selects (group id, work id)."""
    authorize(actor, "work:browse")
    group, member = places.subquery().c
    rows = (
        select(group, func.count())
        .join(Work, Work.id == member)
        .where(Work.state == "published")
        .group_by(group)
    )
    return dict(db.session.execute(rows).tuples().all())


def list_my_works(actor: Actor, *, state: str = "", page: int = 1, per_page: int = 20) -> Page[WorkCard]:
    """The actor's own works, last changed first, without those that were withdrawn unless asked for."""
    authorize(actor, "work:create")
    rows = (
        select(Work).where(Work.owner_id == actor.person_id).order_by(Work.updated_at.desc(), Work.id.desc())
    )
    rows = rows.where(Work.state == state) if state else rows.where(Work.state != "withdrawn")
    return _cards(rows, page, per_page)


def list_submitted(
    actor: Actor,
    *,
    kind: str = "",
    page: int = 1,
    per_page: int = 20,
    among: Ids | None = None,
    without: Ids | None = None,
) -> Page[WorkCard]:
    """Works that wait for review by this actor, oldest first."""
    authorize(actor, "work:list_submitted")
    rows = select(Work).where(Work.state == "submitted", visible(actor, "work:review", Work))
    rows = rows.order_by(Work.submitted_at, Work.id)
    if kind:
        rows = rows.where(Work.kind == kind)
    if among is not None:
        rows = rows.where(Work.id.in_(among))
    if without is not None:
        rows = rows.where(Work.id.not_in(without))
    return _cards(rows, page, per_page)


def count_submitted(actor: Actor) -> int:
    """How many works wait for review by this actor."""
    authorize(actor, "work:list_submitted")
    rows = select(func.count()).select_from(Work).where(Work.state == "submitted", visible(actor, "work:review", Work))
    return db.session.scalar(rows) or 0


def _cards(rows: Select[Any], page: int, per_page: int) -> Page[WorkCard]:
    """One page of works as cards: people and subjects are read once for the whole page."""
    found = paginate(rows, page, per_page)
    people = people_of([work.id for work in found])
    subjects = {subject.id: subject.name for subject in curriculum.list_subjects()} if found.items else {}
    cards = [_card(work, people[work.id], subjects.get(work.subject_id, "")) for work in found]
    return Page(cards, found.total, found.page, found.per_page)


def _card(work: Work, people: dict[str, list[str]], subject: str) -> WorkCard:
    makers = tuple(name for role, names in people.items() if role != "advisor" for name in names)
    return WorkCard(
        work.id,
        KINDS[work.kind],
        work.title,
        makers,
        subject,
        work.grade,
        work.description.get("year"),
        work.language,
        work.state,
        work.owner_id,
        work.submitted_at,
        work.published_at,
        work.updated_at,
    )
