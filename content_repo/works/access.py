"""The one rule of who may open a file of a work. Pure: page, API, player and file route all ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LEVELS = ("open", "signed_in", "organisation", "closed")
Reason = Literal["", "unpublished", "embargo", "sign_in", "organisation", "closed"]


@dataclass(frozen=True)
class FileAccess:
    """The answer: allowed, or refused for one reason; `until` is the end of an embargo and nothing else."""

    allowed: bool
    reason: Reason = ""
    until: datetime | None = None


ALLOWED = FileAccess(True)


def decide_access(
    *,
    state: str,
    level: str,
    embargo_until: datetime | None,
    at: datetime,
    keeps_work: bool,
    signed_in: bool,
    in_organisation: bool,
) -> FileAccess:
    """May this person open a file at this moment?

    `keeps_work`: owns the work, or is a librarian or administrator: they see files at every state and
    during an embargo.
    `in_organisation`: belongs to the work's organisation or to one below it.
    An embargo ends at its instant: the file is open when `at` equals `embargo_until`.
    """
    if keeps_work:
        return ALLOWED
    if state != "published":
        return FileAccess(False, "unpublished")
    if embargo_until is not None and at < embargo_until:
        return FileAccess(False, "embargo", embargo_until)
    return _decide_by_level(level, signed_in, in_organisation)


def _decide_by_level(level: str, signed_in: bool, in_organisation: bool) -> FileAccess:
    if level == "open":
        return ALLOWED
    if level == "closed" or level not in LEVELS:
        return FileAccess(False, "closed")
    if not signed_in:
        return FileAccess(False, "sign_in")
    if level == "organisation" and not in_organisation:
        return FileAccess(False, "organisation")
    return ALLOWED
