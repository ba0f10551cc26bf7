"""Authlib's authorization server, told about our accounts, clients, codes and tokens."""

from typing import Any
from uuid import UUID

from authlib.consts import default_json_headers
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core import UserInfo, UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import current_app
from joserfc.jwk import KeySet

from lms.core import clock
from lms.core.config import settings
from lms.identity.provider import services
from lms.identity.provider.client import AUTH_METHODS, KEY_METHOD, SECRET_METHODS, Client, SignedAssertion, find_client
from lms.identity.provider.flow import Login
from lms.identity.provider.keys import ALGORITHM, published_keys
from lms.identity.provider.models import ProviderGrant, as_claims
from lms.identity.provider.token_grants import (
    CodeGrant,
    IdToken,
    ProgramGrant,
    ProofKey,
    RefreshGrant,
    make_token,
    save_token,
)

CLAIMS_OF_SCOPE = {"openid": ("sub",), "profile": ("name", "preferred_username", "roles", "organisation"),
                   "email": ("email", "email_verified")}


class Access:
    """A good access token as Authlib asks about it."""

    def __init__(self, bearer: services.Bearer) -> None:
        self.bearer, self.scope = bearer, bearer.token.scope

    def is_expired(self) -> bool:
        """Never: an expired one is not found."""
        return False

    def is_revoked(self) -> bool:
        """Never: a revoked one is not found."""
        return False

    def get_scope(self) -> str:
        """What it opens."""
        return self.scope

    def check_client(self, client: Client) -> bool:
        """Whether it was given to this client."""
        return self.bearer.token.client_id == client.client_id

    def get_client(self) -> Client | None:
        """Whose it is."""
        return find_client(self.bearer.token.client_id)

    def get_user(self) -> Login:
        """Whom it speaks for."""
        if self.bearer.session is None or self.bearer.account is None:
            raise InvalidTokenError  # a program's own
        return Login(self.bearer.session, self.bearer.account)

    def describe(self) -> dict[str, Any]:
        """What introspection says."""
        token, account = self.bearer.token, self.bearer.account
        return {"token_type": "Bearer", "scope": token.scope, "client_id": token.client_id,
                "sub": account.subject if account else token.client_id, "iss": settings().issuer,
                "aud": settings().issuer, "iat": int(token.created_at.timestamp()),
                "exp": int(token.expires_at.timestamp())}

    def revoke(self) -> None:
        """End it."""
        self.bearer.token.revoked_at = clock.now()


class Renewable:
    """A grant behind its refresh token, as Authlib asks about it."""

    def __init__(self, grant: ProviderGrant) -> None:
        self.grant = grant

    def is_expired(self) -> bool:
        """Whether it lay too long."""
        now = clock.now()
        return self.grant.expires_at <= now or (self.grant.refresh_until or now) <= now

    def is_revoked(self) -> bool:
        """Whether the family ended."""
        return self.grant.revoked_at is not None

    def check_client(self, client: Client) -> bool:
        """Whether it was given to this client."""
        return self.grant.client_id == client.client_id

    def describe(self) -> dict[str, Any]:
        """What introspection says."""
        until = min(self.grant.expires_at, self.grant.refresh_until or self.grant.expires_at)
        return {"scope": self.grant.scope, "client_id": self.grant.client_id, "iss": settings().issuer,
                "exp": int(until.timestamp())}

    def revoke(self) -> None:
        """End the family."""
        services.revoke_grant(self.grant.id)


def find_token(text: str, _hint: str | None) -> Access | Renewable | None:
    """An access or a refresh token by its text; the hint is not needed."""
    if text.startswith(services.ACCESS_PREFIX):
        bearer = services.find_access_token(text)
        return Access(bearer) if bearer else None
    grant = services.grant_of_refresh_token(text)
    return Renewable(grant) if grant else None


class Userinfo(UserInfoEndpoint):
    """What the provider claims about a person, as far as the token's scope opens it."""

    def __call__(self, _request: Any) -> tuple[int, UserInfo, Any]:
        """The answer to a token with the scope `openid`."""
        token = self.resource_protector.acquire_token("openid")
        return 200, self.generate_user_info(token.get_user(), token.scope), default_json_headers

    def generate_user_info(self, user: Login, scope: str) -> UserInfo:
        """Name, address, roles, organisation."""
        opened = {claim for word in scope.split() for claim in CLAIMS_OF_SCOPE.get(word, ())}
        return UserInfo({name: value for name, value in as_claims(user.account).items() if name in opened})

class TokenValidator(BearerTokenValidator):
    """Finds an access token by its hash."""

    def authenticate_token(self, token_string: str) -> Access | None:
        """The token with its client and person, or None."""
        bearer = services.find_access_token(token_string)
        return Access(bearer) if bearer and bearer.account else None


class Introspection(IntrospectionEndpoint):
    """RFC 7662: a client learns about its own tokens; a program with the scope `introspect`, about all."""

    CLIENT_AUTH_METHODS = (KEY_METHOD, *SECRET_METHODS)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Access | Renewable | None:
        """Either kind of token."""
        return find_token(token_string, token_type_hint)

    def check_permission(self, token: Access | Renewable, client: Client, _request: Any) -> bool:
        """To anybody else a token is as if it were not."""
        return token.check_client(client) or "introspect" in client.scopes

    def introspect_token(self, token: Access | Renewable) -> dict[str, Any]:
        """What it is."""
        return token.describe()


class Revocation(RevocationEndpoint):
    """RFC 7009: a client gives a token back. An access token ends alone, a refresh token with its family."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Access | Renewable | None:
        """Either kind of token."""
        return find_token(token_string, token_type_hint)

    def revoke_token(self, token: Access | Renewable, _request: Any) -> None:
        """End it."""
        token.revoke()


class EndSession(EndSessionEndpoint):
    """RP-initiated logout: ends the session that the ID token names."""

    def get_server_jwks(self) -> KeySet:
        """The keys that our ID tokens are signed with."""
        return published_keys()

    def get_algorithms(self) -> list[str]:
        """RS256 and no other."""
        return [ALGORITHM]

    def end_session(self, end_session_request: Any) -> None:
        """End it, if the ID token names one."""
        sid = (end_session_request.id_token_claims or {}).get("sid")
        if isinstance(sid, str):
            services.end_session(UUID(sid))


def make_server(app: Any) -> AuthorizationServer:
    """The server with its grants and endpoints."""
    server = AuthorizationServer(app, query_client=find_client, save_token=save_token)
    server.register_token_generator("default", make_token)
    server.register_client_auth_method(KEY_METHOD, SignedAssertion())
    server.register_grant(CodeGrant, [ProofKey(required=True), IdToken()])
    server.register_grant(RefreshGrant, [IdToken()])
    server.register_grant(ProgramGrant)
    protector = ResourceProtector()
    protector.register_token_validator(TokenValidator())
    server.register_endpoint(Userinfo(resource_protector=protector))
    for endpoint in (EndSession, Introspection, Revocation):
        server.register_endpoint(endpoint)
    return server


def current_server() -> AuthorizationServer:
    """The authorization server of the current application."""
    server: AuthorizationServer = current_app.extensions["lms.identity.provider"]
    return server
