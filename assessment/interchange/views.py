"""Pages of an import: upload, the report question by question with its fixes, the decision, what came of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import names
from assessment.bank.content import LEVELS
from assessment.bank.page_policy import SANDBOX
from assessment.bank.types import TYPES
from assessment.interchange import services, showing
from assessment.interchange.fixes import fields_of, fix_of
from assessment.interchange.forms import UploadForm
from assessment.interchange.models import ImportBatch, ImportQuestion
from assessment.interchange.writers import sheets
from lms.core import jobs
from lms.core.i18n import _, _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number

blueprint = Blueprint("interchange", __name__, url_prefix="/bank/import", template_folder="templates",
                      static_folder="static")


@blueprint.route("/", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """Choose a file; it is read and staged, and nothing is imported yet."""
    authorize(current_actor(), "import:stage")
    form = UploadForm()
    form.offer_choices()
    if form.validate_on_submit():
        sent = form.file.data
        batch = services.stage_import(current_actor(), file_name=sent.filename or "", stream=sent.stream,
                                      place=form.place())
        return redirect(url_for("interchange.show_import", batch_id=batch.id))
    page = render_template("assessment/interchange/upload.html", form=form, largest=services.LARGEST_FILE,
                           batches=services.list_imports(current_actor()))
    return page, 422 if form.errors else 200


@blueprint.get("/template.xlsx")
def template() -> Response:
    """An Excel file with an example of each type, for a teacher to write over."""
    authorize(current_actor(), "import:stage")
    sheet = Response(sheets.template(), content_type=sheets.XLSX.content_type)
    sheet.headers["Content-Disposition"] = 'attachment; filename="cau-hoi-mau.xlsx"'
    return sheet


@blueprint.get("/<uuid:batch_id>")
def show_import(batch_id: UUID) -> str:
    """Where an import stands: being read, waiting for a decision, being imported, imported."""
    batch = services.get_import(current_actor(), batch_id)
    if batch.state != "staged":
        return render_template("assessment/interchange/state.html", batch=batch, names=names,
                               job=jobs.find_job(("import_batch", batch_id)),
                               items=services.imported_items(current_actor(), batch_id))
    counts = services.count_questions(current_actor(), batch_id)
    job = jobs.find_job(("import_batch", batch_id))
    view = showing.view_of(request.args.get("view", ""), counts)
    page = services.list_questions(current_actor(), batch_id, view=view, page=page_number())
    return render_template("assessment/interchange/report.html", batch=batch, counts=counts, view=view, page=page,
                           formats=showing.FORMAT_NAMES,
                           failed=job.reason if job and job.state == "failed" else "", **_shown(batch, page.items))


@blueprint.post("/<uuid:batch_id>/questions/<int:number>")
def fix_question(batch_id: UUID, number: int) -> ResponseReturnValue:
    """Put one question right, take it as it is, leave it out. A script is sent the question anew, others the page."""
    action = request.form.get("action", "save")
    if action == "accept":
        services.accept_question(current_actor(), batch_id, number)
    elif action in ("drop", "restore"):
        services.drop_question(current_actor(), batch_id, number, drop=action == "drop")
    else:
        question = services.get_question(current_actor(), batch_id, number)
        services.fix_question(current_actor(), batch_id, number, fix_of(question.data, request.form))
    if request.headers.get("X-Part") != "question":
        return redirect(url_for(
            "interchange.show_import", batch_id=batch_id, view=request.form.get("view", "all"),
            page=request.form.get("page", 1, type=int), _anchor=f"question-{number}"))
    batch = services.get_import(current_actor(), batch_id)
    question = services.get_question(current_actor(), batch_id, number)
    return render_template("assessment/interchange/_answer.html", batch=batch, question=question,
                           counts=services.count_questions(current_actor(), batch_id),
                           view=request.form.get("view", "all"), **_shown(batch, [question]))


@blueprint.post("/<uuid:batch_id>/all")
def fix_all(batch_id: UUID) -> ResponseReturnValue:
    """One fix for every question that has the same need."""
    authorize(current_actor(), "import:confirm", services.get_import(current_actor(), batch_id))
    what = request.form.get("what", "")
    if what == "level":
        services.set_for_all(current_actor(), batch_id, level=request.form.get("level", ""))
        flash_success(_("The level of every question that was not set by hand is changed."))
    elif what == "topic":
        services.set_for_all(current_actor(), batch_id, topic=request.form.get("topic", ""))
        flash_success(_("The topic of every question that was not set by hand is changed."))
    elif what == "keys":
        count = services.accept_keys_of_all(current_actor(), batch_id)
        flash_success(_n("%(num)s key is taken as it was read.", "%(num)s keys are taken as they were read.", count))
    elif what == "twins":
        count = services.drop_twins(current_actor(), batch_id)
        flash_success(_n("%(num)s question is left out.", "%(num)s questions are left out.", count))
    return redirect(url_for("interchange.show_import", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/confirm")
def confirm_import(batch_id: UUID) -> ResponseReturnValue:
    """Import all, all that can be, or only those that are sure."""
    what = request.form.get("what", "all")
    services.confirm_import(current_actor(), batch_id, only_good=what in ("good", "sure"), only_sure=what == "sure")
    return redirect(url_for("interchange.show_import", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/resume")
def resume_import(batch_id: UUID) -> ResponseReturnValue:
    """Go on with an import that broke off."""
    services.resume_import(current_actor(), batch_id)
    return redirect(url_for("interchange.show_import", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/undo")
def undo_import(batch_id: UUID) -> ResponseReturnValue:
    """Take the questions of an import out of the bank again."""
    services.undo_import(current_actor(), batch_id)
    flash_success(_("The import is undone: its questions are out of the bank."))
    return redirect(url_for("interchange.show_import", batch_id=batch_id))


@blueprint.get("/<uuid:batch_id>/media/<sha256>")
def show_medium(batch_id: UUID, sha256: str) -> Response:
    """A picture or sound of a staged file, for its owner."""
    content_type, data = services.open_medium(current_actor(), batch_id, sha256)
    response = Response(data, mimetype=content_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _shown(batch: ImportBatch, questions: list[ImportQuestion]) -> dict[str, Any]:
    """What the questions of a page need to be shown."""
    stimuli = services.list_stimuli(current_actor(), batch.id, {each.stimulus for each in questions if each.stimulus})
    cards = [showing.card(batch, each, stimuli.get(each.stimulus or "")) for each in questions]
    return {"cards": cards, "fields_of": fields_of, "names": names, "levels": LEVELS, "types": TYPES,
            "place": services.ImportPlace.from_json(batch.place)}
