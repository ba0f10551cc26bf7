"""What the search knows of a work: the record's own words, never the text of a file."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from content_repo.works.models import Work
from content_repo.works.permissions import CURATORS
from content_repo.works.schema import KINDS
from content_repo.works.services.records import WorkRecord, record_of
from lms.core.db import db
from lms.core.permissions import lineage_of
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations
from search.documents import Document, held_above


def search_document(work_id: UUID) -> Document | None:
    """The search document of a work; None takes it out of the index (withdrawn, or gone).

    No actor: the search room calls it to rebuild its projection, and the audience says who may find it.
    A file's text is not part of it, so an embargo has nothing to hide here and nothing to lift.
    """
    work = db.session.get(Work, work_id)
    if work is None or work.state == "withdrawn" or work.kind not in KINDS:
        return None
    record = record_of(work)
    return Document(
        kind="work",
        id=str(work.id),
        title=work.title,
        body=_body(record),
        url=f"/works/{work.id}",
        language=work.language,
        facets=_facets(work),
        people=[name for names in record.people.values() for name in names],
        year=work.description.get("year"),
        audience=audience(work),
        updated_at=work.updated_at,
    )


def list_indexed_ids() -> list[UUID]:
    """The works that a rebuild of the index must read. No actor: see `search_document`."""
    return list(db.session.scalars(select(Work.id).where(Work.state != "withdrawn").order_by(Work.id)))


def list_ids_below(organisation_id: UUID) -> list[UUID]:
    """The works of an organisation and of those below it, whose readers change when it moves. No actor: as above."""
    below = organisations.subtree([organisation_id])
    return list(db.session.scalars(select(Work.id).where(Work.organisation_id.in_(below)).order_by(Work.id)))


def audience(work: Work) -> list[str]:
    """Who may find it: everyone once published, before that its owner and, once handed in, those who may review it."""
    if work.state == "published":
        return ["public"]
    owner = [f"person:{work.owner_id}"]
    if work.state == "draft":
        return owner
    return owner + [token for role in CURATORS for token in held_above(role, lineage_of(work))]


def _body(record: WorkRecord) -> str:
    parts: list[str] = []
    for field in record.kind.fields:
        value = record.value(field)
        if field.indexed and value:
            parts.append("; ".join(value) if isinstance(value, list) else str(value))
    return "\n\n".join(parts)


def _facets(work: Work) -> dict[str, str]:
    subjects = {subject.id: subject.code for subject in curriculum.list_subjects()}
    facets = {
        "kind": work.kind,
        "subject": subjects.get(work.subject_id, "") if work.subject_id else "",
        "grade": str(work.grade or ""),
        "licence": work.licence or "",
    }
    return {name: value for name, value in facets.items() if value}
