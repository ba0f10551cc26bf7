"""The platform as a client of OpenID providers: code flow, PKCE S256, state and nonce.

What must survive the trip to a provider (state, nonce, verifier, where to go on, and why) stands in the signed session
cookie of the browser that began, under that provider's name, and nowhere else; so only that browser can finish, and
only with an answer of the provider that it went to. Nothing here touches the database: callers end their transaction
first.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import requests
import structlog
from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, request, session
from joserfc.errors import JoseError

from lms.core.errors import PlatformError, Unavailable
from lms.core.i18n import _
from lms.identity.claims import LAST_MOMENT, Claims, read_claims
from lms.identity.client import TIMEOUT, ProviderClient, says_issuer, unavailable
from lms.identity.providers import Provider, Providers, providers
from lms.identity.services import LogoutToken

log = structlog.get_logger()
LEEWAY_SECONDS = 60
MOST_PENDING = 3
PENDING = "_state_"
SIGN_IN, STEP_UP, LINK = "sign-in", "step-up", "link"
FRESH_SECONDS = 60
"""How fresh a proof we ask for at a step-up: fresher than the act needs, so that there is time to fill in its form."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPES = (None, "JWT", "jwt", "logout+jwt", "application/logout+jwt")
LOGOUT_SECONDS = 300
LONGEST_TOKEN = 16_000


class SignInRefused(PlatformError):
    """The provider's answer cannot be used; `reason`: a short code for the audit; `person_id`: whose sign-in."""

    status, code = 400, "sign-in-refused"

    def __init__(self, reason: str, message: object, person_id: UUID | None = None) -> None:
        super().__init__(message)
        self.reason, self.person_id = reason, person_id


@dataclass(frozen=True)
class Purpose:
    """Why somebody goes to a provider. `person_id`: who he must be, for a step-up or a link."""

    kind: str = SIGN_IN
    next_path: str = "/"
    person_id: UUID | None = None
    acr: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back from the provider, verified."""

    claims: Claims
    id_token: str
    purpose: Purpose


def init_app(app: Flask, known: Providers) -> None:
    """Register the providers."""
    registry = OAuth(app)
    app.extensions["lms.identity.providers"] = known
    app.extensions["lms.identity.openid"] = {provider.slug: registry.register(
        f"platform_{provider.slug}", client_cls=ProviderClient, client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": " ".join(provider.scopes), "code_challenge_method": "S256", "default_timeout": TIMEOUT})
        for provider in known}


def begin(provider: Provider, redirect_uri: str, purpose: Purpose, *, locale: str) -> str:
    """Remember a new attempt in the browser's session; returns the provider's address to go to."""
    asked: dict[str, Any] = {"ui_locales": locale}
    if purpose.kind != SIGN_IN:
        asked["max_age"] = FRESH_SECONDS
    wanted = _wanted_acrs(provider, purpose)
    if wanted:
        asked["acr_values"] = " ".join(wanted)
    with _provider_errors():
        client = _client(provider)
        made = client.create_authorization_url(redirect_uri, **asked)
    _forget_oldest_attempts()
    client.save_authorize_data(
        state=made["state"], nonce=made["nonce"], code_verifier=made["code_verifier"], redirect_uri=redirect_uri,
        next=purpose.next_path, kind=purpose.kind, acr=purpose.acr, begun=int(time.time()),
        person=str(purpose.person_id) if purpose.person_id else None)
    return cast(str, made["url"])


def finish(provider: Provider) -> Answer:
    """Exchange the code of this request and verify what comes for it; raises SignInRefused, Unavailable."""
    _refuse_duplicates()
    framework, state = _pending_client(provider).framework, request.args.get("state", "")
    pending = framework.get_state_data(session, state)
    if not pending:
        raise _not_begun_here()
    try:
        with _provider_errors():
            return _exchange(provider, pending)
    finally:
        framework.clear_state_data(session, state)


def read_logout_token(provider: Provider, token: str) -> LogoutToken:
    """The provider's verified word that somebody is signed out (OpenID Connect Back-Channel Logout 1.0, section 2.6).

    Raises SignInRefused with the reason, Unavailable while the provider's keys cannot be had.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise _bad_logout("malformed")
    with _provider_errors():
        decoded = _client(provider).decode(token)
    told: dict[str, Any] = decoded.claims
    now = time.time()
    audience, events = told.get("aud"), told.get("events")
    issued = _seconds(told.get("iat"))
    expires = _seconds(told.get("exp", issued + LOGOUT_SECONDS))
    checks = {
        "type": decoded.header.get("typ") in LOGOUT_TYPES,
        "issuer": told.get("iss") == provider.issuer,
        "audience": provider.client_id in (audience if isinstance(audience, list) else [audience]),
        "issued-at": 0 < issued <= now + LEEWAY_SECONDS,
        "expired": now - LEEWAY_SECONDS < expires <= now + 24 * 3600,
        "events": isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict),
        "nonce": "nonce" not in told,
        "jti": _is_text(told.get("jti")),
        "whom": _is_text(told.get("sub")) or _is_text(told.get("sid")),
        "words": all(told.get(name) is None or _is_text(told[name]) for name in ("sub", "sid")),
    }
    wrong = next((name for name, holds in checks.items() if not holds), None)
    if wrong:
        raise _bad_logout(wrong)
    until = datetime.fromtimestamp(expires, UTC)
    return LogoutToken(provider.issuer, told["jti"], until, told.get("sub"), told.get("sid"))


def end_session_address(provider: Provider, id_token: str, *, back_to: str, locale: str) -> str | None:
    """Where the provider ends its own session too; None if it offers no such address. Raises Unavailable."""
    with _provider_errors():
        client = _client(provider)
        if not client.load_server_metadata().get("end_session_endpoint"):
            return None
        made = client.create_logout_url(post_logout_redirect_uri=back_to, id_token_hint=id_token,
                                        client_id=provider.client_id, ui_locales=locale)
    return cast(str, made["url"])


def _pending_client(provider: Provider) -> ProviderClient:
    return cast(ProviderClient, current_app.extensions["lms.identity.openid"][provider.slug])


def _client(provider: Provider) -> ProviderClient:
    return _pending_client(provider).refresh(provider)


def _wanted_acrs(provider: Provider, purpose: Purpose) -> tuple[str, ...]:
    """How strongly the person must prove who he is: for a step-up only."""
    if purpose.kind != STEP_UP:
        return ()
    return (purpose.acr,) if purpose.acr else provider.acr_values


def _refuse_duplicates() -> None:
    """An answer says each thing once (RFC 6749, 3.1): of two codes nobody knows which was meant."""
    twice = sorted(name for name in request.args if len(request.args.getlist(name)) > 1)
    if twice:
        raise SignInRefused("duplicate-parameter", _("The answer of the sign-in service says something twice."))


def _exchange(provider: Provider, pending: dict[str, Any]) -> Answer:
    client = _client(provider)
    _check_sender(provider, client)
    token = client.authorize_access_token(claims_options=_expected(provider), leeway=LEEWAY_SECONDS)
    if "userinfo" not in token:
        raise SignInRefused("token", _("The sign-in service did not say who you are."))
    purpose = Purpose(pending.get("kind") or SIGN_IN, pending.get("next") or "/",
                      UUID(pending["person"]) if pending.get("person") else None, pending.get("acr"))
    claims = _claims(provider, client, token)
    if purpose.kind != SIGN_IN:
        _check_proof(provider, purpose, claims, begun=pending["begun"])
    return Answer(claims, token["id_token"], purpose)


def _check_sender(provider: Provider, client: ProviderClient) -> None:
    """RFC 9207: the answer names the provider that it comes from, so that no other can slip in one of its own."""
    sender = request.args.get("iss")
    if sender is None and not says_issuer(client):
        return
    if sender != provider.issuer:
        raise SignInRefused("issuer", _("The answer came from another sign-in service."))


def _expected(provider: Provider) -> dict[str, Any]:
    return {"iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id}}


def _check_proof(provider: Provider, purpose: Purpose, claims: Claims, *, begun: int) -> None:
    """Asked for a fresh proof, the provider must say that it had one: some ignore the question."""
    oldest = datetime.fromtimestamp(begun, UTC) - timedelta(seconds=FRESH_SECONDS + LEEWAY_SECONDS)
    newest = datetime.now(UTC) + timedelta(seconds=LEEWAY_SECONDS)
    if claims.auth_time is None or not oldest <= claims.auth_time <= newest:
        message = _("The sign-in service did not ask you anew who you are, so this step is not possible with it.")
        raise SignInRefused("step-up:auth-time", message, purpose.person_id)
    wanted = _wanted_acrs(provider, purpose)
    if wanted and claims.acr not in wanted:
        message = _("This step needs a stronger sign-in, such as a second factor. "
                    "The sign-in service did not ask for it.")
        raise SignInRefused("step-up:acr", message, purpose.person_id)


def _claims(provider: Provider, client: ProviderClient, token: dict[str, Any]) -> Claims:
    """Claims of the ID token, completed by userinfo about the same subject."""
    told = dict(token["userinfo"])
    if client.server_metadata.get("userinfo_endpoint"):
        more = client.userinfo(token=token)
        if more.get("sub") != told["sub"]:
            raise SignInRefused("subject", _("The sign-in service contradicted itself."))
        signed_only = {name: told.get(name) for name in ("auth_time", "acr", "amr", "sid")}
        told = {**more, **told, **signed_only}
    try:
        return read_claims(told, provider.claims)
    except ValueError as error:  # an empty subject
        raise SignInRefused("token", _("The sign-in service did not say who you are.")) from error


def _seconds(value: Any) -> float:
    """A moment of a token, in seconds since 1970; 0 for anything that is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value <= LAST_MOMENT else 0.0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000


@contextmanager
def _provider_errors() -> Iterator[None]:
    """What can go wrong with the provider, in words for a person."""
    try:
        yield
    except MismatchingStateError as error:
        raise _not_begun_here() from error
    except OAuthError as error:
        raise SignInRefused(f"provider:{error.error}"[:60], _refusal(error.error or "")) from error
    except JoseError as error:
        message = _("The answer of the sign-in service could not be trusted.")
        raise SignInRefused(f"token:{error.error}"[:60], message) from error
    except (requests.RequestException, ValueError, RuntimeError) as error:
        log.warning("openid-provider-unavailable", error=type(error).__name__)
        raise unavailable() from error


def _refusal(error: str) -> str:
    messages: dict[str, Callable[[], str]] = {
        "access_denied": lambda: _("The sign-in was cancelled."),
        "invalid_grant": lambda: _("This sign-in was already used or took too long."),
        "unmet_authentication_requirements": lambda: _(
            "The sign-in service could not reach the strength that is needed."),
        "temporarily_unavailable": lambda: _("The sign-in service is busy.")}
    return messages.get(error, lambda: _("The sign-in service refused the sign-in."))()


def _not_begun_here() -> SignInRefused:
    return SignInRefused("state", _("This sign-in was begun in another browser, or too long ago."))


def _bad_logout(reason: str) -> SignInRefused:
    return SignInRefused(f"logout:{reason}", _("The logout token cannot be used."))


def _forget_oldest_attempts() -> None:
    """Keep the cookie small: somebody who opens many tabs can finish the last few."""
    pending = [name for name in session if name.startswith(PENDING)]
    for name in sorted(pending, key=lambda name: session[name]["exp"])[:-(MOST_PENDING - 1)]:
        session.pop(name)


__all__ = ["Answer", "Purpose", "SignInRefused", "Unavailable", "begin", "end_session_address", "finish", "init_app",
           "providers", "read_logout_token"]
