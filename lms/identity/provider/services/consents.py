"""What people let applications know that are not the ministry's own. The account itself is the proof: no actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from lms.core import audit
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider.models import ProviderClient, ProviderConsent
from lms.identity.provider.services.grants import revoke_tokens_of

CONSENT_LIFE = timedelta(minutes=15)
"""How long somebody may think about the question."""


@dataclass(frozen=True)
class ConsentRow:
    """A consent as its giver sees it."""

    id: UUID
    client_name: str
    scopes: list[str]
    given_at: datetime


def has_consent(account_id: UUID, client_id: str, scopes: Iterable[str]) -> bool:
    """Whether all of these were allowed before."""
    found = _find(account_id, client_id)
    return found is not None and set(scopes) <= set(found.scopes)


def give_consent(account_id: UUID, client_id: str, scopes: Iterable[str]) -> None:
    """Remember what was allowed, beside what was allowed before."""
    row = _find(account_id, client_id)
    if row is None:
        row = ProviderConsent(account_id=account_id, client_id=client_id, scopes=[])
        db.session.add(row)
    row.scopes = sorted({*row.scopes, *scopes})
    db.session.flush()
    audit.record(SYSTEM, "provider:give_consent", ("provider_consent", row.id), client=client_id, scopes=row.scopes)


def list_consents(account_id: UUID) -> list[ConsentRow]:
    """What this account allowed, the newest first."""
    rows = db.session.execute(select(ProviderConsent, ProviderClient.name)
                              .outerjoin(ProviderClient, ProviderClient.client_id == ProviderConsent.client_id)
                              .where(ProviderConsent.account_id == account_id)
                              .order_by(ProviderConsent.id.desc())).all()
    return [ConsentRow(row.id, name or row.client_id, row.scopes, row.created_at) for row, name in rows]


def withdraw_consent(account_id: UUID, consent_id: UUID) -> None:
    """Forget a consent of this account; what the application holds for it ends at once."""
    row = db.session.get(ProviderConsent, consent_id)
    if row is None or row.account_id != account_id:
        return
    db.session.execute(delete(ProviderConsent).where(ProviderConsent.id == consent_id))
    revoke_tokens_of(row.client_id, account_id)
    audit.record(SYSTEM, "provider:withdraw_consent", ("provider_consent", consent_id), client=row.client_id)


def _find(account_id: UUID, client_id: str) -> ProviderConsent | None:
    return db.session.scalar(select(ProviderConsent).where(ProviderConsent.account_id == account_id,
                                                           ProviderConsent.client_id == client_id))
