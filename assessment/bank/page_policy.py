"""What the pages that show items may do beyond other pages, and how their pictures and sound are sent."""

import hashlib
import io
from collections.abc import Set as AbstractSet

from flask import Response, send_file

from assessment.bank.media_bytes import EXTENSIONS
from lms.core.web import allow_microphone, allow_style_attributes

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""For drawings that somebody opens by themselves: styles of their own, and nothing that runs or loads."""


def open_page_for(types: AbstractSet[str]) -> None:
    """Relax the policy of this page for items of these types that can be answered on it."""
    if "maths" in types:
        allow_style_attributes()
    if "oral" in types:
        allow_microphone()


def answer_media(content_type: str, data: bytes, name: str) -> Response:
    """A picture or sound for whoever holds a signed address; with ranges, for sound."""
    response = send_file(io.BytesIO(data), mimetype=content_type, etag=hashlib.sha256(data).hexdigest()[:32],
                         conditional=True, download_name=f"{name}.{EXTENSIONS[content_type]}")
    response.headers["Cache-Control"] = "private, max-age=43200, immutable"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
