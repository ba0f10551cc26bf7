"""The invigilator's pages: the rooms that he watches, the board of one, and a candidate's desk in it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery.blueprint import blueprint
from assessment.delivery.integrity_views import KIND_NAMES
from assessment.delivery.invigilation_forms import (
    IncidentForm,
    MessageForm,
    OutageForm,
    SeatForm,
    StepForm,
    TimeForm,
)
from assessment.delivery.services import boards, control, ending, incidents, messages, minutes, standings, watching
from assessment.delivery.streams import answer_stream
from lms.core import clock
from lms.core.db import outside_transaction
from lms.core.errors import Invalid
from lms.core.forms import Form
from lms.core.i18n import _, format_datetime
from lms.core.permissions import Actor
from lms.core.switches import require_feature
from lms.core.web import current_actor, flash_success, page_number

KEYS: dict[type[Form], str] = {StepForm: "step", TimeForm: "time", MessageForm: "message", IncidentForm: "incident",
                               OutageForm: "outage", SeatForm: "seat"}


@blueprint.get("/watch")
def list_rooms_to_watch() -> str:
    """The rooms that one watches now."""
    rooms = watching.list_watched_rooms(current_actor(), page=page_number())
    return render_template("assessment/delivery/board/rooms.html", rooms=rooms)


@blueprint.get("/watch/<uuid:room_id>")
def show_room(room_id: UUID) -> str:
    """The board of a room."""
    return _room_page(room_id)


@blueprint.get("/watch/<uuid:room_id>/live")
def show_live_room(room_id: UUID) -> Response:
    """What changes on the board, as JSON, for a page that has no stream."""
    return Response(_live_room(current_actor(), room_id), content_type="application/json")


@blueprint.get("/watch/<uuid:room_id>/stream")
def stream_room(room_id: UUID) -> Response:
    """What changes on the board, as long as the stream lives."""
    actor = current_actor()
    watching.get_watched_room(actor, room_id)
    require_feature("boards")
    return answer_stream(lambda: _live_room(actor, room_id))


@blueprint.get("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>")
def show_desk(room_id: UUID, candidate_id: UUID) -> str:
    """One candidate, and what can be done for him."""
    return _desk_page(room_id, candidate_id)


@blueprint.get("/watch/<uuid:room_id>/minutes")
def show_minutes(room_id: UUID) -> str:
    """Attendance and minutes, as a page that prints well."""
    found = minutes.get_minutes(current_actor(), room_id)
    return render_template("assessment/delivery/board/minutes.html", minutes=found,
                           happenings=minutes.list_happenings(found))


@blueprint.get("/watch/<uuid:room_id>/minutes.pdf")
def print_minutes(room_id: UUID) -> Response:
    """The same as a PDF to be signed."""
    found = minutes.get_minutes(current_actor(), room_id)
    page = minutes.printed(found, _minutes_texts(), lambda at: format_datetime(at)[:5], format_datetime)
    outside_transaction()
    pdf = Response(minutes.typeset_minutes(json.dumps(page)), content_type="application/pdf")
    pdf.headers["Content-Disposition"] = 'inline; filename="bien-ban.pdf"'
    return pdf


def _minutes_texts() -> dict[str, Any]:
    """The fixed words of the minutes."""
    return {"nation": _("SOCIALIST REPUBLIC OF VIET NAM"), "motto": _("Independence – Freedom – Happiness"),
            "title": _("Minutes of the exam room"), "room": _("Room"), "window": _("Window"),
            "invigilators": _("Invigilators"), "registered": _("On the list"), "present": _("Present"),
            "absent": _("Absent"), "handed_in": _("Handed in"), "events": _("What happened"),
            "no_events": _("Nothing out of the ordinary."), "made_at": _("As it stands at"),
            "first_invigilator": _("First invigilator"), "second_invigilator": _("Second invigilator"),
            "sign": _("(signature and full name)"),
            "columns": [_("Seat"), _("Number"), _("Name"), _("Class"), _("Began"), _("Handed in"), _("Answered"),
                        _("Signature")]}


@blueprint.post("/watch/<uuid:room_id>/<any(open, pause, resume, end):step>")
def change_room(room_id: UUID, step: str) -> ResponseReturnValue:
    """Open, pause, let go on or end the room."""
    form, (act, done) = StepForm(), _step(step)
    return _act(form, room_id, None, done, lambda: act(current_actor(), room_id, reason=form.reason.data or ""))


def _step(step: str) -> tuple[Callable[..., object], str]:
    steps: dict[str, tuple[Callable[..., object], str]] = {
        "open": (control.open_room, _("The room is open: its candidates can begin.")),
        "pause": (control.pause_room, _("The room is paused: the clock of its candidates stands.")),
        "resume": (control.resume_room, _("The clock runs again; the pause has been added to everybody's time.")),
        "end": (control.end_room, _("The room is ended: its tests are handed in as they stand."))}
    return steps[step]


@blueprint.post("/watch/<uuid:room_id>/time")
@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/time")
def give_time(room_id: UUID, candidate_id: UUID | None = None) -> ResponseReturnValue:
    """More time for one or for all."""
    form = TimeForm()
    return _act(form, room_id, candidate_id, _("The time has been given."), lambda: control.give_time(
        current_actor(), room_id, minutes=form.minutes.data or 0, code=form.code.data, reason=form.reason.data or "",
        candidate_id=candidate_id))


@blueprint.post("/watch/<uuid:room_id>/messages")
@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/messages")
def send_message(room_id: UUID, candidate_id: UUID | None = None) -> ResponseReturnValue:
    """A message to one or to all."""
    form = MessageForm()
    return _act(form, room_id, candidate_id, _("The message is on its way."), lambda: messages.send_message(
        current_actor(), room_id, text=form.text.data or "", candidate_id=candidate_id))


@blueprint.post("/watch/<uuid:room_id>/incidents")
@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/incidents")
def record_incident(room_id: UUID, candidate_id: UUID | None = None) -> ResponseReturnValue:
    """Something to be put on record."""
    form = IncidentForm(None if candidate_id else _people(boards.get_board(current_actor(), room_id)))
    return _act(form, room_id, candidate_id, _("It is on record."), lambda: incidents.record_incident(
        current_actor(), room_id, code=form.code.data, note=form.note.data or "",
        candidate_id=candidate_id or form.chosen))


@blueprint.post("/watch/<uuid:room_id>/outages")
def record_outage(room_id: UUID) -> ResponseReturnValue:
    """A time in which the line was cut."""
    form = OutageForm()
    return _act(form, room_id, None, _("It is on record."), lambda: incidents.record_outage(
        current_actor(), room_id, **form.times(), code=form.code.data, reason=form.reason.data or ""))


@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/seat")
def move_candidate(room_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """Another seat."""
    watched = watching.get_watched_room(current_actor(), room_id)
    form = SeatForm(control.list_rooms_beside(watched))
    return _act(form, room_id, candidate_id, _("The candidate has another seat."), lambda: control.move_candidate(
        current_actor(), room_id, candidate_id, to_room_id=form.room_id.data, seat=form.seat.data or 0), to_room=True)


@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/device")
def let_in_again(room_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """Another device."""
    form = StepForm()
    done = _("The candidate can go on in another browser now.")
    return _act(form, room_id, candidate_id, done, lambda: control.let_in_again(
        current_actor(), room_id, candidate_id, reason=form.reason.data or ""))


@blueprint.post("/watch/<uuid:room_id>/candidates/<uuid:candidate_id>/end")
def end_attempt(room_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """The end of one test."""
    form = StepForm()
    return _act(form, room_id, candidate_id, _("The test is handed in."), lambda: control.end_attempt(
        current_actor(), room_id, candidate_id, reason=form.reason.data or ""))


@blueprint.get("/boards")
def list_standings() -> ResponseReturnValue:
    """The boards that one has; where it is one, that."""
    tops = standings.list_tops(current_actor())
    if len(tops) == 1:
        return redirect(url_for(".show_standings", organisation_id=tops[0].id))
    return render_template("assessment/delivery/board/tops.html", tops=tops)


@blueprint.get("/boards/<uuid:organisation_id>")
def show_standings(organisation_id: UUID) -> str:
    """How the exams of an organisation go, and of all below it."""
    board = standings.get_standings(current_actor(), organisation_id)
    rooms = standings.list_rooms_of(current_actor(), organisation_id, page=page_number())
    return render_template("assessment/delivery/board/standings.html", board=board, rooms=rooms)


def _act(form: Form, room_id: UUID, candidate_id: UUID | None, done: str, act: Callable[[], object], *,
         to_room: bool = False) -> ResponseReturnValue:
    """Do it and go back to the page that it was asked from; show that page with what is wrong where it is refused."""
    watching.get_watched_room(current_actor(), room_id)
    if form.validate_on_submit():
        try:
            act()
            flash_success(done)
            if candidate_id is None or to_room:
                return redirect(url_for(".show_room", room_id=room_id))
            return redirect(url_for(".show_desk", room_id=room_id, candidate_id=candidate_id))
        except Invalid as error:
            form.add_problems(error)
    page = _room_page(room_id, form) if candidate_id is None else _desk_page(room_id, candidate_id, form)
    return page, 422


def _room_page(room_id: UUID, given: Form | None = None) -> str:
    actor = current_actor()
    board = boards.get_board(actor, room_id)
    forms = _forms(given, StepForm(), TimeForm(), MessageForm(), IncidentForm(_people(board)), OutageForm())
    return render_template(
        "assessment/delivery/board/room.html", board=board, forms=forms, now=clock.now(),
        ending=ending.find_ending("room", room_id),
        kind_names=KIND_NAMES, incidents=incidents.list_incidents(actor, room_id, page=page_number()),
        messages=messages.list_messages(actor, room_id))


def _desk_page(room_id: UUID, candidate_id: UUID, given: Form | None = None) -> str:
    actor = current_actor()
    watched = watching.get_watched_room(actor, room_id)
    candidate = watching.get_seated(watched, candidate_id)
    row = boards.get_board_row(watched, candidate, watching.find_newest_attempt(candidate_id))
    seats = SeatForm(control.list_rooms_beside(watched))
    return render_template(
        "assessment/delivery/board/desk.html", watched=watched, row=row,
        forms=_forms(given, StepForm(), TimeForm(), MessageForm(), IncidentForm(None), seats),
        kind_names=KIND_NAMES, incidents=incidents.list_incidents(actor, room_id, candidate_id=candidate_id),
        messages=messages.list_messages(actor, room_id, candidate_id=candidate_id))


def _live_room(actor: Actor, room_id: UUID) -> str:
    """Drawn without what a request adds to templates, for a stream has none any more."""
    board = boards.get_board(actor, room_id)
    return current_app.jinja_env.get_template("assessment/delivery/board/live.html").render(
        board=board, kind_names=KIND_NAMES)


def _forms(given: Form | None, *fresh: Form) -> dict[str, Form]:
    """The forms of a page by name, the one that was refused in the place of its kind."""
    return {KEYS[type(form)]: form for form in (*fresh, *([given] if given else []))}


def _people(board: boards.Board) -> list[tuple[UUID, str]]:
    return [(row.candidate.id, f"{row.candidate.number} · {row.name}") for row in board.rows]
