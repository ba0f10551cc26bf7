"""Word to the clients, by the back channel, that a session has ended (OpenID Connect Back-Channel Logout 1.0).

A row and a job for each client that the session signed in to; the row is what the client's page shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from lms.core import clock
from lms.core.config import settings
from lms.core.db import after_commit, db
from lms.core.errors import Conflict
from lms.core.i18n import _l
from lms.core.jobs import enqueue
from lms.identity.provider.models import ProviderClient, ProviderGrant, ProviderLogout

URGENT = 0
KEPT = timedelta(days=30)
ATTEMPT = timedelta(seconds=7)
"""How long one attempt may take; meanwhile nobody else makes one."""
_senders: list[Callable[[list[UUID]], None]] = []


@dataclass(frozen=True)
class Notice:
    """One word to one client."""

    client_id: str
    session_id: UUID
    subject: str
    address: str


def know_sender(sender: Callable[[list[UUID]], None]) -> None:
    """Told once by the back channel: what tells at once, after the commit. The job tells where that failed."""
    _senders[:] = [sender]


def announce_end(ended: Mapping[UUID, str]) -> None:
    """Queue the word about sessions (id -> subject) for every client that they signed in to: no actor."""
    used = db.session.execute(select(ProviderGrant.session_id, ProviderGrant.client_id).distinct()
                              .where(ProviderGrant.session_id.in_(ended))).all()
    addresses = _addresses({row.client_id for row in used})
    rows = [ProviderLogout(client_id=row.client_id, session_id=row.session_id, subject=ended[row.session_id])
            for row in used if row.client_id in addresses]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        enqueue("lms.tell_logout", priority=URGENT, subject=("provider_logout", row.id), notice_id=str(row.id))
    told = [row.id for row in rows]
    if told:
        after_commit(lambda: _tell(told))


def claim_notice(notice_id: UUID) -> Notice | None:
    """What is to be told, by the caller alone; None where it was told, or the client has gone.

    For the sender: no actor. Raises Conflict while somebody else is telling it.
    """
    row = db.session.get(ProviderLogout, notice_id)
    if row is None or row.told_at is not None:
        return None
    now = clock.now()
    claimed = db.session.execute(
        update(ProviderLogout)
        .where(ProviderLogout.id == notice_id,
               or_(ProviderLogout.claimed_until.is_(None), ProviderLogout.claimed_until < now))
        .values(claimed_until=now + ATTEMPT))
    if not claimed.rowcount:  # type: ignore[attr-defined]
        raise Conflict(_l("The application is being told just now."))
    address = _addresses({row.client_id}).get(row.client_id)
    return Notice(row.client_id, row.session_id, row.subject, address) if address else None


def note_outcome(notice_id: UUID, outcome: str, *, told: bool) -> None:
    """Remember how an attempt ended. For the sender: no actor."""
    row = db.session.get(ProviderLogout, notice_id)
    if row is not None:
        row.tries, row.outcome, row.claimed_until = row.tries + 1, outcome, None
        row.told_at = clock.now() if told else row.told_at


def forget_old_notices() -> None:
    """Remove what was told, or given up, long ago. For the periodic job: no actor."""
    db.session.execute(delete(ProviderLogout).where(ProviderLogout.created_at < clock.now() - KEPT))


def own_back_channel_uri() -> str:
    """Where the platform itself is told, as a client of its own provider."""
    return f"{settings().base_url}/sign-in/main/back-channel-logout"


def _tell(notice_ids: list[UUID]) -> None:
    for sender in _senders:
        sender(notice_ids)


def _addresses(client_ids: set[str]) -> dict[str, str]:
    """Client id -> address, of those that have one."""
    found = db.session.execute(select(ProviderClient.client_id, ProviderClient.back_channel_uri).where(
        ProviderClient.client_id.in_(client_ids), ProviderClient.back_channel_uri.is_not(None),
        ProviderClient.revoked_at.is_(None)))
    known = {row.client_id: row.back_channel_uri for row in found}
    if settings().oidc_client_id in client_ids:
        known[settings().oidc_client_id] = own_back_channel_uri()
    return known
