"""Who stands behind an access token of the bundled provider: a person, or a program that acts for itself.

A program is a person too, made when it is registered: so whatever it does has an owner and stands in the audit. What
links it is its client id; nobody can sign in as it.
"""

from sqlalchemy import select

from lms.core.bearer import NarrowBearer
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.permissions import Actor, positions_in
from lms.identity.claims import Claims
from lms.identity.models import IdentityLink, Person, RoleAssignment
from lms.identity.provider import services as provider
from lms.identity.provider.models import ProviderClient, as_claims
from lms.identity.providers import providers
from lms.identity.services.recognition import recognise_person
from lms.organisations import services as organisations

SCOPE = "api"
PROGRAM = "client:"
"""What the subject of a program begins with; no account has such a subject."""


def find_bearer(token: str) -> tuple[Actor, str] | None:
    """Whom a good access token stands for, and the client that holds it; None where it is not good.

    For the web's floor: no actor. Raises NarrowBearer where it was not given for the API.
    """
    bearer = provider.find_access_token(token) if settings().bundled_provider else None
    if bearer is None:
        return None
    if SCOPE not in bearer.scopes:
        raise NarrowBearer
    subject = bearer.account.subject if bearer.account else PROGRAM + bearer.token.client_id
    actor = _linked(subject) or _recognise(bearer, subject)
    return (actor, bearer.token.client_id) if actor else None


def recognise_program(client: ProviderClient) -> Person:
    """The person that a program is, with its name and roles as registered now. For the registration: no actor."""
    return recognise_person(providers().main, Claims(
        subject=PROGRAM + client.client_id, name=client.name, email=None, roles=frozenset(client.roles),
        organisation_code=client.organisation))


def _recognise(bearer: provider.Bearer, subject: str) -> Actor | None:
    """Somebody who calls before he ever signed in here."""
    account, client_id = bearer.account, bearer.token.client_id
    with transaction():
        if account is not None:
            told = as_claims(account)
            recognise_person(providers().main, Claims(
                subject=subject, name=account.name, email=account.email, roles=frozenset(told["roles"]),
                organisation_code=account.organisation))
        elif client := provider.find_client_row(client_id):
            recognise_program(client)
    return _linked(subject)


def _linked(subject: str) -> Actor | None:
    """The actor behind a subject of the bundled provider, in two statements."""
    rows = db.session.execute(
        select(Person.id, Person.name, RoleAssignment.role)
        .join(IdentityLink, IdentityLink.person_id == Person.id)
        .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(IdentityLink.issuer == settings().issuer, IdentityLink.subject == subject)).all()
    if not rows:
        return None
    nowhere = [row.role for row in rows if row.role]
    places = organisations.positions_of(rows[0].id)
    return Actor(rows[0].id, rows[0].name, places | (positions_in([], *nowhere) if nowhere else frozenset()))
