"""A passkey in software, for the tests: what a phone's authenticator would answer, and what a thief might."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One ES256 credential; `flags` says what it claims of its owner."""

    def __init__(self, origin: str, flags: int = UP | UV, number: int = 1) -> None:
        self.origin, self.flags = origin, flags
        self.host = origin.split("://")[1].split(":")[0]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(f"{id(self)}{number}".encode()).digest()
        self.count = 0
        self.handle = b""

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer of navigator.credentials.create."""
        self.handle = unb64(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(self.flags | AT) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], **changes)
        return self._answer(clientDataJSON=b64(client), attestationObject=b64(attested), transports=["internal"])

    def get(self, options: dict[str, Any], grow: int = 1, **changes: Any) -> str:
        """The answer of navigator.credentials.get."""
        self.count += grow
        data, client = self._data(self.flags), self._client("webauthn.get", options["challenge"], **changes)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=b64(client), authenticatorData=b64(data), signature=b64(signature),
                            userHandle=b64(self.handle))

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, /, **changes: Any) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **changes}).encode()

    def _answer(self, **response: Any) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response,
                           "clientExtensionResults": {}})
