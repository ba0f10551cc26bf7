"""Who a provider's subject is: recognised at each sign-in by issuer and subject, made at the first, never found by
e-mail.

A provider's word counts within its bounds only (`lms.identity.providers`): roles that it may not claim, and places
outside its part of the tree, are left out and audited.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import DEFAULT_LOCALE, _
from lms.core.permissions import NATIONWIDE_ROLES, SYSTEM, Actor, authorize
from lms.identity.claims import Claims
from lms.identity.models import IdentityLink, Person, PersonCode, RoleAssignment
from lms.identity.providers import Provider, providers
from lms.identity.services.sign_ins import end_sign_ins_of, positions_changed
from lms.organisations import services as organisations


@dataclass(frozen=True)
class Place:
    """Where a provider puts a person, within its bounds."""

    organisation_id: UUID | None
    roles: frozenset[str]
    is_cut: bool


class CodeTaken(Conflict):
    """A code that the provider sent belongs to somebody else here; `kind` of code."""

    def __init__(self, kind: str) -> None:
        names = {"staff": _("staff code"), "pupil": _("pupil code"), "personal_number": _("personal number")}
        super().__init__(_("The %(kind)s that the sign-in service sent belongs to somebody else here. "
                           "Nothing was changed; ask your school to have it corrected.", kind=names[kind]))
        self.kind = kind


def recognise_person(provider: Provider, claims: Claims, *, locale: str = DEFAULT_LOCALE) -> Person:
    """The person behind a provider's subject, made at the first sign-in, with name, codes and roles as claimed now.

    For the sign-in itself, before anybody is signed in: no actor. Raises CodeTaken.
    """
    person = find_linked_person(provider.issuer, claims.subject) or _add_linked(provider.issuer, claims, locale)
    if _names(provider, person.id):
        person.name, person.email = claims.name, claims.email or person.email
    _replace_codes(person.id, provider.issuer, claims.codes)
    if provider.roles:
        _take_place(provider, person.id, _place_of(provider, claims))
    positions_changed([person.id])
    return person


def find_linked_person(issuer: str, subject: str) -> Person | None:
    """The person behind a provider's subject, or None. For the sign-in itself: no actor."""
    statement = select(Person).join(IdentityLink, IdentityLink.person_id == Person.id)
    return db.session.scalar(statement.where(IdentityLink.issuer == issuer, IdentityLink.subject == subject))


def link_identity(actor: Actor, person_id: UUID, *, issuer: str, subject: str) -> None:
    """Let a provider's subject sign in as this person; again changes nothing.

    Raises NotFound, and Conflict where the subject is somebody else.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    authorize(actor, "person:manage", person)
    _link(actor, person_id, issuer, subject)


def link_own_identity(actor: Actor, provider: Provider, claims: Claims) -> None:
    """Let a second provider, at which the actor has just signed in, vouch for him too; raises Conflict, CodeTaken."""
    authorize(actor, "account:change")
    _link(actor, actor.id, provider.issuer, claims.subject)
    recognise_person(provider, claims)


def list_identities(actor: Actor) -> list[IdentityLink]:
    """Who vouches for the actor, the oldest first."""
    authorize(actor, "account:read")
    return _links(actor.id)


def unlink_own_identity(actor: Actor, link_id: str, *, used: str) -> None:
    """Let a provider vouch no more, and end the sign-ins made through it; `used` is the issuer of the sign-in in use.

    Raises NotFound, and Conflict for the last one and for the one in use.
    """
    authorize(actor, "account:change")
    links = _links(actor.id)
    link = next((each for each in links if str(each.id) == link_id), None)
    if link is None:
        raise NotFound(_("There is no such linked sign-in."))
    if len(links) == 1:
        raise Conflict(_("This is the only way to sign in that you have. Link another one first."))
    if link.issuer == used:
        raise Conflict(_("You are signed in with this one now. Sign in with another one to remove it."))
    end_sign_ins_of(actor, actor.id, issuer=link.issuer, reason="unlinked")
    db.session.execute(delete(PersonCode).where(PersonCode.person_id == actor.id, PersonCode.issuer == link.issuer))
    provider = providers().find_issuer(link.issuer)
    if provider is not None:
        _take_place(provider, actor.id, Place(None, frozenset(), False))
    db.session.delete(link)
    positions_changed([actor.id])
    audit.record(actor, "person:unlink_identity", ("person", actor.id), issuer=link.issuer)


def codes_of(person_id: UUID) -> dict[str, str]:
    """A person's codes by kind, without the personal number. For pages that have decided who may see them: no actor."""
    rows = db.session.scalars(select(PersonCode).where(PersonCode.person_id == person_id).order_by(PersonCode.id))
    return {row.kind: row.code for row in rows if row.kind != "personal_number"}


def find_person_by_code(kind: str, code: str) -> UUID | None:
    """Whose code this is. For other rooms' services, which have authorised: no actor."""
    return db.session.scalar(select(PersonCode.person_id).where(
        PersonCode.kind == kind, PersonCode.code == _kept(kind, code.strip().upper())))


def _links(person_id: UUID) -> list[IdentityLink]:
    return list(db.session.scalars(
        select(IdentityLink).where(IdentityLink.person_id == person_id).order_by(IdentityLink.id)))


def _link(actor: Actor, person_id: UUID, issuer: str, subject: str) -> None:
    linked = find_linked_person(issuer, subject)
    if linked is None:
        db.session.add(IdentityLink(person_id=person_id, issuer=issuer, subject=subject))
        audit.record(actor, "person:link_identity", ("person", person_id), issuer=issuer)
        db.session.flush()
    elif linked.id != person_id:
        raise Conflict(_("This sign-in belongs to somebody else."))


def _add_linked(issuer: str, claims: Claims, locale: str) -> Person:
    """A new person with his link; two sign-ins at the same moment make one person."""
    try:
        with db.session.begin_nested():
            person = Person(name=claims.name, email=claims.email, locale=locale)
            db.session.add(person)
            db.session.flush()
            db.session.add(IdentityLink(person_id=person.id, issuer=issuer, subject=claims.subject))
    except IntegrityError:
        winner = find_linked_person(issuer, claims.subject)
        if winner is None:
            raise
        return winner
    audit.record(SYSTEM, "person:first_sign_in", ("person", person.id), issuer=issuer)
    return person


def _names(provider: Provider, person_id: UUID) -> bool:
    """Whether this provider says what a person is called: the main one, else the first that vouched for him."""
    links = _links(person_id)
    main = any(each.issuer == providers().main.issuer for each in links)
    return provider.is_main or (not main and bool(links) and links[0].issuer == provider.issuer)


def _place_of(provider: Provider, claims: Claims) -> Place:
    """What the claims give within the provider's bounds; without an organisation claim, its own organisation."""
    roles = claims.roles & provider.roles
    code = claims.organisation_code if provider.claims.organisation else provider.organisation
    place = organisations.find_organisation_by_code(code or "")
    if provider.organisation is None:
        return Place(place.id if place else None, roles, roles != claims.roles)
    bound = organisations.find_organisation_by_code(provider.organisation)
    if place is None or bound is None or bound.id not in organisations.lineage(place.id):
        return Place(None, frozenset(), True)
    return Place(place.id, roles, roles != claims.roles)


def _take_place(provider: Provider, person_id: UUID, place: Place) -> None:
    """Roles in an organisation are memberships there; those in none are kept apart."""
    organisations.replace_claimed_memberships(person_id, place.organisation_id, place.roles, provider.source)
    _replace_claimed_roles(person_id, place.roles if place.organisation_id is None else (), provider.source)
    if place.is_cut:
        audit.record(SYSTEM, "sign_in:claim_out_of_bounds", ("person", person_id), provider=provider.slug)


def _replace_claimed_roles(person_id: UUID, roles: Iterable[str], source: str) -> None:
    """Roles in no place become what the claims say now, but for those that reach over the country; others stay."""
    wanted = set(roles).difference(NATIONWIDE_ROLES)
    rows = list(db.session.scalars(select(RoleAssignment).where(RoleAssignment.person_id == person_id)))
    for row in rows:
        if row.source == source and row.role not in wanted:
            db.session.delete(row)
    db.session.flush()
    for role in sorted(wanted.difference(row.role for row in rows)):
        db.session.add(RoleAssignment(person_id=person_id, role=role, source=source))
    db.session.flush()


def _replace_codes(person_id: UUID, issuer: str, codes: Mapping[str, str]) -> None:
    """What the provider says now in place of what it said before; what it is silent about stays."""
    for kind, code in codes.items():
        kept = _kept(kind, code)
        row = db.session.scalar(select(PersonCode).where(
            PersonCode.person_id == person_id, PersonCode.kind == kind, PersonCode.issuer == issuer))
        if row is not None and row.code == kept:
            continue
        _set_code(row or PersonCode(person_id=person_id, kind=kind, issuer=issuer), kept)


def _set_code(row: PersonCode, code: str) -> None:
    kind, taken = row.kind, db.session.scalar(
        select(PersonCode).where(PersonCode.kind == row.kind, PersonCode.code == code))
    if taken is not None and taken.person_id == row.person_id:
        return  # two providers say the same of him
    if taken is not None and not _outranks(row.issuer, taken.issuer):
        raise CodeTaken(kind)
    try:
        with db.session.begin_nested():
            if taken is not None:
                db.session.delete(taken)
                audit.record(SYSTEM, "person:code_taken_back", ("person", taken.person_id), kind=kind)
                db.session.flush()
            row.code = code
            db.session.add(row)
    except IntegrityError:  # somebody was given it at this very moment
        raise CodeTaken(kind) from None


def _outranks(issuer: str, other: str) -> bool:
    """The main provider's word on a code stands above that of any other."""
    main = providers().main.issuer
    return issuer == main and other != main


def _kept(kind: str, code: str) -> str:
    """A personal number is kept as a keyed hash: enough to recognise it, useless to whoever reads the table."""
    if kind != "personal_number":
        return code
    return hmac.digest(settings().secret_key.encode(), f"lms.person-code:{code}".encode(), "sha256").hex()
