"""The paper before the bell: a page that is fetched, sealed, while candidates wait, and a key given at the start.

What is sealed is the page of the player with its pictures and sounds. Its key belongs to the form, so that the start of
thousands at once is thousands of small answers. A browser that cannot open it asks for the page in the usual way.
"""

import base64
import json
import os
import re
from datetime import timedelta
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assessment.assembly import services as assembly
from assessment.delivery.services.attempts import Desk, find_desk, get_my_exam
from assessment.delivery.services.pictures import open_picture
from lms.core import clock
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.core.signing import keys_for

EARLY = timedelta(minutes=30)
"""So long before an exam opens its sealed page may be fetched."""
NONCE_BYTES = 12
MOST_BYTES = 24 * 1024**2
"""Of pictures and sounds in one bundle; the rest is fetched when the page is open."""
_ADDRESS = re.compile(r'(?<=")/exams/papers/[0-9a-f-]{36}/pictures/(\d+)\?[^"]+(?=")')


def get_waiting_desk(actor: Actor, exam_id: UUID) -> Desk:
    """The paper of an attempt that is about to begin, without a token; raises Conflict, NotFound."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    moment = clock.now()
    if mine.attempt.state != "ready" or not mine.sitting.opens_at - EARLY <= moment < mine.closes_at:
        raise Conflict(_("The paper of this exam is not handed out now."))
    state = {"state": "open", "seq": 0, "hash": "", "remaining_ms": mine.minutes * 60_000,
             "since_receipt_ms": 0, "server_time": moment.isoformat(), "answers": {}, "plays": {}, "sections": None}
    return Desk(mine, assembly.get_paper(mine.attempt.form_id), "", state)


def seal_bundle(form_id: UUID, page: str) -> bytes:
    """Nonce and AES-GCM of the page and its pictures. Internal: the caller has found the attempt."""
    text = json.dumps({"page": page, "files": _files_of(form_id, page)}, ensure_ascii=False).encode()
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(bundle_key(form_id)).encrypt(nonce, text, form_id.hex.encode())


def open_bundle(actor: Actor, exam_id: UUID, *, device: str) -> dict[str, Any]:
    """What a page that waited needs once its attempt runs: the key, the token and where the log stands."""
    desk = find_desk(actor, exam_id, device=device)
    if desk is None:
        raise Conflict(_("This exam is running on another device. Ask your teacher to let you go on here."))
    form_id = desk.mine.attempt.form_id
    return {"key": base64.b64encode(bundle_key(form_id)).decode(), "form": form_id.hex,
            "attempt": str(desk.mine.attempt.id), "token": desk.token, "state": desk.state}


def bundle_key(form_id: UUID) -> bytes:
    """What opens the sealed papers of a form. Internal: for who has begun."""
    return keys_for(f"exam-bundle.{form_id.hex}")[0]


def _files_of(form_id: UUID, page: str) -> dict[str, dict[str, str]]:
    """By address as the page has it: type and bytes, as many as there is room for."""
    files: dict[str, dict[str, str]] = {}
    left = MOST_BYTES
    for match in _ADDRESS.finditer(page):
        address = unescape(match[0])
        content_type, encoded = _picture(form_id, int(match[1]), parse_qs(urlsplit(address).query)["t"][0])
        if address not in files and len(encoded) <= left:
            left -= len(encoded)
            files[address] = {"type": content_type, "data": encoded}
    return files


@lru_cache(maxsize=256)
def _picture(form_id: UUID, number: int, ticket: str) -> tuple[str, str]:
    """Read once a span of time for all candidates of a form."""
    content_type, data = open_picture(form_id, number, ticket)
    return content_type, base64.b64encode(data).decode()
