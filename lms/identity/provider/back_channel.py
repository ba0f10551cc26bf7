"""The sender of logout tokens: tells a client at once after the commit; a job tries again where that failed.

Only addresses that an administrator registered are called. No redirect is followed, nothing of the answer is read but
its status, and a client that hangs is left after seconds.
"""

import threading
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import requests
import structlog
from flask import Flask, current_app
from joserfc import jwt

from lms.core import clock
from lms.core.config import settings
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import PlatformError
from lms.core.i18n import _l
from lms.identity.provider import services
from lms.identity.provider.keys import ALGORITHM, signing_key

log = structlog.get_logger()
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TIMEOUT = (2, 3)
TOKEN_LIFE = timedelta(minutes=2)


class NotTold(PlatformError):
    """The client did not take the word; it will be told again."""

    status, code = 502, "not-told"


def tell_soon(notice_ids: Iterable[UUID]) -> None:
    """Tell from this process, beside the request that ended the session; workers may be busy with videos."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if app.testing:
        return
    for notice_id in notice_ids:
        threading.Thread(target=_tell_quietly, args=(app, notice_id), daemon=True).start()


def tell_logout(notice_id: UUID) -> None:
    """Tell one client that a session ended, unless it knows; raises NotTold where it does not take the word."""
    with transaction():
        notice = services.claim_notice(notice_id)
        token = logout_token(notice) if notice else ""
    if notice is None:
        return
    outside_transaction()
    outcome, told = _post(notice.address, token)
    with transaction():
        services.note_outcome(notice_id, outcome, told=told)
    if not told:
        log.warning("back-channel-logout-failed", client=notice.client_id, outcome=outcome)
        raise NotTold(_l("The application did not take the word that a session has ended."))


def logout_token(notice: "services.Notice") -> str:
    """A signed logout token for a client: who, which session, and no nonce."""
    now, key = clock.now(), signing_key()
    claims = {"iss": settings().issuer, "aud": notice.client_id, "sub": notice.subject, "sid": str(notice.session_id),
              "iat": int(now.timestamp()), "exp": int((now + TOKEN_LIFE).timestamp()), "jti": str(uuid4()),
              "events": {EVENT: {}}}
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "logout+jwt"}, claims, key, [ALGORITHM])


def _post(address: str, token: str) -> tuple[str, bool]:
    """(what happened, whether the client has taken it)"""
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password file: exactly the registered address
        try:
            with session.post(address, data={"logout_token": token}, timeout=TIMEOUT, allow_redirects=False,
                              stream=True) as answer:
                return f"HTTP {answer.status_code}", answer.status_code in (200, 204)
        except requests.Timeout:
            return "timeout", False
        except requests.RequestException as error:
            return type(error).__name__, False


def _tell_quietly(app: Flask, notice_id: UUID) -> None:
    with app.app_context():
        try:
            tell_logout(notice_id)
        except PlatformError:
            return
        except Exception:
            log.exception("back-channel-logout-error")
        finally:
            db.session.remove()
