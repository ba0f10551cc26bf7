"""Pages of an exam's sittings: the list, one more, one changed; and a candidate moved from one to another."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.forms import MoveForm, SittingForm
from assessment.delivery.services import moving, windows
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success


@blueprint.route("/<uuid:exam_id>/sittings", methods=["GET", "POST"])
def list_sittings(exam_id: UUID) -> ResponseReturnValue:
    """The sittings of an exam, with a form for one more."""
    exam, form = services.get_exam(current_actor(), exam_id), SittingForm()
    rows = windows.list_windows(current_actor(), exam_id)
    if not form.is_submitted():
        form.name.data = _("Sitting %(n)s", n=len(rows) + 1)
    elif form.validate():
        try:
            added = windows.add_sitting(current_actor(), exam_id, form.draft())
            flash_success(_("The sitting %(name)s is added. Choose its candidates now.", name=added.name))
            return redirect(url_for(".list_sittings", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/sittings.html", exam=exam, rows=rows, form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/<uuid:exam_id>/sittings/<uuid:sitting_id>", methods=["GET", "POST"])
def edit_sitting(exam_id: UUID, sitting_id: UUID) -> ResponseReturnValue:
    """Change one sitting."""
    exam, form = services.get_exam(current_actor(), exam_id), SittingForm()
    authorize(current_actor(), "exam:edit", exam)
    sitting = services.get_sitting(exam_id, sitting_id)
    if not form.is_submitted():
        form.show(sitting)
    elif form.validate():
        try:
            windows.edit_sitting(current_actor(), exam_id, sitting_id, form.draft())
            flash_success(_("The sitting is saved."))
            return redirect(url_for(".list_sittings", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/sitting.html", exam=exam, sitting=sitting, form=form,
                           several=len(services.list_sittings(exam_id)) > 1)
    return page, 422 if form.errors else 200


@blueprint.post("/<uuid:exam_id>/sittings/<uuid:sitting_id>/remove")
def remove_sitting(exam_id: UUID, sitting_id: UUID) -> ResponseReturnValue:
    """Take out a sitting without candidates."""
    windows.remove_sitting(current_actor(), exam_id, sitting_id)
    flash_success(_("The sitting is taken out."))
    return redirect(url_for(".list_sittings", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/candidates/<uuid:candidate_id>/sitting")
def move_to_sitting(exam_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """Let a candidate sit the exam in another of its sittings."""
    authorize(current_actor(), "exam:edit", services.get_exam(current_actor(), exam_id))
    form = MoveForm(services.list_sittings(exam_id))
    if not form.validate():
        raise Invalid(_("Choose a sitting."), problems=form.problems())
    moving.move_to_sitting(current_actor(), exam_id, candidate_id, form.sitting_id.data,
                           reason=request.form.get("reason", ""))
    flash_success(_("The candidate is moved. He has no seat there yet."))
    return redirect(url_for(".edit_candidate", exam_id=exam_id, candidate_id=candidate_id))
