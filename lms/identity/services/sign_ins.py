"""Sign-ins: begun after the provider's word, looked up at each request, ended by anybody's wish."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import Page, db, paginate, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize
from lms.identity.models import IdentityLink, Person, SignIn, UsedLogoutToken
from lms.identity.provider import services as provider
from lms.identity.services.strangers import may_be_kept
from lms.identity.sessions import SignedIn as SignedIn
from lms.identity.sessions import forget_after_commit, sessions
from lms.identity.sessions.database import LONGEST
from lms.organisations import services as organisations

log = structlog.get_logger()
KEPT = timedelta(days=90)
LEEWAY = timedelta(minutes=2)
AT_ONCE = 1000


@dataclass(frozen=True)
class Proof:
    """What the provider says about one sign-in: when and how the person proved who he is, and its own session."""

    issuer: str
    id_token: str | None = None
    sid: str | None = None
    auth_time: datetime | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """A person's own account: his roles, his places by name, his open sign-ins (the newest first)."""

    person: Person
    roles: list[str]
    organisations: list[str]
    sign_ins: list[SignIn]


@dataclass(frozen=True)
class LogoutToken:
    """A provider's signed word that a person, or one of his sessions, is signed out. At least one of both is given."""

    issuer: str
    jti: str
    expires_at: datetime
    subject: str | None
    sid: str | None


class LogoutRefused(Conflict):
    """The logout token is genuine but ends nothing; `reason` is a short code for the audit."""

    def __init__(self, reason: str, message: object) -> None:
        super().__init__(message)
        self.reason = reason


def start_sign_in(person_id: UUID, proof: Proof | None = None, *, device: str = "", address: str = "") -> SignIn:
    """A new sign-in of a person whom the provider has vouched for: no actor.

    Without a proof (tests, the demonstration) it counts as proved now. The ID token is kept as the hint that ends the
    provider's session too. Rows older than 90 days are dropped.
    """
    db.session.execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.last_seen_at < clock.now() - KEPT))
    row = SignIn(person_id=person_id, device=device, address=address)
    _take_proof(row, proof or Proof("", auth_time=clock.now()))
    db.session.add(row)
    db.session.flush()
    whose = Actor(person_id, positions=organisations.positions_of(person_id))
    audit.record(whose, "sign_in:start", ("sign_in", row.id))
    return row


def renew_sign_in(actor: Actor, sign_in_id: UUID, proof: Proof) -> None:
    """The same person has proved once more who he is. Raises NotFound for a sign-in that ended meanwhile."""
    row = _load_sign_in(sign_in_id)
    authorize(actor, "sign_in:end", row)
    if row.ended_at is not None:
        raise NotFound(_("There is no such sign-in."))
    _take_proof(row, proof)
    forget_after_commit([row.id])
    audit.record(actor, "sign_in:renew", ("sign_in", row.id), acr=proof.acr)


def record_failed_sign_in(reason: str, *, person_id: UUID | None = None, device: str = "", address: str = "") -> None:
    """Write, in a transaction of its own, that a sign-in was refused, and why (a short code).

    Where it is known whose it was, it stands in his history too.
    """
    if not person_id and not may_be_kept():
        log.warning("sign-in-refused", reason=reason)
        return
    with transaction():
        whose = ("person", person_id) if person_id else None
        audit.record(SYSTEM, "sign_in:refused", whose, refused=True, reason=reason)
        if person_id:
            db.session.add(SignIn(person_id=person_id, device=device, address=address, refused=reason,
                                  ended_at=clock.now()))


def find_signed_in(sign_in_id: str) -> SignedIn | None:
    """Who a cookie's sign-in is; None when it ended, expired or never was.

    For the web's floor, which makes the actor from it: no actor. See `lms.identity.sessions`.
    """
    try:
        return sessions().find(UUID(sign_in_id))
    except ValueError:
        return None


def positions_changed(person_ids: Iterable[UUID]) -> None:
    """These people's names, roles or places change in this transaction: after it nobody remembers the old ones.

    For services that change them, which have authorised: no actor.
    """
    people = list(set(person_ids))
    for start in range(0, len(people), AT_ONCE):
        forget_after_commit(_open_ids(SignIn.person_id.in_(people[start:start + AT_ONCE])))


def end_sign_in(actor: Actor, sign_in_id: UUID) -> str | None:
    """End a sign-in; returns the ID token that lets the provider end its session too.

    Ending it again changes nothing and returns None. Raises NotFound.
    """
    row = _load_sign_in(sign_in_id)
    authorize(actor, "sign_in:end", row)
    if row.ended_at is not None:
        return None
    hint, row.id_token, row.ended_at = row.id_token, None, clock.now()
    forget_after_commit([row.id])
    _end_at_own_provider([row.id])
    audit.record(actor, "sign_in:end", ("sign_in", row.id))
    return hint


def end_other_sign_ins(actor: Actor, keep_id: UUID) -> int:
    """End every open sign-in of the actor but one; returns how many."""
    authorize(actor, "account:change")
    ended = _end(SignIn.person_id == actor.id, SignIn.id != keep_id)
    audit.record(actor, "sign_in:end_others", ("sign_in", keep_id), count=ended)
    return ended


def end_all_sign_ins(actor: Actor, person_id: UUID) -> int:
    """End every open sign-in of a person, one's own or one's people's; returns how many. Raises NotFound."""
    return end_sign_ins_of(actor, person_id)


def end_sign_ins_of(actor: Actor, person_id: UUID, *, issuer: str | None = None,
                    reason: str | None = None) -> int:
    """The same, only those made through one provider where `issuer` is given. Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    authorize(actor, *(("account:change",) if actor.person_id == person_id else ("person:manage", person)))
    conditions = [SignIn.person_id == person_id, *([SignIn.issuer == issuer] if issuer is not None else [])]
    ended = _end(*conditions)
    audit.record(actor, "sign_in:end_all", ("person", person_id), count=ended, reason=reason)
    return ended


def accept_logout(told: LogoutToken) -> int:
    """End what a provider's logout token names: all of a person's sign-ins there, or those of one session; how many.

    The token has been verified by the caller: no actor. A person who is not signed in, or not known, is signed out
    already: 0. Raises LogoutRefused for a token that was used before, and for a session that is not that person's.
    """
    _use_once(told)
    conditions: list[ColumnElement[bool]] = [SignIn.issuer == told.issuer]
    if told.subject is not None:
        conditions.append(SignIn.person_id.in_(select(IdentityLink.person_id).where(
            IdentityLink.issuer == told.issuer, IdentityLink.subject == told.subject)))
    if told.sid is not None:
        _check_session(told, conditions)
        conditions.append(SignIn.sid == told.sid)
    ended = _end(*conditions)
    audit.record(SYSTEM, "sign_in:logout_by_provider", issuer=told.issuer, count=ended)
    return ended


def record_refused_logout(reason: str, *, issuer: str) -> None:
    """Write, in a transaction of its own, that a logout token ended nothing, and why (a short code)."""
    if not may_be_kept():
        log.warning("logout-refused", reason=reason)
        return
    with transaction():
        audit.record(SYSTEM, "sign_in:logout_refused", refused=True, reason=reason, issuer=issuer)


def get_account(actor: Actor) -> Account:
    """The actor's own account; raises NotFound if he is not a person."""
    authorize(actor, "account:read")
    person = db.session.get(Person, actor.id)
    if person is None:
        raise NotFound(_("There is no such person."))
    names = organisations.organisation_names(actor.organisation_ids)
    idle = timedelta(minutes=settings().idle_minutes_of(actor.roles))
    now = clock.now()
    open_ones = select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None),
                                     SignIn.last_seen_at > now - idle, SignIn.created_at > now - LONGEST)
    return Account(person, sorted(actor.roles), sorted(names.values()),
                   list(db.session.scalars(open_ones.order_by(SignIn.id.desc()))))


def list_sign_ins(actor: Actor, page: int = 1) -> Page[SignIn]:
    """The actor's sign-ins of the last 90 days, the newest first, refused ones too."""
    authorize(actor, "account:read")
    statement = select(SignIn).where(SignIn.person_id == actor.id, SignIn.created_at > clock.now() - KEPT)
    return paginate(statement.order_by(SignIn.created_at.desc(), SignIn.id.desc()), page)


def _take_proof(row: SignIn, proof: Proof) -> None:
    row.issuer = proof.issuer or row.issuer or ""
    row.id_token, row.sid = proof.id_token, proof.sid
    row.auth_time, row.acr, row.amr = proof.auth_time, proof.acr, list(proof.amr)


def _load_sign_in(sign_in_id: UUID) -> SignIn:
    row = db.session.get(SignIn, sign_in_id)
    if row is None:
        raise NotFound(_("There is no such sign-in."))
    return row


def _open_ids(*conditions: ColumnElement[bool]) -> list[UUID]:
    return list(db.session.scalars(select(SignIn.id).where(SignIn.ended_at.is_(None), *conditions)))


def _end(*conditions: ColumnElement[bool]) -> int:
    """One statement ends them in the database; what was remembered of them goes with the commit."""
    ids = _open_ids(*conditions)
    if ids:
        db.session.execute(update(SignIn).where(SignIn.id.in_(ids), SignIn.ended_at.is_(None)).values(
            ended_at=clock.now(), id_token=None))
        _end_at_own_provider(ids)
    forget_after_commit(ids)
    return len(ids)


def _end_at_own_provider(ended: list[UUID]) -> None:
    """With the last sign-in of a session at the bundled provider that session ends, and every token from it: whoever
    holds the device would sign in again by one click."""
    if not settings().bundled_provider:
        return
    db.session.flush()
    ours = select(SignIn.sid).where(SignIn.issuer == settings().issuer, SignIn.sid.is_not(None))
    over = set(db.session.scalars(ours.where(SignIn.id.in_(ended))))
    still = set(db.session.scalars(ours.where(SignIn.sid.in_(over), SignIn.ended_at.is_(None)))) if over else set()
    for sid in over - still:
        provider.end_session(UUID(sid))


def _use_once(told: LogoutToken) -> None:
    """Remember the token until it is worthless; raises LogoutRefused where it was remembered already."""
    db.session.execute(delete(UsedLogoutToken).where(UsedLogoutToken.expires_at < clock.now()))
    try:
        with db.session.begin_nested():
            db.session.add(UsedLogoutToken(
                issuer=told.issuer, jti_hash=hashlib.sha256(told.jti.encode()).hexdigest(),
                expires_at=told.expires_at + LEEWAY))
    except IntegrityError:
        raise LogoutRefused("replayed", _("This logout token was used before.")) from None


def _check_session(told: LogoutToken, of_person: list[ColumnElement[bool]]) -> None:
    """A session that is known here must be that person's."""
    known = select(SignIn.id).where(SignIn.issuer == told.issuer, SignIn.sid == told.sid).limit(1)
    if db.session.scalar(known) and not db.session.scalar(known.where(*of_person)):
        raise LogoutRefused("somebody-else", _("This session belongs to somebody else."))
