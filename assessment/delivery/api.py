"""The player's API: save events, ask where the log stands. Shown by the attempt token, not by the session.

The save is the hottest route of the platform: plain ones are answered by `save_door.py` in front of Flask. It
reads and writes JSON itself, with no schema in between, and is described to OpenAPI by hand.
"""

import json
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import LengthRequired

from assessment.delivery import services
from assessment.delivery.eventlog.writer import cannot_save
from assessment.delivery.payloads import MAX_PAYLOAD
from assessment.delivery.save_door import TRIED, describe, saved_body
from assessment.delivery.services import integrity, messages
from assessment.delivery.services.saving import MAX_BODY
from lms.core.api import ApiBlueprint
from lms.core.config import settings
from lms.core.errors import SignInRequired, TooLarge
from lms.core.i18n import _, format_size
from lms.core.web import csrf

blueprint = ApiBlueprint("delivery_api", __name__, url_prefix="/attempts",
                         description="A running attempt; `Authorization: Bearer <attempt token>`")

LARGEST_PIECE = 16 * 1024**2

STATUS = {"submitted": 409, "other_device": 409, "conflict": 409, "gap": 409, "late": 409, "unknown": 404}
EVENT = {"type": "object", "required": ["seq", "prev", "payload"], "properties": {
    "seq": {"type": "integer", "minimum": 1, "description": "one more than the event before"},
    "prev": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "hash of the event before"},
    "payload": {"type": "string", "maxLength": MAX_PAYLOAD, "description":
                'JSON text, kept as it is: {"item", "response", "ms"}, {"play": recording, "ms"}, '
                '{"section": part, "ms"} or {"submit": true, "ms"}'}}}
ACK = {"type": "object", "properties": {
    "seq": {"type": "integer"}, "hash": {"type": "string"}, "late": {"type": "boolean"}}}
SAVED = {"type": "object", "properties": {
    "acks": {"type": "array", "items": ACK}, "remaining_ms": {"type": "integer"},
    "sections": {"type": "object", "description": "how the parts stand, once one of them was entered"},
    "server_time": {"type": "string", "format": "date-time"}}}
SAVE_DOC: dict[str, Any] = {
    "summary": "Append events to the log of an attempt; answered when they are on disk",
    "requestBody": {"required": True, "content": {"application/json": {"schema": {
        "type": "object", "required": ["events"], "properties": {
            "events": {"type": "array", "maxItems": 64, "items": EVENT,
                       "description": "none: only asks how much time is left"}}}}}},
    "responses": {
        "200": {"description": "All of them are on disk and count",
                "content": {"application/json": {"schema": SAVED}}},
        "401": {"description": "The token is no longer good"},
        "404": {"description": "The log of this attempt was never opened"},
        "409": {"description": "Not counted: `reason` is late, submitted, other_device, conflict or gap; "
                               "`seq` and `hash` say where the log stands"},
        "422": {"description": "An event that no player writes"},
        "503": {"description": "Try again after the seconds of Retry-After"}},
}

RECORDING_DOC: dict[str, Any] = {
    "responses": {
        "200": {"description": "The whole sound", "content": {"audio/*": {"schema": {
            "type": "string", "format": "binary"}}}},
        "401": {"description": "The token is no longer good"},
        "404": {"description": "Not a recording of this paper whose plays are counted"},
        "409": {"description": "No play of it runs: none was saved, its time is over, or all are used up"},
    }}


class StateSchema(Schema):
    """Where the log of an attempt stands."""

    state = fields.String(metadata={"description": "open, submitted or time_up"})
    epoch_holds = fields.Boolean(metadata={"description": "false once another device has taken over"})
    seq = fields.Integer(metadata={"description": "number of the last event"})
    hash = fields.String(metadata={"description": "hash of the last event"})
    remaining_ms = fields.Integer()
    server_time = fields.String()
    plays = fields.Dict(metadata={"description": "by recording: how often it was played"})
    answers = fields.Dict(metadata={"description": "by item: the response that counts, the number of the newest "
                                                    "event and if it came late"})
    since_receipt_ms = fields.Integer(metadata={"description": "how long ago the last event came"})
    sections = fields.Dict(allow_none=True, metadata={
        "description": "`current` part and of all `parts` the `state` (ahead, open, over) and `remaining_ms`; null "
                       "where the parts have no rules"})


@csrf.exempt
@blueprint.route("/<uuid:attempt_id>/events", methods=["POST"])
@blueprint.doc(**SAVE_DOC)
def save_events(attempt_id: UUID) -> Response:
    """Append events to the log of an attempt."""
    request.max_content_length = MAX_BODY
    if TRIED in request.environ:
        raise cannot_save()
    result = services.save_events(settings(), _token(), attempt_id, request.get_data(cache=False))
    reason = result.refusal.reason if result.refusal else "late" if result.late else ""
    if not reason:
        more = {"sections": services.read_sections(_token(), attempt_id)} if result.entered else {}
        return Response(saved_body(result, **more), content_type="application/json")
    return _not_counted(reason, result)


def _not_counted(reason: str, result: services.SaveResult) -> Response:
    """problem+json that also says where the log stands, so that a player can go on from there."""
    body = describe(result.acks, result.remaining_ms, result.received_at)
    head = result.refusal.head if result.refusal else None
    stands = {"seq": head.last_seq, "hash": head.last_hash, "state": head.closed} if head else {}
    problem = {"type": f"urn:problem:{reason}", "title": reason, "status": STATUS[reason], "reason": reason,
               "detail": _explanation(reason), **body, **stands}
    return Response(json.dumps(problem), status=STATUS[reason], content_type="application/problem+json")


def _explanation(reason: str) -> str:
    return {
        "late": _("Time was up when this answer arrived: it is kept, but it does not count."),
        "submitted": _("This test has been handed in: nothing can be changed any more."),
        "other_device": _("Another device has taken over this test."),
        "conflict": _("The server has other answers at this place; the page goes on from there."),
        "gap": _("An answer before this one has not arrived yet; the page sends it again."),
        "unknown": _("This test was never begun."),
    }[reason]


@blueprint.route("/<uuid:attempt_id>")
@blueprint.response(200, StateSchema)
def get_state(attempt_id: UUID) -> dict[str, Any]:
    """Where the log of an attempt stands, with its answers."""
    return services.read_attempt_state(_token(), attempt_id)


class NewAnswerFileSchema(Schema):
    """A file that a candidate begins to send."""

    item = fields.String(required=True, metadata={"description": "the form item that it answers"})
    name = fields.String(required=True, validate=validate.Length(1, 255))
    size = fields.Integer(required=True, validate=validate.Range(1))


class AnswerFileSchema(Schema):
    """A file of an attempt."""

    id = fields.UUID()
    name = fields.String()
    size = fields.Integer()
    offset = fields.Integer(metadata={"description": "bytes that have arrived"})
    url = fields.String(metadata={"description": "where it opens; empty until it is whole"})


class PieceSchema(Schema):
    """Where the next piece of a file begins."""

    offset = fields.Integer(required=True, validate=validate.Range(0))


@csrf.exempt
@blueprint.route("/<uuid:attempt_id>/files", methods=["POST"])
@blueprint.arguments(NewAnswerFileSchema)
@blueprint.response(201, AnswerFileSchema)
def begin_file(given: dict[str, Any], attempt_id: UUID) -> services.AnswerFile:
    """Begin to send a file as the answer to an item."""
    return services.begin_file(_token(), attempt_id, item=given["item"], name=given["name"], size=given["size"])


@blueprint.route("/<uuid:attempt_id>/files/<uuid:file_id>")
@blueprint.response(200, AnswerFileSchema)
def get_file(attempt_id: UUID, file_id: UUID) -> services.AnswerFile:
    """How far a file is, and where it opens."""
    return services.describe_file(_token(), attempt_id, file_id)


@csrf.exempt
@blueprint.route("/<uuid:attempt_id>/files/<uuid:file_id>", methods=["PATCH"])
@blueprint.arguments(PieceSchema, location="query")
@blueprint.response(200, PieceSchema)
def append_file(query: dict[str, Any], attempt_id: UUID, file_id: UUID) -> dict[str, int]:
    """Add a piece to a file: its bytes are the body, streamed to the store."""
    request.max_content_length = LARGEST_PIECE
    if request.content_length is None:
        raise LengthRequired
    if request.content_length > LARGEST_PIECE:
        raise TooLarge(_("A piece of a file has at most %(size)s.", size=format_size(LARGEST_PIECE)))
    offset = services.append_file(_token(), attempt_id, file_id, offset=query["offset"], stream=request.stream,
                                  length=request.content_length)
    return {"offset": offset}


class PageEventSchema(Schema):
    """Something that a page tells of itself."""

    kind = fields.String(required=True, validate=validate.OneOf(sorted(integrity.FROM_PAGE)))
    ms = fields.Integer(load_default=0, validate=validate.Range(0), metadata={
        "description": "of `returned`: how long the candidate was away, in milliseconds"})


class EvidenceSchema(Schema):
    """What a page tells of itself since the last time."""

    events = fields.List(fields.Nested(PageEventSchema), required=True,
                         validate=validate.Length(1, integrity.MOST_AT_ONCE))


@csrf.exempt
@blueprint.route("/<uuid:attempt_id>/evidence", methods=["POST"])
@blueprint.arguments(EvidenceSchema)
@blueprint.response(204)
def record_evidence(given: dict[str, Any], attempt_id: UUID) -> None:
    """Keep what the page of a running attempt tells of itself. Nothing depends on it."""
    integrity.record_evidence(_token(), attempt_id, given["events"])


@blueprint.route("/<uuid:attempt_id>/recordings/<uuid:recording_id>")
@blueprint.doc(**RECORDING_DOC)
def get_recording(attempt_id: UUID, recording_id: UUID) -> Response:
    """The sound of a recording that may be heard so often only, for a play that was saved just before."""
    content_type, data = services.open_recording(_token(), attempt_id, recording_id)
    return Response(data, content_type=content_type, headers={"Cache-Control": "private, no-store"})


class NoticesQuerySchema(Schema):
    """What a page tells of itself when it asks."""

    hidden = fields.Boolean(load_default=False, metadata={"description": "another window or tab covers the page"})
    waiting = fields.Integer(load_default=0, validate=validate.Range(0, 10_000), metadata={
        "description": "answers that are not on the server yet"})


class NoticeSchema(Schema):
    """A message of the invigilator."""

    id = fields.UUID()
    text = fields.String()
    at = fields.AwareDateTime(attribute="created_at")


class NoticesSchema(Schema):
    """What a player should know that no save tells it."""

    messages = fields.List(fields.Nested(NoticeSchema), metadata={"description": "the newest 20, the oldest first"})
    room = fields.String(metadata={"description": "waiting, open, paused or ended; empty without a room"})
    state = fields.String(metadata={"description": "open, submitted or time_up"})
    epoch_holds = fields.Boolean(metadata={"description": "false once another device has taken over"})
    remaining_ms = fields.Integer()
    server_time = fields.AwareDateTime()
    next_seconds = fields.Integer(metadata={"description": "ask again after so many seconds"})


@blueprint.route("/<uuid:attempt_id>/notices")
@blueprint.arguments(NoticesQuerySchema, location="query")
@blueprint.response(200, NoticesSchema)
def get_notices(query: dict[str, Any], attempt_id: UUID) -> messages.Notices:
    """Messages of the invigilator, the state of the room and the time left; asked for every so often."""
    return messages.read_notices(_token(), attempt_id, hidden=query["hidden"], waiting=query["waiting"])


def _token() -> str:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise SignInRequired(_("This page may not save answers any more. Please sign in again."))
    return token

