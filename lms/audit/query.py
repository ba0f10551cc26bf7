"""What is asked of the audit, as it stands in an address. No name of a person ever stands there: addresses are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lms.core.audit import Cursor, read_cursor
from lms.core.errors import Problem
from lms.core.i18n import _

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIELDS = ("person", "action", "subject", "organisation", "refused", "since", "until")
MOST = 100


@dataclass(frozen=True)
class Query:
    """What was typed, and what it means. `organisation` is a code or an id; days are days in Vietnam."""

    typed: dict[str, str]
    person: UUID | None = None
    action: str = ""
    subject: str = ""
    organisation: str = ""
    refused: bool = False
    since: datetime | None = None
    until: datetime | None = None
    after: Cursor | None = None
    problems: list[Problem] = field(default_factory=list)


def read_query(arguments: Mapping[str, str]) -> Query:
    """Read the fields; each that cannot be understood is a problem that says which one and why."""
    typed = {name: arguments.get(name, "").strip()[:MOST] for name in FIELDS}
    given = {name: value for name, value in typed.items() if value}
    problems: list[Problem] = []
    told: dict[str, Any] = {name: given.get(name, "") for name in ("action", "subject", "organisation")}
    told["person"] = _read(problems, _("Person"), given.get("person"), UUID, _("This is no person's identifier."))
    told["since"] = _read(problems, _("From day"), given.get("since"), _day, _("This is no day."))
    last = _read(problems, _("To day"), given.get("until"), _day, _("This is no day."))
    told["until"] = last + timedelta(days=1) if last else None
    if told["since"] and last and last < told["since"]:
        problems.append(Problem(_("To day"), _("The last day lies before the first.")))
    told["after"] = _read(problems, _("Page"), arguments.get("after"), read_cursor, _("This page does not exist."))
    return Query(given, refused=bool(given.get("refused")), problems=problems, **told)


def _read(problems: list[Problem], where: str, value: str | None, read: Any, message: str) -> Any:
    if not value:
        return None
    try:
        return read(value)
    except (ValueError, OverflowError):
        problems.append(Problem(where, message))
        return None


def _day(value: str) -> datetime:
    """The beginning of the day on the Vietnamese clock."""
    told = date.fromisoformat(value)
    if not 2000 <= told.year <= 2200:
        raise ValueError(value)
    return datetime(told.year, told.month, told.day, tzinfo=ZONE)
