"""The blueprint that the pages of this room hang on."""

from flask import Blueprint

from lms.organisations.names import EVENT_NAMES, KIND_ICONS, KIND_NAMES, ROLE_NAMES

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations", template_folder="templates",
                      static_folder="static")


@blueprint.context_processor
def words() -> dict[str, object]:
    """What the templates call things."""
    return {"KIND_NAMES": KIND_NAMES, "KIND_ICONS": KIND_ICONS, "EVENT_NAMES": EVENT_NAMES, "ROLE_NAMES": ROLE_NAMES}
