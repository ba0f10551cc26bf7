"""The device cookie: which accounts have signed in on this device, signed, for a year.

It opens nothing. It keeps a stranger's guessing from slowing down an owner at his own device.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Response, after_this_request, has_request_context, request

from lms.core.config import settings
from lms.core.signing import InvalidToken, sign, unsign
from lms.identity.device import device_name
from lms.identity.provider.visitor import Visitor

COOKIE = "lms_device"
PURPOSE = "provider-device"
LIFE = timedelta(days=365)
MOST_ACCOUNTS = 40
"""A class at one computer after the other; the cookie stays under two kilobytes."""


def current_visitor() -> Visitor:
    """Who makes this request."""
    if not has_request_context():
        return Visitor()
    known = _read()
    return Visitor(address=request.remote_addr or "", device=device_name(request.user_agent.string),
                   device_id=known[0] if known else "", known=frozenset(known[1] if known else ()))


def remember_device(account_id: UUID) -> None:
    """After a complete sign-in: the account has been here."""
    device_id, accounts = _read() or (secrets.token_urlsafe(12), [])
    kept = [account_id.hex, *(each for each in accounts if each != account_id.hex)][:MOST_ACCOUNTS]
    token = sign(PURPOSE, {"id": device_id, "accounts": kept}, expires=LIFE)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(COOKIE, token, path="/oidc", max_age=int(LIFE.total_seconds()), httponly=True,
                            samesite="Lax", secure=settings().base_url.startswith("https://"))
        return response


def _read() -> tuple[str, list[str]] | None:
    cookie = request.cookies.get(COOKIE, "")
    try:
        payload = unsign(PURPOSE, cookie) if cookie else None
    except InvalidToken:
        return None
    return (payload["id"], payload["accounts"]) if payload else None
