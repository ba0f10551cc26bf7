"""The page on which a teacher gives the parts of a test times of their own."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.part_forms import PartsForm
from assessment.delivery.services import part_rules
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success


@blueprint.route("/<uuid:exam_id>/parts", methods=["GET", "POST"])
def edit_parts(exam_id: UUID) -> ResponseReturnValue:
    """How long each part lasts, and whether there is a way back."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    planned = part_rules.list_parts(current_actor(), exam_id)
    form = PartsForm(planned)
    if form.validate_on_submit():
        try:
            part_rules.set_part_rules(current_actor(), exam_id, form.rules())
            flash_success(_("The rules of the parts are saved."))
            return redirect(url_for(".plan", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/parts.html", exam=exam, form=form, planned=planned)
    return page, 422 if form.errors else 200
