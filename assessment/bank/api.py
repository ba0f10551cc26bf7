"""The bank's part of the API."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from assessment.bank import services
from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.models import STATES, Item
from lms.core.api import ApiBlueprint, PageQuery
from lms.core.db import Page
from lms.core.web import current_actor

blueprint = ApiBlueprint("bank_api", __name__, url_prefix="/items", description="The question bank")


class ItemSchema(Schema):
    """An item in a list: no content, no key."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True)
    level = fields.String(required=True)
    grade = fields.Integer(allow_none=True)
    subject_id = fields.UUID(required=True)
    topic_id = fields.UUID(allow_none=True)
    owner_id = fields.UUID(required=True)
    language = fields.String(required=True)
    stem_text = fields.String(required=True, metadata={"description": "the prompt as one plain line"})
    updated_at = fields.DateTime(required=True)


class ItemPageSchema(Schema):
    """One page of items."""

    items = fields.List(fields.Nested(ItemSchema))
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class ItemDetailSchema(ItemSchema):
    """An item with its current version; only those who may read the item get the key."""

    version = fields.Integer(required=True)
    content = fields.Dict(required=True)
    key = fields.Dict(required=True)
    outcome_ids = fields.List(fields.UUID())


class ItemQuery(PageQuery):
    """What the list is narrowed to."""

    subject_id = fields.UUID(load_default=None)
    topic_id = fields.UUID(load_default=None)
    level = fields.String(load_default="", validate=validate.OneOf(["", *LEVELS]))
    type = fields.String(load_default="", validate=validate.OneOf(["", *ITEM_TYPES]))
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    text = fields.String(load_default="", validate=validate.Length(max=200))
    mine = fields.Boolean(load_default=False)


class NewItemSchema(Schema):
    """An item to be written; see the documentation of content and key by type."""

    type = fields.String(required=True, validate=validate.OneOf(ITEM_TYPES))
    content = fields.Dict(required=True)
    key = fields.Dict(required=True)
    subject_id = fields.UUID(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    topic_id = fields.UUID(load_default=None, allow_none=True)
    grade = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 12))
    outcome_ids = fields.List(fields.UUID(), load_default=list)
    language = fields.String(load_default="vi", validate=validate.OneOf(["vi", "en"]))
    state = fields.String(load_default="draft", validate=validate.OneOf(["draft", "ready"]))


@blueprint.route("", methods=["GET"])
@blueprint.arguments(ItemQuery, location="query")
@blueprint.response(200, ItemPageSchema)
def list_items(query: dict[str, Any]) -> Page[Item]:
    """Items that one may read, newest first; `text` is looked for without regard to tone marks."""
    return services.list_items(current_actor(), **query)


@blueprint.route("/<uuid:item_id>", methods=["GET"])
@blueprint.response(200, ItemDetailSchema)
def get_item(item_id: UUID) -> dict[str, Any]:
    """One item with its current content and key."""
    return _detail(services.get_item(current_actor(), item_id))


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewItemSchema)
@blueprint.response(201, ItemDetailSchema)
def create_item(sent: dict[str, Any]) -> dict[str, Any]:
    """Write an item; its HTML is cleaned. Answers 422 with a problem for each wrong field."""
    draft = services.ItemDraft(**{**sent, "outcome_ids": tuple(sent["outcome_ids"])})
    item = services.create_item(current_actor(), draft)
    return _detail(services.get_item(current_actor(), item.id))


def _detail(detail: services.ItemDetail) -> dict[str, Any]:
    shown: Item = detail.item
    return {**{name: getattr(shown, name) for name in ItemSchema().fields}, "version": detail.version.number,
            "content": detail.version.content, "key": detail.version.key, "outcome_ids": detail.outcome_ids}
