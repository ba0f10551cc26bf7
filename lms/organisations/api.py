"""REST: the tree of organisations, and its changes."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from lms.core.api import ApiBlueprint, PageQuery
from lms.core.permissions import ROLES
from lms.core.web import current_actor
from lms.organisations import services
from lms.organisations.models import KINDS

blueprint = ApiBlueprint("organisations_api", __name__, url_prefix="/organisations",
                         description="The ministry, its departments, their schools and classes")
LONG = validate.Length(max=500)


class OrganisationSchema(Schema):
    """An organisation."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    school_year = fields.String(allow_none=True, metadata={"description": "of a class"})


class OrganisationDetailSchema(OrganisationSchema):
    """An organisation and where it stands."""

    lineage = fields.List(fields.UUID(), metadata={"description": "its own id, then those above it, the nearest first"})


class OrganisationPageSchema(Schema):
    """One page of organisations."""

    items = fields.List(fields.Nested(OrganisationSchema))
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class OrganisationQuery(PageQuery):
    """What the list is narrowed to."""

    text = fields.String(load_default="", validate=validate.Length(max=200),
                         metadata={"description": "words of the name, a code, or a code or name of before"})
    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))
    managed = fields.Boolean(load_default=False, metadata={"description": "only those that you administer"})


class NewOrganisationSchema(Schema):
    """An organisation to be added."""

    code = fields.String(required=True, validate=validate.Length(1, 60))
    name = fields.String(required=True, validate=validate.Length(1, 200))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_id = fields.UUID(load_default=None, allow_none=True)
    school_year = fields.String(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=LONG)


class ChangeSchema(Schema):
    """Why, and since when."""

    reason = fields.String(load_default="", validate=LONG)
    effective_on = fields.Date(load_default=None, allow_none=True)


class RenameSchema(ChangeSchema):
    """Another name or code."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    code = fields.String(load_default="", validate=validate.Length(max=60))


class MoveSchema(ChangeSchema):
    """Another place."""

    parent_id = fields.UUID(required=True)


class MergeSchema(ChangeSchema):
    """Into which; `confirm` is the code of the one that goes up."""

    into_id = fields.UUID(required=True)
    confirm = fields.String(required=True)


class MergePreviewSchema(Schema):
    """What a merger would change."""

    members = fields.Integer(required=True)
    already = fields.Integer(required=True)
    children = fields.Integer(required=True)
    things = fields.Integer(required=True)


class IntoQuery(Schema):
    """Into which."""

    into_id = fields.UUID(required=True)


class OrganisationEventSchema(Schema):
    """What happened."""

    kind = fields.String(required=True)
    effective_on = fields.Date(required=True)
    before = fields.Dict()
    after = fields.Dict()
    reason = fields.String()


class MemberSchema(Schema):
    """A member."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    school_year = fields.String(allow_none=True)


class MemberPageSchema(Schema):
    """One page of members."""

    items = fields.List(fields.Nested(MemberSchema))
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class MemberQuery(PageQuery):
    """What the members are narrowed to."""

    role = fields.String(load_default="", validate=validate.OneOf(["", *ROLES]))
    ended = fields.Boolean(load_default=False)


@blueprint.route("")
@blueprint.arguments(OrganisationQuery, location="query")
@blueprint.response(200, OrganisationPageSchema)
def list_organisations(query: dict[str, Any]) -> dict[str, Any]:
    """Organisations by name."""
    found = services.search_organisations(current_actor(), query["text"], kind=query["kind"], page=query["page"],
                                          managed=query["managed"])
    return {"items": [each.ref for each in found], "total": found.total, "page": found.page, "pages": found.pages}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewOrganisationSchema)
@blueprint.response(201, OrganisationSchema)
def add_organisation(told: dict[str, Any]) -> services.OrganisationRef:
    """Add an organisation."""
    made = services.add_organisation(
        current_actor(), code=told["code"], name=told["name"], kind=told["kind"], parent_id=told["parent_id"],
        year=told["school_year"], reason=told["reason"])
    return services.find_organisation(made.id)


@blueprint.route("/<uuid:organisation_id>")
@blueprint.response(200, OrganisationDetailSchema)
def get_organisation(organisation_id: UUID) -> services.OrganisationRef:
    """One organisation."""
    return services.get_organisation(current_actor(), organisation_id)


@blueprint.route("/<uuid:organisation_id>/children")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, OrganisationPageSchema)
def list_children(query: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """What stands directly below it."""
    services.get_organisation(current_actor(), organisation_id)
    found = services.list_children(current_actor(), organisation_id, page=query["page"])
    return {"items": [each.ref for each in found], "total": found.total, "page": found.page, "pages": found.pages}


@blueprint.route("/<uuid:organisation_id>/members")
@blueprint.arguments(MemberQuery, location="query")
@blueprint.response(200, MemberPageSchema)
def list_members(query: dict[str, Any], organisation_id: UUID) -> dict[str, Any]:
    """Its members, or those of before."""
    found = services.list_members(current_actor(), organisation_id, **query)
    return {"items": found.items, "total": found.total, "page": found.page, "pages": found.pages}


@blueprint.route("/<uuid:organisation_id>/history")
@blueprint.response(200, OrganisationEventSchema(many=True))
def list_history(organisation_id: UUID) -> list[services.Event]:
    """What happened to it, the newest first."""
    return services.list_history(current_actor(), organisation_id)


@blueprint.route("/<uuid:organisation_id>/rename", methods=["POST"])
@blueprint.arguments(RenameSchema)
@blueprint.response(200, OrganisationSchema)
def rename_organisation(told: dict[str, Any], organisation_id: UUID) -> services.OrganisationRef:
    """Another name or code."""
    services.rename_organisation(current_actor(), organisation_id, **told)
    return services.find_organisation(organisation_id)


@blueprint.route("/<uuid:organisation_id>/move", methods=["POST"])
@blueprint.arguments(MoveSchema)
@blueprint.response(200, OrganisationDetailSchema)
def move_organisation(told: dict[str, Any], organisation_id: UUID) -> services.OrganisationRef:
    """Another place in the tree."""
    services.move_organisation(current_actor(), organisation_id, **told)
    return services.find_organisation(organisation_id)


@blueprint.route("/<uuid:organisation_id>/merge")
@blueprint.arguments(IntoQuery, location="query")
@blueprint.response(200, MergePreviewSchema)
def preview_merge(query: dict[str, Any], organisation_id: UUID) -> services.MergePreview:
    """What merging it into another would change."""
    return services.preview_merge(current_actor(), organisation_id, query["into_id"])


@blueprint.route("/<uuid:organisation_id>/merge", methods=["POST"])
@blueprint.arguments(MergeSchema)
@blueprint.response(200, OrganisationSchema)
def merge_organisations(told: dict[str, Any], organisation_id: UUID) -> services.OrganisationRef:
    """Merge it into another; its people, and what stands below it, come over."""
    services.merge_organisations(current_actor(), organisation_id, told.pop("into_id"), **told)
    return services.find_organisation(organisation_id)


@blueprint.route("/<uuid:organisation_id>/close", methods=["POST"])
@blueprint.arguments(ChangeSchema)
@blueprint.response(200, OrganisationSchema)
def close_organisation(told: dict[str, Any], organisation_id: UUID) -> services.OrganisationRef:
    """Close it; its memberships end."""
    services.close_organisation(current_actor(), organisation_id, **told)
    return services.find_organisation(organisation_id)


@blueprint.route("/<uuid:organisation_id>/reopen", methods=["POST"])
@blueprint.response(200, OrganisationSchema)
def reopen_organisation(organisation_id: UUID) -> services.OrganisationRef:
    """Open it again."""
    services.reopen_organisation(current_actor(), organisation_id)
    return services.find_organisation(organisation_id)
