"""Pictures and sound of items: what a signed address loads, and where the editor hands files in."""

from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from assessment.bank.forms import as_id
from assessment.bank.media import keep_media, media_url, open_by_ticket
from assessment.bank.page_policy import answer_media
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor

blueprint = Blueprint("item_media", __name__, url_prefix="/items/media")


@blueprint.get("/<uuid:media_id>")
def show_media(media_id: UUID) -> Response:
    """The bytes, for whoever holds a signed address; with ranges, for sound."""
    content_type, data = open_by_ticket(media_id, request.args.get("t", ""))
    return answer_media(content_type, data, str(media_id))


@blueprint.post("/")
def keep() -> ResponseReturnValue:
    """One file of the editor (field `file`): what to write into the text, and an address that shows it at once."""
    authorize(current_actor(), "item:create")
    sent = request.files.get("file")
    if sent is None:
        raise Invalid(_("Choose a picture or a sound file."))
    bank_id = as_id(request.form.get("bank_id"))
    kept = keep_media(current_actor(), sent.read(), name=sent.filename or "", bank_id=bank_id)
    return jsonify(src=kept.src, url=media_url(kept.src), kind=kept.kind, width=kept.width, height=kept.height), 201
