"""What keeps an exam going without a line: the player's worker, and files of answers that are taken back."""

from uuid import UUID

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.recovery_forms import RecoveryForm
from lms.core.errors import Invalid
from lms.core.i18n import _, _n
from lms.core.web import current_actor, flash_success


@blueprint.get("/player-worker.js")
def player_worker() -> Response:
    """The service worker of the player; this header lets it control the page of an attempt, which is not below it."""
    script = blueprint.send_static_file("player/worker.js")
    script.headers["Cache-Control"] = "no-cache"
    script.headers["Service-Worker-Allowed"] = "/exams/"
    return script


@blueprint.route("/<uuid:exam_id>/recovery", methods=["GET", "POST"])
def recovery(exam_id: UUID) -> ResponseReturnValue:
    """Take back a file of answers from a page whose line never came back."""
    exam = services.get_exam_to_invigilate(current_actor(), exam_id)
    form = RecoveryForm()
    if form.validate_on_submit():
        try:
            taken = services.take_back_answers(current_actor(), exam_id, form.file.data.read(services.LARGEST_FILE))
            flash_success(outcome(taken))
            return redirect(url_for(".recovery", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/recovery.html", exam=exam, form=form)
    return page, 422 if form.errors else 200


def outcome(taken: services.TakenBack) -> str:
    """What became of a file, as its bringer reads it."""
    told = _("Candidate %(number)s: %(new)s new entries, of which %(late)s came after the end of the time; "
             "%(known)s were there already.", number=taken.number, new=taken.new, late=taken.late, known=taken.known)
    return f"{told} {_left_out(taken.older)}" if taken.older else told


def _left_out(older: int) -> str:
    return _n("%(num)s entry was left out: another device has answered the same question since.",
              "%(num)s entries were left out: another device has answered the same questions since.", older)
