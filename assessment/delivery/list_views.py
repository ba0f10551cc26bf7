"""The page that takes candidates from a file."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
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
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    form, listed = ListForm(), list[lists.ListedCandidate]()
    if form.validate_on_submit():
        try:
            listed = lists.read_candidates(current_actor(), exam_id, form.content())
            if request.form.get("action") == "import":
                return _import(exam_id, form)
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/list.html", exam=exam, form=form, listed=listed)
    return page, 422 if form.errors else 200


def _import(exam_id: UUID, form: ListForm) -> ResponseReturnValue:
    added = lists.import_candidates(current_actor(), exam_id, form.content())
    flash_success(_n("%(num)s candidate was added.", "%(num)s candidates were added.", added))
    return redirect(url_for(".candidates", exam_id=exam_id))
