"""A little OpenID provider on a port of its own: real HTTP, real signatures, and it lies where a test tells it to."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry

SECRET = "a secret between two"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@lru_cache
def key_of(name: str) -> RSAKey:
    """Made once: that takes a while."""
    return RSAKey.generate_key(2048, auto_kid=True)


class LittleProvider:
    """`claims` and `userinfo` are what it says about the one person it knows; `lies` replace claims (None: none)."""

    def __init__(self, name: str) -> None:
        self.name, self.client_id = name, f"lms-at-{name}"
        self.key = key_of(name)
        self.signing_key: Any = None
        self.header: dict[str, Any] = {"alg": "RS256"}
        self.userinfo: dict[str, Any] = {"sub": "s1", "name": "Nguyễn An"}
        self.lies: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.id_token: str | None = None
        self.answers_max_age = True
        self.logged_in_at = int(time.time())
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # what it serves

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        path, query = urlsplit(handler.path).path, parse_qs(urlsplit(handler.path).query)
        self.asked.append(path)
        if path == "/authorize":
            return self.authorize(handler, {name: values[0] for name, values in query.items()})
        bodies = {"/.well-known/openid-configuration": self.discovery(), "/userinfo": self.userinfo,
                  "/keys": KeySet([self.key]).as_dict(private=False)}
        return self.answer(handler, bodies[path])

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        length = int(handler.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(handler.rfile.read(length).decode()).items()}
        basic = base64.b64encode(f"{self.client_id}:{SECRET}".encode()).decode()
        request = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if handler.headers["Authorization"] != f"Basic {basic}":
            return self.answer(handler, {"error": "invalid_client"}, 401)
        if request is None or request["redirect_uri"] != form["redirect_uri"] \
                or request["code_challenge"] != challenge.rstrip("="):
            return self.answer(handler, {"error": "invalid_grant"}, 400)
        token = self.id_token or self.sign(self.claims(request))
        return self.answer(handler, {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def discovery(self) -> dict[str, Any]:
        parts = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in (
            ("authorization", "authorize"), ("token", "token"), ("userinfo", "userinfo"), ("end_session", "end"))}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **parts, **self.metadata}

    def authorize(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        if "max_age" in query and self.answers_max_age:
            self.logged_in_at = int(time.time())
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        handler.send_response(302)
        handler.send_header("Location", f"{query['redirect_uri']}?{urlencode(answer)}")
        handler.end_headers()

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    # what it signs

    def claims(self, request: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        told = {"iss": self.issuer, "aud": self.client_id, "sub": self.userinfo["sub"], "iat": now, "exp": now + 300,
                "nonce": request["nonce"], "sid": "provider-session", "auth_time": self.logged_in_at, "acr": "1",
                "amr": ["pwd"]} | self.lies
        return {name: value for name, value in told.items() if value is not None}

    def sign(self, claims: dict[str, Any]) -> str:
        algorithm = self.header["alg"]
        header = {"kid": self.key.kid} | self.header
        key = self.signing_key or self.key
        return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=[algorithm], strict_check_header=False))

    def logout_token(self, **lies: Any) -> str:
        now = int(time.time())
        told = {"iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8),
                "sub": self.userinfo["sub"], "sid": None, "events": {EVENT: {}}} | lies
        return self.sign({name: value for name, value in told.items() if value is not None})

    def visit(self, address: str) -> str:
        """The person's browser at the provider: the path and query at the platform that it comes back to."""
        back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
        parts = urlsplit(back)
        return f"{parts.path}?{parts.query}"


def forged_unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm `none`."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def forged_with_public_key(claims: dict[str, Any], key: RSAKey) -> str:
    """A token of the algorithm HS256 whose secret is the provider's public key, which everybody has."""
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(claims)}"
    signature = hmac.digest(key.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
