"""Pages of results: a candidate's own, and the list of an exam."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.marking import report, services
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success, page_number

blueprint = Blueprint("marking", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/marking")


@blueprint.get("/results/<uuid:attempt_id>")
def show_result(attempt_id: UUID) -> str:
    """One attempt: marks and answers beside the key, when they are released."""
    result = services.get_result(current_actor(), attempt_id)
    return render_template("assessment/marking/result.html", result=result, report=report)


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
