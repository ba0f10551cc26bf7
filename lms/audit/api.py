"""The audit's part of the API."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.audit import services
from lms.audit.query import read_query
from lms.core.api import ApiBlueprint
from lms.core.web import current_actor

blueprint = ApiBlueprint("audit_api", __name__, url_prefix="/audit", description="Who did what, when, from where")
TEXT = validate.Length(max=100)


class AuditQuery(Schema):
    """What is asked for. Days are days in Vietnam."""

    person = fields.String(load_default="", metadata={"description": "id of who acted"})
    action = fields.String(load_default="", validate=TEXT)
    subject = fields.String(load_default="", validate=TEXT, metadata={"description": "`id` or `kind:id`"})
    organisation = fields.String(load_default="", validate=TEXT, metadata={"description": "code or id; with all below"})
    refused = fields.Boolean(load_default=False)
    since = fields.String(load_default="", metadata={"description": "first day, yyyy-mm-dd"})
    until = fields.String(load_default="", metadata={"description": "last day, yyyy-mm-dd"})
    after = fields.String(load_default="", metadata={"description": "`next` of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))


class AuditEventSchema(Schema):
    """One event, with its place in the chain."""

    time = fields.String(required=True)
    actor_id = fields.String(allow_none=True)
    actor = fields.String()
    program = fields.String(allow_none=True)
    action = fields.String(required=True)
    act = fields.String(required=True)
    subject_kind = fields.String(allow_none=True)
    subject_id = fields.String(allow_none=True)
    organisation_id = fields.String(allow_none=True)
    organisation = fields.String()
    refused = fields.Boolean(required=True)
    reason = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    device = fields.String(allow_none=True)
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    details = fields.Dict(required=True)
    id = fields.String(required=True)
    sequence = fields.Integer(allow_none=True, metadata={"description": "place in the chain; null while it waits"})
    previous_hash = fields.String(allow_none=True)
    hash = fields.String(allow_none=True)


class AuditSliceSchema(Schema):
    """Some events, newest first; `next` is the `after` of the following ones, null at the end."""

    items = fields.List(fields.Nested(AuditEventSchema), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("", methods=["GET"])
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, AuditSliceSchema)
def list_events(asked: dict[str, Any]) -> dict[str, Any]:
    """Events that one may read, newest first, never counted."""
    limit = asked.pop("limit")
    query = read_query({**asked, "refused": "1" if asked["refused"] else ""})
    log = services.get_log(current_actor(), query, limit=limit)
    return {"items": [services.as_row(line) for line in log.lines],
            "next": str(log.following) if log.following else None}
