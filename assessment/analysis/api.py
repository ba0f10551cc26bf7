"""The analysis of an exam in the REST API."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from assessment.analysis import services
from lms.core.api import ApiBlueprint, JobSchema
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.web import current_actor

blueprint = ApiBlueprint("analysis_api", __name__, url_prefix="/exams", description="Item analysis of exams")


class AnalysisSchema(Schema):
    """One stored analysis; figures that cannot be computed are null."""

    exam_id = fields.UUID(required=True)
    computed_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True)
    newer_attempts = fields.Integer(required=True, metadata={"description": "ended after the analysis"})
    software = fields.String(required=True)
    input_digest = fields.String(required=True)
    test = fields.Dict(required=True, metadata={"description": "mean, sd, alpha, sem ... in points"})
    histogram = fields.Dict(required=True)
    items = fields.List(fields.Dict(), required=True)


@blueprint.route("/<uuid:exam_id>/analysis")
@blueprint.response(200, AnalysisSchema)
def get_analysis(exam_id: UUID) -> dict[str, Any]:
    """The newest analysis of an exam."""
    report = services.get_report(current_actor(), exam_id)
    run = report.run
    if run is None:
        raise NotFound(_("This exam has not been analysed yet."))
    return {"exam_id": exam_id, "computed_at": run.created_at, "attempts": run.attempts,
            "newer_attempts": report.newer, "software": run.software, "input_digest": run.input_digest,
            **{name: run.results[name] for name in ("test", "histogram", "items")}}


@blueprint.route("/<uuid:exam_id>/analysis", methods=["POST"])
@blueprint.response(202, JobSchema)
def run_analysis(exam_id: UUID) -> Any:
    """Ask for a new analysis; the job that computes it."""
    return services.run_analysis(current_actor(), exam_id)
