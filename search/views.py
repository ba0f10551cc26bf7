"""The search page."""

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from lms.core.switches import require_feature
from lms.core.web import current_actor, page_number
from search import services
from search.documents import FACETS
from search.query import SearchQuery

blueprint = Blueprint(
    "search", __name__, url_prefix="/search", template_folder="templates", static_folder="static"
)


@blueprint.get("")
def index() -> str:
    """The box, the ways to narrow down, and a page of results; without words, what is newest."""
    asked = read_query(request.args, page_number())
    require_feature("search")
    result = services.search(current_actor(), asked)
    return render_template("search/index.html", asked=asked, result=result, chosen=asked.filters)


def read_query(values: MultiDict[str, str], page: int) -> SearchQuery:
    """Return the question that stands in an address."""
    kinds, subjects, grades, licences = (values.getlist(name) for name in FACETS)
    text = values.get("q", "")
    return SearchQuery(text, kinds=kinds, subjects=subjects, grades=grades, licences=licences, page=page)
