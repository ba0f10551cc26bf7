"""The bank's part of the API."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from assessment.bank import services
from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.models import STATES, Bank, Item
from assessment.bank.review import CHECKLIST
from lms.core.api import ApiBlueprint, PageQuery
from lms.core.db import Page
from lms.core.web import current_actor

blueprint = ApiBlueprint("bank_api", __name__, url_prefix="/items", description="The question bank")


METADATA = ("expected_difficulty", "expected_seconds", "source", "translation_group")


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
    stem_text = fields.String(required=True, metadata={
        "description": "the prompt as one plain line; empty in a secure bank"})
    bank_id = fields.UUID(allow_none=True)
    is_secure = fields.Boolean(required=True)
    expected_difficulty = fields.Float(allow_none=True, metadata={"description": "share expected to be right, 0 to 1"})
    expected_seconds = fields.Integer(allow_none=True)
    source = fields.String(allow_none=True)
    translation_group = fields.UUID(allow_none=True, metadata={"description": "shared by twins of other languages"})
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
    bank_id = fields.UUID(load_default=None)


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
    state = fields.String(load_default="draft", validate=validate.OneOf(["draft", "ready"]), metadata={
        "description": "in a reviewed bank `ready` hands the question in for review"})
    bank_id = fields.UUID(load_default=None, allow_none=True)
    expected_difficulty = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 1))
    expected_seconds = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 18000))
    source = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    translation_group = fields.UUID(load_default=None, allow_none=True)


class BankSchema(Schema):
    """A bank that one may see."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    reviewed = fields.Boolean(required=True)
    two_person = fields.Boolean(required=True)


class BankPageSchema(Schema):
    """One page of banks."""

    items = fields.List(fields.Nested(BankSchema))
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class ToldSchema(Schema):
    """What is said with a step: why, which points were looked at, and which version was seen."""

    reason = fields.String(load_default="", validate=validate.Length(max=2000))
    checklist = fields.List(fields.String(validate=validate.OneOf(list(CHECKLIST))), load_default=list)
    version_id = fields.UUID(load_default=None, allow_none=True)


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
    known = services.ItemMetadata(**{name: sent.pop(name) for name in METADATA})
    draft = services.ItemDraft(**{**sent, "outcome_ids": tuple(sent["outcome_ids"]), "metadata": known})
    item = services.create_item(current_actor(), draft)
    return _detail(services.get_item(current_actor(), item.id))


@blueprint.route("/banks", methods=["GET"])
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, BankPageSchema)
def list_banks(query: dict[str, Any]) -> Page[Bank]:
    """The banks that one may see, by name; secure ones only for their members."""
    return services.list_banks(current_actor(), **query)


@blueprint.route("/<uuid:item_id>/moves/<name>", methods=["POST"])
@blueprint.arguments(ToldSchema)
@blueprint.response(200, ItemSchema)
def take_move(told: dict[str, Any], item_id: UUID, name: str) -> Item:
    """Take a step of the review, such as `submit`, `sign_content` or `approve`. Answers 409 where it is not open."""
    given = services.Told(told["reason"], tuple(told["checklist"]), told["version_id"])
    return services.take_move(current_actor(), item_id, name, given)


def _detail(detail: services.ItemDetail) -> dict[str, Any]:
    shown: Item = detail.item
    return {**{name: getattr(shown, name) for name in ItemSchema().fields}, "version": detail.version.number,
            "content": detail.version.content, "key": detail.version.key, "outcome_ids": detail.outcome_ids}
