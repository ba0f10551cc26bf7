"""A second reading of the table of permissions, for the guard alone: it knows scopes by name and never asks `may`.

The first reading is the platform's (`Scope.holds`). This one is written from the words of the page, over the facts
that the guard itself put into its world, so that a fault in either shows as a difference.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from lms.core.permissions import rules

PARENTS = {"ministry": "", "department": "ministry", "foreign department": "ministry",
           "school": "department", "foreign school": "foreign department", "second school": "department",
           "class": "school"}
PLACES = ("ministry", "department", "foreign department", "school", "foreign school")
"""Where the guard's people are; the other places hold things only."""
STAFF = ("teacher", "librarian", "administrator")


@dataclass(frozen=True)
class Who:
    """An actor of the guard's world: one role in one place; `key` names him."""

    key: str
    role: str = ""
    place: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Nobody is signed in."""
        return not self.role


@dataclass(frozen=True)
class Fact:
    """What the guard knows of a thing: whose it is and where, its state, and what else scopes ask for.

    `owner` and `person` are keys of actors; `person` is whom it is about (a candidate, a sign-in, an upload). Of a
    person, `place` is where he belongs, and a mark "also <place>" says where else.
    """

    owner: str = ""
    place: str = ""
    state: str = ""
    person: str = ""
    marks: frozenset[str] = field(default_factory=frozenset)


def above(place: str) -> list[str]:
    """A place and all above it."""
    line = []
    while place:
        line.append(place)
        place = PARENTS[place]
    return line


def is_own(who: Who, fact: Fact) -> bool:
    """It is his."""
    return bool(fact.owner) and fact.owner == who.key


def is_about(who: Who, fact: Fact) -> bool:
    """He is whom it is about."""
    return bool(fact.person) and fact.person == who.key


def is_at(who: Who, fact: Fact) -> bool:
    """It belongs to exactly his place, where staff are meant."""
    return who.role in STAFF and fact.place == who.place


def is_below(who: Who, fact: Fact) -> bool:
    """It belongs to his place or to one below; the ministry reaches also what belongs to no place."""
    return who.place == "ministry" or who.place in above(fact.place)


def belongs_to(fact: Fact) -> list[Fact]:
    """The places of a person, each as a thing that stands there."""
    others = [mark.removeprefix("also ") for mark in fact.marks if mark.startswith("also ")]
    return [Fact(place=place) for place in [fact.place, *others]]


BANK_SEES = {"content_reviewer": ("content_review", "language_review", "pilot"),
             "language_reviewer": ("language_review", "pilot"), "reader": ("ready",),
             "approver": ("content_review", "language_review", "pilot", "ready", "retired")}
"""What the page says each role of a bank needs to read."""


def has_role(fact: Fact, who: Who, role: str) -> bool:
    """Whether he has a role in the bank of a thing: a mark "<role>: <his key>"."""
    return f"{role}: {who.key}" in fact.marks


def is_banked(fact: Fact) -> bool:
    """Whether a thing belongs to a bank."""
    return any(": " in mark for mark in fact.marks)


SCOPES: dict[str, Callable[[Who, Fact], bool]] = {
    "anywhere": lambda who, fact: True,
    "own": is_own,
    "own-organisation": is_at,
    "below": is_below,
    "nationwide": lambda who, fact: who.place == "ministry",
    "own-organisation-ready": lambda who, fact: (
        is_at(who, fact) and fact.state == "ready" and "secure" not in fact.marks),
    "own-desk": lambda who, fact: is_own(who, fact) and not is_banked(fact),
    "below-not-secure": lambda who, fact: "secure" not in fact.marks and is_below(who, fact),
    "bank-sees": lambda who, fact: (is_own(who, fact) and has_role(fact, who, "author")) or any(
        has_role(fact, who, role) for role, states in BANK_SEES.items() if fact.state in states),
    "bank-author": lambda who, fact: is_own(who, fact) and has_role(fact, who, "author"),
    "bank-content-reviewer": lambda who, fact: has_role(fact, who, "content_reviewer"),
    "bank-language-reviewer": lambda who, fact: has_role(fact, who, "language_reviewer"),
    "bank-approver": lambda who, fact: has_role(fact, who, "approver"),
    "bank-member": lambda who, fact: any(mark.endswith(f": {who.key}") for mark in fact.marks),
    "bank-manager": lambda who, fact: has_role(fact, who, "manager"),
    "bank-writes-in": lambda who, fact: has_role(fact, who, "author"),
    "bank-draws-from": lambda who, fact: has_role(fact, who, "reader") or has_role(fact, who, "approver"),
    "bank-consents": lambda who, fact: has_role(fact, who, "manager") or has_role(fact, who, "approver"),
    "own-organisation-open-bank": lambda who, fact: "secure" not in fact.marks and is_at(who, fact),
    "published": lambda who, fact: fact.state in ("published", "withdrawn"),
    "own-open-draft": lambda who, fact: is_own(who, fact) and fact.state in ("draft", "returned"),
    "below-not-withdrawn": lambda who, fact: is_below(who, fact) and fact.state != "withdrawn",
    "below-of-another": lambda who, fact: is_below(who, fact) and (
        not is_own(who, fact) or "catalogued" in fact.marks),
    "below-catalogued": lambda who, fact: is_below(who, fact) and "catalogued" in fact.marks,
    "own-attempt": is_about,
    "candidate": is_about,
    "room-watched": lambda who, fact: f"watched by {who.key}" in fact.marks,
    "room-of-own-exam": is_own,
    "requested": is_about,
    "own-upload": is_about,
    "own-sign-in": is_about,
    "member-below": lambda who, fact: any(is_below(who, each) for each in belongs_to(fact)),
    "wholly-below": lambda who, fact: all(is_below(who, each) for each in belongs_to(fact)),
    "staff-above": lambda who, fact: who.place in above(fact.place),
}
"""Every scope of the table by its name. One that is missing here fails the guard: it must be read twice."""


def expects(permission: str, who: Who, fact: Fact | None) -> bool:
    """Whether the table lets him, as this module reads it."""
    return any(_has(grant.role, who) and SCOPES[grant.scope.name](who, fact or Fact())
               for grant in rules()[permission].grants)


def _has(role: str, who: Who) -> bool:
    if role == "anyone":
        return True
    return not who.is_anonymous if role == "signed-in" else who.role == role
