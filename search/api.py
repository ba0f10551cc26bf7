"""GET /api/v1/search."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.core.api import ApiBlueprint
from lms.core.switches import require_feature
from lms.core.web import current_actor
from search import services
from search.query import PER_PAGE_LIMIT, SearchQuery, SearchResult

blueprint = ApiBlueprint(
    "search_api", __name__, url_prefix="/search", description="What this person may find"
)


class SearchArguments(Schema):
    """A question; a facet may be given several times, and any of its values will do."""

    q = fields.String(load_default="", metadata={"description": "words, with or without tone marks"})
    kind = fields.List(fields.String(), load_default=list)
    subject = fields.List(fields.String(), load_default=list)
    grade = fields.List(fields.String(), load_default=list)
    licence = fields.List(fields.String(), load_default=list)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, PER_PAGE_LIMIT))


class SegmentSchema(Schema):
    """A piece of plain text, and whether it is one of the words."""

    text = fields.String(required=True)
    hit = fields.Boolean(required=True)


class HitSchema(Schema):
    """One result."""

    kind = fields.String(required=True)
    id = fields.String(required=True)
    url = fields.String(required=True)
    language = fields.String()
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    people = fields.List(fields.String())
    year = fields.Integer(allow_none=True)
    updated_at = fields.AwareDateTime()
    title = fields.List(fields.Nested(SegmentSchema))
    excerpt = fields.List(fields.Nested(SegmentSchema))


class FacetValueSchema(Schema):
    """A value that results can be narrowed to, and how many that would leave."""

    value = fields.String(required=True)
    label = fields.String(required=True)
    count = fields.Integer(required=True)
    selected = fields.Boolean(required=True)


class FacetSchema(Schema):
    """One way to narrow down."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    values = fields.List(fields.Nested(FacetValueSchema))


class SearchResultSchema(Schema):
    """A page of results."""

    items = fields.List(fields.Nested(HitSchema), attribute="hits")
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    notice = fields.String(metadata={"description": "what to know about how they were found"})
    facets = fields.List(fields.Nested(FacetSchema))


@blueprint.route("", methods=["GET"])
@blueprint.arguments(SearchArguments, location="query")
@blueprint.response(200, SearchResultSchema)
def search(given: dict[str, Any]) -> SearchResult:
    """Find documents. Nobody needs to be signed in; who is, finds what is for him too."""
    query = SearchQuery(
        text=given["q"],
        kinds=given["kind"],
        subjects=given["subject"],
        grades=given["grade"],
        licences=given["licence"],
        page=given["page"],
        per_page=given["per_page"],
    )
    require_feature("search")
    return services.search(current_actor(), query)
