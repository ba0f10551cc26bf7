"""Attendance and minutes of a room: what is printed, signed and kept after a sitting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import typst
from sqlalchemy import select

from assessment.delivery.models import Adjustment, Attempt, Candidate, Outage, Transition
from assessment.delivery.reasons import OUTAGES, TIME_REASONS
from assessment.delivery.services.boards import BoardRow, list_board_rows
from assessment.delivery.services.incidents import IncidentRow, list_incidents, list_outages
from assessment.delivery.services.watching import WatchedRoom, get_watched_room, list_seated
from lms.core import clock
from lms.core.db import db
from lms.core.i18n import _
from lms.core.permissions import Actor
from lms.identity import services as identity
from lms.organisations import services as organisations

MOST_INCIDENTS = 500
TEMPLATE = Path(__file__).parents[1] / "templates" / "assessment" / "delivery" / "board" / "minutes.typ"


@dataclass(frozen=True)
class TimeGiven:
    """A line of the ledger of deadlines as people read it: how many minutes, to whom ("" for the room), and why."""

    at: datetime
    seconds: int
    number: str
    label: str
    reason: str
    by: str


@dataclass(frozen=True)
class Minutes:
    """Everything of a room that belongs on paper."""

    watched: WatchedRoom
    place: str
    invigilators: list[str]
    rows: list[BoardRow]
    classes: dict[UUID, str]
    steps: list[Transition]
    times: list[TimeGiven]
    incidents: list[IncidentRow]
    outages: list[Outage]
    made_at: datetime

    @property
    def present(self) -> int:
        """How many have begun."""
        return sum(row.state != "ready" for row in self.rows)

    @property
    def handed_in(self) -> int:
        """How many have handed in."""
        return sum(row.state == "submitted" for row in self.rows)

    @property
    def absent(self) -> list[BoardRow]:
        """Who never began."""
        return [row for row in self.rows if row.state == "ready"]

    @property
    def started_at(self) -> datetime | None:
        """When the first of them began."""
        times = [row.attempt.started_at for row in self.rows if row.attempt and row.attempt.started_at]
        return min(times, default=None)

    def class_of(self, row: BoardRow) -> str:
        """The class of a candidate, "" where none is known."""
        return self.classes.get(row.candidate.class_id, "") if row.candidate.class_id else ""


def get_minutes(actor: Actor, room_id: UUID) -> Minutes:
    """The minutes of a room as they stand now; raises NotFound, Forbidden."""
    watched = get_watched_room(actor, room_id)
    seated = list_seated(room_id)
    names = identity.person_names(watched.invigilator_ids)
    place = watched.organisation_id
    return Minutes(
        watched, organisations.organisation_names([place]).get(place, "") if place else "", sorted(names.values()),
        list_board_rows(watched, seated),
        organisations.organisation_names(each.class_id for each, _attempt in seated if each.class_id),
        list(db.session.scalars(select(Transition).where(
            Transition.subject_kind == "room", Transition.subject_id == room_id).order_by(Transition.at))),
        _list_times(room_id, seated), list_incidents(actor, room_id, per_page=MOST_INCIDENTS).items[::-1],
        list_outages(actor, room_id), clock.now())


def _list_times(room_id: UUID, seated: Sequence[tuple[Candidate, Attempt | None]]) -> list[TimeGiven]:
    """Time that was given to the room or to one of its candidates; pauses are among the steps of the room."""
    numbers = {attempt.id: candidate.number for candidate, attempt in seated if attempt}
    lines = db.session.scalars(
        select(Adjustment).where(Adjustment.scope_id.in_([room_id, *numbers]), Adjustment.code != "pause")
        .order_by(Adjustment.created_at)).all()
    names = identity.person_names(line.actor_id for line in lines if line.actor_id)
    return [TimeGiven(line.created_at, line.seconds, numbers.get(line.scope_id, ""),
                      str(TIME_REASONS.get(line.code, line.code)), line.reason,
                      names.get(line.actor_id, "") if line.actor_id else "") for line in lines]


def outage_name(code: str) -> str:
    """What a coded reason of an outage is called."""
    return str(OUTAGES.get(code, code))


def step_name(state: str) -> str:
    """What a step of a room is called by the state that it led to."""
    return {"open": _("The room is opened"), "paused": _("The clock stands"),
            "ended": _("The room is ended")}.get(state, state)


def typeset_minutes(page: str) -> bytes:
    """A PDF of the minutes; `page` is JSON of what the template prints. Takes a moment: hold no transaction."""
    return bytes(typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), sys_inputs={"page": page}))


def printed(minutes: Minutes, texts: dict[str, Any], clock_time: Any, day_time: Any) -> dict[str, Any]:
    """What the template prints: words, and rows of words. The formats of times come from the page's language."""
    watched = minutes.watched
    return {"texts": texts, "place": minutes.place, "exam": watched.exam.title, "sitting": watched.sitting.name,
            "room": watched.room.name, "where": watched.room.place,
            "window": f"{day_time(watched.sitting.opens_at)} – {day_time(watched.sitting.closes_at)}",
            "made_at": day_time(minutes.made_at), "invigilators": minutes.invigilators,
            "counts": [len(minutes.rows), minutes.present, len(minutes.absent), minutes.handed_in],
            "rows": [_printed_row(minutes, row, clock_time) for row in minutes.rows],
            "events": [[clock_time(at), what] for at, what in list_happenings(minutes)]}


def _printed_row(minutes: Minutes, row: BoardRow, clock_time: Any) -> list[str]:
    attempt = row.attempt
    return [str(row.candidate.seat or ""), row.candidate.number, row.name, minutes.class_of(row),
            clock_time(attempt.started_at) if attempt and attempt.started_at else _("absent"),
            clock_time(attempt.submitted_at) if attempt and attempt.submitted_at else "",
            f"{row.answered}/{row.items}" if row.state != "ready" else ""]


def list_happenings(minutes: Minutes) -> list[tuple[datetime, str]]:
    """Steps of the room, incidents, time given and cut lines in one list, in the order of time."""
    found = [(step.at, _joined(step_name(step.to_state), step.reason)) for step in minutes.steps]
    found += [(row.incident.created_at, _joined(row.label, " ".join(filter(None, (row.number, row.name))),
                                                row.incident.note, row.by)) for row in minutes.incidents]
    found += [(time.at, _joined(_("%(n)s minutes more", n=round(time.seconds / 60)), time.number or _("the whole room"),
                                time.label, time.reason, time.by)) for time in minutes.times]
    found += [(cut.began_at, _joined(outage_name(cut.code), _("for %(n)s minutes", n=_minutes_of(cut)), cut.reason))
              for cut in minutes.outages]
    return sorted(found)


def _minutes_of(cut: Outage) -> int:
    return round(((cut.ended_at or clock.now()) - cut.began_at).total_seconds() / 60)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
