"""From what a person typed to a description that can be kept. Pure: no database.

Every cleaner takes the raw value (text or JSON) and returns the value to keep, None for an empty one, or
raises ValueError with a message that a person understands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from content_repo.works.licences import find_licence
from content_repo.works.schema import Field, Kind
from lms.core.errors import Problem
from lms.core.i18n import _

YEARS = range(1000, 2101)
MOST_PEOPLE, MOST_KEYWORDS, MOST_OUTCOMES = 200, 50, 100
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Described:
    """Clean values by field name, and what could not be kept."""

    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


def clean_description(kind: Kind, raw: Mapping[str, Any]) -> Described:
    """Clean every field of `kind` that `raw` mentions; names that the kind does not have are problems."""
    values: dict[str, Any] = {}
    problems = [
        Problem(name, _("This kind of work has no such field.")) for name in raw if kind.field(name) is None
    ]
    for each in kind.fields:
        if each.name not in raw:
            continue
        try:
            values[each.name] = _CLEANERS[each.type](each, raw[each.name])
        except ValueError as error:
            problems.append(Problem(each.name, str(error)))
    return Described(values, problems)


def missing_fields(kind: Kind, values: Mapping[str, Any]) -> list[Field]:
    """The required fields of `kind` that have no value, in the order of the form."""
    return [each for each in kind.fields if each.required and values.get(each.name) in (None, "", [])]


def _text(raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str | int | UUID) or isinstance(raw, bool):
        raise ValueError(_("This is not text."))
    return _CONTROLS.sub("", unicodedata.normalize("NFC", str(raw).replace("\r\n", "\n"))).strip()


def _clean_text(spec: Field, raw: Any) -> str | None:
    text = " ".join(_text(raw).split())
    _check_length(spec, text)
    return text or None


def _clean_long_text(spec: Field, raw: Any) -> str | None:
    text = re.sub(r"\n{3,}", "\n\n", _text(raw))
    _check_length(spec, text)
    return text or None


def _check_length(spec: Field, text: str) -> None:
    if len(text) > spec.max_length:
        raise ValueError(_("At most %(most)s characters fit here.", most=spec.max_length))


def _clean_choice(spec: Field, raw: Any) -> str | None:
    code = _text(raw)
    if code and code not in {known for known, _label in spec.choices}:
        raise ValueError(_("Choose one of the list."))
    return code or None


def _clean_licence(spec: Field, raw: Any) -> str | None:
    code = _text(raw)
    if code and find_licence(code) is None:
        raise ValueError(_("Choose one of the list."))
    return code or None


def _clean_whole(raw: Any, allowed: range, message: str) -> int | None:
    text = _text(raw)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) in allowed and len(text) <= 9):
        raise ValueError(message)
    return int(text)


def _clean_year(spec: Field, raw: Any) -> int | None:
    return _clean_whole(raw, YEARS, _("Write the year with four digits."))


def _clean_grade(spec: Field, raw: Any) -> int | None:
    return _clean_whole(raw, range(1, 13), _("A grade is a number from 1 to 12."))


def _entries(spec: Field, raw: Any, separators: str, most: int) -> list[str]:
    """A list from JSON, or text cut at the separators; spaces tidied, blanks and repeats dropped."""
    parts = raw if isinstance(raw, list | tuple) else re.split(separators, _text(raw))
    entries = list(dict.fromkeys(text for part in parts if (text := " ".join(_text(part).split()))))
    if len(entries) > most:
        raise ValueError(_("At most %(most)s entries fit here.", most=most))
    for entry in entries:
        _check_length(spec, entry)
    return entries


def _clean_people(spec: Field, raw: Any) -> list[str]:
    return _entries(spec, raw, r"[\n;]", MOST_PEOPLE)


def _clean_keywords(spec: Field, raw: Any) -> list[str]:
    return _entries(spec, raw, r"[\n;,]", MOST_KEYWORDS)


def _clean_outcomes(spec: Field, raw: Any) -> list[str]:
    return [_as_id(entry) for entry in _entries(spec, raw, r"[\n;,]", MOST_OUTCOMES)]


def _as_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(_("Choose one of the list.")) from None


def _clean_subject(spec: Field, raw: Any) -> str | None:
    """A subject's id or its code; the service looks it up."""
    return _text(raw) or None


def _clean_isbn(spec: Field, raw: Any) -> str | None:
    digits = re.sub(r"[\s-]", "", _text(raw)).upper()
    if digits and not is_isbn(digits):
        raise ValueError(_("This is not an ISBN: a digit is wrong or missing."))
    return digits or None


def is_isbn(digits: str) -> bool:
    """Is this an ISBN of 10 or 13 characters, without hyphens, with a right check digit?"""
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        weights = sum((10 - at) * (10 if sign == "X" else int(sign)) for at, sign in enumerate(digits))
        return weights % 11 == 0
    if re.fullmatch(r"97[89][0-9]{10}", digits):
        return sum(int(sign) * (3 if at % 2 else 1) for at, sign in enumerate(digits)) % 10 == 0
    return False


_CLEANERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _clean_text,
    "long_text": _clean_long_text,
    "choice": _clean_choice,
    "language": _clean_choice,
    "licence": _clean_licence,
    "year": _clean_year,
    "grade": _clean_grade,
    "people": _clean_people,
    "keywords": _clean_keywords,
    "outcomes": _clean_outcomes,
    "subject": _clean_subject,
    "isbn": _clean_isbn,
}
