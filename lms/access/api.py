"""The table of permissions and its reasons in the REST API."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.access import services
from lms.access.addresses import read_thing
from lms.access.areas import GRANTEES
from lms.core.api import ApiBlueprint
from lms.core.web import current_actor

blueprint = ApiBlueprint("access_api", __name__, url_prefix="/permissions", description="Who may do what, and why")


class TableQuery(Schema):
    """Which column."""

    role = fields.String(load_default="", validate=validate.OneOf(["", *GRANTEES]))


class GrantSchema(Schema):
    """A role within a scope, in words."""

    role = fields.String()
    scopes = fields.List(fields.String())


class PermissionSchema(Schema):
    """A line of the table."""

    permission = fields.String()
    area = fields.String()
    label = fields.String()
    grants = fields.List(fields.Nested(GrantSchema))


class WhyQuery(Schema):
    """Whom, what, and perhaps on which thing: its id, or the path of its page."""

    person = fields.UUID(required=True)
    permission = fields.String(required=True)
    thing = fields.String(load_default="", validate=validate.Length(max=500))


class ReasonSchema(Schema):
    """A grant and its two halves."""

    role = fields.String()
    scope = fields.String()
    has_role = fields.Boolean()
    in_scope = fields.Boolean()


class WhySchema(Schema):
    """What the table says."""

    permission = fields.String()
    label = fields.String()
    allowed = fields.Boolean()
    reasons = fields.List(fields.Nested(ReasonSchema))


@blueprint.route("")
@blueprint.arguments(TableQuery, location="query")
@blueprint.response(200, PermissionSchema(many=True))
def get_table(query: dict[str, Any]) -> list[dict[str, Any]]:
    """The whole table, or what one role has."""
    areas = services.get_table(current_actor(), role=query["role"])
    return [{"permission": row.permission, "area": str(area.label), "label": str(row.label),
             "grants": [{"role": role, "scopes": [str(label) for label in labels]}
                        for role, labels in row.cells.items() if labels]}
            for area in areas for row in area.rows]


@blueprint.route("/why")
@blueprint.arguments(WhyQuery, location="query")
@blueprint.response(200, WhySchema)
def explain(query: dict[str, Any]) -> services.Explanation:
    """Why a person may or may not."""
    return services.explain_permission(current_actor(), query["person"], query["permission"],
                                       read_thing(query["thing"]))
