"""What an invigilator puts on record: incidents by a coded reason, and times in which the room was cut off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Candidate, Incident, Outage
from assessment.delivery.reasons import INCIDENTS, NEEDS_CANDIDATE, NEEDS_NOTE, OUTAGES
from assessment.delivery.services.counted import late_answers_of_room
from assessment.delivery.services.release import released_since
from assessment.delivery.services.settling import queue_marking
from assessment.delivery.services.watching import WatchedRoom, get_seated, get_watched_room
from lms.core import clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity

INCIDENTS_A_PAGE = 50
LONGEST_NOTE = 1_000
LONGEST_REASON = 200


@dataclass(frozen=True)
class IncidentRow:
    """An incident as people read it: whom it is about ("" for the whole room), and who put it on record."""

    incident: Incident
    label: str
    number: str
    name: str
    by: str


def record_incident(actor: Actor, room_id: UUID, *, code: str, note: str = "", candidate_id: UUID | None = None,
                    ) -> Incident:
    """Put something on record; raises Invalid, NotFound. Nothing takes it off again."""
    watched = get_watched_room(actor, room_id)
    _check_incident(code, note, candidate_id)
    if candidate_id is not None:
        get_seated(watched, candidate_id)
    incident = Incident(sitting_id=watched.sitting.id, room_id=room_id, candidate_id=candidate_id, code=code,
                        note=note.strip(), actor_id=actor.person_id)
    db.session.add(incident)
    db.session.flush()
    watched.record(actor, incident=code, candidate=str(candidate_id) if candidate_id else "")
    return incident


def _check_incident(code: str, note: str, candidate_id: UUID | None) -> None:
    checks = [(code in INCIDENTS, "code", _("Choose what happened.")),
              (code not in NEEDS_NOTE or note.strip() != "", "note", _("Say in the note what happened.")),
              (code not in NEEDS_CANDIDATE or candidate_id is not None, "candidate_id",
               _("Say which candidate this is about.")),
              (len(note) <= LONGEST_NOTE, "note", _("The note is too long."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The incident could not be put on record."), problems)


def list_incidents(actor: Actor, room_id: UUID, *, candidate_id: UUID | None = None, page: int = 1,
                   per_page: int = INCIDENTS_A_PAGE) -> Page[IncidentRow]:
    """The record of a room, or of one candidate in it, the newest first."""
    get_watched_room(actor, room_id)
    statement: Any = (select(Incident, Candidate).outerjoin(Candidate, Candidate.id == Incident.candidate_id)
                      .where(Incident.room_id == room_id).order_by(Incident.created_at.desc(), Incident.id.desc()))
    found = paginate(statement.where(Incident.candidate_id == candidate_id) if candidate_id else statement, page,
                     per_page)
    names = identity.person_names({person for incident, candidate in found
                                   for person in (incident.actor_id, candidate and candidate.person_id) if person})
    rows = [IncidentRow(incident, str(INCIDENTS.get(incident.code, incident.code)),
                        candidate.number if candidate else "", names.get(candidate.person_id, "") if candidate else "",
                        names.get(incident.actor_id, "")) for incident, candidate in found]
    return Page(rows, found.total, found.page, found.per_page)


def record_outage(actor: Actor, room_id: UUID, *, began_at: datetime, ended_at: datetime, code: str,
                  reason: str = "") -> Outage:
    """Say when the room was cut off: what was written in that time counts, though it came late. Raises Invalid."""
    watched = get_watched_room(actor, room_id)
    if released_since(watched.exam):  # marks are known: who watched the room alone changes none of them any more
        authorize(actor, "exam:invigilate", watched.exam)
    _check_outage(watched, began_at, ended_at, code)
    outage = Outage(sitting_id=watched.sitting.id, room_id=room_id, began_at=began_at, ended_at=ended_at, code=code,
                    reason=reason.strip()[:LONGEST_REASON], actor_id=actor.person_id)
    db.session.add(outage)
    db.session.flush()
    for attempt_id in late_answers_of_room(watched.sitting.id, room_id):  # some may count from now on
        queue_marking(attempt_id)
    watched.record(actor, outage=code, minutes=round((ended_at - began_at) / timedelta(minutes=1)),
                   reason=reason.strip()[:LONGEST_REASON])
    return outage


def _check_outage(watched: WatchedRoom, began_at: datetime, ended_at: datetime, code: str) -> None:
    checks = [(code in OUTAGES, "code", _("Choose what happened.")),
              (began_at < ended_at, "ended_at", _("The end must be after the beginning.")),
              (began_at >= watched.sitting.opens_at, "began_at", _("This is before the sitting opened.")),
              (ended_at <= clock.now(), "ended_at", _("This time has not come yet: record it when the line is back."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The time without a line could not be put on record."), problems)


def list_outages(actor: Actor, room_id: UUID) -> list[Outage]:
    """When the room was cut off, in order of time; at most INCIDENTS_A_PAGE."""
    get_watched_room(actor, room_id)
    return list(db.session.scalars(select(Outage).where(Outage.room_id == room_id)
                                   .order_by(Outage.began_at).limit(INCIDENTS_A_PAGE)))
