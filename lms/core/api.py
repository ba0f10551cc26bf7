"""The REST API: /api/v1, OpenAPI 3.1 at /api/v1/openapi.json, its own page at /api/v1/docs.

Each room adds an `ApiBlueprint`. A cookie call that changes something carries the X-CSRFToken header.
"""

from typing import Any

from flask import Flask, Response, jsonify, render_template
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields, validate

from lms.core import jobs
from lms.core.config import Settings
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.incoming import StorableJson
from lms.core.web import current_actor, problem_response

PREFIX = "/api/v1"


class ApiBlueprint(Blueprint):
    """A room's part of the API; `url_prefix` stands under /api/v1."""

    ARGUMENTS_PARSER = StorableJson()

    def __init__(self, name: str, import_name: str, url_prefix: str, **kwargs: Any) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX + url_prefix, **kwargs)


class _Api(Api):
    """flask-smorest's registry, without its error handlers: errors have one home, lms.core.web."""

    def _register_error_handlers(self) -> None:
        """None: an unknown page stays a page, not JSON."""


class JobSchema(Schema):
    """How far a job is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "queued, running, done or failed"})
    progress = fields.Float(required=True, metadata={"description": "from 0 to 1"})
    note = fields.String()
    reason = fields.String()


class PageQuery(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 999_999))


blueprint = ApiBlueprint("jobs_api", __name__, url_prefix="/jobs", description="Long work, and how far it is")


@blueprint.route("/<uuid:job_id>")
@blueprint.response(200, JobSchema)
def get_job(job_id: Any) -> jobs.Job:
    """A job of one's own."""
    return jobs.get_job(current_actor(), job_id)


def page_body(page: Any, schema: Schema) -> dict[str, Any]:
    """A page of a list as every list of the API shows it."""
    return {"items": schema.dump(page.items, many=True), "total": page.total, "page": page.page, "pages": page.pages}


def init_app(app: Flask, blueprints: list[Blueprint]) -> None:
    """Mount the rooms' parts and the two addresses that describe them."""
    app.config.update(API_TITLE="Learning and assessment platform", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = _Api(app)
    _tell_how_to_sign_in(api, app.extensions["lms.settings"])
    for each in [blueprint, *blueprints]:
        api.register_blueprint(each)
    app.register_error_handler(422, _on_unprocessable)

    @app.get(f"{PREFIX}/openapi.json", endpoint="openapi")
    def openapi() -> Response:
        """The description, for programs."""
        return jsonify(api.spec.to_dict())

    @app.get(f"{PREFIX}/docs", endpoint="api_docs")
    def api_docs() -> str:
        """The description, for people."""
        return render_template("shell/api_docs.html", spec=api.spec.to_dict())


def _tell_how_to_sign_in(api: Api, given: Settings) -> None:
    """The two ways to call: a browser's cookie, or an access token of the bundled provider."""
    schemes = api.spec.components
    schemes.security_scheme("cookie", {
        "type": "apiKey", "in": "cookie", "name": "lms_session",
        "description": "A page of the platform; a call that changes something carries the header X-CSRFToken."})
    schemes.security_scheme("bearer", {
        "type": "http", "scheme": "bearer",
        "description": "An access token with the scope `api`: a person's, or a program's own."})
    schemes.security_scheme("openid", {
        "type": "openIdConnect", "openIdConnectUrl": f"{given.issuer}/.well-known/openid-configuration"})
    api.spec.options["security"] = [{"cookie": []}, {"bearer": []}, {"openid": ["api"]}]


def _on_unprocessable(error: Any) -> Response:
    """What the argument parser refused, field by field."""
    messages = getattr(error, "data", {}).get("messages", {})
    problems = [Problem(f"{place}.{name}", "; ".join(map(str, told)) if isinstance(told, list) else str(told))
                for place, by_field in messages.items() if isinstance(by_field, dict)
                for name, told in by_field.items()]
    return problem_response(Invalid(_("Some values are missing or wrong."), problems))
