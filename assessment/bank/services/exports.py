"""Taking items out of a secure bank: one asks with a reason, another one consents, the first one takes, once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from assessment.bank.banks_models import Bank, BankExport
from assessment.bank.models import Item
from assessment.bank.services.banks import admit_to_bank, load_bank
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor

MOST_ITEMS, MOST_REASON = 500, 1000
LASTS = timedelta(days=7)


def request_export(actor: Actor, bank_id: UUID, item_ids: Sequence[UUID], reason: str) -> BankExport:
    """Ask to take approved items out; somebody else must consent. Raises Invalid."""
    bank = load_bank(bank_id)
    admit_to_bank(actor, "bank:export", bank)
    wanted = list(dict.fromkeys(item_ids))
    if not 0 < len(reason.strip()) <= MOST_REASON:
        raise Invalid(_("Say why."), problems=[Problem("reason", _("Say why."))])
    known = set(db.session.scalars(select(Item.id).where(Item.bank_id == bank.id, Item.state == "ready",
                                                         Item.id.in_(wanted[:MOST_ITEMS]))))
    if not wanted or set(wanted) != known:
        message = _("Choose approved questions of this bank, at most %(n)s.", n=MOST_ITEMS)
        raise Invalid(message, problems=[Problem("items", message)])
    row = BankExport(bank_id=bank.id, requested_by=actor.id, reason=reason.strip(), expires_at=clock.now() + LASTS,
                     item_ids=[str(each) for each in wanted], decided_by=None, decided_at=None, used_at=None)
    db.session.add(row)
    db.session.flush()
    _record(actor, "bank:export", bank, row, count=len(wanted))
    return row


def decide_export(actor: Actor, export_id: UUID, *, consents: bool) -> BankExport:
    """Consent to an export or refuse it, as a second person. The page asks for a fresh sign-in first."""
    row, bank = _load(export_id, to_change=True)
    admit_to_bank(actor, "bank:consent", bank)
    if actor.id == row.requested_by:
        raise Forbidden(_("You asked for this yourself, so somebody else must consent."))
    if row.state != "requested" or row.expires_at < clock.now():
        raise Conflict(_("This request is not open any more."))
    row.state, row.decided_by, row.decided_at = "consented" if consents else "refused", actor.id, clock.now()
    _record(actor, "bank:consent" if consents else "bank:refuse_export", bank, row)
    return row


def use_export(actor: Actor, export_id: UUID) -> list[UUID]:
    """The items that may be taken out now, by the one who asked and once; raises Conflict, Forbidden.

    The caller writes the file in the same transaction.
    """
    row, bank = _load(export_id, to_change=True)
    admit_to_bank(actor, "bank:export", bank)
    if actor.id != row.requested_by:
        raise Conflict(_("Only the one who asked for this export may take it."))
    if row.state != "consented" or row.expires_at < clock.now():
        raise Conflict(_("This export has no consent, was taken already, or is too old. Ask again."))
    row.state, row.used_at = "used", clock.now()
    _record(actor, "bank:take_export", bank, row)
    return [UUID(each) for each in row.item_ids]


def list_exports(actor: Actor, bank_id: UUID) -> list[BankExport]:
    """The requests of a bank, the newest first."""
    bank = load_bank(bank_id)
    admit_to_bank(actor, "bank:export", bank)
    return list(db.session.scalars(select(BankExport).where(BankExport.bank_id == bank.id)
                                   .order_by(BankExport.created_at.desc(), BankExport.id.desc()).limit(50)))


def refuse_secure(items: Iterable[Item], allowed: Collection[UUID] = ()) -> None:
    """Raise Forbidden where an item of a secure bank is among them, but for those that `use_export` allowed.

    Internal: every writer of files calls it before the first word is written.
    """
    if any(item.is_secure and item.id not in allowed for item in items):
        raise Forbidden(_("Questions of a secure bank leave it only by an export that a second person consented to."))


def get_export(actor: Actor, export_id: UUID) -> BankExport:
    """One request; raises NotFound, Forbidden."""
    row, bank = _load(export_id)
    admit_to_bank(actor, "bank:export", bank)
    return row


def _load(export_id: UUID, *, to_change: bool = False) -> tuple[BankExport, Bank]:
    row = db.session.get(BankExport, export_id, with_for_update=to_change)
    if row is None:
        raise NotFound(_("There is no such request."))
    return row, load_bank(row.bank_id)


def _record(actor: Actor, act: str, bank: Bank, row: BankExport, **details: Any) -> None:
    audit.record(actor, act, subject=("bank", bank.id), organisation_id=bank.organisation_id, reason=row.reason,
                 export=str(row.id), **details)
