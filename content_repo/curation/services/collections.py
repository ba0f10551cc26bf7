"""Collections: works kept together, shown to everybody as far as the works are published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from content_repo.curation.models import Collection, CollectionWork
from content_repo.curation.permissions import KEEPERS
from content_repo.works import services as works
from lms.core import audit
from lms.core.db import Page, db
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _, current_locale
from lms.core.permissions import Actor, authorize, visible
from lms.organisations import services as organisations

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 5000


@dataclass(frozen=True)
class CollectionView:
    """A collection as a reader sees it: titled in his language, `works` counting what is published."""

    id: UUID
    title: str
    description: str
    organisation: str
    works: int
    organisation_id: UUID | None = None


def list_collections(actor: Actor, *, to_manage: bool = False) -> list[CollectionView]:
    """Every collection by title, with how many published works it holds; `to_manage`: those he may change."""
    authorize(actor, "collection:read")
    counts = works.count_published_by(actor, _places())
    wanted = visible(actor, "collection:manage" if to_manage else "collection:read", Collection)
    rows = list(db.session.scalars(select(Collection).where(wanted).order_by(Collection.title_vi)))
    names = organisations.organisation_names({row.organisation_id for row in rows if row.organisation_id})
    return [_view(row, _name(names, row), counts.get(row.id, 0)) for row in rows]


def get_collection(actor: Actor, collection_id: UUID) -> CollectionView:
    """One collection. Raises NotFound."""
    row = _load(collection_id)
    authorize(actor, "collection:read", row)
    names = organisations.organisation_names({row.organisation_id} if row.organisation_id else set())
    counts = works.count_published_by(actor, _places().where(CollectionWork.collection_id == collection_id))
    return _view(row, _name(names, row), counts.get(row.id, 0))


def get_collection_to_edit(actor: Actor, collection_id: UUID) -> Collection:
    """The row with its titles in both languages, for those who may change it."""
    row = _load(collection_id)
    authorize(actor, "collection:manage", row)
    return row


def list_collection_works(actor: Actor, collection_id: UUID, *, page: int = 1) -> Page[works.WorkCard]:
    """The published works of a collection, newest first."""
    row = _load(collection_id)
    authorize(actor, "collection:read", row)
    return works.list_published(actor, page=page, among=_members(collection_id))


def create_collection(
    actor: Actor,
    organisation_id: UUID | None = None,
    *,
    title_vi: str,
    title_en: str,
    description: str = "",
) -> Collection:
    """A new, empty collection of `organisation_id`, else of the actor's own place.

    Raises Invalid without both titles, Forbidden for a place that is not his.
    """
    authorize(actor, "collection:create")
    place = organisation_id or organisations.home_of(actor.places(*KEEPERS))
    row = Collection(organisation_id=place, **_checked(title_vi, title_en, description))
    authorize(actor, "collection:manage", row)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "collection:create", subject=("collection", row.id))
    return row


def edit_collection(
    actor: Actor, collection_id: UUID, *, title_vi: str, title_en: str, description: str
) -> Collection:
    """Change what a collection says of itself."""
    row = _load(collection_id)
    authorize(actor, "collection:manage", row)
    for name, value in _checked(title_vi, title_en, description).items():
        setattr(row, name, value)
    audit.record(actor, "collection:edit", subject=("collection", row.id))
    return row


def add_to_collection(actor: Actor, collection_id: UUID, work_id: UUID) -> None:
    """Put a work into a collection; a second time changes nothing."""
    row = _load(collection_id)
    authorize(actor, "collection:manage", row)
    works.get_work(actor, work_id)
    if _find_place(collection_id, work_id) is None:
        db.session.add(CollectionWork(collection_id=collection_id, work_id=work_id, added_by=actor.person_id))
        db.session.flush()
        audit.record(actor, "collection:add", subject=("collection", row.id), work_id=str(work_id))


def remove_from_collection(actor: Actor, collection_id: UUID, work_id: UUID) -> None:
    """Take a work out of a collection; the work itself stays as it is."""
    row = _load(collection_id)
    authorize(actor, "collection:manage", row)
    place = _find_place(collection_id, work_id)
    if place is not None:
        db.session.delete(place)
        audit.record(actor, "collection:remove", subject=("collection", row.id), work_id=str(work_id))


def collections_of(actor: Actor, work_id: UUID) -> list[UUID]:
    """The collections that hold a work."""
    authorize(actor, "collection:read")
    return list(
        db.session.scalars(select(CollectionWork.collection_id).where(CollectionWork.work_id == work_id))
    )


def find_collection(collection_id: UUID) -> Collection | None:
    """The row, or None. Internal, for rooms that decide themselves who may see it: no actor."""
    return db.session.get(Collection, collection_id)


def _load(collection_id: UUID) -> Collection:
    row = db.session.get(Collection, collection_id)
    if row is None:
        raise NotFound(_("There is no such collection."))
    return row


def _members(collection_id: UUID) -> Select[Any]:
    return select(CollectionWork.work_id).where(CollectionWork.collection_id == collection_id)


def _places() -> Select[Any, Any]:
    return select(CollectionWork.collection_id, CollectionWork.work_id)


def _find_place(collection_id: UUID, work_id: UUID) -> CollectionWork | None:
    return db.session.scalar(
        select(CollectionWork).where(
            CollectionWork.collection_id == collection_id, CollectionWork.work_id == work_id
        )
    )


def _name(names: dict[UUID, str], row: Collection) -> str:
    return names.get(row.organisation_id, "") if row.organisation_id else ""


def _view(row: Collection, organisation: str, count: int) -> CollectionView:
    title = row.title_en if current_locale() == "en" else row.title_vi
    return CollectionView(row.id, title, row.description, organisation, count, row.organisation_id)


def _checked(title_vi: str, title_en: str, description: str) -> dict[str, str]:
    """Tidy texts by column name. Raises Invalid for a missing title or too long a text."""
    values = {
        "title_vi": " ".join(title_vi.split()),
        "title_en": " ".join(title_en.split()),
        "description": description.strip(),
    }
    problems = [
        Problem(name, _("A collection needs a title in both languages."))
        for name in ("title_vi", "title_en")
        if not values[name]
    ]
    limits = {"title_vi": LONGEST_TITLE, "title_en": LONGEST_TITLE, "description": LONGEST_DESCRIPTION}
    problems += [
        Problem(name, _("At most %(most)s characters fit here.", most=most))
        for name, most in limits.items()
        if len(values[name]) > most
    ]
    if problems:
        raise Invalid(_("Some fields need your attention."), problems)
    return values
