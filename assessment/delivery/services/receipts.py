"""Receipts of what was handed in, and the roots under which a room's receipts are published.

A receipt is a text of JSON with its signature (Ed25519): it names the end of the attempt's chain, so that it stands for
every event up to it. After the exam a room's receipts are leaves of a Merkle tree whose signed root is open to all:
nobody can then add, change or drop an answer of which a receipt was given. `tools/verify_receipt.py` checks all of it.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from assessment.delivery.eventlog import Ending
from assessment.delivery.merkle import leaf_hash, proof_of, root_of
from assessment.delivery.models import Attempt, Candidate, Exam, Room, RoomRoot, Sitting, SubmissionReceipt
from lms.core import clock
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.signing import keys_for

VERSION = 2
"""1 did not say which events came late."""


@dataclass(frozen=True)
class Signed:
    """A text and its signature, in base64; `key` is the name of the public key."""

    body: str
    signature: str
    key: str


@dataclass(frozen=True)
class Published:
    """The root of a room as everybody may see it."""

    room: str
    leaves: int
    root: str
    body: str
    signature: str


def _signing_keys() -> list[Ed25519PrivateKey]:
    """The key that signs now, then those of before; where none is set, keys that come from the platform's secret."""
    stated = [base64.b64decode(each) for each in settings().receipt_keys.split(",") if each.strip()]
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in stated or keys_for("receipts")]


def public_keys() -> dict[str, str]:
    """Every public key by its name: 32 bytes in base64."""
    found = {}
    for key in _signing_keys():
        raw = key.public_key().public_bytes_raw()
        found[_name(raw)] = base64.b64encode(raw).decode()
    return found


def _name(public: bytes) -> str:
    return sha256(public).hexdigest()[:16]


def _sign(body: dict[str, Any]) -> Signed:
    key = _signing_keys()[0]
    name = _name(key.public_key().public_bytes_raw())
    text = json.dumps(body | {"key": name}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Signed(text, base64.b64encode(key.sign(text.encode())).decode(), name)


def issue_receipts(ended: Sequence[tuple[Attempt, Ending]], late: Mapping[UUID, list[int]]) -> None:
    """Sign what each of these attempts ended with, once; `late` numbers the events that came late. Internal, for
    whoever ends them: no actor.
    """
    ids = [attempt.id for attempt, _ending in ended]
    there = set(db.session.scalars(select(SubmissionReceipt.attempt_id).where(SubmissionReceipt.attempt_id.in_(ids))))
    candidates = {each.id: each for each in db.session.scalars(select(Candidate).where(
        Candidate.id.in_([attempt.candidate_id for attempt, _ending in ended])))}
    db.session.add_all(_receipt(attempt, ending, candidates[attempt.candidate_id], late.get(attempt.id, []))
                       for attempt, ending in ended if attempt.id not in there)


def _receipt(attempt: Attempt, ending: Ending, candidate: Candidate, late: Sequence[int]) -> SubmissionReceipt:
    signed = _sign({
        "version": VERSION, "kind": "receipt", "exam": str(attempt.exam_id), "sitting": str(attempt.sitting_id),
        "room": str(candidate.room_id) if candidate.room_id else None, "attempt": str(attempt.id),
        "form": str(attempt.form_id), "candidate": candidate.number, "events": ending.seq + 1, "digest": ending.hash,
        "late": [seq for seq in late if seq <= ending.seq],
        "handed_in": _iso(attempt.submitted_at), "issued": _iso(clock.now())})
    return SubmissionReceipt(attempt_id=attempt.id, sitting_id=attempt.sitting_id, room_id=candidate.room_id,
                             digest=ending.hash, body=signed.body, signature=signed.signature)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="milliseconds") if moment else ""


def publish_roots(exam_id: UUID) -> int:
    """The root of every room of a closed exam, once; how many are published. Internal, for a job: no actor."""
    exam = db.session.get(Exam, exam_id)
    if exam is None or exam.state != "closed":
        return 0
    sittings = db.session.scalars(select(Sitting).where(Sitting.exam_id == exam.id)).all()
    return sum(_publish(sitting) for sitting in sittings)


def _publish(sitting: Sitting) -> int:
    there = set(db.session.scalars(select(RoomRoot.room_id).where(RoomRoot.sitting_id == sitting.id)))
    rooms = set(db.session.scalars(
        select(SubmissionReceipt.room_id).where(SubmissionReceipt.sitting_id == sitting.id).distinct())) - there
    for room_id in rooms:
        hashes = _leaves(sitting.id, room_id)
        room = db.session.get(Room, room_id) if room_id else None
        signed = _sign({
            "version": VERSION, "kind": "root", "exam": str(sitting.exam_id), "sitting": str(sitting.id),
            "room": str(room_id) if room_id else None, "name": room.name if room else "", "leaves": len(hashes),
            "root": root_of(hashes).hex(), "published": _iso(clock.now())})
        db.session.add(RoomRoot(sitting_id=sitting.id, room_id=room_id, root=root_of(hashes).hex(), leaves=len(hashes),
                                body=signed.body, signature=signed.signature))
    db.session.flush()
    return len(rooms)


def _leaves(sitting_id: UUID, room_id: UUID | None, until: datetime | None = None) -> list[bytes]:
    """Hashes of a room's receipts, all or those that were there when its root was made. Sorted: their order says
    nothing of seats or times.
    """
    there = SubmissionReceipt.room_id == room_id if room_id else SubmissionReceipt.room_id.is_(None)
    bodies = db.session.scalars(select(SubmissionReceipt.body).where(
        SubmissionReceipt.sitting_id == sitting_id, there, *([SubmissionReceipt.at <= until] if until else [])))
    return sorted(leaf_hash(body.encode()) for body in bodies)


def list_roots(exam_id: UUID) -> list[Published]:
    """What is published of an exam, by room; raises NotFound before. Open to everybody: no actor."""
    rows = db.session.execute(select(RoomRoot, Room.name).join(Sitting, Sitting.id == RoomRoot.sitting_id)
                              .outerjoin(Room, Room.id == RoomRoot.room_id).where(Sitting.exam_id == exam_id)
                              .order_by(Room.name, RoomRoot.id)).tuples()
    found = [Published(name or "", root.leaves, root.root, root.body, root.signature) for root, name in rows]
    if not found:
        raise NotFound(_("Nothing is published of this exam yet."))
    return found


def proof_for(receipt: SubmissionReceipt) -> dict[str, Any] | None:
    """The proof that a receipt is under the published root of its room; None before, and for a receipt that came after
    the root. The caller has authorised.
    """
    there = RoomRoot.room_id == receipt.room_id if receipt.room_id else RoomRoot.room_id.is_(None)
    root = db.session.scalar(select(RoomRoot).where(RoomRoot.sitting_id == receipt.sitting_id, there))
    if root is None or receipt.at > root.created_at:
        return None
    hashes: Sequence[bytes] = _leaves(receipt.sitting_id, receipt.room_id, root.created_at)
    index = hashes.index(leaf_hash(receipt.body.encode()))
    return {"index": index, "leaves": len(hashes), "path": [each.hex() for each in proof_of(hashes, index)],
            "root": {"body": root.body, "signature": root.signature}}
