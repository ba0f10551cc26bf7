"""The way in for starts: thousands begin within seconds, each by one small request (decision 0033).

A waiting page sends its form with the token that it was given. The door answers a plain start by itself; whatever is
not one goes on to the route in `candidate_views.py`, which begins the usual way or words the refusal.
"""

import json
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from flask import Flask

from assessment.delivery.save_door import HEADERS, Environ, Wsgi
from assessment.delivery.services.attempts import holds_device
from assessment.delivery.services.starting import Gates, begin, read_ready_token

PREFIX, SUFFIX = "/exams/", "/start"
LENGTH = len(PREFIX) + 36 + len(SUFFIX)
MAX_FORM = 10_000
DEVICE_COOKIE = "exam_device"


class StartDoor:
    """WSGI in front of WSGI."""

    def __init__(self, app: Flask, inner: Wsgi) -> None:
        self._app, self._inner, self._gates = app, inner, Gates()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a plain start; pass on everything else."""
        path = environ["PATH_INFO"]
        if len(path) == LENGTH and environ["REQUEST_METHOD"] == "POST" and "HTTP_X_EXAM_READY" in environ \
                and path.startswith(PREFIX) and path.endswith(SUFFIX):
            told = self._start(environ, path[len(PREFIX):-len(SUFFIX)])
            if told is not None:
                answer = json.dumps(told).encode()
                start_response("200 OK", [*HEADERS, ("Content-Length", str(len(answer)))])
                return (answer,)
        return self._inner(environ, start_response)

    def _start(self, environ: Environ, exam_id: str) -> dict[str, Any] | None:
        """What the page is told if it has begun; None where the route must look at it."""
        length = environ.get("CONTENT_LENGTH") or "0"
        if "HTTP_TRANSFER_ENCODING" in environ or not length.isdecimal() or int(length) > MAX_FORM:
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)
        try:
            with self._app.app_context():
                ready = read_ready_token(environ["HTTP_X_EXAM_READY"])
                if ready.exam_id != UUID(exam_id) or not holds_device(ready.device, _device(environ)):
                    return None
                code = parse_qs(body.decode()).get("code", [""])[0].strip()
                return begin(ready, self._gates.of(ready.sitting_id, ready.room_id), code=code)
        except Exception:  # the route meets the same and says it in the candidate's language
            return None


def _device(environ: Environ) -> str:
    """The secret of the browser, from its cookies."""
    try:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(DEVICE_COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""
