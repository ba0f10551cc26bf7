"""The way in for saves: the one route that everybody in an exam uses at the same time.

Flask's request does much that a save does not need: session, cookies, language, form protection, a database
session. The door answers a plain save by itself, with the same service. Whatever is not a plain success goes on
to the route in `api.py`, which does it once more (a save may be repeated) and words the refusal. So does the
first save of an attempt in this process, for which the token and the paper must be looked at.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from assessment.delivery.services.saving import MAX_BODY, SaveResult, save_events
from lms.core.config import Settings
from lms.core.errors import Unavailable

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
TRIED = "lms.save-tried"
"""Stands in the environ of a save for which the log did not answer: the route need not wait for it again."""
PREFIX, SUFFIX = "/api/v1/attempts/", "/events"
LENGTH = len(PREFIX) + 36 + len(SUFFIX)
HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "private, no-store"),
           ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'"))


class SaveDoor:
    """WSGI in front of WSGI."""

    def __init__(self, inner: Wsgi, given: Settings) -> None:
        self._inner, self._given = inner, given

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a plain save; pass on everything else."""
        path = environ["PATH_INFO"]
        if len(path) == LENGTH and environ["REQUEST_METHOD"] == "POST" and path.endswith(SUFFIX) \
                and path.startswith(PREFIX):
            result = self._save(environ, path[len(PREFIX):-len(SUFFIX)])
            if result is not None:
                answer = saved_body(result)
                start_response("200 OK", [*HEADERS, ("Content-Length", str(len(answer)))])
                return (answer,)
        return self._inner(environ, start_response)

    def _save(self, environ: Environ, attempt_id: str) -> SaveResult | None:
        """The outcome if all of it is on disk and counts; None where the route must look at it."""
        length = environ.get("CONTENT_LENGTH") or ""
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if not length.isdecimal() or int(length) > MAX_BODY or not authorization.startswith("Bearer "):
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)
        if b"section" in body:
            return None
        try:
            result = save_events(self._given, authorization[7:], UUID(attempt_id), body, settle=False)
        except Unavailable:
            environ[TRIED] = True
            return None
        except Exception:  # the route meets the same and says it in the candidate's language
            return None
        return None if result.refusal or result.late else result


def saved_body(result: SaveResult, **more: Any) -> bytes:
    """JSON of a save that counts."""
    return json.dumps(describe(result.acks, result.remaining_ms, result.received_at) | more).encode()


def describe(acks: Iterable[Any], remaining_ms: int, received_at: datetime) -> dict[str, Any]:
    """What every answer to a save says."""
    return {"acks": [{"seq": ack.seq, "hash": ack.hash, "late": ack.late} for ack in acks],
            "remaining_ms": remaining_ms, "server_time": received_at.isoformat()}
