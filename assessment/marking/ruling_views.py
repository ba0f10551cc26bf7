"""Pages of questions found wrong: the questions of an exam, and the ruling on one."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services as delivery
from assessment.marking.blueprint import blueprint
from assessment.marking.forms import RulingForm
from assessment.marking.keys import CHOICES, TYPED
from assessment.marking.services import plain, rulings
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success


@blueprint.get("/exams/<uuid:exam_id>/questions")
def list_questions(exam_id: UUID) -> str:
    """The questions of an exam, and what holds of each."""
    items = rulings.list_exam_items(current_actor(), exam_id)
    return render_template("assessment/marking/questions.html", exam=delivery.find_exam(exam_id), items=items,
                           kinds=rulings.KINDS, plain=plain)


@blueprint.route("/exams/<uuid:exam_id>/questions/<uuid:item_version_id>", methods=["GET", "POST"])
def rule_on_question(exam_id: UUID, item_version_id: UUID) -> ResponseReturnValue:
    """One question: the form of a ruling, its effect before it is made, and what was decided before."""
    case = rulings.get_case(current_actor(), exam_id, item_version_id)
    form = _form(case)
    effect = None if form.is_submitted() else rulings.preview_waiting(current_actor(), exam_id, item_version_id)
    if form.validate_on_submit():
        try:
            effect = rulings.preview_ruling(current_actor(), exam_id, item_version_id, form.draft())
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/marking/question.html", case=case, form=form, effect=effect, plain=plain,
                           kinds=rulings.KINDS, policies=rulings.POLICIES, reasons=rulings.REASONS,
                           choices=CHOICES, typed=TYPED)
    return page, 422 if form.errors else 200


@blueprint.post("/exams/<uuid:exam_id>/questions/<uuid:item_version_id>/confirm")
def confirm_ruling(exam_id: UUID, item_version_id: UUID) -> ResponseReturnValue:
    """Do what was shown."""
    form = RulingForm()
    if not form.validate():
        raise Invalid(_("This ruling cannot be made."), problems=form.problems())
    row = rulings.make_ruling(current_actor(), exam_id, item_version_id, form.draft())
    flash_success(_("The ruling holds. The exam is being marked again.") if row.state == "in_force" else
                  _("The ruling waits for a second person."))
    return redirect(url_for(".rule_on_question", exam_id=exam_id, item_version_id=item_version_id))


@blueprint.post("/exams/<uuid:exam_id>/questions/<uuid:item_version_id>/decide")
def decide_ruling(exam_id: UUID, item_version_id: UUID) -> ResponseReturnValue:
    """The second person's word."""
    approves = request.form.get("decision") == "approve"
    rulings.decide_ruling(current_actor(), exam_id, item_version_id, approves=approves)
    flash_success(_("The ruling holds. The exam is being marked again.") if approves else
                  _("The ruling has been refused."))
    return redirect(url_for(".rule_on_question", exam_id=exam_id, item_version_id=item_version_id))


def _form(case: Any) -> RulingForm:
    form = RulingForm()
    form.right.choices = [] if case.item.is_secret else [
        (option["id"], plain(option["text"])) for option in case.content.get("options", [])]
    return form
