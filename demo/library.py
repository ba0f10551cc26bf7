"""A lecture, a thesis and a textbook chapter, from upload to publication by the people whose work it is."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import typst

from content_repo.curation import services as curation
from content_repo.works import services as works
from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.curriculum import services as curriculum

CONTENT = Path(__file__).parent / "content"


def load_library(teacher: Actor, librarian: Actor) -> None:
    """Three works, published; the lecture's video is transcoded when a worker runs."""
    lecture = _deposit(
        teacher,
        "lecture",
        LECTURE,
        (CONTENT / "bai-giang.mp4").read_bytes(),
        "bai-giang.mp4",
        "video/mp4",
        subject="vat-li",
    )
    chapter = _deposit(
        teacher, "textbook", CHAPTER, _pdf("chuong-sach"), "chuong-sach.pdf", "application/pdf", subject="toan"
    )
    for work_id in (lecture, chapter):
        with transaction():
            works.submit_work(teacher, work_id)
            curation.publish_work(librarian, work_id)
    for description, embargo in ((THESIS, None), (EMBARGOED, datetime(2027, 6, 30, 17, tzinfo=UTC))):
        thesis = _deposit(
            librarian, "thesis", description, _pdf("luan-van"), "luan-van.pdf", "application/pdf", embargo_until=embargo
        )
        with transaction():
            works.catalogue_work(librarian, thesis)
    with transaction():
        _load_collections(librarian)


def _deposit(
    actor: Actor,
    kind: str,
    description: Mapping[str, Any],
    content: bytes,
    name: str,
    content_type: str,
    *,
    subject: str = "",
    embargo_until: datetime | None = None,
) -> UUID:
    with transaction():
        described = dict(description)
        if subject:
            described["subject"] = str(curriculum.get_subject_by_code(subject).id)
        work_id = works.create_work(actor, kind, described).id
    with transaction():
        works.add_file(
            actor,
            work_id,
            stream=io.BytesIO(content),
            name=name,
            content_type=content_type,
            embargo_until=embargo_until,
        )
    return work_id


def _pdf(name: str) -> bytes:
    made = typst.compile(CONTENT / f"{name}.typ")
    assert isinstance(made, bytes)
    return made


def _load_collections(librarian: Actor) -> None:
    theses = curation.create_collection(
        librarian,
        title_vi="Luận văn, luận án khoa học giáo dục",
        title_en="Theses in education",
        description="Công trình của học viên các trường sư phạm về dạy và học ở phổ thông.",
    )
    grade12 = curation.create_collection(
        librarian,
        title_vi="Ôn tập lớp 12",
        title_en="Grade 12 revision",
        description="Bài giảng và tài liệu giúp học sinh lớp 12 ôn tập trước kì thi tốt nghiệp.",
    )
    for card in works.list_published(librarian):
        curation.add_to_collection(librarian, theses.id if card.kind.code == "thesis" else grade12.id, card.id)


LECTURE = {
    "title": "Sự chuyển thể của nước",
    "lecturers": "Nguyễn Thị Hoa",
    "grade": "12",
    "language": "vi",
    "licence": "cc-by",
    "keywords": "nóng chảy; hoá hơi; nhiệt nóng chảy riêng",
    "abstract": "Bài giảng ngắn giải thích vì sao nhiệt độ của nước đá không đổi trong khi tan, đọc đồ thị nhiệt độ theo "
    "thời gian và tính nhiệt lượng cần để làm nóng chảy một vật.",
}
CHAPTER = {
    "title": "Ứng dụng đạo hàm để khảo sát hàm số",
    "authors": "Nguyễn Thị Hoa",
    "publisher": "Trường THPT Hồ Sen",
    "year": "2026",
    "grade": "12",
    "language": "vi",
    "licence": "cc-by-sa",
    "keywords": "đạo hàm; đơn điệu; cực trị",
    "abstract": "Chương tài liệu học tập mở: tính đơn điệu, cực trị, giá trị lớn nhất và nhỏ nhất của hàm số, có ví dụ và bài tập.",
}
THESIS = {
    "title": "Sử dụng thí nghiệm mô phỏng trong dạy học chương Vật lí nhiệt lớp 12",
    "author": "Lò Thị Mai",
    "advisors": "Hoàng Văn Bình",
    "institution": "Trường Đại học Sư phạm Minh Hoạ",
    "degree": "master",
    "discipline": "Lí luận và phương pháp dạy học bộ môn Vật lí",
    "year": "2025",
    "language": "vi",
    "licence": "cc-by-nc",
    "keywords": "thí nghiệm mô phỏng; vật lí nhiệt; miền núi",
    "abstract": "Luận văn khảo sát việc kết hợp thí nghiệm mô phỏng với thí nghiệm thật đơn giản ở trường miền núi và đề xuất "
    "quy trình bốn bước để học sinh tự rút ra quy luật của sự chuyển thể.",
    "abstract_en": "The thesis studies simulated experiments combined with simple real ones in mountain schools and proposes "
    "four steps by which pupils find the law of phase change themselves.",
}
EMBARGOED = {
    **THESIS,
    "title": "Đánh giá năng lực giải quyết vấn đề qua câu hỏi đúng sai nhiều ý trong môn Toán",
    "author": "Giàng A Sơn",
    "discipline": "Lí luận và phương pháp dạy học bộ môn Toán",
    "year": "2026",
    "keywords": "đánh giá; câu hỏi đúng sai; thang điểm",
    "abstract": "Luận văn phân tích độ khó và độ phân biệt của câu hỏi đúng sai nhiều ý theo hai thang điểm và khuyến nghị cách "
    "viết mệnh đề.",
    "abstract_en": "The thesis analyses the difficulty and discrimination of four-statement true/false items under two score "
    "tables and recommends how to write statements.",
}
