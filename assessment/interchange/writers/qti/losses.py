"""What QTI cannot say of a question to other systems; our own reader finds it again."""

import re
from typing import Any

from assessment.interchange.writers.qti.versions import Version
from lms.core.i18n import _

Stored = dict[str, Any]
_MARKED = frozenset(("essay", "file_upload", "oral", "code"))
_OWN_START = re.compile(r"<ol [^>]*(?:start|type)=")


def losses(version: Version, type: str, content: Stored, key: Stored) -> list[str]:
    """What other systems will not see of one question in this version; [] when they see all of it."""
    found = [*_of_type(type, content), *_of_version(version, type, content)]
    if content.get("variables"):
        found.append(_("other systems show the names of the variables instead of their values"))
    table = key.get("score_table")
    if table and table in ("multiple_each", "tf4_2025", "right_minus_wrong"):
        found.append(_("other systems give points by a rule of their own"))
    return found


def _of_version(version: Version, type: str, content: Stored) -> list[str]:
    """What an older version has no words for."""
    found = []
    if type == "label_image" and not version.has_rich_gaps:
        found.append(_("QTI 2.1 puts only pictures onto a picture: labels go out as pictures of their words"))
    if type == "cloze" and not version.has_rich_gaps and not _has_rich_choices(content) and _is_rich(
            content.get("pool") or []):
        found.append(_("formulas and pictures in the choices of a gap become plain text in other systems"))
    if type in _MARKED and not version.says_who_marks:
        found.append(_("QTI 2.1 does not say that a person marks the answer"))
    if not version.is_dashed and _OWN_START.search(str(content)):
        found.append(_("QTI 2 numbers every list 1, 2, 3"))
    return found


def _of_type(type: str, content: Stored) -> list[str]:
    if type in _BY_TYPE:
        return [str(_BY_TYPE[type]())]
    if type == "short_numeric" and (content.get("unit") or {}).get("mode") == "typed":
        return [_("other systems compare the unit letter by letter")]
    if type == "short_numeric" and content.get("unit"):
        return [_("other systems do not show the unit")]
    if type == "essay" and (content.get("min_words") or content.get("max_words")):
        return [_("other systems do not limit the number of words")]
    if type in ("cloze", "table_fill") and _has_rich_choices(content):
        return [_("formulas and pictures in the choices of a gap become plain text in other systems")]
    return []


def _has_rich_choices(content: Stored) -> bool:
    mixed = len({gap["kind"] for gap in content.get("gaps", ())}) > 1 or "table" in content
    rows = [row for gap in content.get("gaps", ()) for row in gap.get("options", ())]
    rows += content.get("pool", []) if mixed else []
    return _is_rich(rows)


def _is_rich(rows: list[Stored]) -> bool:
    return any("<" in row["text"] or "\\" in row["text"] for row in rows)


_BY_TYPE = {
    "true_false": lambda: _("other systems give each statement the same points"),
    "four_cell": lambda: _("other systems show one box instead of four cells"),
    "maths": lambda: _("other systems compare the formula letter by letter"),
    "oral": lambda: _("other systems take a file of sound instead of a recording"),
    "code": lambda: _("other systems take the program as a text and do not run its tests"),
    "file_upload": lambda: _("other systems may not limit the size and number of the files"),
}
