"""How the table is divided for readers, and how roles are called in it."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import ANYONE, SIGNED_IN

AREAS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("materials", _l("Materials and their files"), ("work", "file", "upload", "media")),
    ("curation", _l("Review and collections"), ("review", "collection")),
    ("bank", _l("Question bank"), ("item", "import", "bank", "stimulus", "export")),
    ("exams", _l("Exams"), ("exam", "form", "attempt", "room", "board")),
    ("results", _l("Results and analysis"), ("result", "answer", "analysis", "appeal")),
    ("organisations", _l("Organisations and the curriculum"), ("organisation", "curriculum", "year")),
    ("people", _l("People and their accounts"), ("person", "account", "sign_in", "identity")),
    ("provider", _l("Sign-in service and connected systems"), ("provider", "client", "mail", "credential")),
    ("platform", _l("The platform itself"), ("search", "permission", "job", "audit", "switch")),
)
"""Name, heading, and what stands before the colon of its permissions."""
GRANTEES: dict[str, Any] = {
    ANYONE: _l("Everybody"), SIGNED_IN: _l("Whoever is signed in"), "student": _l("Student"),
    "teacher": _l("Teacher"), "librarian": _l("Librarian"), "administrator": _l("Administrator"),
}
"""The columns, in order."""


def area_of(permission: str) -> str:
    """The name of the area that a permission stands in; "" where nobody has given it one."""
    kind = permission.partition(":")[0]
    return next((name for name, _label, kinds in AREAS if kind in kinds), "")
