"""Authlib's grants over our tables: a code, a refresh token or a program's own proof becomes tokens.

Codes are good once: a second use also revokes what the first one gave. ID tokens carry no name and no address, because
they travel in an address at sign-out; userinfo has the rest.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants.util import create_half_hash
from joserfc import jwt
from sqlalchemy import select, update

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider import services
from lms.identity.provider.client import AUTH_METHODS, Client
from lms.identity.provider.flow import Login, acr_of
from lms.identity.provider.keys import ALGORITHM, signing_key
from lms.identity.provider.models import ProviderCode, ProviderGrant
from lms.identity.provider.services import hash_token

CODE_LIFE = timedelta(minutes=1)
ID_TOKEN_SECONDS = 300


class Code:
    """An authorization code as Authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, row: ProviderCode, login: Login) -> None:
        self.row, self.login, self.code_challenge = row, login, row.code_challenge

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """What it was asked for."""
        return self.row.scope


class CodeGrant(grants.AuthorizationCodeGrant):
    """The code flow."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep the code's hash with what it is bound to."""
        data = request.payload.data
        db.session.add(ProviderCode(
            code_hash=hash_token(code), client_id=request.client.client_id, session_id=request.user.session.id,
            redirect_uri=request.payload.redirect_uri, scope=request.scope, nonce=data.get("nonce"),
            code_challenge=data["code_challenge"], expires_at=clock.now() + CODE_LIFE))

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Take the code: from here on it is used, whatever else is wrong with the request."""
        mine = (ProviderCode.code_hash == hash_token(code), ProviderCode.client_id == client.client_id)
        row = db.session.scalar(update(ProviderCode).where(*mine, ProviderCode.used_at.is_(None))
                                .values(used_at=clock.now()).returning(ProviderCode))
        if row is None:
            _end_replayed(db.session.scalar(select(ProviderCode.id).where(*mine)), client)
            return None
        found = services.find_session(row.session_id)
        return Code(row, Login(*found)) if found and row.expires_at > clock.now() else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: the row stays a day, so that a second use is noticed."""

    def authenticate_user(self, authorization_code: Code) -> Login:
        """Whose code it is."""
        return authorization_code.login


class RefreshGrant(grants.RefreshTokenGrant):
    """Renewal by a refresh token, which is good once."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def authenticate_refresh_token(self, refresh_token: str) -> "Renewal | None":
        """The grant behind it."""
        found = services.find_refreshable(refresh_token, self.request.client.client_id)
        return Renewal(found[0], Login(found[1], found[2]), refresh_token) if found else None

    def authenticate_user(self, refresh_token: "Renewal") -> Login:
        """Whose grant it is."""
        return refresh_token.login

    def revoke_old_credential(self, refresh_token: "Renewal") -> None:
        """Nothing: the new one has taken its place already."""


class Renewal:
    """A grant that is renewed, as Authlib asks about it."""

    def __init__(self, grant: ProviderGrant, login: Login, used: str) -> None:
        self.grant, self.login, self.used = grant, login, used

    def check_client(self, client: Client) -> bool:
        """Whether it is this client's."""
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        """What was granted."""
        return self.grant.scope


class ProgramGrant(grants.ClientCredentialsGrant):
    """A program for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_requested_scope(self) -> None:
        """Refuse what the program does not have, rather than give it less than it believes."""
        if not set((self.request.payload.scope or "").split()) <= set(self.request.client.scopes):
            raise InvalidScopeError


class ProofKey(CodeChallenge):
    """PKCE for every client, and by S256 only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  Authlib's attribute

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge before anybody types a password."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: send 'code_challenge' with the method 'S256'.")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken:
    """Adds the ID token where `openid` was granted."""

    def __call__(self, grant: Any) -> None:
        """Authlib's way to extend a grant."""
        grant.register_hook("after_create_token_response", self.add)

    def add(self, grant: Any, response: Any) -> None:
        """What it says: who, when and how he signed in, and in which session; nothing personal."""
        token, request = response[1], grant.request
        if "openid" not in token.get("scope", "").split():
            return
        now, login, key = int(clock.now().timestamp()), request.user, signing_key()
        claims = {"iss": settings().issuer, "aud": request.client.client_id, "sub": login.account.subject,
                  "iat": now, "exp": now + ID_TOKEN_SECONDS, "sid": str(login.session.id),
                  "auth_time": int(login.session.auth_time.timestamp()), "amr": login.session.amr,
                  "acr": acr_of(login.session), "at_hash": create_half_hash(token["access_token"], ALGORITHM).decode()}
        if isinstance(request.authorization_code, Code) and request.authorization_code.row.nonce:
            claims["nonce"] = request.authorization_code.row.nonce
        renewal = request.refresh_token
        if isinstance(renewal, Renewal) and login.session.auth_time > renewal.grant.created_at:
            for name in ("auth_time", "amr", "acr"):  # a proof since then was for another request than this one's
                del claims[name]
        token["id_token"] = jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, [ALGORITHM])


def make_token(grant_type: str, client: Client, user: Any = None, scope: str | None = None, expires_in: Any = None,
               include_refresh_token: bool = True) -> dict[str, Any]:
    """A new bearer token; opaque, so that it ends when we say so (decision 0014)."""
    life = services.TOKEN_LIFE if user is not None else services.PROGRAM_TOKEN_LIFE
    return {"token_type": "Bearer", "access_token": services.new_secret(services.ACCESS_PREFIX),
            "expires_in": int(life.total_seconds()), "scope": client.get_allowed_scope(scope)}


def save_token(token: dict[str, Any], request: Any) -> None:
    """Keep the access token's hash with what it came from; with `offline_access` add a refresh token."""
    client_id, kept = request.client.client_id, {"life": services.TOKEN_LIFE, "scope": token["scope"]}
    if isinstance(request.authorization_code, Code):
        grant = services.open_grant(request.authorization_code.row.id, client_id=client_id,
                                    session=request.user.session, scope=token["scope"])
        if "offline_access" in token["scope"].split():
            token["refresh_token"] = services.first_refresh_token(grant)
        services.add_access_token(token["access_token"], client_id=client_id, grant_id=grant.id, **kept)
    elif isinstance(request.refresh_token, Renewal):
        renewal = request.refresh_token
        renewed = services.next_refresh_token(renewal.grant, renewal.used)
        if renewed is None:
            raise InvalidGrantError
        token["refresh_token"] = renewed
        services.add_access_token(token["access_token"], client_id=client_id, grant_id=renewal.grant.id, **kept)
    else:
        services.add_access_token(token["access_token"], client_id=client_id, scope=token["scope"],
                                  life=services.PROGRAM_TOKEN_LIFE)
    db.session.flush()


def _end_replayed(code_id: UUID | None, client: Client) -> None:
    """A code came a second time: what the first one gave ends."""
    if code_id is None:
        return
    services.revoke_grant(code_id)
    audit.record(SYSTEM, "provider:code_replayed", ("provider_grant", code_id), client=client.client_id)
