"""Describing works: a draft may be incomplete, but nothing wrong is ever kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm.exc import StaleDataError

from content_repo.works.describe import Described, clean_description, missing_fields
from content_repo.works.models import Work, WorkOutcome, WorkPerson
from content_repo.works.permissions import DEPOSITORS
from content_repo.works.schema import KINDS, Kind
from content_repo.works.services.records import WorkRecord, load_work, record_of
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.outbox import mark_changed
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations


def create_work(
    actor: Actor, kind: str, description: Mapping[str, Any], *, organisation_id: UUID | None = None
) -> Work:
    """A new draft of this kind, owned by the actor. `description`: raw values by field name.

    A draft may be incomplete, but has a title. It belongs to `organisation_id`, else to the actor's own place.
    Raises Invalid, a problem for each field that cannot be kept; Forbidden for a place that is not his.
    """
    authorize(actor, "work:create", None)
    schema = find_kind(kind)
    described = _described(schema, {"language": "vi", **description})
    if not described.values.get("title"):
        raise Invalid(_("Some fields need your attention."), [Problem("title", _("A work needs a title."))])
    work = Work(
        kind=kind,
        owner_id=actor.id,
        title=described.values["title"],
        organisation_id=_place_of(actor, organisation_id),
    )
    db.session.add(work)
    db.session.flush()
    _write(work, schema, described.values)
    save_work(work, actor, "work:create")
    return work


def edit_work(actor: Actor, work_id: UUID, description: Mapping[str, Any], *, version: int) -> Work:
    """Change the named fields. `version` is the one that the editor started from.

    Raises Conflict when somebody else saved meanwhile, Invalid with a problem for each bad field.
    """
    work = load_work(work_id)
    authorize(actor, "work:edit", work)
    check_version(work, version)
    schema = KINDS[work.kind]
    described = _described(schema, _with_subject(work, description))
    if "title" in described.values and not described.values["title"]:
        raise Invalid(_("Some fields need your attention."), [Problem("title", _("A work needs a title."))])
    _check_still_complete(record_of(work), described.values)
    _write(work, schema, described.values)
    save_work(work, actor, "work:edit")
    return work


def find_kind(code: str) -> Kind:
    """The schema of this kind. Raises Invalid for a code that nobody declared."""
    kind = KINDS.get(code)
    if kind is None:
        raise Invalid(_("There is no such kind of work."), [Problem("kind", code)])
    return kind


def check_version(work: Work, version: int) -> None:
    """Raise Conflict when the work is no longer the one that the editor started from."""
    if work.version != version:
        raise _changed_meanwhile()


def _changed_meanwhile() -> Conflict:
    return Conflict(
        _(
            "Somebody else changed this work while you were editing it. Nothing of yours was saved: "
            "open the page again, compare, and make your change once more."
        )
    )


def save_work(work: Work, actor: Actor, action: str, **details: Any) -> None:
    """Write the change as a new version; tell search and audit. Raises Conflict if another save won."""
    work.updated_at = clock.now()
    try:
        db.session.flush()
    except StaleDataError:
        db.session.rollback()
        raise _changed_meanwhile() from None
    mark_changed("work", work.id)
    audit.record(actor, action, subject=("work", work.id), **details)


def _check_still_complete(record: WorkRecord, changes: Mapping[str, Any]) -> None:
    """What is in review or published stays complete; a draft may have gaps."""
    if record.work.state not in ("submitted", "published"):
        return
    problems = missing_problems(record.kind, {**record.values(), **changes})
    if problems:
        raise Invalid(_("A published work must stay complete."), problems)


def missing_problems(kind: Kind, values: Mapping[str, Any]) -> list[Problem]:
    """A problem for each required field without a value."""
    return [
        Problem(field.name, _("%(field)s is missing.", field=field.label))
        for field in missing_fields(kind, values)
    ]


def _place_of(actor: Actor, wanted: UUID | None) -> UUID | None:
    """The organisation that a new work belongs to: the wanted one, else the actor's own.

    Raises Forbidden for one that the actor may not deposit for, NotFound for one that does not exist.
    """
    if wanted is None:
        return organisations.home_of(actor.places(*DEPOSITORS))
    authorize(actor, "work:place", organisations.get_organisation(actor, wanted))
    return wanted


def _with_subject(work: Work, description: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes are checked against the subject, so the one that the work has is read where none is given."""
    given = dict(description)
    if given.get("outcomes") and "subject" not in given and work.subject_id:
        given["subject"] = str(work.subject_id)
    return given


def _described(kind: Kind, raw: Mapping[str, Any]) -> Described:
    """Clean values with subject and outcomes looked up. Raises Invalid with every problem at once."""
    described = clean_description(kind, raw)
    problems = [*described.problems, *_look_up(described.values)]
    if problems:
        raise Invalid(_("Some fields need your attention."), problems)
    return described


def _look_up(values: dict[str, Any]) -> list[Problem]:
    """Put ids in place of what stands for the subject and the outcomes; what does not exist is a problem."""
    problems = []
    if values.get("subject"):
        known = {key: each.id for each in curriculum.list_subjects() for key in (str(each.id), each.code)}
        found = known.get(values["subject"])
        values["subject"] = found
        if found is None:
            problems.append(Problem("subject", _("Choose one of the list.")))
    if values.get("outcomes"):
        known_ids = _outcome_ids(values.get("subject"))
        values["outcomes"] = [UUID(each) for each in values["outcomes"]]
        if not known_ids.issuperset(values["outcomes"]):
            problems.append(Problem("outcomes", _("Choose outcomes of the chosen subject.")))
    return problems


def _outcome_ids(subject_id: UUID | None) -> set[UUID]:
    return {outcome.id for outcome in curriculum.list_outcomes(subject_id)} if subject_id else set()


def _write(work: Work, kind: Kind, values: Mapping[str, Any]) -> None:
    """Put clean values where they belong: columns, people, outcomes, the rest into the JSON."""
    described = dict(work.description or {})
    for field in kind.fields:
        if field.name not in values:
            continue
        value = values[field.name]
        if field.type == "people":
            _write_people(work, field.role, value)
        elif field.type == "outcomes":
            _write_outcomes(work, value)
        elif field.type == "subject":
            work.subject_id = value
        elif field.column:
            setattr(work, field.name, value or ("vi" if field.name == "language" else None))
        else:
            described[field.name] = value
    work.description = {name: value for name, value in described.items() if value not in (None, "", [])}


def _write_people(work: Work, role: str, names: list[str]) -> None:
    db.session.execute(delete(WorkPerson).where(WorkPerson.work_id == work.id, WorkPerson.role == role))
    db.session.add_all(
        WorkPerson(work_id=work.id, role=role, name=name, position=position)
        for position, name in enumerate(names)
    )


def _write_outcomes(work: Work, outcome_ids: list[UUID]) -> None:
    db.session.execute(delete(WorkOutcome).where(WorkOutcome.work_id == work.id))
    db.session.add_all(WorkOutcome(work_id=work.id, outcome_id=each) for each in outcome_ids)
