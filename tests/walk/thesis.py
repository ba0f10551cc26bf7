"""Step 4: a librarian catalogues a thesis under embargo; the record is public, the file opens by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.walk.site import Browser, Page, Site, expect

EMBARGO_SECONDS = 8
THESIS = {
    "title": "Vận dụng dạy học dự án trong môn Vật lí lớp 12",
    "author": "Đặng Thuỳ Dương",
    "advisors": "PGS.TS. Hoàng Văn Thái\nTS. Lê Thị Bích Ngọc",
    "institution": "Trường Đại học Sư phạm Hà Nội",
    "degree": "master",
    "discipline": "Lí luận và phương pháp dạy học bộ môn Vật lí",
    "year": "2026",
    "keywords": "dạy học dự án; năng lực; Vật lí 12",
    "abstract": "Luận văn đề xuất quy trình tổ chức dạy học dự án và thực nghiệm tại hai trường.",
    "abstract_en": "The thesis proposes a process of project-based teaching, tried out in two schools.",
    "language": "vi",
    "licence": "cc-by-nc-nd",
}
SECRET = "Only readers after the embargo see this line"


def walk(site: Site) -> str:
    """Catalogue, publish, be refused, wait, read."""
    librarian, visitor = site.as_("librarian"), site.anonymous()
    work_id = _catalogue(librarian)
    until = _put_under_embargo(librarian, work_id)
    _publish(librarian, work_id)
    file_path = _see_record_but_no_file(visitor, work_id)
    pdf = site.wait(lambda: _opened(visitor, file_path), EMBARGO_SECONDS + 20, "the end of the embargo")
    expect(datetime.now(UTC) >= until, "the file opened before its date")
    expect(SECRET.encode() in pdf.response.content, "the file that opened is not the thesis")
    expect(file_path in visitor.get(f"/works/{work_id}").ok().text, "the record does not offer the open file")
    return f"“{THESIS['title']}” published; its PDF was refused for {EMBARGO_SECONDS} s, then opened by itself"


def _catalogue(librarian: Browser) -> str:
    """Describe the thesis and add its PDF by the forms; returns the work's id."""
    page = librarian.get("/works/new").ok().follow("/works/new/thesis")
    page = page.form("title").submit(**THESIS).ok()
    expect(page.url.endswith("/files"), f"after the description comes {page.url}")
    refused = _send(page, b"MZ this is a program", "luan-van.pdf")
    expect(refused.status == 422, f"a program called .pdf was answered {refused.status}")
    page = _send(refused, pdf_bytes(), "luan-van.pdf").ok()
    expect("luan-van.pdf" in page.words, "the file is not on the page")
    return page.url.split("/")[-2]


def _send(page: Page, content: bytes, name: str) -> Page:
    form = page.form("file")
    return form.submit(files={"file": (name, content, "application/pdf")}, file=None)


def _put_under_embargo(librarian: Browser, work_id: str) -> datetime:
    """By the API, which takes a moment where the form takes a day."""
    work = _work(librarian, work_id)
    until = datetime.now(UTC) + timedelta(seconds=EMBARGO_SECONDS)
    rights = {"id": work["files"][0]["id"], "access": "open", "embargo_until": until.isoformat()}
    answer = librarian.api("PATCH", f"/api/v1/works/{work_id}", {"version": work["version"], "files": [rights]})
    expect(answer.status_code == 200, f"the embargo was answered {answer.status_code}: {answer.text[:200]}")
    again = librarian.api("PATCH", f"/api/v1/works/{work_id}", {"version": work["version"], "files": []})
    expect(again.status_code == 409, f"a second editor's old version was answered {again.status_code}")
    return until


def _publish(librarian: Browser, work_id: str) -> None:
    form = librarian.get(f"/works/{work_id}/finish").ok().form("steps")
    page = form.submit(**form.button("step", "catalogue")).ok()
    expect(THESIS["title"] in page.words, "the published record does not show the title")


def _see_record_but_no_file(visitor: Browser, work_id: str) -> str:
    """The whole record, nothing of the file; returns the file's address."""
    page = visitor.get(f"/works/{work_id}").ok()
    for name in ("title", "author", "institution", "discipline", "abstract", "abstract_en"):
        expect(THESIS[name] in page.words, f"a visitor does not see the {name}")
    told = _work(visitor, work_id)["files"][0]
    expect(told["refused"] == "embargo", f"the API tells of the file: {told}")
    file_path = f"/works/{work_id}/files/{told['id']}"
    expect(file_path not in page.text, "the record offers a file that it refuses")
    refused = visitor.get(file_path)
    expect(refused.status == 403, f"the file under embargo was answered {refused.status}")
    expect(SECRET not in refused.text and "luan-van" not in refused.text, "the refusal tells of the file")
    return file_path


def _opened(visitor: Browser, file_path: str) -> Page | None:
    page = visitor.get(file_path)
    return page if page.status == 200 else None


def _work(browser: Browser, work_id: str) -> dict[str, Any]:
    answer = browser.api("GET", f"/api/v1/works/{work_id}")
    expect(answer.status_code == 200, f"the API told {answer.status_code} of the work")
    found: dict[str, Any] = answer.json()
    return found


def pdf_bytes() -> bytes:
    """A thesis of one page."""
    stream = f"BT /F1 16 Tf 72 760 Td ({SECRET}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + tail
