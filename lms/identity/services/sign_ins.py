"""Sign-ins: begun after the provider's word, looked up at each request, ended by anybody's wish."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize, positions_in
from lms.identity.models import Person, RoleAssignment, SignIn
from lms.organisations import services as organisations

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class SignedIn:
    """Who makes a request, as the cookie's sign-in says; `actor` is what services take.

    The other attributes are what Flask-Login asks of a user.
    """

    sign_in_id: UUID
    actor: Actor
    locale: str
    is_authenticated = is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the cookie holds."""
        return str(self.sign_in_id)


@dataclass(frozen=True)
class Account:
    """A person's own account: his roles, his places by name, his open sign-ins (the newest first)."""

    person: Person
    roles: list[str]
    organisations: list[str]
    sign_ins: list[SignIn]


def start_sign_in(person_id: UUID, *, issuer: str = "", id_token: str | None = None, sid: str | None = None,
                  device: str = "") -> SignIn:
    """A new sign-in of a person whom the provider (or a test) has vouched for: no actor.

    `id_token` is kept as the hint that ends the provider's session too. Old ended rows are dropped.
    """
    db.session.execute(delete(SignIn).where(SignIn.person_id == person_id,
                                            SignIn.last_seen_at < clock.now() - KEPT))
    row = SignIn(person_id=person_id, issuer=issuer, id_token=id_token, sid=sid, device=device)
    db.session.add(row)
    db.session.flush()
    audit.record(Actor(person_id=person_id), "sign_in:start", ("sign_in", row.id))
    return row


def record_failed_sign_in(reason: str) -> None:
    """Write, in a transaction of its own, that the provider's answer was refused, and why (a short code)."""
    with transaction():
        audit.record(SYSTEM, "sign_in:refused", reason=reason)


def find_signed_in(sign_in_id: str) -> SignedIn | None:
    """Who a cookie's sign-in is, in two statements; None when it ended, expired or never was.

    For the web's floor, which makes the actor from it: no actor. Writes at most every ten minutes.
    """
    found = _open_sign_in(sign_in_id)
    if found is None:
        return None
    row, person, roles = found
    actor = Actor(person.id, person.name, organisations.positions_of(person.id) | positions_in([], *roles))
    signed_in = SignedIn(row.id, actor, person.locale)
    _note_seen(row)
    return signed_in


def end_sign_in(actor: Actor, sign_in_id: UUID) -> str | None:
    """End a sign-in of one's own; returns the ID token that lets the provider end its session too.

    Ending it again changes nothing and returns None. Raises NotFound.
    """
    row = _load_sign_in(sign_in_id)
    authorize(actor, "sign_in:end", row)
    if row.ended_at is not None:
        return None
    hint, row.id_token, row.ended_at = row.id_token, None, clock.now()
    audit.record(actor, "sign_in:end", ("sign_in", row.id))
    return hint


def end_other_sign_ins(actor: Actor, keep_id: UUID) -> int:
    """End every open sign-in of the actor but one; returns how many."""
    authorize(actor, "account:change")
    others = (SignIn.person_id == actor.id, SignIn.ended_at.is_(None), SignIn.id != keep_id)
    statement = update(SignIn).where(*others).values(ended_at=clock.now(), id_token=None)
    ended: int = db.session.execute(statement).rowcount  # type: ignore[attr-defined]
    audit.record(actor, "sign_in:end_others", ("sign_in", keep_id), count=ended)
    return ended


def get_account(actor: Actor) -> Account:
    """The actor's own account; raises NotFound if he is not a person."""
    authorize(actor, "account:read")
    person = db.session.get(Person, actor.id)
    if person is None:
        raise NotFound(_("There is no such person."))
    names = organisations.organisation_names(actor.organisation_ids)
    open_ones = select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None),
                                     SignIn.last_seen_at > clock.now() - IDLE,
                                     SignIn.created_at > clock.now() - LONGEST)
    return Account(person, sorted(actor.roles), sorted(names.values()),
                   list(db.session.scalars(open_ones.order_by(SignIn.id.desc()))))


def _load_sign_in(sign_in_id: UUID) -> SignIn:
    row = db.session.get(SignIn, sign_in_id)
    if row is None:
        raise NotFound(_("There is no such sign-in."))
    return row


def _open_sign_in(sign_in_id: str) -> tuple[SignIn, Person, frozenset[str]] | None:
    """The sign-in, its person and his roles, in one statement."""
    try:
        key = UUID(sign_in_id)
    except ValueError:
        return None
    now = clock.now()
    statement = (select(SignIn, Person, RoleAssignment.role)
                 .join(Person, Person.id == SignIn.person_id)
                 .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
                 .where(SignIn.id == key, SignIn.ended_at.is_(None),
                        SignIn.last_seen_at > now - IDLE, SignIn.created_at > now - LONGEST))
    rows = db.session.execute(statement).all()
    return (rows[0][0], rows[0][1], frozenset(row[2] for row in rows if row[2])) if rows else None


def _note_seen(row: SignIn) -> None:
    """Move the idle time on, now and then, in a transaction of its own: most requests only read."""
    if clock.now() - row.last_seen_at < SEEN_EVERY:
        return
    statement = update(SignIn).where(SignIn.id == row.id).values(last_seen_at=clock.now())
    with transaction():
        db.session.execute(statement.execution_options(synchronize_session=False))
