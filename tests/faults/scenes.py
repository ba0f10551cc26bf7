"""What people are doing when a part fails. Every function opens and closes a context of its own."""

import base64
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from assessment.delivery import services as delivery
from content_repo.works import services as works
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.jobs import Job
from tests.factories.delivery import Candidate, make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.media import make_asset
from tests.factories.works import make_work, pdf_bytes

TUS = {"Tus-Resumable": "1.0.0"}
MIB = 1024 * 1024
EXAM_KIND = "single_choice"


def seat_candidate(app: Flask) -> Candidate:
    """A candidate in the middle of an exam, with one acknowledged answer: o1."""
    with app.app_context():
        given = make_exam(kinds=[EXAM_KIND])
        candidate = Candidate(app.test_client(), given, given.students[0])
        db.session.refresh(candidate.attempt)
        db.session.expunge(candidate.attempt)  # so that it can be read after its context has ended
    assert candidate.answer(EXAM_KIND, "o1").status_code == 200
    return candidate


def answer_that_counts(app: Flask, candidate: Candidate) -> Any:
    """What the markers would read of the candidate's one item."""
    with app.app_context():
        return delivery.final_responses([candidate.id])[candidate.id][candidate.item(EXAM_KIND)]


def publish_thesis(app: Flask, title: str) -> str:
    """A thesis with its PDF, catalogued by its librarian; the path of its record."""
    with app.test_request_context(), transaction():
        owner = make_person("librarian")
        actor = make_actor(owner)
        work_id = make_work("thesis", owner=owner, title=title).id
        works.add_file(actor, work_id, stream=BytesIO(pdf_bytes()), name="a.pdf", content_type="application/pdf")
        works.take_step(actor, work_id, "catalogue")
    return f"/works/{work_id}"


def queue_video(app: Flask, **given: Any) -> UUID:
    """An uploaded video that waits to be made; the asset's id."""
    with app.app_context():
        return make_asset(**given).id


def read_job(app: Flask, subject: tuple[str, UUID]) -> Job:
    """The newest job about a subject, as it is now."""
    with app.app_context():
        named = select(Job).where(Job.subject_kind == subject[0], Job.subject_id == str(subject[1]))
        job = db.session.scalars(named.order_by(Job.id.desc()).limit(1)).one()
        db.session.expunge(job)
        return job


def let_time_pass(app: Flask) -> None:
    """What waits is due now, and leases have run out: as after some minutes."""
    past = clock.now()
    with app.app_context(), transaction():
        db.session.execute(update(Job).where(Job.state == "queued").values(run_at=past))
        db.session.execute(update(Job).where(Job.state == "running").values(lease_until=past))


def begin_upload(client: FlaskClient, size: int) -> TestResponse:
    """Announce a file of `size` bytes."""
    told = {"filename": "bai-giang.mp4", "owner_kind": "work", "owner_id": str(new_id())}
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    return client.post("/uploads", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": pairs})


def send_piece(client: FlaskClient, url: str, offset: int, data: bytes) -> TestResponse:
    """Send the next piece of an upload."""
    return client.patch(url, data=data, headers=TUS | {
        "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})


def upload_offset(client: FlaskClient, url: str) -> int:
    """How far the server says that an upload is."""
    return int(client.head(url, headers=TUS).headers["Upload-Offset"])
