"""What a provider says about a person, read into our words. Pure: no database, no request."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.permissions import ROLES

LONGEST_NAME = 200


@dataclass(frozen=True)
class Claims:
    """A person in the provider's words; `roles` holds only roles that the platform knows."""

    subject: str
    name: str
    email: str | None
    roles: frozenset[str]
    organisation_code: str | None
    sid: str | None = None


def read_claims(raw: Mapping[str, Any], *, role_claim: str, organisation_claim: str) -> Claims:
    """Claims of an ID token and userinfo; a claim's name may be a path such as `realm_access.roles`.

    Unknown roles are left out. Raises ValueError without a subject.
    """
    subject = raw.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ValueError("the claims name no subject")
    return Claims(
        subject=subject, name=_name(raw) or subject, email=_text(raw.get("email")) or None,
        roles=frozenset(_words(_at(raw, role_claim))).intersection(ROLES),
        organisation_code=next(iter(_words(_at(raw, organisation_claim))), None),
        sid=_text(raw.get("sid")) or None)


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
