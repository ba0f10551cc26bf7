"""One provider over HTTP: its metadata, its keys, and tokens that it signed.

Keys are fetched again when a token names one that is not known, so that a provider changes its keys without a restart
here; but at most once in FORCED_SECONDS, so that forged tokens, which anybody may send to the back channel, cannot
make us hammer it. Only signatures made with a private key are believed: never `none`, never HS* (which a public key
could forge).
"""

import threading
import time
from typing import Any

import structlog
from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.oidc.core import CodeIDToken, UserInfo
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from lms.core.errors import Unavailable
from lms.core.i18n import _
from lms.identity.providers import Provider

log = structlog.get_logger()
TIMEOUT = (3.05, 10)
METADATA_SECONDS = 60
"""How old the provider's own word may be. Short, so that nobody is sent to a provider that is away."""
FORCED_SECONDS = 10
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "EdDSA")
REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class ProviderClient(FlaskOAuth2App):
    """Authlib's client, with keys and metadata that are cached, checked and fetched again with measure."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._forced_at = 0.0
        self._lock = threading.Lock()

    def refresh(self, provider: Provider) -> "ProviderClient":
        """Metadata not older than a minute, of the right issuer; raises Unavailable."""
        metadata = self.server_metadata
        if metadata.get("_loaded_at", 0) < time.time() - METADATA_SECONDS:
            for name in ("_loaded_at", "jwks"):
                metadata.pop(name, None)
            self.load_server_metadata()
        if metadata.get("issuer") != provider.issuer:
            log.error("openid-issuer-differs", provider=provider.slug)
            metadata.pop("_loaded_at", None)
            raise unavailable()
        return self

    def decode(self, token: str) -> jwt.Token:
        """A token whose signature is the provider's; raises JoseError for any other."""
        try:
            return jwt.decode(token, key=KeySet.import_key_set(self.fetch_jwk_set()), registry=REGISTRY)
        except InvalidKeyIdError:
            if not self._may_force():
                raise
            return jwt.decode(token, key=KeySet.import_key_set(self.fetch_jwk_set(force=True)), registry=REGISTRY)

    def parse_id_token(self, token: dict[str, Any], nonce: str, claims_options: Any = None, claims_cls: Any = None,
                       leeway: int = 120) -> UserInfo | None:
        """Authlib's check of the claims after our check of the signature; raises JoseError."""
        if "id_token" not in token:
            return None
        decoded = self.decode(token["id_token"])
        known = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, claims_options, known)
        claims.validate(leeway=leeway)
        return UserInfo(claims)

    def _may_force(self) -> bool:
        with self._lock:
            if self._forced_at and time.monotonic() - self._forced_at < FORCED_SECONDS:
                return False
            self._forced_at = time.monotonic()
            return True


def says_issuer(client: FlaskOAuth2App) -> bool:
    """Whether the provider promises to name itself in every answer (RFC 9207)."""
    return client.server_metadata.get("authorization_response_iss_parameter_supported") is True


def unavailable() -> Unavailable:
    """What a person reads while the provider does not answer."""
    return Unavailable(_("The sign-in service does not answer now. Please try again shortly."), service="openid")
