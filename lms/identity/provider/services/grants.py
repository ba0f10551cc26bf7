"""What clients hold for people: grants with their access and refresh tokens.

A refresh token is good once. It is signed and names its grant, so that one that was used before is known for what
it is: then either the client or a thief holds a copy, and the whole family ends. No actor asks here: the code, the
token or the client's secret is the proof, and the caller has checked it.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from lms.core import audit, clock
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.core.signing import InvalidToken, sign, unsign
from lms.identity.provider.models import ProviderAccount, ProviderGrant, ProviderSession, ProviderToken
from lms.identity.provider.services.secrets import hash_token, new_secret

TOKEN_LIFE = timedelta(minutes=5)
PROGRAM_TOKEN_LIFE = timedelta(minutes=15)
REFRESH_IDLE = timedelta(days=14)
REFRESH_LIFE = timedelta(days=90)
ACCESS_PREFIX = "lmsa_"
PURPOSE = "provider-refresh"


@dataclass(frozen=True)
class Bearer:
    """What a good access token stands for; `account` is None where a program acts for itself."""

    token: ProviderToken
    grant: ProviderGrant | None
    session: ProviderSession | None
    account: ProviderAccount | None

    @property
    def scopes(self) -> frozenset[str]:
        """What it opens."""
        return frozenset(self.token.scope.split())


def open_grant(grant_id: UUID, *, client_id: str, session: ProviderSession, scope: str) -> ProviderGrant:
    """The family of a code (whose id it gets)."""
    lives = clock.now() + REFRESH_LIFE if "offline_access" in scope.split() else session.expires_at
    row = ProviderGrant(id=grant_id, client_id=client_id, session_id=session.id, scope=scope, expires_at=lives)
    db.session.add(row)
    return row


def add_access_token(token: str, *, client_id: str, scope: str, life: timedelta,
                     grant_id: UUID | None = None) -> None:
    """Keep a new access token's hash."""
    db.session.add(ProviderToken(token_hash=hash_token(token), client_id=client_id, grant_id=grant_id, scope=scope,
                                 expires_at=clock.now() + life))


def first_refresh_token(grant: ProviderGrant) -> str:
    """A grant's first refresh token."""
    token = _new_refresh_token(grant.id)
    grant.refresh_hash, grant.refresh_until = hash_token(token), clock.now() + REFRESH_IDLE
    return token


def find_refreshable(token: str, client_id: str) -> tuple[ProviderGrant, ProviderSession, ProviderAccount] | None:
    """The grant that this refresh token renews, or None. One that was used before ends the grant, and is audited."""
    grant_id = _grant_of(token)
    found = db.session.execute(
        select(ProviderGrant, ProviderSession, ProviderAccount)
        .join(ProviderSession, ProviderSession.id == ProviderGrant.session_id)
        .join(ProviderAccount, ProviderAccount.id == ProviderSession.account_id)
        .where(ProviderGrant.id == grant_id, ProviderGrant.client_id == client_id,
               ProviderGrant.revoked_at.is_(None), ProviderSession.ended_at.is_(None),
               ProviderAccount.closed_at.is_(None))).first() if grant_id else None
    if found is None:
        return None
    grant, now = found[0], clock.now()
    if grant.refresh_hash != hash_token(token):
        _end_reused(grant.id)
        return None
    if grant.expires_at <= now or (grant.refresh_until or now) <= now:
        return None
    return grant, found[1], found[2]


def next_refresh_token(grant: ProviderGrant, used: str) -> str | None:
    """The token that takes the place of `used`; None where somebody else used it in this moment: then all end."""
    token, now = _new_refresh_token(grant.id), clock.now()
    changed = db.session.execute(
        update(ProviderGrant)
        .where(ProviderGrant.id == grant.id, ProviderGrant.refresh_hash == hash_token(used),
               ProviderGrant.revoked_at.is_(None))
        .values(refresh_hash=hash_token(token), refresh_until=now + REFRESH_IDLE, refreshed_at=now)
        .execution_options(synchronize_session=False))
    if changed.rowcount:  # type: ignore[attr-defined]
        return token
    _end_reused(grant.id)
    return None


def find_access_token(token: str) -> Bearer | None:
    """What a token stands for that is good now, in one statement; else None."""
    found = db.session.execute(
        select(ProviderToken, ProviderGrant, ProviderSession, ProviderAccount)
        .outerjoin(ProviderGrant, ProviderGrant.id == ProviderToken.grant_id)
        .outerjoin(ProviderSession, ProviderSession.id == ProviderGrant.session_id)
        .outerjoin(ProviderAccount, ProviderAccount.id == ProviderSession.account_id)
        .where(ProviderToken.token_hash == hash_token(token), ProviderToken.revoked_at.is_(None),
               ProviderToken.expires_at > clock.now(),
               or_(ProviderToken.grant_id.is_(None),
                   and_(ProviderGrant.revoked_at.is_(None), ProviderSession.ended_at.is_(None),
                        ProviderAccount.closed_at.is_(None))))).first()
    return Bearer(*found) if found else None


def revoke_grant(grant_id: UUID) -> None:
    """End a family: its access tokens and its refresh token."""
    db.session.execute(update(ProviderGrant).where(
        ProviderGrant.id == grant_id, ProviderGrant.revoked_at.is_(None)).values(revoked_at=clock.now()))


def revoke_tokens_of(client_id: str, account_id: UUID | None = None) -> None:
    """End everything that a client holds: of one account, or of all and its own."""
    now = clock.now()
    families = [ProviderGrant.client_id == client_id, ProviderGrant.revoked_at.is_(None)]
    if account_id is not None:
        sessions = select(ProviderSession.id).where(ProviderSession.account_id == account_id)
        families.append(ProviderGrant.session_id.in_(sessions))
    else:
        db.session.execute(update(ProviderToken).where(
            ProviderToken.client_id == client_id, ProviderToken.revoked_at.is_(None)).values(revoked_at=now))
    db.session.execute(update(ProviderGrant).where(*families).values(revoked_at=now)
                       .execution_options(synchronize_session=False))


def grant_of_refresh_token(token: str) -> ProviderGrant | None:
    """The grant whose newest refresh token this is, good or not: for revocation and introspection."""
    grant_id = _grant_of(token)
    row = db.session.get(ProviderGrant, grant_id) if grant_id else None
    return row if row is not None and row.refresh_hash == hash_token(token) else None


def _new_refresh_token(grant_id: UUID) -> str:
    return sign(PURPOSE, {"g": str(grant_id), "r": new_secret()}, REFRESH_LIFE)


def _grant_of(token: str) -> UUID | None:
    """Whose refresh token this is, if we made it."""
    try:
        return UUID(unsign(PURPOSE, token)["g"])
    except InvalidToken:
        return None


def _end_reused(grant_id: UUID) -> None:
    revoke_grant(grant_id)
    audit.record(SYSTEM, "provider:refresh_reused", ("provider_grant", grant_id))
