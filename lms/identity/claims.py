"""What a provider says about a person, read into our words. Pure: no database, no request."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lms.core.permissions import ROLES
from lms.identity.providers import ClaimMapping

LONGEST_NAME = 200
LONGEST_CODE = 64
LAST_MOMENT = 253402300799
"""The end of the year 9999, in seconds."""


@dataclass(frozen=True)
class Claims:
    """A person in the provider's words; `roles` holds only roles that the platform knows.

    `codes`: by kind. `auth_time`, `acr`, `amr`: when and how he proved who he is, None or empty where the provider
    does not say.
    """

    subject: str
    name: str
    email: str | None
    roles: frozenset[str]
    organisation_code: str | None
    sid: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    auth_time: datetime | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()


def read_claims(raw: Mapping[str, Any], mapping: ClaimMapping) -> Claims:
    """Claims of an ID token and userinfo. Unknown roles are left out. Raises ValueError without a subject."""
    subject = raw.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ValueError("the claims name no subject")
    return Claims(
        subject=subject, name=_name(raw) or subject, email=_email(raw),
        roles=_roles(raw, mapping), organisation_code=next(iter(_words(_at(raw, mapping.organisation))), None),
        sid=_text(raw.get("sid")) or None, codes=_codes(raw, mapping), auth_time=_moment(raw.get("auth_time")),
        acr=_text(raw.get("acr")) or None, amr=tuple(_text(each) for each in _words(raw.get("amr"))[:10]))


def _roles(raw: Mapping[str, Any], mapping: ClaimMapping) -> frozenset[str]:
    """Their words by the mapping where there is one (only those that it names), else ours."""
    value = _at(raw, mapping.role)
    if mapping.roles:
        told = [value, *_words(value)] if isinstance(value, str) else _words(value)
        return frozenset(mapping.roles[each] for each in told if each in mapping.roles)
    return frozenset(_words(value)).intersection(ROLES)


def _codes(raw: Mapping[str, Any], mapping: ClaimMapping) -> dict[str, str]:
    """Codes by kind, without spaces, in capitals; what is empty, too long or strange is no code."""
    found = {kind: _digits(_at(raw, claim)).replace(" ", "").upper() for kind, claim in mapping.codes.items()}
    return {kind: code for kind, code in found.items() if 0 < len(code) <= LONGEST_CODE}


def _digits(value: Any) -> str:
    """A text, or a whole number as a register may send it."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**LONGEST_CODE
    return str(value) if is_number else _text(value)


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970 as a moment; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LAST_MOMENT:
        return None
    return datetime.fromtimestamp(value, UTC)


def _email(raw: Mapping[str, Any]) -> str | None:
    """Only one that the provider itself has verified: at many of them anybody may write any address."""
    return _text(raw.get("email")).lower() or None if raw.get("email_verified") is True else None


def _name(raw: Mapping[str, Any]) -> str:
    """The full name, family name first as Vietnamese names are written, else the user name."""
    parts = f"{_text(raw.get('family_name'))} {_text(raw.get('given_name'))}"
    return _text(raw.get("name")) or parts.strip() or _text(raw.get("preferred_username"))


def _at(raw: Mapping[str, Any], path: str) -> Any:
    """The value at a claim's name, or at a dotted path; None if there is none."""
    if path in raw:
        return raw[path]
    value: Any = raw
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _words(value: Any) -> list[str]:
    """A claim that may be one word, words with spaces or commas between them, or a list."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """One clean line: composed Unicode, no control characters, not too long."""
    if not isinstance(value, str):
        return ""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in value)
    return " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST_NAME]
