"""The web's floor: who acts, sign-in by default, errors as pages or problem+json, safe headers.

A request runs in one order: CSRF, sign-in, arguments, permission (in the service), work, commit, answer.
"""

import hashlib
import secrets
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.core import audit, bearer, incoming
from lms.core.config import Settings
from lms.core.db import db
from lms.core.dialects import declare_write_intent
from lms.core.errors import Invalid, PlatformError, TooLarge, Unavailable
from lms.core.i18n import _
from lms.core.permissions import ANONYMOUS, Actor, Refused, may
from lms.core.step_up import StaleSignIn
from lms.core.step_up import recent_sign_in as recent_sign_in
from lms.core.step_up import require_recent_sign_in as require_recent_sign_in

log = structlog.get_logger()


class _Csrf(CSRFProtect):
    """Forms and cookies need the token; a call with an access token uses no cookie, so no page can forge it."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check the token of a call that may come from a browser's cookie."""
        if bearer.bearer_token() is None:
            super().protect(apply_exemptions)


csrf = _Csrf()
login_manager = LoginManager()
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
DATABASE_GONE = (OperationalError, InterfaceError, PoolTimeout)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
YEAR_SECONDS = 365 * 24 * 3600


def current_actor() -> Actor:
    """Who makes this request; ANONYMOUS if nobody is signed in."""
    if "actor" not in g:
        token = bearer.bearer_token()
        if token is not None:
            g.actor, g._login_user = ANONYMOUS, login_manager.anonymous_user()  # whatever the cookie says
            g.actor = bearer.actor_of(token)
        else:
            g.actor = current_user.actor if current_user.is_authenticated else ANONYMOUS
    return cast(Actor, g.actor)


def page_number() -> int:
    """`?page=`, from 1; anything else is 1."""
    value = request.args.get("page", "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 7 else 1


def flash_success(message: object) -> None:
    """Tell the person, on the next page, that it worked."""
    flash(str(message), "success")


def wants_json() -> bool:
    """Whether the answer is for a program."""
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best == "application/json" and not request.accept_mimetypes.accept_html
    )


def safe_next(target: str | None) -> str:
    """A path of this platform to go on to, or the home page: never another host."""
    if (
        target
        and target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and target.isprintable()
    ):  # browsers drop tabs and line ends before they read an address
        return target
    return "/"


def problem_response(error: PlatformError) -> Response:
    """problem+json (RFC 9457)."""
    body = {
        "type": f"urn:problem:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.message,
        "instance": g.get("reference", ""),
        "problems": [{"where": p.where, "message": p.message} for p in error.problems],
    }
    response = jsonify(body)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    return response


def error_page(error: PlatformError) -> ResponseReturnValue:
    """A page that says what happened and where to go on."""
    page = render_template(
        "shell/error.html",
        code=error.status,
        title=_title(error.status),
        message=error.message,
        problems=error.problems,
        reference=g.get("reference", ""),
    )
    return page, error.status


def _title(status: int) -> str:
    titles = {
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("It has changed"),
        413: _("Too large"),
        422: _("Please check what you sent"),
        429: _("Too many tries"),
        503: _("Not available now"),
    }
    return titles.get(status, _("Something went wrong"))


def _answer(error: PlatformError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, Refused):
        audit.record_refusal(current_actor(), error)
    if wants_json():
        response: Any = problem_response(error)
    elif isinstance(error, StaleSignIn):
        response = _ask_to_sign_in_again(error)
    elif error.status == 401 and request.method == "GET":
        response = redirect(url_for("identity.sign_in", next=request.full_path.rstrip("?")))
    else:
        response = Response(*cast(Any, error_page(error)))
    if wants_json() and (error.status == 401 or isinstance(error, bearer.NarrowBearer)):
        response.headers["WWW-Authenticate"] = getattr(error, "challenge", "Bearer")
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return cast(Response, response)


def _ask_to_sign_in_again(error: StaleSignIn) -> Response:
    """A page goes to the provider and back; a form says first that it was not carried out."""
    if request.method in SAFE_METHODS:
        return cast(Response, redirect(
            url_for("identity.step_up", next=request.full_path.rstrip("?"), acr=error.acr)))
    again = url_for("identity.step_up", next=_page_of_form(), acr=error.acr)
    return Response(render_template("shell/sign_in_again.html", message=error.message, again=again), error.status)


def _page_of_form() -> str:
    """Where the form stood, if the browser says so and it was here."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return "/"
    return safe_next(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if isinstance(getattr(error, "original_exception", None), DATABASE_GONE):  # it went before the commit
        return _on_database_error(error)
    if isinstance(error, RequestEntityTooLarge):
        return _answer(TooLarge(_("The file or form is larger than the platform takes.")))
    messages = {
        404: _("There is no such page, or it is not for you."),
        405: _("This cannot be done at this address."),
        400: _("The request could not be understood."),
    }
    shown = PlatformError(messages.get(error.code, _("The request could not be served.")))
    shown.status, shown.code = error.code, f"http-{error.code}"
    answer = _answer(shown)
    for name, value in error.get_headers() if error.code in (405, 429) else []:
        if name in ("Allow", "Retry-After"):
            cast(Response, answer).headers[name] = value
    return answer


def _on_csrf_error(_error: CSRFError) -> ResponseReturnValue:
    return _answer(
        Invalid(_("The form was open too long, or your session has changed. Go back, reload and send again."))
    )


def _on_database_error(error: Exception) -> ResponseReturnValue:
    log.warning("database-unavailable", error=type(error).__name__, endpoint=request.endpoint)
    try:
        db.session.rollback()
    except DBAPIError:
        db.session.close()
    if "actor" not in g:  # the page is shown to whoever asks: to find out who it is needs the database
        g.actor, g._login_user = ANONYMOUS, login_manager.anonymous_user()
    return _answer(
        Unavailable(
            _("The database does not answer now. Nothing was changed; please try again shortly."), service="database"
        )
    )


def _on_crash(error: Exception) -> ResponseReturnValue:
    log.exception("crash", reference=g.get("reference"), endpoint=request.endpoint)
    return _answer(PlatformError(_("Something went wrong on our side. Nothing was changed.")))


def _begin_request() -> None:
    g.reference = secrets.token_hex(4)
    declare_write_intent(request.method not in SAFE_METHODS)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(reference=g.reference)
    if "\0" in request.path:
        abort(404)


def allow_style_attributes() -> None:
    """Let this one page carry style attributes: for the formula field, which sets its signs by them (decision 0017)."""
    g.style_attributes = True


def allow_microphone() -> None:
    """Let this one page ask for the microphone: for questions that are answered by speaking."""
    g.microphone = True


def _csp(given: Settings, form_targets: list[str]) -> str:
    store = f" {given.s3_endpoint.rstrip('/')}" if given.s3_endpoint else ""
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            *(["style-src-attr 'unsafe-inline'"] if g.get("style_attributes") else []),
            f"img-src 'self' data:{store}",
            "font-src 'self'",
            f"media-src 'self' blob:{store}",
            f"connect-src 'self'{store}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            " ".join(["form-action 'self'", *form_targets]),
            "frame-ancestors 'none'",
        ]
    )


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    microphone = "(self)" if g.get("microphone") else "()"
    headers.setdefault("Permissions-Policy", f"camera=(), microphone={microphone}, geolocation=()")
    if request.endpoint not in ("static", "npm") and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store"
    return response


def init_app(app: Flask, given: Settings, open_endpoints: frozenset[str],
             large_bodies: incoming.LargeBodies) -> None:
    """Wire the floor into the application.

    `open_endpoints` may be seen without signing in, `large_bodies` take files.
    """
    app.request_class = incoming.StorableRequest
    app.config.update(
        SECRET_KEY=given.secret_key,
        MAX_CONTENT_LENGTH=given.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=incoming.MOST_FORM_BYTES,
        SECRET_KEY_FALLBACKS=[given.secret_key_previous] if given.secret_key_previous else [],
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=given.base_url.startswith("https://"),
        SESSION_COOKIE_NAME="lms_session",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    form_targets: list[str] = app.extensions.setdefault("lms.web.form_targets", [])
    if given.trusted_proxies:
        n = given.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    @app.before_request
    def use_one_name() -> ResponseReturnValue | None:
        elsewhere = incoming.by_its_own_name(given.base_url, request)
        return redirect(elsewhere) if elsewhere else None

    app.before_request(_begin_request)
    app.teardown_request(lambda _error: declare_write_intent(False))

    @app.before_request
    def bound_body() -> None:  # before CSRF, which reads forms
        request.max_content_length = incoming.most_bytes(request.endpoint, current_actor, large_bodies)

    csrf.init_app(app)
    login_manager.init_app(app)

    @app.before_request
    def require_sign_in() -> None:
        if request.endpoint is None or request.endpoint in open_endpoints:
            return
        if current_actor().is_anonymous:
            login_required()

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _csp(given, form_targets))
        return _secure(response)

    app.register_error_handler(PlatformError, _answer)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(HTTPException, _on_http_error)
    for kind in DATABASE_GONE:
        app.register_error_handler(kind, _on_database_error)
    app.register_error_handler(Exception, _on_crash)
    app.context_processor(_template_values)


def _template_values() -> dict[str, Any]:
    """What every page may ask for."""
    return {"current_actor": current_actor(), "may": _may, "theme": request.cookies.get(THEME_COOKIE, "auto"),
            "person_mark": _mark_of(current_actor())}


def _mark_of(actor: Actor) -> str:
    """By what a browser tells that another person is signed in; it names nobody."""
    return "" if actor.person_id is None else hashlib.sha256(b"person " + actor.person_id.bytes).hexdigest()[:16]


def login_required() -> None:
    """Raise SignInRequired for a person who is not signed in."""
    _unused = current_actor().id


def _may(permission: str, resource: Any = None) -> bool:
    return may(current_actor(), permission, resource)
