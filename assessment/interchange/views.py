"""Pages of an import: upload, the report question by question, the decision."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import names
from assessment.interchange import services
from assessment.interchange.forms import UploadForm
from assessment.interchange.questions import ParsedQuestion
from lms.core.db import Page
from lms.core.i18n import _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number

blueprint = Blueprint("interchange", __name__, url_prefix="/bank/import", template_folder="templates")
PER_PAGE = 20


@blueprint.route("/", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """Choose a file; it is read and staged, and nothing is imported yet."""
    authorize(current_actor(), "import:stage")
    form = UploadForm()
    form.offer_choices()
    if form.validate_on_submit():
        data = form.file.data.stream.read(services.LARGEST_FILE + 1)
        batch = services.stage_import(current_actor(), file_name=form.file.data.filename or "", data=data,
                                      place=form.place())
        return redirect(url_for("interchange.show_import", batch_id=batch.id))
    page = render_template("assessment/interchange/upload.html", form=form, largest=services.LARGEST_FILE)
    return page, 422 if form.errors else 200


@blueprint.get("/<uuid:batch_id>")
def show_import(batch_id: UUID) -> str:
    """What was found: each question good or refused, with its line and the reason."""
    batch = services.get_import(current_actor(), batch_id)
    report = services.report_of(batch)
    view = request.args.get("view", "")
    if view not in ("good", "refused"):
        view = "refused" if report.refused else "good"
    page = _page(report.refused if view == "refused" else report.good, page_number())
    return render_template("assessment/interchange/report.html", batch=batch, report=report, view=view,
                           page=page, names=names)


@blueprint.post("/<uuid:batch_id>/confirm")
def confirm_import(batch_id: UUID) -> ResponseReturnValue:
    """Import all, or only the good ones."""
    only_good = request.form.get("what") == "good"
    count = services.confirm_import(current_actor(), batch_id, only_good=only_good)
    flash_success(_n("%(num)s question is in the bank now.", "%(num)s questions are in the bank now.", count))
    return redirect(url_for("bank.list_items", mine=1))


def _page(questions: list[ParsedQuestion], number: int) -> Page[ParsedQuestion]:
    start = (number - 1) * PER_PAGE
    return Page(questions[start:start + PER_PAGE], len(questions), number, PER_PAGE)
