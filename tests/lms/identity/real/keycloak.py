"""Realms of one's own in the running Keycloak, made and changed by its administration API."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

REALM_FILE = Path(__file__).parents[4] / "deploy/keycloak/realm.json"
UNIVERSITY_CLIENT = "lms-of-the-university"
SECRET = "the-secret-of-the-platform-at-this-realm"
TIMEOUT = 60


class Realm:
    """A copy of deploy/keycloak/realm.json under another name; people as there, the platform its client."""

    def __init__(self, name: str, back_channel: str, change: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.server = os.environ["KEYCLOAK_URL"]
        self.name = name
        self.issuer = f"{self.server}/realms/{name}"
        content = {**_realm(back_channel), "realm": name}
        if change is not None:
            change(content)
        self.call("POST", "", content)

    def remove(self) -> None:
        """Away with it."""
        self.call("DELETE", f"/{self.name}")

    def end_sessions(self, username: str) -> None:
        """The administrator signs somebody out everywhere."""
        self.call("POST", f"/{self.name}/users/{self._user_id(username)}/logout")

    def session_ids(self, username: str) -> set[str]:
        """The ids of the sessions that Keycloak keeps of somebody."""
        return {session["id"] for session in self.call("GET", f"/{self.name}/users/{self._user_id(username)}/sessions")}

    def end_session(self, session_id: str) -> None:
        """The administrator ends one session."""
        self.call("DELETE", f"/{self.name}/sessions/{session_id}")

    def rotate_key(self) -> tuple[str, str]:
        """A new signing key in place of the old one, which is gone at once; returns both key ids."""
        before = self._signing_key()
        realm_id = self.call("GET", f"/{self.name}")["id"]
        self.call("POST", f"/{self.name}/components", {
            "name": "newer", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": realm_id, "config": {"priority": ["200"], "keySize": ["2048"], "algorithm": ["RS256"]}})
        self.call("DELETE", f"/{self.name}/components/{before['providerId']}")
        return before["kid"], self._signing_key()["kid"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the administration API; what it answers, None where it answers nothing."""
        answer = requests.request(method, f"{self.server}/admin/realms{path}", json=body, timeout=TIMEOUT,
                                  headers={"Authorization": f"Bearer {self._token()}"})
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def _token(self) -> str:
        asked = {"grant_type": "password", "client_id": "admin-cli", "username": os.environ["KEYCLOAK_ADMIN"],
                 "password": os.environ["KEYCLOAK_ADMIN_PASSWORD"]}
        answer = requests.post(f"{self.server}/realms/master/protocol/openid-connect/token", asked, timeout=TIMEOUT)
        return str(answer.json()["access_token"])

    def _user_id(self, username: str) -> str:
        [user] = self.call("GET", f"/{self.name}/users?username={username}&exact=true")
        return str(user["id"])

    def _signing_key(self) -> dict[str, Any]:
        told = self.call("GET", f"/{self.name}/keys")
        [key] = [key for key in told["keys"] if key["kid"] == told["active"]["RS256"]]
        return dict(key)


def _realm(back_channel: str) -> dict[str, Any]:
    """The realm's file, for a platform elsewhere; its people have new ids, which are unique among all realms."""
    realm: dict[str, Any] = json.loads(REALM_FILE.read_text("utf-8"))
    [client] = realm["clients"]
    client["secret"] = SECRET
    client["attributes"]["backchannel.logout.url"] = back_channel
    for user in realm["users"]:
        del user["id"]
    return realm


def as_university(realm: dict[str, Any]) -> None:
    """Another house with its own words: roles, place and staff code under other names, and a lecturer."""
    [client] = realm["clients"]
    client["clientId"] = UNIVERSITY_CLIENT
    roles, place = client["protocolMappers"]
    roles["config"]["claim.name"] = "tai_khoan.chuc_danh"
    place["config"]["claim.name"] = "don_vi"
    client["protocolMappers"].append({
        "name": "staff code", "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-property-mapper",
        "config": {**place["config"], "claim.name": "ma_can_bo", "user.attribute": "username"}})
    realm["roles"]["realm"] = [{"name": "giang_vien"}, {"name": "quan_tri"}]
    realm["users"] = [{
        "username": "gv0412", "enabled": True, "email": "teacher@example.edu.vn", "emailVerified": True,
        "firstName": "Võ Minh", "lastName": "Khoa", "realmRoles": ["giang_vien", "quan_tri"],
        "attributes": {"organisation": ["DHTN"]},
        "credentials": [{"type": "password", "value": "demo-gv0412", "temporary": False}]}]
