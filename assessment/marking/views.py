"""Pages of results: a candidate's own, and the list of an exam."""

from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services as delivery
from assessment.marking import report, ruling_views, services
from assessment.marking.blueprint import blueprint
from assessment.marking.forms import AppealForm, ReplyForm
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success, page_number

__all__ = ["blueprint", "ruling_views"]


@blueprint.get("/results/<uuid:attempt_id>")
def show_result(attempt_id: UUID) -> str:
    """One attempt: marks and answers beside the key, when they are released."""
    result = services.get_result(current_actor(), attempt_id)
    return render_template("assessment/marking/result.html", result=result, report=report)


@blueprint.route("/results/<uuid:attempt_id>/<uuid:form_item_id>/appeal", methods=["GET", "POST"])
def make_appeal(attempt_id: UUID, form_item_id: UUID) -> ResponseReturnValue:
    """Ask to look again at the mark of one answer."""
    result, entry = services.get_question_to_ask(current_actor(), attempt_id, form_item_id)
    form = AppealForm()
    if form.validate_on_submit():
        services.make_appeal(current_actor(), attempt_id, form_item_id, text=form.text.data or "")
        flash_success(_("Your request has been sent. The reply will stand beside the question."))
        return redirect(url_for("marking.show_result", attempt_id=attempt_id, _anchor=f"answer-{form_item_id}"))
    page = render_template("assessment/marking/ask.html", result=result, entry=entry, form=form, report=report)
    return page, 422 if form.errors else 200


@blueprint.get("/exams/<uuid:exam_id>/appeals")
def list_appeals(exam_id: UUID) -> str:
    """Which candidates asked to look again, those that wait first."""
    exam = delivery.get_exam(current_actor(), exam_id)
    appeals = services.list_appeals(current_actor(), exam_id, page=page_number())
    return render_template("assessment/marking/appeals.html", exam=exam, appeals=appeals)


@blueprint.route("/appeals/<uuid:appeal_id>", methods=["GET", "POST"])
def answer_appeal(appeal_id: UUID) -> ResponseReturnValue:
    """One request beside the answer and the key, and the reply to it."""
    case = services.get_appeal(current_actor(), appeal_id)
    form = ReplyForm()
    if form.validate_on_submit():
        services.answer_appeal(current_actor(), appeal_id, upheld=request.form.get("decision") == "upheld",
                               reply=form.reply.data or "")
        flash_success(_("The reply has been given."))
        return redirect(url_for("marking.answer_appeal", appeal_id=appeal_id))
    page = render_template("assessment/marking/appeal.html", case=case, form=form, report=report)
    return page, 422 if form.errors else 200


@blueprint.get("/exams/<uuid:exam_id>/results")
def list_results(exam_id: UUID) -> str:
    """The results of an exam."""
    sort = request.args.get("sort", "number")
    results = services.list_results(current_actor(), exam_id, sort=sort)
    return render_template("assessment/marking/results.html", results=results, sort=sort,
                           page=results.page(page_number()))


@blueprint.get("/exams/<uuid:exam_id>/results.csv")
def export_results(exam_id: UUID) -> ResponseReturnValue:
    """The results of an exam as a table for a spreadsheet."""
    results = services.list_results(current_actor(), exam_id)
    body = services.csv_bytes(report.csv_header(), report.csv_rows(results))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="results.csv"'
    return response


@blueprint.post("/exams/<uuid:exam_id>/results/mark")
def mark_exam(exam_id: UUID) -> ResponseReturnValue:
    """Have the exam marked again from the raw answers."""
    services.request_marking(current_actor(), exam_id)
    flash_success(_("The exam is being marked again."))
    return redirect(url_for("marking.list_results", exam_id=exam_id))


@blueprint.get("/exams/<uuid:exam_id>/marking")
def list_hand_items(exam_id: UUID) -> str:
    """What of an exam people mark, and how far they are."""
    exam = delivery.get_exam(current_actor(), exam_id)
    items = services.list_hand_items(current_actor(), exam_id)
    return render_template("assessment/marking/by_hand.html", exam=exam, items=items)


@blueprint.post("/exams/<uuid:exam_id>/marking/<uuid:item_version_id>")
def take_answer(exam_id: UUID, item_version_id: UUID) -> ResponseReturnValue:
    """Take the next answer to an item into hand."""
    taken = services.take_answer(current_actor(), exam_id, item_version_id)
    if taken is None:
        flash_success(_("No answer to this question is waiting any more."))
        return redirect(url_for("marking.list_hand_items", exam_id=exam_id))
    return redirect(url_for("marking.mark_answer", attempt_id=taken.attempt_id, form_item_id=taken.form_item_id))


@blueprint.route("/answers/<uuid:attempt_id>/<uuid:form_item_id>", methods=["GET", "POST"])
def mark_answer(attempt_id: UUID, form_item_id: UUID) -> ResponseReturnValue:
    """One answer beside its rubric; saving leads to the next one."""
    answer = services.get_answer(current_actor(), attempt_id, form_item_id)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            services.mark_answer(current_actor(), attempt_id, form_item_id, chosen=_chosen(answer),
                                 comment=request.form.get("comment", ""))
        except Invalid as error:
            problems = {problem.where: problem.message for problem in error.problems}
        else:
            flash_success(_("The marks are saved."))
            return take_answer(answer.exam.id, answer.item.item_version_id)
    page = render_template("assessment/marking/answer.html", answer=answer, problems=problems, chosen=_chosen(answer))
    return page, 422 if problems else 200


@blueprint.post("/answers/<uuid:attempt_id>/<uuid:form_item_id>/give-back")
def give_back(attempt_id: UUID, form_item_id: UUID) -> ResponseReturnValue:
    """Lay the answer down and go back to the list."""
    answer = services.get_answer(current_actor(), attempt_id, form_item_id)
    services.give_back(current_actor(), attempt_id, form_item_id)
    return redirect(url_for("marking.list_hand_items", exam_id=answer.exam.id))


@blueprint.get("/answers/<uuid:attempt_id>/<uuid:form_item_id>/files/<uuid:file_id>")
def open_answer_file(attempt_id: UUID, form_item_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file that was handed in as an answer."""
    return redirect(services.answer_file(current_actor(), attempt_id, form_item_id, file_id))


def _chosen(answer: services.HandAnswer) -> dict[str, str]:
    """The level of each criterion: as sent, else as given before."""
    if request.method == "POST":
        return {each["id"]: request.form.get(each["id"], "") for each in answer.criteria}
    return {key: str(place) for key, place in (answer.given.levels if answer.given else {}).items()}
