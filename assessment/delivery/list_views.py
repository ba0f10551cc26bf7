"""The page that takes candidates from a file."""

from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.asked import asked_sitting, same_sitting
from assessment.delivery.blueprint import blueprint
from assessment.delivery.list_forms import ListForm
from assessment.delivery.services import lists
from lms.core.errors import Invalid
from lms.core.i18n import _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success


@blueprint.route("/<uuid:exam_id>/candidates/list", methods=["GET", "POST"])
def import_candidates(exam_id: UUID) -> ResponseReturnValue:
    """Candidates from a file: first what it would add, then all of them."""
    exam, sitting = services.get_exam(current_actor(), exam_id), asked_sitting(exam_id)
    authorize(current_actor(), "exam:edit", exam)
    form, listed = ListForm(), list[lists.ListedCandidate]()
    if form.validate_on_submit():
        try:
            listed = lists.read_candidates(current_actor(), exam_id, form.content(), sitting_id=sitting.id)
            if request.form.get("action") == "import":
                return _import(exam_id, sitting.id, form)
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/list.html", exam=exam, form=form, listed=listed,
                           sitting=sitting, sittings=services.list_sittings(exam_id))
    return page, 422 if form.errors else 200


def _import(exam_id: UUID, sitting_id: UUID, form: ListForm) -> ResponseReturnValue:
    added = lists.import_candidates(current_actor(), exam_id, form.content(), sitting_id=sitting_id)
    flash_success(_n("%(num)s candidate was added.", "%(num)s candidates were added.", added))
    return redirect(same_sitting(".candidates", exam_id))
