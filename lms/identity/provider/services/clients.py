"""Clients: the applications and programs that administrators connect, their secrets, and how they are used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import func, select

from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.provider import permissions as permissions
from lms.identity.provider.addresses import may_be_told, may_return_to
from lms.identity.provider.models import (
    KINDS,
    NATIVE,
    PROGRAM,
    WEB,
    ProviderClient,
    ProviderGrant,
    ProviderLogout,
    ProviderToken,
)
from lms.identity.provider.services.grants import revoke_tokens_of
from lms.identity.provider.services.secrets import hash_token, new_secret

SCOPES = ("openid", "profile", "email", "offline_access", "api")
"""What an application may ask for people; `api` acts at the platform's API as they do."""
PROGRAM_SCOPES = ("api", "introspect")
"""What a program may have: the API as itself, and asking about tokens that others were given."""
DEFAULT_SCOPES = ("openid", "profile", "email")
SECRET_PREFIX = "lmss_"  # noqa: S105  what secrets begin with
SECRET_OVERLAP = timedelta(days=7)
USE_DAYS = 14
MOST_NOTICES = 20
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_ID = 60
PUBLIC_KINDS = ("RSA", "EC", "OKP")


@dataclass(frozen=True)
class NewClient:
    """A client and its secret, which is shown once; empty where it has none."""

    client: ProviderClient
    secret: str


@dataclass(frozen=True)
class ClientDraft:
    """What an administrator says about a client."""

    name: str
    kind: str = WEB
    own: bool = True
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    back_channel_uri: str | None = None
    scopes: Sequence[str] = DEFAULT_SCOPES
    keys: dict[str, Any] | None = None
    roles: Sequence[str] = ()
    organisation: str | None = None


@dataclass(frozen=True)
class ClientUse:
    """How a client is used; `days` counts sign-ins (a program: tokens) of each of the last days, the oldest first."""

    days: list[tuple[date, int]]
    last_used_at: datetime | None
    open_grants: int
    open_refresh: int
    notices: list[ProviderLogout] = field(default_factory=list)


def list_clients(actor: Actor) -> list[tuple[ProviderClient, datetime | None]]:
    """All clients by name, with the time of their last use."""
    authorize(actor, "provider:manage")
    rows = list(db.session.scalars(select(ProviderClient).order_by(ProviderClient.revoked_at.is_not(None),
                                                                   ProviderClient.name)))
    used = _last_uses()
    return [(row, used.get(row.client_id)) for row in rows]


def get_client(actor: Actor, client_id: UUID) -> ProviderClient:
    """A client by the id of its row; raises NotFound."""
    authorize(actor, "provider:manage")
    row = db.session.get(ProviderClient, client_id)
    if row is None:
        raise NotFound(_("There is no such application."))
    return row


def add_client(actor: Actor, *, client_id: str, name: str, redirect_uris: Iterable[str] = (),
               post_logout_redirect_uris: Iterable[str] = (), **more: Any) -> NewClient:
    """Register another application; `more` are the other fields of ClientDraft. Raises Invalid with what is wrong."""
    authorize(actor, "provider:manage")
    return register_client(actor, client_id, ClientDraft(
        name=name, redirect_uris=list(redirect_uris), post_logout_redirect_uris=list(post_logout_redirect_uris),
        **more))


def register_client(actor: Actor, client_id: str, draft: ClientDraft) -> NewClient:
    """Register an application or program; raises Invalid with what is wrong."""
    authorize(actor, "provider:manage")
    problems = [*_id_problems(client_id), *_problems(draft)]
    if problems:
        raise Invalid(_("The application was not registered."), problems)
    secret = "" if draft.kind == NATIVE or draft.keys else new_secret(SECRET_PREFIX)
    row = ProviderClient(client_id=client_id, secret_hash=hash_token(secret) if secret else "")
    _fill(row, draft)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "provider:add_client", ("provider_client", row.id), client=client_id, kind=draft.kind,
                 after=_registered(row))
    return NewClient(row, secret)


def edit_client(actor: Actor, client_id: UUID, draft: ClientDraft) -> ProviderClient:
    """Change what was said about a client; its kind stays. Raises Invalid, NotFound, Conflict."""
    authorize(actor, "provider:manage")
    row = _open_client(actor, client_id)
    problems = _problems(draft)
    if draft.kind != row.kind:
        problems.append(Problem("kind", _("The kind of an application cannot be changed.")))
    if problems:
        raise Invalid(_("The application was not changed."), problems)
    before = _registered(row)
    _fill(row, draft)
    db.session.flush()
    audit.record(actor, "provider:edit_client", ("provider_client", row.id), client=row.client_id, before=before,
                 after=_registered(row))
    return row


def rotate_secret(actor: Actor, client_id: UUID) -> NewClient:
    """A new secret, shown once; the one before is good for another week. Raises NotFound, Conflict."""
    authorize(actor, "provider:manage")
    row = _open_client(actor, client_id)
    if not row.secret_hash:
        raise Conflict(_("This application has no secret."))
    secret = new_secret(SECRET_PREFIX)
    row.previous_secret_hash, row.previous_secret_until = row.secret_hash, clock.now() + SECRET_OVERLAP
    row.secret_hash = hash_token(secret)
    audit.record(actor, "provider:rotate_secret", ("provider_client", row.id), client=row.client_id)
    return NewClient(row, secret)


def revoke_client(actor: Actor, client_id: UUID) -> None:
    """Shut a client out for good; every token that it holds ends at once."""
    authorize(actor, "provider:manage")
    row = _open_client(actor, client_id)
    row.revoked_at = clock.now()
    revoke_tokens_of(row.client_id)
    audit.record(actor, "provider:revoke_client", ("provider_client", row.id), client=row.client_id)


def get_client_use(actor: Actor, client_id: str) -> ClientUse:
    """How a client (or the platform itself, by its client id) is used."""
    authorize(actor, "provider:manage")
    now = clock.now()
    alive = [ProviderGrant.client_id == client_id, ProviderGrant.revoked_at.is_(None), ProviderGrant.expires_at > now]
    counts = db.session.execute(select(func.count(), func.count(ProviderGrant.refresh_hash)).where(*alive)).one()
    notices = db.session.scalars(select(ProviderLogout).where(ProviderLogout.client_id == client_id)
                                 .order_by(ProviderLogout.id.desc()).limit(MOST_NOTICES))
    return ClientUse(_days(client_id), _last_uses(client_id).get(client_id), counts[0], counts[1], list(notices))


def find_client_row(client_id: str) -> ProviderClient | None:
    """A client that is not revoked, by the id that it calls itself. For the protocol: no actor."""
    if not client_id.isascii() or not client_id.isprintable():  # NUL would be an error of the database
        return None
    return db.session.scalar(select(ProviderClient).where(ProviderClient.client_id == client_id,
                                                          ProviderClient.revoked_at.is_(None)))


def _open_client(actor: Actor, client_id: UUID) -> ProviderClient:
    row = get_client(actor, client_id)
    if row.revoked_at is not None:
        raise Conflict(_("This application was shut out; register it anew if it may come back."))
    return row


def _fill(row: ProviderClient, draft: ClientDraft) -> None:
    is_program = draft.kind == PROGRAM
    row.name, row.kind, row.own = draft.name.strip(), draft.kind, draft.own or is_program
    row.redirect_uris = [] if is_program else list(draft.redirect_uris)
    row.post_logout_redirect_uris = [] if is_program else list(draft.post_logout_redirect_uris)
    row.back_channel_uri = None if is_program else draft.back_channel_uri or None
    row.scopes, row.keys = list(draft.scopes), draft.keys
    row.roles, row.organisation = (list(draft.roles), draft.organisation or None) if is_program else ([], None)


def _registered(row: ProviderClient) -> dict[str, Any]:
    """What the audit keeps of a client: where it may send people, and what it may do."""
    return {"own": row.own, "redirect_uris": row.redirect_uris, "scopes": row.scopes, "roles": row.roles,
            "post_logout_redirect_uris": row.post_logout_redirect_uris, "back_channel_uri": row.back_channel_uri,
            "organisation": row.organisation, "keys": _thumbprints(row.keys)}


def _thumbprints(keys: Any) -> list[str]:
    return sorted(each.thumbprint() for each in KeySet.import_key_set(keys).keys) if keys else []


def _id_problems(client_id: str) -> list[Problem]:
    if not client_id or len(client_id) > LONGEST_ID or not all(c.isascii() and (c.isalnum() or c in "-_.")
                                                               for c in client_id):
        return [Problem("client_id", _("An id has at most %(count)s letters a to z, digits and the signs - _ .",
                                       count=LONGEST_ID))]
    known = db.session.scalar(select(ProviderClient.id).where(ProviderClient.client_id == client_id))
    if known or client_id == settings().oidc_client_id:
        return [Problem("client_id", _("There is already a client called “%(name)s”.", name=client_id))]
    return []


def _problems(draft: ClientDraft) -> list[Problem]:
    """What is wrong with a draft, and where."""
    problems = []
    if not draft.name.strip():
        problems.append(Problem("name", _("The application needs a name.")))
    if draft.kind not in KINDS:
        problems.append(Problem("kind", _("There is no such kind of application.")))
    known = PROGRAM_SCOPES if draft.kind == PROGRAM else SCOPES
    problems += [Problem("scopes", _("There is no scope “%(name)s” for this kind of application.", name=name))
                 for name in draft.scopes if name not in known]
    problems += [Problem("roles", _("There is no role called “%(role)s”.", role=role))
                 for role in draft.roles if role not in ROLES]
    return [*problems, *_key_problems(draft), *([] if draft.kind == PROGRAM else _address_problems(draft))]


def _address_problems(draft: ClientDraft) -> list[Problem]:
    development = not settings().is_production
    bad = [("redirect_uris", each) for each in draft.redirect_uris
           if not may_return_to(each, kind=draft.kind, development=development)]
    bad += [("post_logout_redirect_uris", each) for each in draft.post_logout_redirect_uris
            if not may_return_to(each, kind=draft.kind, development=development)]
    if draft.back_channel_uri and not may_be_told(draft.back_channel_uri, development=development):
        bad.append(("back_channel_uri", draft.back_channel_uri))
    problems = [Problem(where, _("“%(address)s” may not be registered: an address is complete and begins with https.",
                                 address=address)) for where, address in bad]
    if not draft.redirect_uris:
        problems.append(Problem("redirect_uris", _("Say at least one address to return to.")))
    return problems


def _key_problems(draft: ClientDraft) -> list[Problem]:
    if draft.keys is None:
        return []
    if draft.kind == NATIVE or not _are_public_keys(draft.keys):
        return [Problem("keys", _("These are not the public keys of an application (a JSON Web Key Set)."))]
    return []


def _are_public_keys(given: Any) -> bool:
    """Whether it is a key set with something in it, and nothing that must stay with the application."""
    found = given.get("keys") if isinstance(given, dict) else None
    if not isinstance(found, list) or not found:
        return False
    if any(not isinstance(each, dict) or each.get("kty") not in PUBLIC_KINDS or "d" in each for each in found):
        return False
    try:
        KeySet.import_key_set(given)
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    return True


def _last_uses(client_id: str | None = None) -> dict[str, datetime]:
    """When each client was last given a token; sixty days of rows at most are kept."""
    found: dict[str, datetime] = {}
    for model in (ProviderGrant, ProviderToken):
        statement = select(model.client_id, func.max(model.created_at)).group_by(model.client_id)
        if client_id is not None:
            statement = statement.where(model.client_id == client_id)
        for name, moment in db.session.execute(statement):
            found[name] = max(found.get(name, moment), moment)
    return found


def _days(client_id: str) -> list[tuple[date, int]]:
    """Sign-ins (or a program's tokens) by the day of Vietnam, counted by the database."""
    today = clock.now().astimezone(ZONE).date()
    days = [today - timedelta(days=back) for back in range(USE_DAYS - 1, -1, -1)]
    starts = [datetime(day.year, day.month, day.day, tzinfo=ZONE) for day in [*days, today + timedelta(days=1)]]
    totals = [0] * USE_DAYS
    for model, alone in ((ProviderGrant, []), (ProviderToken, [ProviderToken.grant_id.is_(None)])):
        counts = [func.count().filter(model.created_at >= begin, model.created_at < end)
                  for begin, end in pairwise(starts)]
        row = db.session.execute(select(*counts).where(model.client_id == client_id, *alone,
                                                       model.created_at >= starts[0])).one()
        totals = [total + count for total, count in zip(totals, row, strict=True)]
    return list(zip(days, totals, strict=True))
