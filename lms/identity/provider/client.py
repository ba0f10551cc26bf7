"""A client as Authlib asks about it, and how it proves who it is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.config import Settings, settings
from lms.core.db import db
from lms.identity.provider import services
from lms.identity.provider.addresses import matches
from lms.identity.provider.models import NATIVE, PROGRAM, WEB, ProviderAssertion, ProviderClient
from lms.identity.provider.services import hash_token, same

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
KEY_METHOD = "private_key_jwt"
AUTH_METHODS = [KEY_METHOD, *SECRET_METHODS, "none"]
ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LONGEST_ASSERTION_SECONDS = 3600
GRANT_TYPES = {WEB: ("authorization_code", "refresh_token"), NATIVE: ("authorization_code", "refresh_token"),
               PROGRAM: ("client_credentials",)}


@dataclass(frozen=True)
class Client:
    """The platform itself, or a row of the table."""

    client_id: str
    name: str
    secret_hashes: tuple[str, ...]
    redirect_uris: list[str]
    logout_uris: list[str]
    scopes: tuple[str, ...]
    kind: str = WEB
    own: bool = True
    keys: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def client_metadata(self) -> dict[str, Any]:
        """What Authlib looks up by the names of a registration."""
        return {"post_logout_redirect_uris": self.logout_uris}

    def get_client_id(self) -> str:
        """Its id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: every request must say where it goes back to."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Those of the wanted scopes that it may have; a program that names none gets all of its own."""
        if not scope and self.kind == PROGRAM:
            return " ".join(self.scopes)
        return " ".join(word for word in dict.fromkeys((scope or "").split()) if word in self.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Registered, to the letter; an app on the same machine may choose the port."""
        return matches(redirect_uri, self.redirect_uris, kind=self.kind)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is this client's, or the one before while that is still good."""
        wanted = hash_token(client_secret)
        return any(same(each, wanted) for each in self.secret_hashes)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """One way for each client: its keys, its secret, or (an app) none."""
        if self.keys:
            return method == KEY_METHOD
        return method == "none" if self.kind == NATIVE else method in SECRET_METHODS

    def check_response_type(self, response_type: str) -> bool:
        """The code flow only; a program has no people to send here."""
        return response_type == "code" and self.kind != PROGRAM

    def check_grant_type(self, grant_type: str) -> bool:
        """What its kind is for."""
        return grant_type in GRANT_TYPES[self.kind]


def find_client(client_id: str) -> Client | None:
    """The platform's own client, made from the settings, or one of the table; None if there is none."""
    given = settings()
    if client_id == given.oidc_client_id:
        return own_client(given)
    row = services.find_client_row(client_id)
    return from_row(row) if row else None


def own_client(given: Settings) -> Client:
    """The platform as a client of its own provider."""
    return Client(given.oidc_client_id, "", (hash_token(given.oidc_client_secret),),
                  [f"{given.base_url}/sign-in/callback", f"{given.base_url}/sign-in/main/callback"],
                  [f"{given.base_url}/signed-out"], services.SCOPES)


def from_row(row: ProviderClient) -> Client:
    """A registered client."""
    hashes = [row.secret_hash] if row.secret_hash else []
    if row.previous_secret_hash and row.previous_secret_until and row.previous_secret_until > clock.now():
        hashes.append(row.previous_secret_hash)
    return Client(row.client_id, row.name, tuple(hashes), row.redirect_uris, row.post_logout_redirect_uris,
                  tuple(row.scopes), row.kind, row.own, row.keys)


class SignedAssertion(JWTBearerClientAssertion):
    """Proof by a signature with a key whose public half was registered (RFC 7523); each is good once."""

    CLIENT_AUTH_METHOD = KEY_METHOD

    def get_audiences(self) -> list[str]:
        """The issuer, or the token endpoint."""
        return [settings().issuer, f"{settings().issuer}/token"]

    def resolve_client_public_key(self, client: Client) -> KeySet:
        """The registered keys; a client without any cannot prove itself so."""
        if not client.keys:
            raise InvalidClientError(description="This client has registered no keys.")
        return KeySet.import_key_set(client.keys)  # type: ignore[arg-type]

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> dict[str, Any]:
        """Verified claims; only signatures by a private key count."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=ASSERTION_ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The assertion cannot be verified.") from error
        self.verify_claims(claims)
        return claims

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """Whether this assertion is used for the first time."""
        if not isinstance(claims["exp"], int) or claims["exp"] > clock.now().timestamp() + LONGEST_ASSERTION_SECONDS:
            raise InvalidClientError(description="The assertion is good for too long.")
        row = ProviderAssertion(key=hash_token(f"{claims['sub']}\n{jti}"),
                                expires_at=datetime.fromtimestamp(claims["exp"], UTC))
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:
            return False
        return True
