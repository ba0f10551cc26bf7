"""What the provider does by itself now and then."""

from sqlalchemy import delete

from lms.core import clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.identity.provider import services
from lms.identity.provider.keys import keep_keys_fresh
from lms.identity.provider.models import ProviderAssertion


def keep_provider() -> None:
    """Change the signing key in time; forget codes, tokens, sessions and notices that are long over."""
    if not settings().bundled_provider:
        return
    keep_keys_fresh()
    with transaction():
        services.forget_old_sessions()
    with transaction():
        services.forget_old_notices()
        db.session.execute(delete(ProviderAssertion).where(ProviderAssertion.expires_at < clock.now()))
