"""Safe Exam Browser: the settings of an exam, their Config Key, and what a browser sends to prove that it runs them.

Sources: "Config Key" and "File Format" of its developer documentation (safeexambrowser.org/developer); how the headers
are made is also to be seen in its client for Windows. Nothing here knows the database or Flask.
"""

import base64
import hmac
import plistlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

KEY = re.compile(r"[0-9a-f]{64}")
CONFIG_HEADER, EXAM_HEADER = "X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash"
NOT_HASHED = "originatorVersion"
MODERN_VIEW = 3
"""`browserWindowWebView`: the engine that tells the keys to a page's script, where the client has it."""


def exam_settings(start_url: str, quit_url: str, *, hosts: Sequence[str], quit_hash: str = "") -> dict[str, Any]:
    """What Safe Exam Browser is told for one exam: where it begins, where it ends, and that it goes nowhere else.

    `hosts` are the only ones that may be opened. `quit_hash` is of the password (`hash_password`) by which an
    invigilator ends the browser; without one it is left at `quit_url` only.
    """
    rules = [{"action": 1, "active": True, "expression": host, "regex": False} for host in hosts]
    return {
        "allowBrowsingBackForward": False, "allowQuit": bool(quit_hash), "allowSpellCheck": False,
        "allowSwitchToApplications": False, "allowUserSwitching": False, "allowVirtualMachine": False,
        "browserViewMode": 1, "browserWindowAllowReload": True, "browserWindowWebView": MODERN_VIEW,
        "createNewDesktop": True, "enablePrintScreen": False, "enableRightMouse": False,
        "hashedQuitPassword": quit_hash,
        "newBrowserWindowByLinkPolicy": 0, "newBrowserWindowByScriptPolicy": 0, NOT_HASHED: "LMS",
        "quitURL": quit_url, "quitURLConfirm": False, "sebConfigPurpose": 0, "sendBrowserExamKey": True,
        "showReloadButton": True, "showTime": True, "startURL": start_url, "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False, "URLFilterRules": rules,
    }


def hash_password(password: str) -> str:
    """What settings hold of a password: SHA-256 in hex; "" for none."""
    return sha256(password.encode()).hexdigest() if password else ""


def seb_file(settings: Mapping[str, Any]) -> bytes:
    """A .seb file that is not encrypted: the property list itself, in XML."""
    return plistlib.dumps(dict(settings), fmt=plistlib.FMT_XML)


def config_key(settings: Mapping[str, Any]) -> str:
    """The Config Key: SHA-256 in hex of the settings as SEB-JSON, the version of who wrote them left out."""
    hashed = {name: value for name, value in settings.items() if name != NOT_HASHED}
    return sha256(seb_json(hashed).encode()).hexdigest()


def seb_json(value: Any) -> str:
    """JSON as the Config Key wants it: keys in order whatever their case, nothing escaped, no space, no empty dict."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: pair[0].casefold())
        return "{" + ",".join(f'"{name}":{seb_json(each)}' for name, each in pairs if each != {}) + "}"
    if isinstance(value, bytes):
        return f'"{base64.b64encode(value).decode()}"'
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}"'
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Iterable):
        return "[" + ",".join(seb_json(each) for each in value) + "]"
    return str(value)


def request_hash(url: str, key: str) -> str:
    """What the browser sends for a request: SHA-256 in hex of the address without its fragment, and then the key."""
    return sha256((url.partition("#")[0] + key).encode()).hexdigest()


def proves(url: str, keys: Iterable[str], given: str) -> bool:
    """Whether what was sent with a request for `url` was made with one of these keys."""
    return bool(given) and any(hmac.compare_digest(request_hash(url, key), given.lower()) for key in keys)
