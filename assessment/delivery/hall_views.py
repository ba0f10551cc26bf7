"""Pages of the exam hall: rooms, seats, who watches, and what single candidates are granted."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.asked import asked_sitting, same_sitting
from assessment.delivery.blueprint import blueprint
from assessment.delivery.forms import MoveForm
from assessment.delivery.hall_forms import AccommodationForm, RoomForm, SeatForm, order_names, start_names
from assessment.delivery.services import accommodations, rooms, seating
from lms.core.errors import Invalid
from lms.core.i18n import _, _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success
from lms.identity import services as identity


@blueprint.route("/<uuid:exam_id>/rooms", methods=["GET", "POST"])
def list_rooms(exam_id: UUID) -> ResponseReturnValue:
    """The rooms of a sitting, with a form for one more."""
    exam, form = services.get_exam(current_actor(), exam_id), RoomForm()
    sitting = asked_sitting(exam_id)
    if form.validate_on_submit():
        try:
            room = rooms.add_room(current_actor(), exam_id, form.draft(), sitting_id=sitting.id)
            flash_success(_("The room %(name)s is added.", name=room.name))
            return redirect(same_sitting(".list_rooms", exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template(
        "assessment/delivery/rooms.html", exam=exam, sitting=sitting, sittings=services.list_sittings(exam_id),
        form=form, rows=rooms.list_rooms(current_actor(), exam_id, sitting_id=sitting.id),
        counts=services.count_states(current_actor(), exam_id, sitting_id=sitting.id), orders=order_names(),
        starts=start_names())
    return page, 422 if form.errors else 200


@blueprint.post("/<uuid:exam_id>/rooms/start")
def set_start(exam_id: UUID) -> ResponseReturnValue:
    """Say who lets the candidates begin."""
    rooms.set_start(current_actor(), exam_id, request.form.get("start_by", ""), sitting_id=asked_sitting(exam_id).id)
    flash_success(_("It is saved who lets the candidates begin."))
    return redirect(same_sitting(".list_rooms", exam_id))


@blueprint.post("/<uuid:exam_id>/rooms/seats")
def seat_candidates(exam_id: UUID) -> ResponseReturnValue:
    """Deal the candidates over the seats."""
    done = seating.seat_candidates(current_actor(), exam_id, order=request.form.get("order", ""),
                                   anew="anew" in request.form, sitting_id=asked_sitting(exam_id).id)
    flash_success(_n("%(num)s candidate has a seat.", "%(num)s candidates have a seat.", done.placed))
    if done.apart:
        flash_success(_("To be placed by hand, in a separate room: %(numbers)s", numbers=", ".join(done.apart[:50])))
    return redirect(same_sitting(".list_rooms", exam_id))


@blueprint.route("/<uuid:exam_id>/rooms/<uuid:room_id>", methods=["GET", "POST"])
def edit_room(exam_id: UUID, room_id: UUID) -> ResponseReturnValue:
    """One room: its basics, and who watches it."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    row = rooms.get_room(current_actor(), exam_id, room_id)
    form, name = RoomForm(), request.args.get("name", "")
    if not form.is_submitted():
        form.show(row.room)
    elif form.validate():
        try:
            rooms.edit_room(current_actor(), exam_id, room_id, form.draft())
            flash_success(_("The room is saved."))
            return redirect(url_for(".list_rooms", exam_id=exam_id, sitting=row.room.sitting_id))
        except Invalid as error:
            form.add_problems(error)
    found = rooms.search_invigilators(current_actor(), exam_id, name) if name and exam.state != "closed" else []
    page = render_template("assessment/delivery/room.html", exam=exam, row=row, form=form, found=found,
                           code=rooms.make_start_code())
    return page, 422 if form.errors else 200


@blueprint.post("/<uuid:exam_id>/rooms/<uuid:room_id>/remove")
def remove_room(exam_id: UUID, room_id: UUID) -> ResponseReturnValue:
    """Take out an empty room."""
    sitting_id = rooms.remove_room(current_actor(), exam_id, room_id)
    flash_success(_("The room is taken out."))
    return redirect(url_for(".list_rooms", exam_id=exam_id, sitting=sitting_id))


@blueprint.post("/<uuid:exam_id>/rooms/<uuid:room_id>/invigilators/<any(add, remove):action>")
def change_invigilator(exam_id: UUID, room_id: UUID, action: str) -> ResponseReturnValue:
    """Let somebody watch the room, or no longer."""
    try:
        person_id = UUID(request.form.get("person_id", ""))
    except ValueError:
        raise Invalid(_("Choose a person.")) from None
    act = {"add": rooms.add_invigilator, "remove": rooms.remove_invigilator}[action]
    act(current_actor(), exam_id, room_id, person_id)
    flash_success(_("The invigilators of the room are changed."))
    return redirect(url_for(".edit_room", exam_id=exam_id, room_id=room_id))


@blueprint.route("/<uuid:exam_id>/candidates/<uuid:candidate_id>", methods=["GET", "POST"])
def edit_candidate(exam_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """What one candidate is granted, and his seat."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    detail = accommodations.get_candidate(current_actor(), exam_id, candidate_id)
    form = AccommodationForm()
    if not form.is_submitted():
        form.show(detail.accommodation)
    elif form.validate():
        try:
            accommodations.grant_accommodation(current_actor(), exam_id, candidate_id, form.draft())
            flash_success(_("What the candidate is granted is saved."))
            return redirect(url_for(".candidates", exam_id=exam_id, sitting=detail.candidate.sitting_id))
        except Invalid as error:
            form.add_problems(error)
    return _candidate_page(exam_id, detail, form), 422 if form.errors else 200


def _candidate_page(exam_id: UUID, detail: accommodations.CandidateDetail, form: AccommodationForm) -> str:
    exam, sitting_id = services.get_exam(current_actor(), exam_id), detail.candidate.sitting_id
    found = rooms.list_rooms(current_actor(), exam_id, sitting_id=sitting_id)
    sittings = services.list_sittings(exam_id)
    move = MoveForm(sittings, formdata=None, sitting_id=sitting_id)
    seat = SeatForm([row.room for row in found], formdata=None)
    seat.room_id.data, seat.seat.data = str(detail.candidate.room_id or ""), detail.candidate.seat
    name = identity.person_names([detail.candidate.person_id]).get(detail.candidate.person_id, "")
    return render_template("assessment/delivery/candidate.html", exam=exam, detail=detail, name=name, form=form,
                           seat=seat, rooms=found, sittings=sittings, move=move)


@blueprint.post("/<uuid:exam_id>/candidates/<uuid:candidate_id>/seat")
def seat_one(exam_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """Give one candidate a seat."""
    authorize(current_actor(), "exam:edit", services.get_exam(current_actor(), exam_id))
    sitting_id = accommodations.get_candidate(current_actor(), exam_id, candidate_id).candidate.sitting_id
    form = SeatForm([row.room for row in rooms.list_rooms(current_actor(), exam_id, sitting_id=sitting_id)])
    if not form.validate():
        raise Invalid(_("Choose a room and a seat."), problems=form.problems())
    seating.seat_one(current_actor(), exam_id, candidate_id, room_id=form.chosen(), seat=int(form.seat.data or 0))
    flash_success(_("The seat is saved."))
    return redirect(url_for(".edit_candidate", exam_id=exam_id, candidate_id=candidate_id))
