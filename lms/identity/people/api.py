"""REST: people of the part of the tree that one administers, and where they belong."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from lms.core.api import ApiBlueprint, PageQuery
from lms.core.permissions import ROLES
from lms.core.web import current_actor, require_recent_sign_in
from lms.identity import services

blueprint = ApiBlueprint("people_api", __name__, url_prefix="/people", description="People and where they belong")


class PlaceSchema(Schema):
    """A role in an organisation, from when to when."""

    organisation_id = fields.UUID(required=True)
    organisation = fields.String(required=True)
    role = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    school_year = fields.String(allow_none=True)


class PersonSchema(Schema):
    """A person in a list."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(allow_none=True)
    roles = fields.List(fields.String(), metadata={"description": "held in no organisation"})
    places = fields.List(fields.Nested(PlaceSchema))


class PersonPageSchema(Schema):
    """One page of people."""

    items = fields.List(fields.Nested(PersonSchema))
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class PersonQuery(PageQuery):
    """What the list is narrowed to."""

    text = fields.String(load_default="", validate=validate.Length(max=200))
    role = fields.String(load_default="", validate=validate.OneOf(["", *ROLES]))
    organisation_id = fields.UUID(load_default=None)


class NewPersonSchema(Schema):
    """Somebody new, and where he belongs."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    email = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    organisation_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class GivePlaceSchema(Schema):
    """A role in an organisation."""

    organisation_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


@blueprint.route("")
@blueprint.arguments(PersonQuery, location="query")
@blueprint.response(200, PersonPageSchema)
def list_people(query: dict[str, Any]) -> dict[str, Any]:
    """People by name, of the organisations that you administer."""
    found = services.list_people(current_actor(), **query)
    return {"items": found.items, "total": found.total, "page": found.page, "pages": found.pages}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewPersonSchema)
@blueprint.response(201, PersonSchema)
def create_person(told: dict[str, Any]) -> dict[str, Any]:
    """Add somebody new to an organisation."""
    if told["role"] == "administrator":
        require_recent_sign_in()
    name, email = " ".join(told["name"].split()), (told["email"] or "").strip() or None
    services.check_person(name, email)
    made = services.create_person(current_actor(), name=name, email=email, roles=[told["role"]],
                                  organisation_id=told["organisation_id"])
    return _told(made.id)


@blueprint.route("/<uuid:person_id>")
@blueprint.response(200, PersonSchema)
def get_person(person_id: UUID) -> dict[str, Any]:
    """One person, with places of now and before."""
    return _told(person_id)


@blueprint.route("/<uuid:person_id>/places", methods=["POST"])
@blueprint.arguments(GivePlaceSchema)
@blueprint.response(204)
def give_place(told: dict[str, Any], person_id: UUID) -> None:
    """Give a role in an organisation; an administrator's needs a recent sign-in, which no access token is."""
    if told["role"] == "administrator":
        require_recent_sign_in()
    services.add_role(current_actor(), person_id, **told)


@blueprint.route("/<uuid:person_id>/places/end", methods=["POST"])
@blueprint.arguments(GivePlaceSchema)
@blueprint.response(204)
def end_place(told: dict[str, Any], person_id: UUID) -> None:
    """End a role in an organisation; it stays as history."""
    services.end_place(current_actor(), person_id, **told)


@blueprint.route("/<uuid:person_id>/sign-ins/end", methods=["POST"])
@blueprint.response(204)
def end_sign_ins(person_id: UUID) -> None:
    """Sign a person out everywhere."""
    services.end_all_sign_ins(current_actor(), person_id)


def _told(person_id: UUID) -> dict[str, Any]:
    page = services.get_person_page(current_actor(), person_id)
    return {"id": page.person.id, "name": page.person.name, "email": page.person.email, "roles": page.roles,
            "places": page.places}
