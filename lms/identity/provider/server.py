"""Authlib's authorization server, told about our accounts, clients, codes and tokens.

The code flow only, with PKCE S256 for every client. Codes are good once: a second use also revokes the
token that the first one gave. ID tokens carry no name and no address, because they travel in an address at
sign-out; userinfo has the rest.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import InvalidRequestError, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo, UserInfoEndpoint
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import current_app
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import delete, select, update

from lms.core import clock
from lms.core.config import Settings, settings
from lms.core.db import db
from lms.identity.provider import services
from lms.identity.provider.keys import ALGORITHM, public_keys, signing_key
from lms.identity.provider.models import (
    ProviderAccount,
    ProviderClient,
    ProviderCode,
    ProviderSession,
    ProviderToken,
    as_claims,
)
from lms.identity.provider.services import hash_token, same

SCOPES = ("openid", "profile", "email")
CODE_LIFE = timedelta(minutes=1)
TOKEN_SECONDS = 300
AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class Client:
    """A client as Authlib asks about it: the platform itself, or a row of the table."""

    def __init__(self, client_id: str, secret_hash: str, redirect_uris: list[str],
                 logout_uris: list[str]) -> None:
        self.client_id = client_id
        self.secret_hash = secret_hash
        self.redirect_uris = redirect_uris
        self.client_metadata = {"post_logout_redirect_uris": logout_uris}

    def get_client_id(self) -> str:
        """Its id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: every request must say where it goes back to."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Those of the wanted scopes that exist."""
        return " ".join(word for word in (scope or "").split() if word in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Registered, to the letter."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is this client's."""
        return same(self.secret_hash, hash_token(client_secret))

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Every client has a secret and uses it."""
        return method in AUTH_METHODS

    def check_response_type(self, response_type: str) -> bool:
        """The code flow only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """The code flow only."""
        return grant_type == "authorization_code"


class Login:
    """Somebody signed in at the provider: what Authlib calls the user."""

    def __init__(self, session: ProviderSession, account: ProviderAccount) -> None:
        self.session = session
        self.account = account


class Code:
    """An authorization code as Authlib asks about it."""

    def __init__(self, row: ProviderCode, login: Login) -> None:
        self.row = row
        self.login = login
        self.code_challenge = row.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """What it was asked for."""
        return self.row.scope

    def get_nonce(self) -> str | None:
        """The client's nonce."""
        return self.row.nonce

    def get_auth_time(self) -> int:
        """When the password was given."""
        return int(self.login.session.created_at.timestamp())

    def get_acr(self) -> None:
        """No assurance level is claimed."""

    def get_amr(self) -> list[str]:
        """By password (RFC 8176)."""
        return ["pwd"]


class Token:
    """An access token as Authlib asks about it."""

    def __init__(self, row: ProviderToken, client: Client, login: Login) -> None:
        self.row = row
        self.client = client
        self.login = login

    def is_expired(self) -> bool:
        """Whether its minutes are over."""
        return self.row.expires_at <= clock.now()

    def is_revoked(self) -> bool:
        """Whether its code was used twice or its session ended."""
        return self.row.revoked_at is not None or self.login.session.ended_at is not None

    @property
    def scope(self) -> str:
        """What it opens."""
        return self.row.scope

    def get_scope(self) -> str:
        """What it opens."""
        return self.row.scope

    def get_client(self) -> Client:
        """Whose it is."""
        return self.client

    def get_user(self) -> Login:
        """Whom it speaks for."""
        return self.login


class CodeGrant(grants.AuthorizationCodeGrant):
    """The code flow over our tables."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep the code's hash with what it is bound to; drop codes that are long over."""
        now, data = clock.now(), request.payload.data
        db.session.execute(delete(ProviderCode).where(ProviderCode.expires_at < now - timedelta(days=1)))
        db.session.add(ProviderCode(
            code_hash=hash_token(code), client_id=request.client.client_id,
            session_id=request.user.session.id,
            redirect_uri=request.payload.redirect_uri, scope=request.scope,
            nonce=data.get("nonce"), code_challenge=data["code_challenge"], expires_at=now + CODE_LIFE))

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Take the code: from here on it is used, whatever else is wrong with the request."""
        row = db.session.scalar(select(ProviderCode).where(ProviderCode.code_hash == hash_token(code),
                                                           ProviderCode.client_id == client.client_id))
        if row is None:
            return None
        taken = db.session.execute(update(ProviderCode).where(
            ProviderCode.id == row.id, ProviderCode.used_at.is_(None)).values(used_at=clock.now()))
        if not taken.rowcount:  # type: ignore[attr-defined]
            _revoke_tokens_of(row.id)
            return None
        found = services.find_session(row.session_id)
        return Code(row, Login(*found)) if found and row.expires_at > clock.now() else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: the row stays a day, so that a second use is noticed."""

    def authenticate_user(self, authorization_code: Code) -> Login:
        """Whose code it is."""
        return authorization_code.login


class ProofKey(CodeChallenge):
    """PKCE for every client, and by S256 only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  Authlib's attribute

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge before anybody types a password."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: send 'code_challenge' with the method 'S256'.")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken(OpenIDCode):
    """What the ID token says, and how it is signed."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Whether this client has used this nonce before."""
        statement = select(ProviderCode.id).where(ProviderCode.nonce == nonce,
                                                  ProviderCode.client_id == request.payload.client_id)
        return db.session.scalar(statement.limit(1)) is not None

    def resolve_client_private_key(self, _client: Client) -> RSAKey:
        """The provider's one key."""
        return signing_key(settings().data_folder)

    def get_client_algorithm(self, _client: Client) -> str:
        """RS256 for all."""
        return ALGORITHM

    def get_encode_header(self, client: Client) -> dict[str, str]:
        """Names the key, so that it can be changed some day."""
        return {"alg": ALGORITHM, "kid": str(self.resolve_client_private_key(client).kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Issuer, audience and the time, which is the platform's clock."""
        now = int(clock.now().timestamp())
        return {"iss": settings().issuer, "aud": client.client_id, "iat": now, "exp": now + TOKEN_SECONDS}

    def generate_user_info(self, user: Login, _scope: str) -> UserInfo:
        """The subject and the session; nothing personal."""
        return UserInfo(sub=user.account.subject, sid=str(user.session.id))


class Userinfo(UserInfoEndpoint):
    """What the provider claims about a person."""

    def generate_user_info(self, user: Login, _scope: str) -> UserInfo:
        """Name, address, roles, organisation."""
        return UserInfo(as_claims(user.account))

    def get_issuer(self) -> str:
        """The issuer's address."""
        return settings().issuer


class TokenValidator(BearerTokenValidator):
    """Finds an access token by its hash."""

    def authenticate_token(self, token_string: str) -> Token | None:
        """The token with its client and person, or None."""
        wanted = select(ProviderToken).where(ProviderToken.token_hash == hash_token(token_string))
        row = db.session.scalar(wanted)
        code = db.session.get(ProviderCode, row.code_id) if row else None
        found = services.find_session(code.session_id) if code else None
        client = find_client(row.client_id) if row else None
        return Token(row, client, Login(*found)) if row and found and client else None


class EndSession(EndSessionEndpoint):
    """RP-initiated logout: ends the session that the ID token names."""

    def get_server_jwks(self) -> KeySet:
        """The keys that our ID tokens are signed with."""
        return public_keys(settings().data_folder)

    def get_algorithms(self) -> list[str]:
        """RS256 and no other."""
        return [ALGORITHM]

    def end_session(self, end_session_request: Any) -> None:
        """End it, if the ID token names one."""
        sid = (end_session_request.id_token_claims or {}).get("sid")
        if isinstance(sid, str):
            services.end_session(UUID(sid))


def find_client(client_id: str) -> Client | None:
    """The platform's own client, made from the settings, or one of the table; None if there is none."""
    given = settings()
    if client_id == given.oidc_client_id:
        return own_client(given)
    row = db.session.scalar(select(ProviderClient).where(ProviderClient.client_id == client_id))
    if row is None:
        return None
    return Client(row.client_id, row.secret_hash, row.redirect_uris, row.post_logout_redirect_uris)


def own_client(given: Settings) -> Client:
    """The platform as a client of its own provider."""
    return Client(given.oidc_client_id, hash_token(given.oidc_client_secret),
                  [f"{given.base_url}/sign-in/callback"], [f"{given.base_url}/signed-out"])


def save_token(token: dict[str, Any], request: Any) -> None:
    """Keep the access token's hash; drop tokens that are long over."""
    now = clock.now()
    db.session.execute(delete(ProviderToken).where(ProviderToken.expires_at < now - timedelta(days=1)))
    db.session.add(ProviderToken(
        token_hash=hash_token(token["access_token"]), client_id=request.client.client_id,
        code_id=request.authorization_code.row.id, scope=token.get("scope", ""),
        expires_at=now + timedelta(seconds=TOKEN_SECONDS)))


def make_server(app: Any) -> AuthorizationServer:
    """The server with its grant and endpoints."""
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": TOKEN_SECONDS}
    server = AuthorizationServer(app, query_client=find_client, save_token=save_token)
    server.register_grant(CodeGrant, [ProofKey(required=True), IdToken(require_nonce=False)])
    protector = ResourceProtector()
    protector.register_token_validator(TokenValidator())
    server.register_endpoint(Userinfo(resource_protector=protector))
    server.register_endpoint(EndSession)
    return server


def current_server() -> AuthorizationServer:
    """The authorization server of the current application."""
    return current_app.extensions["lms.identity.provider"]


def _revoke_tokens_of(code_id: UUID) -> None:
    db.session.execute(update(ProviderToken).where(
        ProviderToken.code_id == code_id, ProviderToken.revoked_at.is_(None)).values(revoked_at=clock.now()))
