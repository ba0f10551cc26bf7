"""Signed addresses fetched as a browser would: from the platform (embedded) or from the store itself (full)."""

from collections.abc import Mapping
from dataclasses import dataclass

import requests
from flask.testing import FlaskClient


@dataclass(frozen=True)
class Fetched:
    """What came back."""

    status: int
    data: bytes
    headers: Mapping[str, str]


def fetch(client: FlaskClient, address: str, **headers: str) -> Fetched:
    """GET an address that may lie on another host; redirects of the store are not followed."""
    if address.startswith("http"):
        theirs = requests.get(address, headers=headers, timeout=10, allow_redirects=False)
        return Fetched(theirs.status_code, theirs.content, theirs.headers)
    own = client.get(address, headers=headers)
    return Fetched(own.status_code, own.data, own.headers)
