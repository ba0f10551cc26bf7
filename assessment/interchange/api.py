"""The API's door for question files."""

from typing import Any

from flask import request
from marshmallow import Schema, fields, validate

from assessment.bank.content import LEVELS
from assessment.interchange import services
from lms.core.api import ApiBlueprint
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.web import current_actor

blueprint = ApiBlueprint("interchange_api", __name__, url_prefix="/items", description="Question files")


class ImportFormSchema(Schema):
    """Where the questions go; the file itself is the part `file` (GIFT or Moodle XML)."""

    subject_id = fields.UUID(required=True)
    level = fields.String(load_default="know", validate=validate.OneOf(LEVELS))
    grade = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 12))
    language = fields.String(load_default="vi", validate=validate.OneOf(["vi", "en"]))
    state = fields.String(load_default="ready", validate=validate.OneOf(["draft", "ready"]))
    use_categories = fields.Boolean(load_default=True)
    only_good = fields.Boolean(load_default=False, metadata={"description": "even if some are refused"})


class ImportedSchema(Schema):
    """What came of it."""

    imported = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    problems = fields.List(fields.Dict(), metadata={"description": "where and message of each refusal"})


@blueprint.route("/import", methods=["POST"])
@blueprint.arguments(ImportFormSchema, location="form")
@blueprint.response(201, ImportedSchema)
def import_items(sent: dict[str, Any]) -> dict[str, Any]:
    """Import a file; with faults nothing is imported unless `only_good` is set, and each fault is named."""
    file = request.files.get("file")
    if file is None:
        raise Invalid(_("Choose a file."), problems=[Problem("form.file", _("Choose a file."))])
    only_good = sent.pop("only_good")
    data = file.stream.read(services.LARGEST_FILE + 1)
    batch = services.stage_import(current_actor(), file_name=file.filename or "", data=data,
                                  place=services.ImportPlace(**sent))
    report = services.report_of(batch)
    count = services.confirm_import(current_actor(), batch.id, only_good=only_good)
    problems = [{"where": each.where, "message": each.message} for each in services.problems_of(report)]
    return {"imported": count, "refused": len(report.refused), "problems": problems[:services.MOST_TOLD]}
