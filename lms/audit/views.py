"""Pages of the audit."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from lms.audit import services
from lms.audit.query import Query, read_query
from lms.audit.words import THINGS, known_acts
from lms.core.audit import AuditEvent
from lms.core.dialects import declare_write_intent
from lms.core.errors import Invalid
from lms.core.permissions import authorize
from lms.core.step_up import recent_sign_in
from lms.core.web import current_actor
from lms.identity.device import device_name

blueprint = Blueprint("audit", __name__, url_prefix="/audit", template_folder="templates", static_folder="static")
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@blueprint.get("")
def list_events() -> str:
    """Who did what, when, from where; what it was before and what it is now."""
    query = read_query(request.args)
    try:
        log, problems = services.get_log(current_actor(), query), []
    except Invalid as refused:
        log, problems = None, refused.problems
    return _page("list.html", query, log=log, problems=problems, acts=known_acts())


@blueprint.get("/export")
@recent_sign_in()
def choose_export() -> str:
    """What will be exported, and as what."""
    authorize(current_actor(), "audit:export")
    return _page("export.html", read_query(request.args))


@blueprint.post("/export")
@recent_sign_in()
def export() -> ResponseReturnValue:
    """All that is asked for, as a file, streamed."""
    form = request.form.get("form", "")
    pieces = services.export_log(current_actor(), read_query(request.form), form)

    def read_only() -> Any:
        declare_write_intent(False)
        yield from pieces

    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"', "X-Accel-Buffering": "no"}
    return Response(stream_with_context(read_only()), content_type=TYPES[form], headers=headers)


def _page(name: str, query: Query, **values: Any) -> str:
    return render_template(f"lms/audit/{name}", query=query, asked=query.typed, address_with=_address_with,
                           page_of=_page_of, device_name=device_name, **values)


def _address_with(query: Query, **changes: str) -> str:
    """The list with these fields changed; an empty one is taken away."""
    fields = {name: value for name, value in {**query.typed, **changes}.items() if value}
    return url_for("audit.list_events") + (f"?{urlencode(fields)}" if fields else "")


def _page_of(event: AuditEvent) -> str | None:
    """The address of the thing's page, where it has one. Whether the reader may see it, the page says."""
    _words, endpoint, argument = THINGS.get(event.subject_kind or "", ("", "", ""))
    if not endpoint or endpoint not in current_app.view_functions:
        return None
    values: dict[str, Any] = {argument: event.subject_id}
    return url_for(endpoint, **values)
