"""The provider's signing keys: RS256, kept in the database with the private half sealed.

One is current. The next one is published before it signs anything, and a retired one stays published as long as
somebody may hold a token that it signed; so a rotation is never noticed. A key's private half is forgotten once it
is retired.
"""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import structlog
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize
from lms.core.signing import InvalidToken, seal, unseal
from lms.identity.provider import permissions as permissions
from lms.identity.provider.models import ProviderKey

log = structlog.get_logger()
ALGORITHM = "RS256"
KEY_BITS = 2048
OLD_KEY_FILE = "openid-signing-key.pem"
PURPOSE = "provider-key"
PUBLISHED_BEFORE = timedelta(hours=1)
"""How long the next key is published before it signs: longer than anybody keeps our key set."""
PUBLISHED_AFTER = timedelta(days=14)
"""How long a retired key is published: an ID token is also the hint that signs a person out, days later."""


def signing_key() -> RSAKey:
    """The private key of today, with its `kid`. One statement; the first call of all makes the key."""
    row = db.session.execute(select(ProviderKey.kid, ProviderKey.sealed).where(ProviderKey.state == "current")).first()
    if row is None:
        _make_first_key()
        return signing_key()
    try:
        return _open(unseal(PURPOSE, row.sealed))
    except InvalidToken:  # the platform's secret was changed and the old one is gone
        log.error("provider-key-unreadable", kid=row.kid)
        rotate_keys(SYSTEM, at_once=True)
        return signing_key()


def published_keys() -> KeySet:
    """What others verify with, as a set of JSON Web Keys without private parts."""
    wanted = or_(ProviderKey.state.is_not(None), ProviderKey.retired_at > clock.now() - PUBLISHED_AFTER)
    statement = select(ProviderKey.public).where(wanted).order_by(ProviderKey.id)
    found = list(db.session.scalars(statement))
    if not found:
        _make_first_key()
        found = list(db.session.scalars(statement))
    return KeySet([RSAKey.import_key(public) for public in found])


def rotate_keys(actor: Actor, *, at_once: bool = False) -> str:
    """Make the next key current and prepare another; returns the new `kid`.

    Raises Conflict where the next key has not been published long enough, unless `at_once` (a stolen key).
    """
    authorize(actor, "provider:manage")
    prepare_next_key()
    following = _key("next")
    assert following is not None
    if not at_once and following.created_at > clock.now() - PUBLISHED_BEFORE:
        raise Conflict(_("The next key was published less than an hour ago; applications may not know it yet."))
    current = _key("current")
    with transaction():
        if current is not None:
            _retire(current)
        following.state, following.current_since = "current", clock.now()
        audit.record(actor, "provider:rotate_keys", ("provider_key", following.id))
        kid = following.kid
    prepare_next_key()
    return kid


def keep_keys_fresh() -> None:
    """Rotate when the current key is older than the settings allow; forget what is no longer published."""
    prepare_next_key()
    current, following = _key("current"), _key("next")
    life = timedelta(days=settings().provider_key_days)
    due = current is None or current.current_since is None or current.current_since < clock.now() - life
    if due and following is not None and following.created_at < clock.now() - PUBLISHED_BEFORE:
        rotate_keys(SYSTEM)
    with transaction():
        db.session.execute(delete(ProviderKey).where(ProviderKey.retired_at < clock.now() - PUBLISHED_AFTER))


def prepare_next_key() -> None:
    """Publish the key that will be current one day, unless there is one."""
    if _key("current") is None:
        _make_first_key()
    if _key("next") is None:
        _add(RSAKey.generate_key(KEY_BITS, auto_kid=False), "next")


def _key(state: str) -> ProviderKey | None:
    return db.session.scalar(select(ProviderKey).where(ProviderKey.state == state))


def _retire(row: ProviderKey) -> None:
    """Its place is free in the database before another takes it."""
    values = {"state": None, "sealed": "", "retired_at": clock.now()}
    db.session.execute(update(ProviderKey).where(ProviderKey.id == row.id).values(values))


def _make_first_key() -> None:
    """The key that earlier releases kept as a file, or a new one. The file goes once the database has its key."""
    path = settings().data_folder / "keys" / OLD_KEY_FILE
    kept = _read_old_key(path)
    _add(kept or RSAKey.generate_key(KEY_BITS, auto_kid=False), "current")
    if kept is not None:
        path.unlink(missing_ok=True)


def _read_old_key(path: Path) -> RSAKey | None:
    try:
        return RSAKey.import_key(path.read_bytes())
    except FileNotFoundError:
        return None


def _add(key: RSAKey, state: str) -> None:
    """Keep a new key, in a transaction of its own; of two processes that try at once, the first wins."""
    key.ensure_kid()
    public = {**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}
    row = ProviderKey(kid=key.kid, state=state, public=public, sealed=seal(PURPOSE, key.as_pem(private=True).decode()),
                      current_since=clock.now() if state == "current" else None)
    try:
        with transaction():
            db.session.add(row)
    except IntegrityError:
        log.info("provider-key-made-elsewhere", state=state)


@lru_cache(maxsize=8)
def _open(pem: str) -> RSAKey:
    key = RSAKey.import_key(pem)
    key.ensure_kid()
    return key
