"""Works in the REST API. A description has the fields of `schema.py`; `GET /works/kinds` lists them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from content_repo.works import services
from content_repo.works.access import LEVELS
from content_repo.works.schema import KINDS, Kind
from content_repo.works.services import WorkRecord
from lms.core.api import ApiBlueprint, PageQuery
from lms.core.permissions import may
from lms.core.web import current_actor

blueprint = ApiBlueprint(
    "works_api",
    __name__,
    url_prefix="/works",
    description="Works: lectures, textbooks, theses and other materials",
)


class WorkQuery(PageQuery):
    """Which published works."""

    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))
    grade = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 12))


class CardSchema(Schema):
    """A work in a list."""

    id = fields.UUID(required=True)
    kind = fields.Function(lambda card: card.kind.code, metadata={"type": "string"})
    title = fields.String(required=True)
    people = fields.List(fields.String())
    subject = fields.String()
    grade = fields.Integer(allow_none=True)
    year = fields.Integer(allow_none=True)
    language = fields.String()
    state = fields.String()
    published_at = fields.AwareDateTime(allow_none=True)
    url = fields.Function(lambda card: url_for("works.show", work_id=card.id), metadata={"type": "string"})


class PageSchema(Schema):
    """A page of works, newest first."""

    items = fields.List(fields.Nested(CardSchema))
    total = fields.Integer()
    page = fields.Integer()
    pages = fields.Integer()


class FileSchema(Schema):
    """A file of a work and whether the caller may open it now. What he may not open has no name."""

    id = fields.UUID(required=True)
    role = fields.String()
    name = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    content_type = fields.String(allow_none=True)
    access = fields.String()
    embargo_until = fields.AwareDateTime(allow_none=True)
    available = fields.Boolean()
    refused = fields.String(
        metadata={"description": "empty, embargo, sign_in, organisation, closed or unpublished"}
    )
    url = fields.String(allow_none=True)


class WorkSchema(Schema):
    """A work with its description. `version` goes back with a change."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    description = fields.Dict(keys=fields.String(), metadata={"description": "the fields of the kind"})
    files = fields.List(fields.Nested(FileSchema))
    published_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime()
    url = fields.String()


class NewWorkSchema(Schema):
    """A new draft."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    description = fields.Dict(keys=fields.String(), required=True)


class FileRightsSchema(Schema):
    """Who may open a file from when; `embargo_until: null` lifts an embargo."""

    id = fields.UUID(required=True)
    access = fields.String(required=True, validate=validate.OneOf(LEVELS))
    embargo_until = fields.AwareDateTime(load_default=None, allow_none=True)


class WorkChangeSchema(Schema):
    """The named fields of the description, and the rights of files. `version`: the one that was read."""

    version = fields.Integer(required=True)
    description = fields.Dict(keys=fields.String(), load_default=dict)
    files = fields.List(fields.Nested(FileRightsSchema), load_default=list, validate=validate.Length(max=50))


class FieldSchema(Schema):
    """A field of a kind."""

    name = fields.String()
    label = fields.Function(lambda field: str(field.label), metadata={"type": "string"})
    type = fields.String()
    required = fields.Boolean()
    choices = fields.Function(
        lambda field: [code for code, _label in field.choices],
        metadata={"type": "array", "items": {"type": "string"}},
    )


class KindSchema(Schema):
    """A kind of work and what it is described by."""

    code = fields.String()
    label = fields.Function(lambda kind: str(kind.label), metadata={"type": "string"})
    accepts = fields.String(metadata={"description": "what its main file is"})
    fields_ = fields.List(fields.Nested(FieldSchema), attribute="fields", data_key="fields")


@blueprint.route("")
class Works(MethodView):
    """Published works, and new drafts."""

    @blueprint.arguments(WorkQuery, location="query")
    @blueprint.response(200, PageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Published works, newest first."""
        page = services.list_published(
            current_actor(), kind=query["kind"], grade=query["grade"], page=query["page"]
        )
        return _page(page)

    @blueprint.arguments(NewWorkSchema)
    @blueprint.response(201, WorkSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new draft of one's own."""
        work = services.create_work(current_actor(), body["kind"], body["description"])
        return work_body(services.get_work(current_actor(), work.id))


@blueprint.route("/kinds")
@blueprint.response(200, KindSchema(many=True))
def list_kinds() -> list[Kind]:
    """The kinds of works and their fields."""
    return list(KINDS.values())


@blueprint.route("/<uuid:work_id>")
class WorkById(MethodView):
    """One work."""

    @blueprint.response(200, WorkSchema)
    def get(self, work_id: UUID) -> dict[str, Any]:
        """A published work, or one that the caller keeps."""
        return work_body(services.get_work(current_actor(), work_id))

    @blueprint.arguments(WorkChangeSchema)
    @blueprint.response(200, WorkSchema)
    def patch(self, body: dict[str, Any], work_id: UUID) -> dict[str, Any]:
        """Change the description, who may open its files, and their embargo."""
        services.edit_work(current_actor(), work_id, body["description"], version=body["version"])
        for rights in body["files"]:
            services.change_rights(
                current_actor(),
                work_id,
                rights["id"],
                access=rights["access"],
                embargo_until=rights["embargo_until"],
            )
        return work_body(services.get_work(current_actor(), work_id))


def _page(page: Any) -> dict[str, Any]:
    return {"items": page.items, "total": page.total, "page": page.page, "pages": page.pages}


def work_body(record: WorkRecord) -> dict[str, Any]:
    """A work as the API shows it to the caller; of a withdrawn one only that it was there."""
    work = record.work
    keeps = may(current_actor(), "work:keep", work)
    shown = {"title": work.title} if record.is_tombstone and not keeps else record.values()
    files = [] if record.is_tombstone and not keeps else [_file_body(record, file) for file in record.files]
    return {
        "id": work.id,
        "kind": work.kind,
        "state": work.state,
        "version": work.version,
        "description": shown,
        "files": files,
        "published_at": work.published_at,
        "updated_at": work.updated_at,
        "url": url_for("works.show", work_id=work.id),
    }


def _file_body(record: WorkRecord, file: Any) -> dict[str, Any]:
    access = services.file_access(current_actor(), record.work, file)
    body = {
        "id": file.id,
        "role": file.role,
        "access": file.access,
        "embargo_until": file.embargo_until,
        "available": access.allowed,
        "refused": access.reason,
        "name": None,
        "size": None,
        "content_type": None,
        "url": None,
    }
    if access.allowed:
        body |= {
            "name": file.name,
            "size": file.size,
            "content_type": file.content_type,
            "url": url_for("works.open_file", work_id=record.work.id, file_id=file.id),
        }
    return body
