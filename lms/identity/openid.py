"""The platform as a client of an OpenID provider: code flow, PKCE S256, state and nonce.

What must survive the trip to the provider (state, nonce, verifier, where to go on) stands in the signed
session cookie of the browser that began, and nowhere else; so only that browser can finish. Nothing here
touches the database: callers end their transaction first.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import requests
import structlog
from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, request, session
from joserfc.errors import JoseError

from lms.core.config import Settings, settings
from lms.core.errors import PlatformError, Unavailable
from lms.core.i18n import _
from lms.identity.claims import Claims, read_claims

log = structlog.get_logger()
SCOPE = "openid profile email"
TIMEOUT = (3.05, 10)
METADATA_SECONDS = 60
"""How old the provider's own word may be. Short, so that nobody is sent to a provider that is away."""
LEEWAY_SECONDS = 60
MOST_PENDING = 3
PENDING = "_state_platform_"
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "EdDSA")


class SignInRefused(PlatformError):
    """The provider's answer cannot be used; `reason` is a short code for the audit."""

    status, code = 400, "sign-in-refused"

    def __init__(self, reason: str, message: object) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What came back from the provider, verified."""

    claims: Claims
    id_token: str
    next_path: str


def init_app(app: Flask, given: Settings) -> None:
    """Register the provider that the settings name."""
    app.extensions["lms.identity.openid"] = OAuth(app).register(
        "platform", client_id=given.oidc_client_id, client_secret=given.oidc_client_secret,
        server_metadata_url=f"{given.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": TIMEOUT})


def begin(redirect_uri: str, *, next_path: str, locale: str) -> str:
    """Remember a new attempt in the browser's session; returns the provider's address to go to."""
    with _provider_errors():
        client = _client()
        made = client.create_authorization_url(redirect_uri, ui_locales=locale)
    _forget_oldest_attempts()
    client.save_authorize_data(state=made["state"], nonce=made["nonce"], code_verifier=made["code_verifier"],
                               redirect_uri=redirect_uri, next=next_path)
    return cast(str, made["url"])


def finish() -> Answer:
    """Exchange the code of this request and verify what comes for it; raises SignInRefused, Unavailable."""
    framework, state = _pending_client().framework, request.args.get("state", "")
    pending = framework.get_state_data(session, state)
    if not pending:
        raise _not_begun_here()
    try:
        with _provider_errors():
            return _exchange(pending.get("next") or "/")
    finally:
        framework.clear_state_data(session, state)


def _exchange(next_path: str) -> Answer:
    if request.args.get("iss", settings().issuer) != settings().issuer:
        raise SignInRefused("issuer", _("The answer came from another sign-in service."))
    client = _client()
    token = client.authorize_access_token(claims_options=_expected(), leeway=LEEWAY_SECONDS)
    if "userinfo" not in token:
        raise SignInRefused("token", _("The sign-in service did not say who you are."))
    return Answer(_claims(client, token), token["id_token"], next_path)


def end_session_address(id_token: str, *, back_to: str, locale: str) -> str | None:
    """Where the provider ends its own session too; None if it offers no such address. Raises Unavailable."""
    with _provider_errors():
        client = _client()
        if not client.load_server_metadata().get("end_session_endpoint"):
            return None
        made = client.create_logout_url(post_logout_redirect_uri=back_to, id_token_hint=id_token,
                                        client_id=settings().oidc_client_id, ui_locales=locale)
    return cast(str, made["url"])


def _pending_client() -> FlaskOAuth2App:
    return current_app.extensions["lms.identity.openid"]


def _client() -> FlaskOAuth2App:
    """The client with fresh metadata of the right issuer, and only signatures made with a private key."""
    client = _pending_client()
    metadata = client.server_metadata
    if metadata.get("_loaded_at", 0) < time.time() - METADATA_SECONDS:
        for name in ("_loaded_at", "jwks"):
            metadata.pop(name, None)
        client.load_server_metadata()
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
    if metadata.get("issuer") != settings().issuer:
        log.error("openid-issuer-differs", found=metadata.get("issuer"))
        metadata.pop("_loaded_at", None)
        raise _unavailable()
    return client


def _expected() -> dict[str, Any]:
    return {"iss": {"essential": True, "value": settings().issuer},
            "aud": {"essential": True, "value": settings().oidc_client_id}}


def _claims(client: FlaskOAuth2App, token: dict[str, Any]) -> Claims:
    """Claims of the ID token, completed by userinfo about the same subject."""
    told = dict(token["userinfo"])
    if client.server_metadata.get("userinfo_endpoint"):
        more = client.userinfo(token=token)
        if more.get("sub") != told["sub"]:
            raise SignInRefused("subject", _("The sign-in service contradicted itself."))
        told = {**more, **told}
    return read_claims(told, role_claim=settings().oidc_role_claim,
                       organisation_claim=settings().oidc_organisation_claim)


@contextmanager
def _provider_errors() -> Iterator[None]:
    """What can go wrong with the provider, in words for a person."""
    try:
        yield
    except (requests.RequestException, ValueError) as error:
        log.warning("openid-provider-unavailable", error=type(error).__name__)
        raise _unavailable() from error
    except MismatchingStateError as error:
        raise _not_begun_here() from error
    except OAuthError as error:
        raise SignInRefused(f"provider:{error.error}"[:60], _refusal(error.error or "")) from error
    except JoseError as error:
        message = _("The answer of the sign-in service could not be trusted.")
        raise SignInRefused(f"token:{error.error}"[:60], message) from error


def _refusal(error: str) -> str:
    messages: dict[str, Callable[[], str]] = {
        "access_denied": lambda: _("The sign-in was cancelled."),
        "invalid_grant": lambda: _("This sign-in was already used or took too long."),
        "temporarily_unavailable": lambda: _("The sign-in service is busy.")}
    return messages.get(error, lambda: _("The sign-in service refused the sign-in."))()


def _not_begun_here() -> SignInRefused:
    return SignInRefused("state", _("This sign-in was begun in another browser, or too long ago."))


def _unavailable() -> Unavailable:
    message = _("The sign-in service does not answer now. Please try again shortly.")
    return Unavailable(message, service="openid")


def _forget_oldest_attempts() -> None:
    """Keep the cookie small: somebody who opens many tabs can finish the last few."""
    pending = [name for name in session if name.startswith(PENDING)]
    for name in sorted(pending, key=lambda name: session[name]["exp"])[:-(MOST_PENDING - 1)]:
        session.pop(name)
