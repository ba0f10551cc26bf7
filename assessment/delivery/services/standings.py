"""How the exams of an organisation go, up to the whole country: numbers of all below it, never of one person.

They are read from rows that are settled afterwards, by three queries a process and SECONDS, whoever looks and however
many do: never from the log that answers are written to, and never by a candidate's request.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from assessment.delivery.models import Attempt, Candidate, Exam, Incident, Room, Sitting
from assessment.delivery.services.newest import is_newest
from lms.core import clock
from lms.core.config import settings
from lms.core.db import Page, db, paginate
from lms.core.permissions import Actor, authorize
from lms.core.switches import require_feature
from lms.organisations import services as organisations

SECONDS = 10
BEFORE, AFTER = timedelta(hours=12), timedelta(hours=3)
"""A sitting counts so long before its window opens, and so long after it has closed."""
ROOMS_A_PAGE = 50
_reading = threading.Lock()
_kept: dict[str, "Snapshot"] = {}
"""By the address of the database."""


@dataclass(frozen=True)
class Snapshot:
    """The numbers of every organisation that holds rooms or candidates, and the way from the top down to each."""

    at: datetime
    numbers: dict[UUID, Counter[str]] = field(default_factory=dict)
    paths: dict[UUID, list[tuple[UUID, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How it goes in one organisation and all below it. `deeper`: there is more than itself to look at."""

    organisation_id: UUID
    name: str
    numbers: Counter[str]
    deeper: bool

    @property
    def registered(self) -> int:
        """How many candidates in all."""
        return sum(self.numbers[state] for state in ("ready", "in_progress", "submitted"))

    @property
    def begun(self) -> int:
        """How many of them have begun."""
        return self.numbers["in_progress"] + self.numbers["submitted"]


@dataclass(frozen=True)
class Standings:
    """One board: the numbers of the whole, and of each part directly below."""

    organisation: organisations.OrganisationRef
    whole: Standing
    parts: list[Standing]
    at: datetime


def list_tops(actor: Actor) -> list[organisations.OrganisationRef]:
    """The organisations that the actor has a board of: those where he administers, or all at the top."""
    authorize(actor, "board:list")
    if actor.is_nationwide("administrator"):
        return [child.ref for child in organisations.list_children(actor, None)]
    return [organisations.find_organisation(place) for place in sorted(actor.places("administrator"))]


def get_standings(actor: Actor, organisation_id: UUID) -> Standings:
    """The board of an organisation, some seconds old; raises NotFound, Forbidden, Unavailable."""
    organisation = organisations.find_organisation(organisation_id)
    authorize(actor, "board:read", organisation)
    require_feature("standings")
    snapshot = _snapshot()
    below = {each: way for each, way in snapshot.paths.items() if any(step == organisation_id for step, _name in way)}
    whole = Standing(organisation_id, organisation.name, _sum(snapshot, below), False)
    parts: dict[UUID, list[UUID]] = {}
    names: dict[UUID, str] = {}
    for each, way in below.items():
        place = next(number for number, (step, _name) in enumerate(way) if step == organisation_id)
        part, name = way[min(place + 1, len(way) - 1)]
        parts.setdefault(part, []).append(each)
        names[part] = name
    found = [Standing(part, names[part], _sum(snapshot, inside), part != organisation_id)
             for part, inside in parts.items()]
    return Standings(organisation, whole, sorted(found, key=lambda each: each.name), snapshot.at)


def list_rooms_of(actor: Actor, organisation_id: UUID, *, page: int = 1) -> Page[Any]:
    """(exam, sitting, room) of the rooms in this very organisation; raises NotFound, Forbidden."""
    authorize(actor, "board:read", organisations.find_organisation(organisation_id))
    statement: Any = (
        select(Exam, Sitting, Room).join(Sitting, Sitting.exam_id == Exam.id).join(Room, Room.sitting_id == Sitting.id)
        .where(func.coalesce(Room.organisation_id, Exam.organisation_id) == organisation_id, _is_near(clock.now()))
        .order_by(Sitting.opens_at, Room.name, Room.id))
    return paginate(statement, page, ROOMS_A_PAGE)


def _sum(snapshot: Snapshot, organisation_ids: Iterable[UUID]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in organisation_ids:
        total.update(snapshot.numbers[each])
    return total


def _snapshot() -> Snapshot:
    """The one of this process, made anew when it is old. While one request makes it, the others take the last."""
    kept = _kept.get(settings().database_url)
    fresh = kept is not None and timedelta() <= clock.now() - kept.at < timedelta(seconds=SECONDS)
    if kept is not None and (fresh or not _reading.acquire(blocking=False)):
        return kept
    if kept is None:
        _reading.acquire()
    try:
        made = _take_snapshot()
        _kept[settings().database_url] = made
        return made
    finally:
        _reading.release()


def _take_snapshot() -> Snapshot:
    numbers: dict[UUID, Counter[str]] = {}
    for statement in (_candidates_by_state(), _rooms_by_state(), _incidents()):
        for organisation_id, what, count in db.session.execute(statement):
            if organisation_id is not None:
                numbers.setdefault(organisation_id, Counter())[what] += count
    return Snapshot(clock.now(), numbers, organisations.paths_of(numbers))


def _is_near(moment: datetime) -> Any:
    return and_(Exam.state.in_(("published", "closed")), Sitting.opens_at < moment + BEFORE,
                Sitting.closes_at > moment - AFTER)


def _candidates_by_state() -> Any:
    """By the organisation of the room, else of the exam, by the newest attempt: who repeats is one candidate."""
    place, state = func.coalesce(Room.organisation_id, Exam.organisation_id), func.coalesce(Attempt.state, "ready")
    return (select(place, state, func.count()).select_from(Candidate)
            .join(Sitting, Sitting.id == Candidate.sitting_id).join(Exam, Exam.id == Sitting.exam_id)
            .outerjoin(Room, Room.id == Candidate.room_id)
            .outerjoin(Attempt, and_(Attempt.candidate_id == Candidate.id, is_newest()))
            .where(_is_near(clock.now())).group_by(place, state))


def _rooms_by_state() -> Any:
    place = func.coalesce(Room.organisation_id, Exam.organisation_id)
    state = ("room " + Room.state).label("what")
    return (select(place, state, func.count()).select_from(Room).join(Sitting, Sitting.id == Room.sitting_id)
            .join(Exam, Exam.id == Sitting.exam_id).where(_is_near(clock.now())).group_by(place, state))


def _incidents() -> Any:
    place = func.coalesce(Room.organisation_id, Exam.organisation_id)
    return (select(place, func.max("incidents"), func.count()).select_from(Incident)
            .join(Sitting, Sitting.id == Incident.sitting_id).join(Exam, Exam.id == Sitting.exam_id)
            .outerjoin(Room, Room.id == Incident.room_id).where(_is_near(clock.now())).group_by(place))
