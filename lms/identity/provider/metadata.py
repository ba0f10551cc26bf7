"""What the provider says about itself (OpenID Connect Discovery, RFC 8414). A test holds it against what it does."""

from typing import Any

from lms.core.config import settings
from lms.identity.provider import services
from lms.identity.provider.client import ASSERTION_ALGORITHMS, AUTH_METHODS, GRANT_TYPES, KEY_METHOD, SECRET_METHODS
from lms.identity.provider.flow import ACR_VALUES, PROMPTS
from lms.identity.provider.keys import ALGORITHM

CLAIMS = ("sub", "sid", "auth_time", "acr", "amr", "name", "preferred_username", "email",
          "email_verified", "roles", "organisation")


def describe_provider() -> dict[str, Any]:
    """The document at `.well-known/openid-configuration`."""
    issuer = settings().issuer
    signed = {f"{name}_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS
              for name in ("token", "introspection", "revocation")}
    return {
        "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo", "jwks_uri": f"{issuer}/keys",
        "end_session_endpoint": f"{issuer}/end-session", "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "scopes_supported": [*services.SCOPES, "introspect"],
        "response_types_supported": ["code"], "response_modes_supported": ["query"],
        "grant_types_supported": sorted({name for names in GRANT_TYPES.values() for name in names}),
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint_auth_methods_supported": [KEY_METHOD, *SECRET_METHODS],
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS, **signed,
        "code_challenge_methods_supported": ["S256"], "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": list(ACR_VALUES), "claim_types_supported": ["normal"], "claims_supported": list(CLAIMS),
        "ui_locales_supported": ["vi", "en"], "claims_parameter_supported": False,
        "request_parameter_supported": False, "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True, "backchannel_logout_session_supported": True,
    }
