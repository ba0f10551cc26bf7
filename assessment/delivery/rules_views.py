"""Pages about the rules of an exam: its dry run, and what may still be changed once it is published."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.asked import asked_sitting, same_sitting
from assessment.delivery.blueprint import blueprint
from assessment.delivery.reasons import TIME_REASONS
from assessment.delivery.rules_forms import ChangeForm, change_names
from assessment.delivery.services import dry_run, emergencies
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number


def _step_names() -> dict[str, str]:
    """What a dry run tries, in the reader's language."""
    return {"window": _("The window leaves him all of his time"), "start": _("Begin"),
            "answers": _("Answer every question, with his breaks"),
            "parts": _("Go on from part to part"),
            "last_second": _("Change an answer in the last second"),
            "too_late": _("An answer after the end is kept, and marked as late"),
            "submit": _("Hand in"), "closed": _("Nothing more can be written after that"),
            "chain": _("The chain of answers is whole"), "read_back": _("Every answer is read back as it was given"),
            "marks": _("A right answer is marked as right")}


@blueprint.get("/<uuid:exam_id>/dry-run")
def show_dry_run(exam_id: UUID) -> str:
    """The report of the last dry run, and whether it still holds."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    return render_template("assessment/delivery/dry_run.html", exam=exam, report=dry_run.read_report(exam),
                           step_names=_step_names())


@blueprint.post("/<uuid:exam_id>/dry-run")
def run_dry(exam_id: UUID) -> ResponseReturnValue:
    """Let a made-up candidate sit the exam."""
    dry_run.run_dry(current_actor(), exam_id)
    flash_success(_("The dry run is done. Read what it found."))
    return redirect(url_for(".show_dry_run", exam_id=exam_id))


@blueprint.route("/<uuid:exam_id>/more-time", methods=["GET", "POST"])
def change_published(exam_id: UUID) -> ResponseReturnValue:
    """More time for everybody: what it would do is shown before it is done."""
    exam, form = services.get_exam(current_actor(), exam_id), ChangeForm()
    sitting, effect = asked_sitting(exam_id), None
    if form.validate_on_submit():
        try:
            effect = emergencies.preview_change(current_actor(), exam_id, form.change(sitting.id))
        except Invalid as error:
            form.add_problems(error)
    return render_template("assessment/delivery/more_time.html", exam=exam, form=form, effect=effect, sitting=sitting,
                           sittings=services.list_sittings(exam_id),
                           change_names=change_names(), reasons=TIME_REASONS,
                           made=emergencies.list_changes(current_actor(), exam_id, page=page_number()),
                           ), 422 if form.errors else 200


@blueprint.post("/<uuid:exam_id>/more-time/confirm")
def confirm_change(exam_id: UUID) -> ResponseReturnValue:
    """Do what was shown."""
    form = ChangeForm()
    if not form.validate():
        raise Invalid(_("The time could not be given."), problems=form.problems())
    emergencies.make_change(current_actor(), exam_id, form.change(asked_sitting(exam_id).id))
    flash_success(_("The time has been given."))
    return redirect(same_sitting(".change_published", exam_id))
