"""Banks with a person for every role, for tests."""

from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from assessment.bank import services as bank
from assessment.bank.banks_models import BANK_ROLES, Bank, BankMember
from assessment.bank.permissions import forget_roles
from lms.core.db import db
from lms.core.permissions import Actor, positions_in
from tests.factories.bank import make_body
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_person
from tests.factories.organisations import make_school

_numbers = count(1)


@dataclass
class Team:
    """A bank, its school, and one teacher a role; `people` are their actors."""

    bank: Bank
    school: Any
    people: dict[str, Actor]

    def __getitem__(self, role: str) -> Actor:
        """The actor of a role, or "stranger" (a teacher of the school), "administrator" (of the country)."""
        return self.people[role]


def make_bank(kind: str = "secure", *, school: Any = None, reviewed: bool = True, two_person: bool = False) -> Bank:
    """A bank, flushed."""
    secure = kind == "secure"
    row = Bank(name=f"Ngân hàng {next(_numbers)}", organisation_id=(school or make_school()).id, kind=kind,
               reviewed=reviewed or secure, two_person=two_person or secure, created_by=None)
    db.session.add(row)
    db.session.flush()
    return row


def join(row: Bank, actor: Actor, role: str) -> None:
    """Give somebody a role in a bank."""
    db.session.add(BankMember(bank_id=row.id, person_id=actor.id, role=role, added_by=None))
    db.session.flush()
    forget_roles()


def make_teacher(school: Any, role: str = "teacher") -> Actor:
    """A member of a school's staff, as an actor."""
    person = make_person(role, organisation=school)
    return Actor(person.id, person.name, positions_in([school.id], role))


def make_team(kind: str = "secure", **rules: Any) -> Team:
    """A bank with one person for every role, a stranger of the same school, and the country's administrator."""
    school = make_school()
    row = make_bank(kind, school=school, **rules)
    people = {role: make_teacher(school) for role in [*BANK_ROLES, "stranger"]}
    people["school administrator"] = make_teacher(school, "administrator")
    boss = make_person("administrator")
    people["administrator"] = Actor(boss.id, boss.name, positions_in([], "administrator"))
    for role in BANK_ROLES:
        join(row, people[role], role)
    return Team(row, school, people)


def draft_in(row: Bank | None, prompt: str | None = None, **changes: Any) -> bank.ItemDraft:
    """A plain, complete question for a bank."""
    content, key = make_body("single_choice", prompt)
    draft = bank.ItemDraft("single_choice", content, key, make_subject().id, "know",
                           bank_id=row.id if row is not None else None)
    return replace(draft, **changes)
