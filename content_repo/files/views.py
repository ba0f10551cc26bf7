"""Resumable uploads over HTTP: tus 1.0 (core, creation, termination, expiration). https://tus.io/protocols"""

import base64
import binascii
from email.utils import format_datetime
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import LengthRequired, PreconditionFailed, UnsupportedMediaType

from content_repo.files import services
from content_repo.files.models import Upload
from lms.core.config import settings
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.web import current_actor

VERSION = "1.0.0"
CHUNK_TYPE = "application/offset+octet-stream"
blueprint = Blueprint("files", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/files")


@blueprint.before_request
def require_version() -> None:
    """Only this version is spoken; OPTIONS asks which it is."""
    if request.endpoint != "files.static" and request.method != "OPTIONS" \
            and request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed(response=_answer(412, {"Tus-Version": VERSION}))


@blueprint.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/uploads/<uuid:_upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def describe_uploads(_upload_id: UUID | None = None) -> Response:
    """What this server can do."""
    return _answer(204, {"Tus-Version": VERSION, "Tus-Extension": "creation,termination,expiration",
                         "Tus-Max-Size": str(settings().max_upload_bytes)})


@blueprint.post("/uploads")
def create_upload() -> Response:
    """Begin an upload; its metadata say the file's name and whose it shall be."""
    told = read_metadata(request.headers.get("Upload-Metadata", ""))
    row = services.start_upload(current_actor(), name=told.get("filename", ""),
                                size=_number("Upload-Length"), owner=_owner(told))
    return _answer(201, {"Location": url_for("files.append_to_upload", upload_id=row.id)} | _expiry(row))


@blueprint.route("/uploads/<uuid:upload_id>", methods=["HEAD"])
def show_upload(upload_id: UUID) -> Response:
    """How far the upload is."""
    row = services.count_offset(current_actor(), upload_id)
    return _answer(200, {"Upload-Offset": str(row.offset), "Upload-Length": str(row.size),
                         "Cache-Control": "no-store"} | _expiry(row))


@blueprint.patch("/uploads/<uuid:upload_id>")
def append_to_upload(upload_id: UUID) -> Response:
    """Take the next piece, streamed to the store."""
    if request.mimetype != CHUNK_TYPE:
        raise UnsupportedMediaType
    if request.content_length is None:
        raise LengthRequired
    offset = services.append_to_upload(current_actor(), upload_id, offset=_number("Upload-Offset"),
                                       stream=request.stream, length=request.content_length)
    return _answer(204, {"Upload-Offset": str(offset)})


@blueprint.delete("/uploads/<uuid:upload_id>")
def abandon_upload(upload_id: UUID) -> Response:
    """Give it up."""
    services.abandon_upload(current_actor(), upload_id)
    return _answer(204, {})


def read_metadata(header: str) -> dict[str, str]:
    """tus metadata: `name base64,name base64`; raises Invalid if it is not that."""
    told = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _space, value = pair.partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Invalid(_("The upload's description cannot be read.")) from None
    return told


def _owner(told: dict[str, str]) -> tuple[str, UUID]:
    try:
        kind, owner_id = told["owner_kind"], UUID(told["owner_id"])
    except (KeyError, ValueError):
        raise Invalid(_("The upload does not say what the file is for.")) from None
    if not kind.isidentifier() or len(kind) > 40:
        raise Invalid(_("The upload does not say what the file is for."))
    return kind, owner_id


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdecimal() or len(value) > 15:
        raise Invalid(_("The header %(header)s must be a number.", header=header))
    return int(value)


def _expiry(row: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(row.expires_at, usegmt=True)}


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers=headers)


@blueprint.after_request
def tell_version(response: Response) -> Response:
    """Every answer names the version."""
    response.headers["Tus-Resumable"] = VERSION
    return response
