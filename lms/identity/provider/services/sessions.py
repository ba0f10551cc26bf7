"""Sessions at the provider: begun after a right credential, ended by a log-out, by time, or by an administrator.

What ends a session ends the tokens that came from it, and its clients are told.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select, update

from lms.core import clock
from lms.core.db import db
from lms.identity.provider.models import ProviderAccount, ProviderCode, ProviderGrant, ProviderSession, ProviderToken
from lms.identity.provider.services.logouts import announce_end

SESSION_LIFE = timedelta(hours=10)
SESSION_IDLE = timedelta(hours=3)
USED_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=30)
"""How long ended sessions and a program's tokens stay, for the pages that show their use."""


def start_session(account_id: UUID, amr: Sequence[str] = ("pwd",), device: str = "") -> ProviderSession:
    """A session of an account whose credential was right: no actor."""
    now = clock.now()
    row = ProviderSession(account_id=account_id, expires_at=now + SESSION_LIFE, amr=list(amr), auth_time=now,
                          last_used_at=now, device=device)
    db.session.add(row)
    db.session.flush()
    return row


def renew_session(session: ProviderSession, amr: Sequence[str]) -> ProviderSession:
    """The same session after its person proved anew who he is: it stays what its clients know it by. No actor."""
    now = clock.now()
    session.auth_time, session.amr, session.last_used_at = now, list(amr), now
    session.expires_at = now + SESSION_LIFE
    return session


def find_session(session_id: UUID) -> tuple[ProviderSession, ProviderAccount] | None:
    """An open session with its account, or None; the signed cookie is the proof: no actor."""
    found = db.session.execute(
        select(ProviderSession, ProviderAccount)
        .join(ProviderAccount, ProviderAccount.id == ProviderSession.account_id)
        .where(ProviderSession.id == session_id, *_open(), ProviderAccount.closed_at.is_(None))).first()
    return (found[0], found[1]) if found else None


def note_use(session: ProviderSession) -> None:
    """Move the idle time on, now and then: most uses only read."""
    if clock.now() - session.last_used_at > USED_EVERY:
        session.last_used_at = clock.now()


def list_sessions(account_id: UUID) -> list[ProviderSession]:
    """The open sessions of an account, the newest first. For its owner's own page, which knows who asks: no actor."""
    statement = select(ProviderSession).where(ProviderSession.account_id == account_id, *_open())
    return list(db.session.scalars(statement.order_by(ProviderSession.id.desc())))


def end_session(session_id: UUID) -> None:
    """End a session; the signed cookie or ID token that names it is the proof: no actor."""
    _end(ProviderSession.id == session_id)


def end_sessions_of(account_id: UUID, keep: UUID | None = None) -> int:
    """End every session of an account but one; returns how many. The caller has decided that he may: no actor."""
    return _end(ProviderSession.account_id == account_id, *([ProviderSession.id != keep] if keep else []))


def forget_old_sessions() -> None:
    """Remove codes, tokens and sessions that are long over. For the periodic job: no actor."""
    now = clock.now()
    day_ago, long_ago = now - timedelta(days=1), now - KEPT
    alive = exists().where(ProviderGrant.session_id == ProviderSession.id, ProviderGrant.revoked_at.is_(None),
                           ProviderGrant.expires_at > now)
    for statement in (
        delete(ProviderCode).where(ProviderCode.expires_at < day_ago),
        delete(ProviderToken).where(ProviderToken.expires_at < day_ago, ProviderToken.grant_id.is_not(None)),
        delete(ProviderToken).where(ProviderToken.expires_at < long_ago),
        delete(ProviderSession).where(ProviderSession.expires_at < long_ago, ~alive),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))


def _open() -> list[ColumnElement[bool]]:
    now = clock.now()
    return [ProviderSession.ended_at.is_(None), ProviderSession.expires_at > now,
            ProviderSession.last_used_at > now - SESSION_IDLE]


def _end(*which: ColumnElement[bool]) -> int:
    """End the sessions, revoke what came from them (tokens of an expired session too), tell the clients."""
    now = clock.now()
    rows = db.session.execute(select(ProviderSession.id, ProviderAccount.subject)
                              .join(ProviderAccount, ProviderAccount.id == ProviderSession.account_id)
                              .where(*which, ProviderSession.ended_at.is_(None))).all()
    ended = {row.id: row.subject for row in rows}
    if ended:
        db.session.execute(update(ProviderSession).where(ProviderSession.id.in_(ended)).values(ended_at=now))
        announce_end(ended)
        db.session.execute(update(ProviderGrant).where(
            ProviderGrant.session_id.in_(ended), ProviderGrant.revoked_at.is_(None)).values(revoked_at=now))
    return len(ended)
