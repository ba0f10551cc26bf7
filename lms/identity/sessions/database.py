"""Sign-ins from the database: the truth, in two statements."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db, transaction
from lms.core.permissions import NATIONWIDE_ROLES, Actor, Position, lineage_of, positions_in
from lms.identity.models import Person, RoleAssignment, SignIn
from lms.identity.providers import Provider, Providers
from lms.identity.sessions.port import SignedIn
from lms.organisations import services as organisations

LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)


class DatabaseSessions:
    """Reads rows; moves the idle time on now and then, so that most requests write nothing."""

    def __init__(self, given: Settings, providers: Providers) -> None:
        self.given, self.providers = given, providers

    def find(self, sign_in_id: UUID) -> SignedIn | None:
        """The sign-in, its person and his positions now. How long it may be idle depends on his roles."""
        found = self._open_row(sign_in_id)
        if found is None:
            return None
        row, person, roles = found
        provider = self.providers.of_issuer(row.issuer)
        held = organisations.positions_of(person.id) | positions_in([], *roles)
        actor = Actor(person.id, person.name, _within(held, provider))
        idle = timedelta(minutes=self.given.idle_minutes_of(actor.roles))
        if clock.now() - row.last_seen_at >= idle:
            return None
        signed_in = SignedIn(row.id, actor, person.locale, row.issuer, row.auth_time, row.acr, provider.acr_values)
        _note_seen(row, min(SEEN_EVERY, idle / 5))
        return signed_in

    def forget(self, sign_in_ids: Iterable[UUID]) -> None:
        """Nothing is remembered."""

    def _open_row(self, sign_in_id: UUID) -> tuple[SignIn, Person, frozenset[str]] | None:
        """The sign-in, its person and his roles in no organisation, in one statement."""
        statement = (select(SignIn, Person, RoleAssignment.role)
                     .join(Person, Person.id == SignIn.person_id)
                     .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
                     .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None),
                            SignIn.created_at > clock.now() - LONGEST))
        rows = db.session.execute(statement).all()
        return (rows[0][0], rows[0][1], frozenset(row[2] for row in rows if row[2])) if rows else None


def _within(held: frozenset[Position], provider: Provider) -> frozenset[Position]:
    """What somebody is when he came by a provider that is trusted within one place only, or not at all.

    There he may be anything; elsewhere he keeps no order by that provider's word, whatever he is by another's.
    """
    if provider.is_main:
        return held
    place = organisations.find_organisation_by_code(provider.organisation or "")
    return frozenset(each for each in held if each.role not in NATIONWIDE_ROLES
                     or (place is not None and place.id in lineage_of(each)))


def _note_seen(row: SignIn, every: timedelta) -> None:
    """Move the idle time on, in a transaction of its own."""
    if clock.now() - row.last_seen_at < every:
        return
    statement = update(SignIn).where(SignIn.id == row.id).values(last_seen_at=clock.now())
    with transaction():
        db.session.execute(statement.execution_options(synchronize_session=False))
