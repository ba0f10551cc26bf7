"""REST: who am I."""

from typing import Any

from marshmallow import Schema, fields

from lms.core.api import ApiBlueprint
from lms.core.web import current_actor
from lms.identity import services

blueprint = ApiBlueprint("identity_api", __name__, url_prefix="/me", description="Who is signed in")


class MeSchema(Schema):
    """The person behind the cookie."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    locale = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    organisations = fields.List(fields.String(), required=True, metadata={"description": "names"})


@blueprint.route("")
@blueprint.response(200, MeSchema)
def get_me() -> dict[str, Any]:
    """Name, roles and organisations of the person who is signed in."""
    account = services.get_account(current_actor())
    return {"id": account.person.id, "name": account.person.name, "locale": account.person.locale,
            "roles": account.roles, "organisations": account.organisations}
