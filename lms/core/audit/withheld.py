"""What the audit keeps of a change: the fields that differ, as JSON, without secrets and without what is personal.

The log cannot be corrected later, so what must not stand in it is left out when it is written: the name of such a
field stays, in place of its value stands a mark. Pure.
"""

import re
from collections.abc import Mapping
from typing import Any

WITHHELD = "•••"
MOST_CHARACTERS = 300
MOST_ENTRIES = 100
SECRET = re.compile(r"secret|passw|token|totp|passkey|credential|private|cookie|recovery|(^|_)(hash|pin|otp)$")
PERSONAL = re.compile(r"e?mail|phone|birth|address|personal_number|pupil_code|staff_code|national_id|gender|ethnic")
NAMES = re.compile(r"name$|^code$|subject$")
PERSON_KINDS = frozenset({"person", "account", "provideraccount", "provider_account", "sign_in", "signin",
                          "identity_link", "candidate", "membership"})
"""Things whose names are names of people."""


def changed(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two dicts the fields that differ; anything else as it is."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return before, after
    differ = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ({name: before[name] for name in differ if name in before},
            {name: after[name] for name in differ if name in after})


def fit_to_keep(value: Any, kind: str | None, field: str = "") -> Any:
    """`value` as JSON for an event about a thing of this kind."""
    if value is None or isinstance(value, bool | int | float):
        return WITHHELD if value is not None and must_not_stand(field, kind) else value
    if must_not_stand(field, kind):
        return WITHHELD
    if isinstance(value, Mapping):
        return {str(name): fit_to_keep(each, kind, str(name)) for name, each in list(value.items())[:MOST_ENTRIES]}
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [fit_to_keep(each, kind, field) for each in list(ordered)[:MOST_ENTRIES]]
    told = str(value)
    return told if len(told) <= MOST_CHARACTERS else told[:MOST_CHARACTERS] + "…"


def must_not_stand(field: str, kind: str | None) -> bool:
    """Whether the value of this field is a secret, or tells something of a person."""
    name = field.lower()
    of_person = kind in PERSON_KINDS and NAMES.search(name) is not None
    return bool(SECRET.search(name) or PERSONAL.search(name) or of_person)
