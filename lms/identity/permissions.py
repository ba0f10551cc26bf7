"""Who may see and end sign-ins, and manage people."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, select, true

from lms.core.db import db
from lms.core.i18n import _l
from lms.core.permissions import BELOW, NATIONWIDE, NATIONWIDE_ROLES, SIGNED_IN, Actor, Scope, rule, to
from lms.identity.models import Person, RoleAssignment
from lms.organisations import services as organisations


def _is_own(actor: Actor, _role: str, sign_in: Any) -> bool:
    return actor.person_id is not None and getattr(sign_in, "person_id", None) == actor.person_id


def _belongs_below(actor: Actor, role: str, person: Any) -> bool:
    """Whether a person belongs, in any role, to a place where the actor has the role or to one below it."""
    if actor.is_nationwide(role):
        return True
    places = actor.places(role)
    return person is not None and any(not organisations.lineage(each).isdisjoint(places)
                                      for each in organisations.organisation_ids_of(person.id))


def _where_belongs_below(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    if actor.is_nationwide(role):
        return true()
    places = actor.places(role)
    return model.id.in_(organisations.people_below(places)) if places else false()


def _is_wholly_below(actor: Actor, role: str, person: Any) -> bool:
    """Whether he belongs nowhere else besides, and holds no role over the whole country."""
    if actor.is_nationwide(role):
        return True
    if not isinstance(person, Person) or not _belongs_below(actor, role, person):
        return False
    return _found(_where_wholly_below(actor, role, Person), person)


def _found(condition: ColumnElement[bool], person: Person) -> bool:
    return db.session.scalar(select(Person.id).where(Person.id == person.id, condition)) is not None


def _where_wholly_below(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    if actor.is_nationwide(role):
        return true()
    places = actor.places(role)
    above = select(RoleAssignment.person_id).where(RoleAssignment.role.in_(NATIONWIDE_ROLES))
    return and_(_where_belongs_below(actor, role, model), model.id.not_in(organisations.people_beyond(places)),
                model.id.not_in(above))


MEMBER_BELOW = Scope("member-below", _l("who belong to their organisation or below it"), _belongs_below,
                     _where_belongs_below)
WHOLLY_BELOW = Scope("wholly-below", _l("who belong to their organisation or below it, and nowhere else"),
                     _is_wholly_below, _where_wholly_below)
OWN_SIGN_IN = Scope("own-sign-in", _l("their own"), _is_own)

rule("account:read", _l("See one's own account"), to(SIGNED_IN))
rule("account:change", _l("Change one's own account"), to(SIGNED_IN))
rule("sign_in:end", _l("End a sign-in"), to(SIGNED_IN, scope=OWN_SIGN_IN), to("administrator", scope=NATIONWIDE))
rule("person:list", _l("See the list of people"), to("administrator"))
rule("person:read", _l("See a person with his roles, places and sign-ins"), to("administrator", scope=MEMBER_BELOW))
rule("person:create", _l("Add a person to an organisation"), to("administrator", scope=BELOW))
rule("person:manage", _l("Manage people and their roles"), to("administrator", scope=WHOLLY_BELOW))
