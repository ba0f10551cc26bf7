"""What an authorization request asks of the person, and what is missing before it can be answered."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import (
    AccountSelectionRequiredError,
    ConsentRequiredError,
    LoginRequiredError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)
from flask import request, url_for
from joserfc import jwt
from joserfc.errors import JoseError

from lms.core import clock
from lms.identity.provider import second_factor, services
from lms.identity.provider.client import Client
from lms.identity.provider.keys import ALGORITHM, published_keys
from lms.identity.provider.models import ProviderAccount, ProviderSession

ONE_FACTOR, TWO_FACTORS = "1", "2"
ACR_VALUES = (ONE_FACTOR, TWO_FACTORS)
"""How sure we are: a password alone; two factors, or a passkey that knows its owner."""
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_MAX_AGE = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Login:
    """Somebody signed in at the provider: what Authlib calls the user."""

    session: ProviderSession
    account: ProviderAccount


@dataclass(frozen=True)
class Wanted:
    """What the client asks for beside the code: `acr` only where it is more than a password."""

    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    two_factors: bool = False
    subject: str | None = None


def carry(endpoint: str, **values: Any) -> str:
    """The address of another page of the log-in, with the client's request in its query."""
    query = request.query_string.decode("latin-1")
    return url_for(endpoint, **values) + (f"?{query}" if query else "")


def acr_of(session: ProviderSession) -> str:
    """How sure this session is, as the `acr` claim says it."""
    return TWO_FACTORS if "mfa" in session.amr else ONE_FACTOR


def read_wanted(grant: Any) -> Wanted:
    """The parameters of OpenID Connect that steer the log-in; raises an error for the client."""
    data, client = grant.request.payload.data, grant.request.client
    for name, refusal in (("request", RequestNotSupportedError), ("request_uri", RequestURINotSupportedError)):
        if data.get(name):
            raise refusal(redirect_uri=grant.redirect_uri)
    if data.get("response_mode", "query") != "query":
        raise InvalidRequestError("The only response mode is 'query'.", redirect_uri=grant.redirect_uri)
    prompts = frozenset((data.get("prompt") or "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("Invalid 'prompt' parameter.", redirect_uri=grant.redirect_uri)
    acr = (data.get("acr_values") or "").split()
    hint = data.get("id_token_hint")
    return Wanted(prompts, _read_max_age(grant, data.get("max_age")), acr[:1] == [TWO_FACTORS],
                  _read_hint(grant, client, hint) if hint else None)


def needs_login(wanted: Wanted, login: Login | None) -> bool:
    """Whether a credential must be given now: nobody is here, somebody else is, or it was too long ago or too weak."""
    if login is None or wanted.prompts & {"login", "select_account"}:
        return True
    age = (clock.now() - login.session.auth_time).total_seconds()
    if wanted.max_age is not None and age > wanted.max_age:
        return True
    if wanted.subject is not None and wanted.subject != login.account.subject:
        return True
    return is_too_weak(wanted, login)


def is_too_weak(wanted: Wanted, login: Login) -> bool:
    """Whether two factors are wanted, were not used, and the account has them."""
    return (wanted.two_factors and acr_of(login.session) != TWO_FACTORS
            and second_factor.is_set_up(login.account.id))


def needs_consent(wanted: Wanted, login: Login, client: Client, scope: str) -> bool:
    """Whether the person must be asked: never for the ministry's own applications, unless they wish it."""
    if "consent" in wanted.prompts:
        return True
    return not client.own and not services.has_consent(login.account.id, client.client_id, scope.split())


def refuse_silently(wanted: Wanted, grant: Any, *, consent: bool) -> None:
    """With `prompt=none` nobody may be asked: the client hears what is missing."""
    if "none" in wanted.prompts:
        raise (ConsentRequiredError if consent else LoginRequiredError)(redirect_uri=grant.redirect_uri)


def check_person(wanted: Wanted, grant: Any, login: Login) -> None:
    """After the log-in: raise where it is not the person that the client's hint names."""
    if wanted.subject is not None and wanted.subject != login.account.subject:
        raise AccountSelectionRequiredError(redirect_uri=grant.redirect_uri)


def _read_max_age(grant: Any, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise InvalidRequestError("Invalid 'max_age' parameter.", redirect_uri=grant.redirect_uri)
    return min(int(text), LONGEST_MAX_AGE)


def _read_hint(grant: Any, client: Client, hint: str) -> str:
    """The subject of an ID token that we gave this client, however old."""
    try:
        claims = jwt.decode(hint, published_keys(), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise InvalidRequestError("Invalid 'id_token_hint' parameter.", redirect_uri=grant.redirect_uri) from error
    if claims.get("aud") != client.client_id or not isinstance(claims.get("sub"), str):
        raise InvalidRequestError("The 'id_token_hint' is another client's.", redirect_uri=grant.redirect_uri)
    return str(claims["sub"])
