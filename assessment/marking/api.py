"""Results in the REST API."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from assessment.marking import services
from lms.core.api import ApiBlueprint
from lms.core.web import current_actor

blueprint = ApiBlueprint("marking_api", __name__, url_prefix="", description="Results of exams")


class ResultSchema(Schema):
    """The marks of one attempt."""

    attempt_id = fields.UUID(required=True)
    exam_id = fields.UUID(required=True)
    is_released = fields.Boolean(required=True)
    submitted_at = fields.AwareDateTime()
    points = fields.Decimal(as_string=True, allow_none=True)
    maximum = fields.Decimal(as_string=True, allow_none=True)
    right = fields.Integer(allow_none=True)
    partly_right = fields.Integer(allow_none=True)
    wrong = fields.Integer(allow_none=True)
    omitted = fields.Integer(allow_none=True)


@blueprint.route("/results/<uuid:attempt_id>")
@blueprint.response(200, ResultSchema)
def get_result(attempt_id: UUID) -> dict[str, Any]:
    """The marks of an attempt, as far as they are released to the one who asks."""
    result = services.get_result(current_actor(), attempt_id)
    shown = {"attempt_id": attempt_id, "exam_id": result.exam.id, "is_released": result.is_released,
             "submitted_at": result.submitted_at}
    if marks := result.marks:
        shown |= {"points": marks.points, "maximum": marks.maximum, "right": marks.right,
                  "partly_right": marks.partial, "wrong": marks.wrong, "omitted": marks.omitted}
    return shown
