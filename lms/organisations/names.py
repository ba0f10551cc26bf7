"""What kinds of organisations and events are called on pages."""

from lms.core.i18n import _l

KIND_NAMES = {
    "ministry": _l("Ministry"), "department": _l("Department of education"), "school": _l("School"),
    "university": _l("University"), "faculty": _l("Faculty"), "class": _l("Class"),
}
KIND_ICONS = {"ministry": "bank", "department": "building", "school": "house-door", "university": "mortarboard",
              "faculty": "diagram-3", "class": "people"}
EVENT_NAMES = {
    "founded": _l("Founded"), "renamed": _l("Renamed"), "moved": _l("Moved"), "merged": _l("Merged"),
    "closed": _l("Closed down"), "reopened": _l("Opened again"),
}
ROLE_NAMES = {"student": _l("Student"), "teacher": _l("Teacher"), "librarian": _l("Librarian"),
              "administrator": _l("Administrator")}
