"""An OpenID provider over real HTTP that says whatever a test tells it to: honest by default, an attacker on demand."""

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "lms-at-the-university", "the-secret-of-the-platform-there"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Claims = dict[str, Any]
Signer = Callable[[Claims], str]


@dataclass
class Rogue:
    """One provider in a thread. `person` is what it says of whoever comes; `twist` changes an ID token's claims."""

    person: Claims = field(default_factory=lambda: {"sub": "u1", "name": "Lê Văn Tám"})
    twist: Claims = field(default_factory=dict)
    signer: Signer | None = None
    codes: dict[str, Claims] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "honest", "use": "sig", "alg": "RS256"})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """No more answers."""
        self.server.shutdown()
        self.server.server_close()

    def behave(self) -> None:
        """Honest again, about a person that nobody has seen."""
        self.person, self.twist, self.signer = {"sub": secrets.token_hex(8), "name": "Lê Văn Tám"}, {}, None

    def sign(self, claims: Claims, typ: str = "JWT") -> str:
        """A token by its own key."""
        return jwt.encode({"alg": "RS256", "kid": "honest", "typ": typ}, claims, self.key)

    def sign_by_another_key(self, claims: Claims) -> str:
        """A token that claims the honest key and is signed by another one."""
        return jwt.encode({"alg": "RS256", "kid": "honest"}, claims, RSAKey.generate_key(2048))

    def sign_by_the_clients_secret(self, claims: Claims) -> str:
        """A symmetric signature, which whoever knows the client's secret can make."""
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])

    def sign_by_the_public_key(self, claims: Claims) -> str:
        """A symmetric signature with what everybody can read: the old confusion of algorithms."""
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "honest"}, claims))
        return f"{signed}.{_encoded(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"

    def sign_by_nothing(self, claims: Claims) -> str:
        """Algorithm `none`."""
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        return "".join(_encoded(json.dumps(part).encode()) + "." for part in parts)

    def logout_claims(self, subject: str, **changes: Any) -> Claims:
        """What a good logout token says, with changes; None leaves a claim out."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 120,
                  "jti": secrets.token_hex(8), "events": {LOGOUT_EVENT: {}}, **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def metadata(self) -> Claims:
        """Its discovery document."""
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"], "backchannel_logout_supported": True}

    def authorize(self, query: dict[str, str]) -> str:
        """Where it sends the browser back to; everybody is let in."""
        code = secrets.token_hex(8)
        self.codes[code] = {"nonce": query["nonce"]}
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, body: dict[str, str]) -> Claims:
        """What it gives for a code."""
        now = int(time.time())
        known = self.codes.pop(body.get("code", ""), None)
        if known is None:
            return {"error": "invalid_grant"}
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now, **known,
                  **self.person, **self.twist}
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 300,
                "id_token": (self.signer or self.sign)(claims)}


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _handler_of(rogue: Rogue) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", rogue.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
                self.end_headers()
            elif parts.path == "/keys":
                self.tell({"keys": [rogue.key.as_dict(private=False)]})
            else:
                self.tell(rogue.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = rogue.token({k: v[0] for k, v in parse_qs(body).items()})
            self.tell(answer, 400 if "error" in answer else 200)

        def tell(self, content: Claims, status: int = 200) -> None:
            told = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler
