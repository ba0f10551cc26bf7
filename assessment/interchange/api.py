"""The API's door for question files, in and out."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from marshmallow import Schema, fields, validate

from assessment.bank.content import LEVELS
from assessment.interchange import services
from assessment.interchange.models import ImportBatch
from lms.core.api import ApiBlueprint
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.web import current_actor

blueprint = ApiBlueprint("interchange_api", __name__, url_prefix="/items", description="Question files")


class ImportFormSchema(Schema):
    """Where the questions go; the file itself is the part `file`, of any format that the import page takes."""

    subject_id = fields.UUID(required=True)
    level = fields.String(load_default="know", validate=validate.OneOf(LEVELS))
    grade = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 12))
    language = fields.String(load_default="vi", validate=validate.OneOf(["vi", "en"]))
    state = fields.String(load_default="ready", validate=validate.OneOf(["draft", "ready"]))
    bank_id = fields.UUID(load_default=None, allow_none=True)
    use_categories = fields.Boolean(load_default=True)
    only_good = fields.Boolean(load_default=False, metadata={"description": "even if some are refused"})


class ImportedSchema(Schema):
    """What came of it; `state` is `reading` or `importing` while a job is at a large file: ask again."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    imported = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    unsure = fields.Integer(metadata={"description": "imported as drafts, for somebody to look at"})
    problems = fields.List(fields.Dict(), metadata={"description": "where and message of each refusal"})
    url = fields.String(metadata={"description": "the page of this import"})


class ExportAskedSchema(Schema):
    """Which items, in which format."""

    format = fields.String(required=True)
    item_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, services.MOST_ITEMS))


class ExportSchema(Schema):
    """An export; `file` is an address that is good for some minutes, none while it is being written."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    file = fields.String(allow_none=True)
    losses = fields.List(fields.Dict(), metadata={"description": "item and messages: what the format cannot carry"})


@blueprint.route("/import", methods=["POST"])
@blueprint.arguments(ImportFormSchema, location="form")
@blueprint.response(201, ImportedSchema)
def import_items(sent: dict[str, Any]) -> dict[str, Any]:
    """Import a file; with faults nothing is imported unless `only_good` is set, and each fault is named.

    A large file is only staged here, for its owner to decide on the page.
    """
    file = request.files.get("file")
    if file is None:
        raise Invalid(_("Choose a file."), problems=[Problem("form.file", _("Choose a file."))])
    only_good = sent.pop("only_good")
    batch = services.stage_import(current_actor(), file_name=file.filename or "", stream=file.stream,
                                  place=services.ImportPlace(**sent))
    if batch.state == "staged":
        services.confirm_import(current_actor(), batch.id, only_good=only_good)
    return _imported(batch.id)


@blueprint.route("/import/<uuid:batch_id>", methods=["GET"])
@blueprint.response(200, ImportedSchema)
def show_import(batch_id: UUID) -> dict[str, Any]:
    """How far an import is."""
    return _imported(batch_id)


@blueprint.route("/export", methods=["POST"])
@blueprint.arguments(ExportAskedSchema)
@blueprint.response(201, ExportSchema)
def export_items(sent: dict[str, Any]) -> dict[str, Any]:
    """Write items into a file of another format; what it cannot carry is listed."""
    losses, _count = services.list_losses(current_actor(), sent["item_ids"], sent["format"])
    export = services.begin_export(current_actor(), sent["item_ids"], sent["format"])
    return {**_exported(export.id), "losses": [{"item_id": str(each.item_id), "messages": each.messages}
                                               for each in losses]}


@blueprint.route("/export/<uuid:export_id>", methods=["GET"])
@blueprint.response(200, ExportSchema)
def show_export(export_id: UUID) -> dict[str, Any]:
    """How far an export is, and where its file is."""
    return _exported(export_id)


def _imported(batch_id: UUID) -> dict[str, Any]:
    batch: ImportBatch = services.get_import(current_actor(), batch_id)
    counts = services.count_questions(current_actor(), batch_id)
    problems = [{"where": each.where, "message": each.message} for each in services.problems_of(batch)]
    return {"id": batch.id, "state": batch.state, "imported": batch.imported, "refused": counts.refused,
            "unsure": counts.unsure, "problems": problems[:services.MOST_TOLD],
            "url": url_for("interchange.show_import", batch_id=batch.id, _external=True)}


def _exported(export_id: UUID) -> dict[str, Any]:
    export = services.get_export(current_actor(), export_id)
    file = services.open_export(current_actor(), export_id) if export.state == "ready" else None
    return {"id": export.id, "state": export.state,
            "file": (file.url or url_for("export.load", export_id=export_id, _external=True)) if file else None}
