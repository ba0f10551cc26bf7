"""Pages of the kernel: language, theme, stored objects, health, and the administrator's jobs."""

import os
from pathlib import Path
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from werkzeug.exceptions import NotFound as HttpNotFound

from lms.core import jobs, switches
from lms.core.db import db
from lms.core.i18n import LOCALE_COOKIE, LOCALES, _
from lms.core.storage.folder import serve_object
from lms.core.web import THEME_COOKIE, THEMES, YEAR_SECONDS, current_actor, flash_success, page_number, safe_next

blueprint = Blueprint("core", __name__)
NPM_FOLDER = Path(os.environ.get("LMS_NPM_FOLDER", Path(__file__).parents[2] / "node_modules"))
NPM_PACKAGES = ("bootstrap", "bootstrap-icons", "@fontsource/be-vietnam-pro", "katex", "hls.js", "echarts",
                "tus-js-client", "@noble/hashes", "mathlive")


def serve_npm(path: str) -> Response:
    """A file of one of the page packages, and of no other."""
    if ".." in path.split("/") or not any(path.startswith(f"{package}/") for package in NPM_PACKAGES):
        raise HttpNotFound
    return send_from_directory(NPM_FOLDER, path, max_age=30 * 24 * 3600)


@blueprint.get("/objects/<token>")
def stored_object(token: str) -> Response:
    """A stored file, by its signed address."""
    return serve_object(token)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Whether this process serves and reaches its database."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counters for the machine's own Prometheus; answered on loopback only."""
    if request.remote_addr not in ("127.0.0.1", "::1") or request.headers.get("X-Forwarded-For"):
        raise HttpNotFound
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Remember the language and go back to the page."""
    return _remember(LOCALE_COOKIE, request.form.get("language", ""), tuple(LOCALES))


@blueprint.post("/theme")
def set_theme() -> ResponseReturnValue:
    """Remember light, dark or the device's choice."""
    return _remember(THEME_COOKIE, request.form.get("theme", ""), THEMES)


def _remember(cookie: str, value: str, allowed: tuple[str, ...]) -> Response:
    response = make_response(redirect(safe_next(request.form.get("next"))))
    if value in allowed:
        response.set_cookie(cookie, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@blueprint.get("/admin/jobs")
def list_jobs() -> str:
    """Every job, by state."""
    state = request.args.get("state", "")
    page = jobs.list_jobs(current_actor(), state=state, page=page_number())
    return render_template("shell/admin/jobs.html", page=page, state=state,
                           states=("queued", "running", "done", "failed"))


@blueprint.get("/admin/jobs/<uuid:job_id>")
def show_job(job_id: UUID) -> str:
    """One job."""
    return render_template("shell/admin/job.html", job=jobs.get_job(current_actor(), job_id))


@blueprint.post("/admin/jobs/<uuid:job_id>/rerun")
def rerun_job(job_id: UUID) -> ResponseReturnValue:
    """Queue a job again."""
    job = jobs.rerun_job(current_actor(), job_id)
    flash_success(_("The job will run again."))
    return redirect(url_for("core.show_job", job_id=job.id))


@blueprint.get("/admin/switches")
def list_features() -> str:
    """What can be turned off for everybody, and what is."""
    return render_template("shell/admin/switches.html", features=switches.list_features(current_actor()))


@blueprint.post("/admin/switches/<name>/off")
def turn_feature_off(name: str) -> ResponseReturnValue:
    """Turn a feature off for everybody."""
    switches.turn_off(current_actor(), name, reason=request.form.get("reason", ""))
    flash_success(_("The feature is turned off for everybody."))
    return redirect(url_for("core.list_features"))


@blueprint.post("/admin/switches/<name>/on")
def turn_feature_on(name: str) -> ResponseReturnValue:
    """Turn a feature on again."""
    switches.turn_on(current_actor(), name)
    flash_success(_("The feature is turned on again."))
    return redirect(url_for("core.list_features"))
