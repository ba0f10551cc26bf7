"""Pages of an export: which questions, which format, what it cannot carry, and the file."""

import io
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import services as bank
from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.forms import as_id
from assessment.bank.models import STATES
from assessment.interchange import services
from assessment.interchange.writers import FORMATS
from lms.core import jobs
from lms.core.permissions import authorize
from lms.core.web import current_actor

blueprint = Blueprint("export", __name__, url_prefix="/bank/export", template_folder="templates")


@blueprint.get("/")
def choose() -> str:
    """Which format, and what would be lost in it; nothing is written yet."""
    authorize(current_actor(), "export:begin")
    ids = _chosen()
    format = request.args.get("format", "")
    losses, count = services.list_losses(current_actor(), ids, format) if format in FORMATS and ids else ([], 0)
    kept = {name: value for name, value in request.args.items(multi=True) if name != "format"}
    return render_template("assessment/interchange/export.html", ids=ids, format=format, formats=FORMATS,
                           losses=_by_message(losses), listed=len(losses), lossy=count, kept=kept,
                           items=request.args.getlist("item"))


def _by_message(losses: list[services.Loss]) -> dict[str, list[services.Loss]]:
    """What is lost, and the questions that lose it: what most of them lose stands first."""
    found: dict[str, list[services.Loss]] = {}
    for loss in losses:
        for message in loss.messages:
            found.setdefault(message, []).append(loss)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


@blueprint.post("/")
def begin() -> ResponseReturnValue:
    """Write the file."""
    export = services.begin_export(current_actor(), _chosen(), request.form.get("format", ""))
    return redirect(url_for("export.show", export_id=export.id))


@blueprint.route("/consented/<uuid:export_id>", methods=["GET", "POST"])
def take(export_id: UUID) -> ResponseReturnValue:
    """What a second person consented to let out of a secure bank: choose a format and take the file, once."""
    authorize(current_actor(), "export:begin")
    if request.method == "POST":
        export = services.take_secure_export(current_actor(), export_id, request.form.get("format", ""))
        return redirect(url_for("export.show", export_id=export.id))
    asked = bank.get_export(current_actor(), export_id)
    return render_template("assessment/interchange/take.html", asked=asked, formats=FORMATS)


@blueprint.get("/<uuid:export_id>")
def show(export_id: UUID) -> str:
    """The file, or how far it is."""
    export = services.get_export(current_actor(), export_id)
    return render_template("assessment/interchange/exported.html", export=export,
                           format=FORMATS.get(export.format), job=jobs.find_job(("item_export", export.id)))


@blueprint.get("/<uuid:export_id>/file")
def load(export_id: UUID) -> ResponseReturnValue:
    """To the file, at a signed address."""
    file = services.open_export(current_actor(), export_id)
    if file.url:
        return redirect(file.url)
    response = send_file(io.BytesIO(file.data), mimetype=file.content_type, as_attachment=True, download_name=file.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _chosen() -> list[UUID]:
    """The items that the address names one by one, or those of the list that its filters say."""
    args = request.values
    named = [found for each in args.getlist("item")[:services.MOST_ITEMS] if (found := as_id(each))]
    if named:
        return named
    wanted = bank.ItemFilter(
        as_id(args.get("subject")), as_id(args.get("topic")), _known(args.get("level"), LEVELS),
        _known(args.get("type"), ITEM_TYPES), _known(args.get("state"), STATES), args.get("text", "")[:200],
        args.get("mine") == "1", as_id(args.get("bank")))
    return bank.list_exportable(current_actor(), wanted, services.MOST_ITEMS)


def _known(value: str | None, values: tuple[str, ...]) -> str:
    return value if value in values else ""
