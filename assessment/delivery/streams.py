"""Server-sent events: a short stream that tells a page what has changed, without eating the threads of the server.

A stream holds one thread of its web process. So there are only so many at once (`LMS_BOARD_STREAMS`), each ends after
LIFETIME, and the browser asks anew by itself. Between two looks nothing is held but the thread: no transaction, and no
context of Flask's either, which a stream that is broken off would leave to the next request of its thread.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator

from flask import Flask, Response, current_app, request
from flask_babel import force_locale

from lms.core.config import settings
from lms.core.errors import Unavailable
from lms.core.i18n import _, current_locale

LIFETIME = 25.0
LOOK_EVERY = 5.0
MARGIN = 5.0
"""A stream of which no end was told is taken for ended so long after its lifetime."""

_lock = threading.Lock()
_open: dict[object, float] = {}


def answer_stream(read: Callable[[], str]) -> Response:
    """A stream of what `read` returns, each time that it differs from the last; raises Unavailable where all are taken.

    `read` runs in an application context of its own, without the request; what it reads is rolled back.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    locale, known = current_locale(), request.headers.get("Last-Event-ID", "")

    def look() -> str:
        with app.app_context(), force_locale(locale):
            return read()
    return Response(_tell(_take(), look, known), content_type="text/event-stream",
                    headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def _take() -> object:
    stream, moment = object(), time.monotonic()
    with _lock:
        for ended in [each for each, since in _open.items() if since < moment - LIFETIME - MARGIN]:
            del _open[ended]
        if len(_open) >= settings().board_streams:
            raise Unavailable(_("Too many boards are followed at once. The page asks again by itself."),
                              service="boards", retry_after=round(LIFETIME))
        _open[stream] = moment
    return stream


def _tell(stream: object, look: Callable[[], str], known: str) -> Iterator[str]:
    ends = time.monotonic() + LIFETIME
    try:
        yield "retry: 1000\n\n"
        while time.monotonic() < ends:
            text = look()
            digest = hashlib.sha256(text.encode()).hexdigest()[:16]
            yield ":\n\n" if digest == known else f"id: {digest}\ndata: {_one_line(text)}\n\n"
            known = digest
            time.sleep(LOOK_EVERY)
    finally:
        with _lock:
            _open.pop(stream, None)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
