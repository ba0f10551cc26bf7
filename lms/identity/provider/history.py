"""When, by what and on which device somebody signed in or tried to: for the owner's eyes, kept for 90 days."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from lms.core import clock
from lms.core.db import Page, db, paginate
from lms.identity.provider.credential_models import SignInTry
from lms.identity.provider.visitor import Visitor

KEPT = timedelta(days=90)
DONE, WRONG, CHANGED = "done", "wrong", "changed"


def note(account_id: UUID, outcome: str, methods: Sequence[str], visitor: Visitor) -> None:
    """Add a line in the current transaction; `methods` are those of RFC 8176."""
    db.session.add(SignInTry(account_id=account_id, outcome=outcome, method=" ".join(methods),
                             device=visitor.device, address=visitor.address))


def list_tries(account_id: UUID, page: int = 1) -> Page[SignInTry]:
    """The newest first. For the owner's own page, which knows who asks."""
    statement = select(SignInTry).where(SignInTry.account_id == account_id,
                                        SignInTry.created_at > clock.now() - KEPT)
    return paginate(statement.order_by(SignInTry.id.desc()), page, per_page=25)


def forget_old_tries() -> None:
    """Remove what is older than 90 days."""
    db.session.execute(delete(SignInTry).where(SignInTry.created_at < clock.now() - KEPT))
