"""The addresses of the bundled provider, under `/oidc`: what people see, and what programs ask."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lms.core.config import settings
from lms.core.dialects import declare_write_intent
from lms.core.errors import Invalid, NotFound, PlatformError, TooMany
from lms.core.i18n import _
from lms.core.signing import InvalidToken, sign, unsign
from lms.identity.device import device_name
from lms.identity.provider import flow, second_factor, services
from lms.identity.provider.flow import Login
from lms.identity.provider.forms import ConsentForm, LoginForm
from lms.identity.provider.keys import published_keys
from lms.identity.provider.metadata import describe_provider
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.server import current_server

blueprint = Blueprint("provider", __name__, url_prefix="/oidc", template_folder="../templates")
COOKIE = "lms_provider"
PURPOSE = "provider-session"
CONSENT = "provider-consent"
KEYS_SECONDS = 300


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
    return jsonify(describe_provider())


@blueprint.get("/keys")
def keys() -> Response:
    """The public keys (JWKS)."""
    response = jsonify(published_keys().as_dict(private=False))
    response.headers["Cache-Control"] = f"public, max-age={KEYS_SECONDS}"
    return response


@blueprint.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Send somebody who is signed in here back at once; else ask for what is missing."""
    if COOKIE in request.cookies:
        declare_write_intent(True)  # somebody may be here already, and gets his code at once
    try:
        login = current_login()
        grant = checked_grant(login)
        wanted = flow.read_wanted(grant)
        if not flow.needs_login(wanted, login):
            assert login is not None
            services.note_use(login.session)
            return _answer(grant, login)
        flow.refuse_silently(wanted, grant, consent=False)
    except OAuth2Error as error:
        return _refusal(error)
    return login_page(LoginForm(formdata=None, username=_login_hint()))


@blueprint.post("/authorize")
def log_in() -> ResponseReturnValue:
    """Check the password of the login form, whose address still carries the client's request."""
    if "response_type" in request.form:  # a client may also send its request as a form: it begins as any other
        return redirect(add_params_to_uri(url_for("provider.authorize"), list(request.form.items(multi=True))), 303)
    try:
        flow.read_wanted(checked_grant(None))
    except OAuth2Error as error:
        return _refusal(error)
    form = LoginForm()
    if not form.validate_on_submit():
        return login_page(form, 422)
    try:
        account = services.check_password(form.username.data, form.password.data, address=request.remote_addr or "")
    except (Invalid, TooMany) as refused:
        form.form_errors.append(refused.message)
        return login_page(form, refused.status)
    return second_factor.next_step(account, ["pwd"]) or finish_log_in(account, ["pwd"])


def finish_log_in(account: ProviderAccount, amr: Sequence[str]) -> Response:
    """After every accepted credential: start or renew the session and answer the request in the query.

    Somebody else's session in this browser ends; one's own goes on, or a client that asked for a fresh proof would hear
    by the back channel that the person has left.

    `amr` says how it was proved (RFC 8176), with "mfa" where two factors were used.
    """
    earlier = current_login()
    if earlier and earlier.account.id == account.id:
        login = Login(services.renew_session(earlier.session, amr), account)
    else:
        if earlier:
            services.end_session(earlier.session.id)
        device = device_name(request.user_agent.string)
        login = Login(services.start_session(account.id, amr, device), account)
    if "client_id" not in request.args:
        return _remember(redirect(_after_log_in()), login)
    try:
        grant = checked_grant(login)
        flow.check_person(flow.read_wanted(grant), grant, login)
        return _remember(_answer(grant, login), login)
    except OAuth2Error as error:
        return _remember(_refusal(error), login)


@blueprint.post("/consent")
def consent() -> ResponseReturnValue:
    """The person's yes or no to what an application wants; only from the page that asked him."""
    form, login = ConsentForm(), current_login()
    try:
        grant = checked_grant(login)
        if login is None or not form.validate_on_submit() or not _was_asked(form.ticket.data, login):
            return redirect(flow.carry("provider.authorize"), 303)
        if form.decision.data != "allow":
            raise AccessDeniedError(redirect_uri=grant.redirect_uri)
        client = grant.request.client
        services.give_consent(login.account.id, client.client_id, _scopes(grant))
        return _grant(grant, login)
    except OAuth2Error as error:
        return _refusal(error)


@blueprint.post("/token")
def token() -> ResponseReturnValue:
    """A code, a refresh token or a program's proof for tokens."""
    return _for_program(lambda server: server.create_token_response())


@blueprint.post("/introspect")
def introspect() -> ResponseReturnValue:
    """Whether a token is good, and what it is (RFC 7662)."""
    return _for_program(lambda server: server.create_endpoint_response("introspection"))


@blueprint.post("/revoke")
def revoke() -> ResponseReturnValue:
    """A client gives a token back (RFC 7009)."""
    return _for_program(lambda server: server.create_endpoint_response("revocation"))


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
    declare_write_intent(True)
    server = current_server()
    try:
        _refuse_duplicates()
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


def checked_grant(login: Login | None) -> Any:
    """The client's request in the query, checked. Raises OAuth2Error with `redirect_uri` set where the client may be
    told, else BadClientRequest."""
    try:
        _refuse_duplicates()
        return current_server().get_consent_grant(end_user=login)
    except OAuth2Error as error:
        if getattr(error, "redirect_uri", None):
            raise
        raise BadClientRequest(error.description or error.error) from error
    except ValueError as error:  # Authlib repeats what it was sent, and then finds signs in it that it forbids
        raise BadClientRequest("invalid_request") from error


def login_page(form: LoginForm, status: int = 200) -> ResponseReturnValue:
    """The page that asks for the password."""
    return render_template("lms/identity/provider/log_in.html", form=form), status


def _answer(grant: Any, login: Login) -> Response:
    """The code, or the page that asks for consent first. Raises what the client must hear."""
    wanted, client = flow.read_wanted(grant), grant.request.client
    if not flow.needs_consent(wanted, login, client, " ".join(_scopes(grant))):
        return _grant(grant, login)
    flow.refuse_silently(wanted, grant, consent=True)
    ticket = sign(CONSENT, _asked(login), services.CONSENT_LIFE)
    return make_response(render_template(
        "lms/identity/provider/consent.html", form=ConsentForm(formdata=None, ticket=ticket), client=client,
        account=login.account, scopes=_scopes(grant), action=flow.carry("provider.consent")))


def _scopes(grant: Any) -> list[str]:
    return str(grant.request.client.get_allowed_scope(grant.request.payload.scope)).split()


def _asked(login: Login) -> dict[str, str]:
    """What a person was asked: in which session, and about which request."""
    return {"session": str(login.session.id), "request": services.hash_token(request.query_string.decode("latin-1"))}


def _was_asked(ticket: str | None, login: Login) -> bool:
    try:
        return unsign(CONSENT, ticket or "") == _asked(login)
    except InvalidToken:
        return False


def _grant(grant: Any, login: Login) -> Response:
    """Back to the client with a code."""
    return _to_client(current_server().create_authorization_response(grant=grant, grant_user=login))


def _refusal(error: OAuth2Error) -> Response:
    """Back to the client with an error; only to an address that was checked."""
    error.state = request.args.get("state")
    return _to_client(current_server().handle_error_response(None, error))


def _to_client(response: Response) -> Response:
    """Names the issuer (RFC 9207). From a form to another origin goes by a page: browsers hold the form's policy
    against every redirect that follows it."""
    target = add_params_to_uri(response.headers["Location"], {"iss": settings().issuer})
    if request.method == "GET" or target.startswith(f"{settings().base_url}/"):
        response.headers["Location"] = target
        return response
    return make_response(render_template("lms/identity/provider/continue.html", target=target))


def _login_hint() -> str:
    hint = request.args.get("login_hint", "")
    return hint if len(hint) <= 100 and hint.isprintable() else ""


def _after_log_in() -> str:
    """Where somebody goes who came without an application's request."""
    mine = "provider_account.security"
    return url_for(mine) if mine in current_app.view_functions else "/"


def _remember(answer: Any, login: Login) -> Response:
    response = make_response(answer)
    token_text = sign(PURPOSE, {"session": str(login.session.id)}, expires=services.SESSION_LIFE)
    response.set_cookie(COOKIE, token_text, path="/oidc", httponly=True, samesite="Lax",
                        secure=settings().base_url.startswith("https://"))
    return response


def _forget(response: Any) -> Response:
    """Drop the cookie, unless another session stands in it than the one that ended."""
    answer = make_response(response)
    if current_login() is None:
        answer.delete_cookie(COOKIE, path="/oidc")
    return answer


def _refuse_duplicates() -> None:
    """A parameter that comes twice may be read in two ways (RFC 6749, 3.1)."""
    for given in (request.args, request.form):
        for name, values in given.lists():
            if len(values) > 1:
                raise InvalidRequestError(f"Multiple '{name[:40]}' in request.")


def _for_program(answer: Any) -> Response:
    """A machine's call: a form with each parameter once, nothing in the address, one proof of who calls."""
    server = current_server()
    try:
        _refuse_duplicates()
        if request.args:
            raise InvalidRequestError("Parameters belong in the body of the request.")
        if request.headers.get("Authorization") and ("client_secret" in request.form
                                                     or "client_assertion" in request.form):
            raise InvalidRequestError("The client proves itself in two ways at once.")
        return _plain(answer(server))
    except (OAuth2Error, ValueError, RecursionError) as refused:  # signs that Authlib does not repeat; JSON too deep
        error = refused if isinstance(refused, OAuth2Error) else InvalidRequestError()
        return _plain(server.handle_error_response(None, error))


def _plain(response: Response) -> Response:
    """An answer for a program: never kept by a cache."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
