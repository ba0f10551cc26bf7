"""Works for tests: described, with a file, in any state."""

from datetime import datetime
from io import BytesIO
from typing import Any

from content_repo.works import services
from content_repo.works.models import Work, WorkFile
from lms.core.db import db
from lms.core.permissions import Actor
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person

THESIS = {
    "title": "Dạy học giải quyết vấn đề trong môn Vật lí lớp 12",
    "author": "Nguyễn Thị Hồng Hạnh",
    "advisors": "PGS.TS. Trần Văn Minh",
    "institution": "Trường Đại học Sư phạm Hà Nội",
    "degree": "master",
    "discipline": "Lí luận và phương pháp dạy học Vật lí",
    "year": "2025",
    "keywords": "dạy học giải quyết vấn đề; vật lí 12",
    "abstract": "Luận văn nghiên cứu cách tổ chức dạy học giải quyết vấn đề.",
    "abstract_en": "The thesis studies problem-based teaching.",
    "language": "vi",
    "licence": "cc-by-nc",
}
LECTURE = {
    "title": "Dao động điều hoà",
    "abstract": "Bài giảng giới thiệu dao động điều hoà.",
    "lecturers": "Thầy Lê Minh Đức",
    "grade": "11",
    "language": "vi",
    "licence": "cc-by",
}


def pdf_bytes(text: str = "Luan van", pages: int = 1) -> bytes:
    """A small valid PDF whose pages carry `text` (ASCII)."""
    stream = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _assemble(objects)


def _assemble(objects: list[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(body))
    )


def make_work(
    kind: str = "thesis",
    state: str = "draft",
    owner: Any = None,
    organisation: Any = None,
    **description: Any,
) -> Work:
    """A complete work but for its file, in this state, flushed. `description` overrides fields."""
    owner = owner or make_person("librarian" if kind == "thesis" else "teacher")
    actor = make_actor(owner)
    given = dict(THESIS if kind == "thesis" else LECTURE)
    if kind != "thesis":
        given["subject"] = make_subject().code
    work = services.create_work(actor, kind, given | description)
    work.organisation_id = organisation.id if organisation else None
    put_into_state(work, state)
    return work


def put_into_state(work: Work, state: str) -> None:
    """Set the state with its moments, without the steps that lead there; flushed."""
    from lms.core import clock

    work.state = state
    work.submitted_at = clock.now() if state != "draft" else None
    work.published_at = clock.now() if state in ("published", "withdrawn") else None
    db.session.flush()


def add_pdf(
    work: Work,
    actor: Actor,
    *,
    content: bytes | None = None,
    access: str = "open",
    embargo_until: datetime | None = None,
) -> WorkFile:
    """Add a PDF as the main file, through the service."""
    return services.add_file(
        actor,
        work.id,
        stream=BytesIO(pdf_bytes() if content is None else content),
        name="luan-van.pdf",
        content_type="application/pdf",
        access=access,
        embargo_until=embargo_until,
    )


def make_work_file(work: Work, *, access: str = "open", embargo_until: datetime | None = None) -> WorkFile:
    """A main file of nine bytes that nobody has looked into: for rules about who may open it. Flushed."""
    from content_repo.files.models import StoredFile
    from lms.core.ids import new_id
    from lms.core.storage import storage

    file_id = new_id()
    storage().put(f"files/{file_id}/original", BytesIO(b"%PDF-1.7\n"), "application/pdf")
    db.session.add(
        StoredFile(
            id=file_id,
            owner_kind="work",
            owner_id=work.id,
            name="a.pdf",
            size=9,
            content_type="application/pdf",
            key=f"files/{file_id}/original",
            state="checked",
        )
    )
    db.session.flush()
    row = WorkFile(
        work_id=work.id,
        file_id=file_id,
        role="main",
        access=access,
        embargo_until=embargo_until,
        name="a.pdf",
        size=9,
        content_type="application/pdf",
        findings={"fault": "", "pages": 1, "has_text": True},
    )
    db.session.add(row)
    db.session.flush()
    return row
