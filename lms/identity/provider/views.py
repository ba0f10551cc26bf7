"""The addresses of the bundled provider, under `/oidc`."""

from typing import Any
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lms.core.config import settings
from lms.core.errors import Invalid, NotFound, PlatformError, TooMany
from lms.core.i18n import _
from lms.core.signing import InvalidToken, sign, unsign
from lms.identity.provider import services
from lms.identity.provider.forms import LoginForm
from lms.identity.provider.keys import ALGORITHM, public_keys
from lms.identity.provider.server import AUTH_METHODS, SCOPES, Login, current_server

blueprint = Blueprint("provider", __name__, url_prefix="/oidc", template_folder="../templates")
COOKIE = "lms_provider"
PURPOSE = "provider-session"


class BadClientRequest(PlatformError):
    """An application asked in a way that cannot be answered to it, so the person is told."""

    status, code = 400, "bad-client-request"

    def __init__(self, reason: str) -> None:
        super().__init__(_("The application that sent you here asked for something not allowed: %(reason)s",
                           reason=reason))


@blueprint.before_request
def only_when_bundled() -> None:
    """There is no such provider where another one is set."""
    if not settings().bundled_provider:
        raise NotFound(_("There is no such page, or it is not for you."))


@blueprint.get("/.well-known/openid-configuration")
def discovery() -> Response:
    """OpenID Connect Discovery 1.0."""
    issuer = settings().issuer
    return jsonify(
        issuer=issuer, authorization_endpoint=f"{issuer}/authorize", token_endpoint=f"{issuer}/token",
        userinfo_endpoint=f"{issuer}/userinfo", jwks_uri=f"{issuer}/keys",
        end_session_endpoint=f"{issuer}/end-session",
        scopes_supported=SCOPES, response_types_supported=["code"], response_modes_supported=["query"],
        grant_types_supported=["authorization_code"], subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM], token_endpoint_auth_methods_supported=AUTH_METHODS,
        code_challenge_methods_supported=["S256"], ui_locales_supported=["vi", "en"],
        claims_supported=["sub", "sid", "name", "preferred_username", "email", "roles", "organisation"])


@blueprint.get("/keys")
def keys() -> Response:
    """The public keys (JWKS)."""
    return jsonify(public_keys(settings().data_folder).as_dict(private=False))


@blueprint.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Send somebody who is signed in here back at once; else ask for the password."""
    login = current_login()
    grant = _checked_grant(login)
    if isinstance(grant, Response):
        return grant
    if login is None or grant.prompt == "login":
        return _login_page(LoginForm(formdata=None))
    return _grant(grant, login)


@blueprint.post("/authorize")
def log_in() -> ResponseReturnValue:
    """Check the password of the login form, whose address still carries the client's request."""
    form, grant = LoginForm(), _checked_grant(None)
    if isinstance(grant, Response):
        return grant
    if not form.validate_on_submit():
        return _login_page(form, 422)
    try:
        account = services.check_password(form.username.data, form.password.data,
                                          address=request.remote_addr or "")
    except (Invalid, TooMany) as refused:
        form.form_errors.append(refused.message)
        return _login_page(form, refused.status)
    earlier = current_login()
    if earlier:
        services.end_session(earlier.session.id)
    login = Login(services.start_session(account.id), account)
    return _remember(_grant(grant, login), login)


@blueprint.post("/token")
def token() -> ResponseReturnValue:
    """A code for an ID token and an access token."""
    server = current_server()
    try:
        return _plain(server.create_token_response())
    except OAuth2Error as refused:  # before the grant was looked at: the line is not secure
        return _plain(server.handle_error_response(None, refused))


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> ResponseReturnValue:
    """The claims behind an access token."""
    server = current_server()
    try:
        return _plain(server.create_endpoint_response("userinfo"))
    except HTTPException as refused:
        return Response(refused.get_body(), refused.code, refused.get_headers())
    except OAuth2Error as refused:
        return _plain(server.handle_error_response(None, refused))


@blueprint.route("/end-session", methods=["GET", "POST"])
def end_session() -> ResponseReturnValue:
    """RP-initiated logout: at once with a good ID token, else after asking."""
    server = current_server()
    try:
        wanted = server.validate_endpoint_request("end_session")
    except OAuth2Error:
        return render_template("lms/identity/provider/end_session.html"), 400
    if wanted.needs_confirmation:
        return render_template("lms/identity/provider/end_session.html")
    answer = server.create_endpoint_response("end_session", wanted)
    return _forget(answer or redirect(url_for("provider.session_ended")))


@blueprint.post("/end-session/confirmed")
def confirm_end_session() -> ResponseReturnValue:
    """What the person himself confirmed."""
    login = current_login()
    if login:
        services.end_session(login.session.id)
    return _forget(redirect(url_for("provider.session_ended")))


@blueprint.get("/session-ended")
def session_ended() -> str:
    """Nobody is signed in at the provider any more."""
    return render_template("lms/identity/provider/session_ended.html")


def current_login() -> Login | None:
    """Who is signed in at the provider in this browser."""
    cookie = request.cookies.get(COOKIE, "")
    try:
        found = services.find_session(UUID(unsign(PURPOSE, cookie)["session"])) if cookie else None
    except InvalidToken:
        return None
    return Login(*found) if found else None


def _checked_grant(login: Login | None) -> Any:
    """The client's request, checked; or the answer that refuses it, to the client only where that is safe."""
    server = current_server()
    try:
        return server.get_consent_grant(end_user=login)
    except OAuth2Error as error:
        if getattr(error, "redirect_uri", None):
            return server.handle_error_response(None, error)
        raise BadClientRequest(error.description or error.error) from error
    except ValueError as error:  # Authlib repeats what it was sent, and then finds signs in it that it forbids
        raise BadClientRequest("invalid_request") from error


def _grant(grant: Any, login: Login) -> Response:
    """Back to the client. From a form to another origin goes by a page: browsers hold the form's policy
    against every redirect that follows it."""
    response: Response = current_server().create_authorization_response(grant=grant, grant_user=login)
    target = response.headers.get("Location", "")
    if request.method == "GET" or target.startswith(f"{settings().base_url}/"):
        return response
    return make_response(render_template("lms/identity/provider/continue.html", target=target))


def _login_page(form: LoginForm, status: int = 200) -> ResponseReturnValue:
    return render_template("lms/identity/provider/log_in.html", form=form), status


def _remember(response: Response, login: Login) -> Response:
    token_text = sign(PURPOSE, {"session": str(login.session.id)}, expires=services.SESSION_LIFE)
    response.set_cookie(COOKIE, token_text, path="/oidc", httponly=True, samesite="Lax",
                        secure=settings().base_url.startswith("https://"))
    return response


def _forget(response: Any) -> Response:
    answer = make_response(response)
    answer.delete_cookie(COOKIE, path="/oidc")
    return answer


def _plain(response: Response) -> Response:
    """An answer for a program: never kept by a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
