"""The tree of organisations and the people in it. Names are drawn from common ones; nobody is meant."""

import random
from uuid import UUID

from lms.core.permissions import SYSTEM, Actor
from lms.identity import services as identity
from lms.organisations import services as organisations

# code, name, kind, code of the one above
TREE = (
    ("BGDDT", "Bộ Giáo dục và Đào tạo", "ministry", None),
    ("SGD-01", "Sở Giáo dục và Đào tạo Hà Nội", "department", "BGDDT"),
    ("SGD-11", "Sở Giáo dục và Đào tạo Điện Biên", "department", "BGDDT"),
    ("SGD-79", "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh", "department", "BGDDT"),
    ("DH-MH", "Trường Đại học Sư phạm Minh Hoạ", "university", "BGDDT"),
    ("01-THPT-0001", "Trường THPT Hồ Sen", "school", "SGD-01"),
    ("11-THPT-0001", "Trường THPT Hoa Ban", "school", "SGD-11"),
    ("79-THPT-0001", "Trường THPT Bến Phượng", "school", "SGD-79"),
    ("01-THPT-0002", "Trường THPT Sông Nhuệ", "school", "SGD-01"),
    ("01-THPT-0001-10A1", "10A1", "class", "01-THPT-0001"),
    ("01-THPT-0001-11A1", "11A1", "class", "01-THPT-0001"),
    ("01-THPT-0001-12A1", "12A1", "class", "01-THPT-0001"),
    ("01-THPT-0001-12A2", "12A2", "class", "01-THPT-0001"),
    *(
        (f"{school}-12-{number}", f"12A{number}", "class", school)
        for school in ("11-THPT-0001", "79-THPT-0001")
        for number in range(1, 5)
    ),
)
MY_CLASS = "01-THPT-0001-12A1"
LOWER_CLASSES = ("01-THPT-0001-10A1", "01-THPT-0001-11A1")
FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Lò",
    "Quàng",
    "Giàng",
    "Võ",
    "Dương",
)
MIDDLE = ("Thị", "Văn", "Minh", "Ngọc", "Đức", "Thanh", "Hải", "Quốc", "Bảo", "Thuỳ", "Hữu", "Khánh")
GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Hùng",
    "Khôi",
    "Lan",
    "Linh",
    "Mai",
    "Nam",
    "Nhung",
    "Phong",
    "Quân",
    "Sơn",
    "Thảo",
    "Trang",
    "Tú",
    "Uyên",
    "Vinh",
    "Yến",
)
CLASSMATES = 11
SIMULATED = 300


def load_organisations() -> dict[str, UUID]:
    """The tree; ids by code."""
    ids: dict[str, UUID] = {}
    for code, name, kind, above in TREE:
        row = organisations.ensure_organisation(
            SYSTEM, code=code, name=name, kind=kind, parent_id=ids[above] if above else None
        )
        ids[code] = row.id
    return ids


def load_people(ids: dict[str, UUID]) -> dict[str, Actor]:
    """The four who sign in, as actors by user name; the student is put into his class."""
    people = identity.ensure_demo_accounts(SYSTEM)
    organisations.add_member(SYSTEM, ids[MY_CLASS], person_id=people["student"], role="student")
    organisations.add_member(SYSTEM, ids[MY_CLASS], person_id=people["teacher"], role="teacher")
    return {
        account.username: Actor(
            people[account.username],
            account.name,
            organisations.positions_of(people[account.username]),
        )
        for account in identity.DEMO_ACCOUNTS
    }


def load_students(organisation_ids: list[UUID], count: int, seed: int) -> list[UUID]:
    """`count` students with drawn names, spread evenly over the classes."""
    drawn = random.Random(seed)
    found = []
    for number in range(count):
        name = f"{drawn.choice(FAMILY)} {drawn.choice(MIDDLE)} {drawn.choice(GIVEN)}"
        home = organisation_ids[number % len(organisation_ids)]
        found.append(identity.create_person(SYSTEM, name=name, roles=["student"], organisation_id=home).id)
    return found
