"""The page on which a teacher says what candidates find on their desk."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.desk_forms import ToolsForm
from assessment.delivery.services import desk
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success


@blueprint.route("/<uuid:exam_id>/tools", methods=["GET", "POST"])
def edit_tools(exam_id: UUID) -> ResponseReturnValue:
    """Which tools the exam allows."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    form = ToolsForm()
    if not form.is_submitted():
        form.tools.data = exam.tools
    elif form.validate():
        desk.set_tools(current_actor(), exam_id, form.tools.data or [])
        flash_success(_("The tools are saved."))
        return redirect(url_for(".show_exam", exam_id=exam_id))
    page = render_template("assessment/delivery/tools.html", exam=exam, form=form)
    return page, 422 if form.errors else 200
