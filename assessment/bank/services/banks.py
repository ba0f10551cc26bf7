"""Banks of organisations and their members."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from assessment.bank.banks_models import BANK_KINDS, BANK_ROLES, Bank, BankMember
from assessment.bank.models import Item
from assessment.bank.permissions import banks_with, forget_roles
from assessment.bank.sealing import bank_keys
from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _, _l
from lms.core.names import searchable
from lms.core.permissions import SYSTEM, Actor, Refused, authorize, visible
from lms.identity import services as identity
from lms.organisations import services as organisations

MOST_NAME = 200
STAFF = ("teacher", "librarian", "administrator")


class HiddenBank(Refused):
    """Refused to somebody who must not know that there is such a bank; the audit knows it."""

    status = 404

    def __init__(self, permission: str, thing: Bank) -> None:
        super().__init__(permission, thing)
        self.message = _l("There is no such bank.")


@dataclass(frozen=True)
class BankDraft:
    """A bank as it is described; secure banks are reviewed by two persons whatever is said here."""

    name: str
    organisation_id: UUID
    kind: str = "open"
    reviewed: bool = True
    two_person: bool = False


@dataclass(frozen=True)
class BankRef:
    """A bank in a choice."""

    id: UUID
    name: str
    is_secure: bool
    reviewed: bool


@dataclass(frozen=True)
class Member:
    """Somebody in a bank, with his roles in the order of the table."""

    person_id: UUID
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class BankDetail:
    """A bank with its members and how many items are in each state."""

    bank: Bank
    members: list[Member]
    counts: dict[str, int]


def list_banks(actor: Actor, page: int = 1) -> Page[Bank]:
    """The banks that the actor may see, by name. Secure ones: those of which he is a member."""
    authorize(actor, "bank:list")
    return paginate(select(Bank).where(visible(actor, "bank:read", Bank)).order_by(Bank.name, Bank.id), page)


def list_banks_to_write(actor: Actor) -> list[BankRef]:
    """The banks in which the actor may write, for the editor's and the importer's choice."""
    authorize(actor, "item:create")
    return _refs(actor, "author")


def list_banks_to_draw(actor: Actor) -> list[BankRef]:
    """The secure banks that the actor may draw exams from; open ones need no choice."""
    authorize(actor, "item:list")
    return [bank for bank in _refs(actor, "reader", "approver") if bank.is_secure]


def get_bank(actor: Actor, bank_id: UUID) -> BankDetail:
    """A bank with its members; raises NotFound also where a secure one is not his to know."""
    bank = load_bank(bank_id)
    admit_to_bank(actor, "bank:read", bank)
    rows = db.session.execute(select(Item.state, func.count()).where(Item.bank_id == bank.id).group_by(Item.state))
    return BankDetail(bank, _members(bank.id), dict(rows.tuples().all()))


def create_bank(actor: Actor, draft: BankDraft) -> Bank:
    """A new bank, managed by whoever makes it; raises Invalid."""
    secure = draft.kind == "secure"
    bank = Bank(name=draft.name.strip(), organisation_id=draft.organisation_id, kind=draft.kind,
                reviewed=draft.reviewed or secure, two_person=draft.two_person or secure, created_by=actor.person_id)
    authorize(actor, "bank:create_secure" if secure else "bank:create", bank)
    _check(draft)
    if secure:
        bank_keys()  # no secure bank where its content could not be sealed
    db.session.add(bank)
    db.session.flush()
    _add(actor, bank, actor.id, "manager")
    audit.record(actor, "bank:create_secure" if secure else "bank:create", subject=("bank", bank.id),
                 organisation_id=bank.organisation_id)
    return bank


def edit_bank(actor: Actor, bank_id: UUID, *, name: str, reviewed: bool, two_person: bool) -> Bank:
    """Its name and rules; secure banks keep theirs. Raises Conflict while items wait in a review that would end."""
    bank = load_bank(bank_id, to_change=True)
    admit_to_bank(actor, "bank:manage", bank)
    _check(BankDraft(name, bank.organisation_id, bank.kind))
    reviewed, two_person = (True, True) if bank.is_secure else (reviewed, two_person)
    waiting = select(Item.id).where(Item.bank_id == bank.id,
                                    Item.state.in_(("content_review", "language_review", "pilot"))).limit(1)
    if bank.reviewed and not reviewed and db.session.scalar(waiting):
        raise Conflict(_("Questions of this bank are under review. Finish that first."))
    before = {"reviewed": bank.reviewed, "two_person": bank.two_person}
    bank.name, bank.reviewed, bank.two_person = name.strip(), reviewed, two_person
    audit.record(actor, "bank:edit", subject=("bank", bank.id), organisation_id=bank.organisation_id,
                 before=before, after={"reviewed": reviewed, "two_person": two_person})
    return bank


def search_colleagues(actor: Actor, bank_id: UUID, text: str) -> list[organisations.PersonRef]:
    """Staff of the bank's organisation and those below whose name holds every word; 20 at most."""
    bank = load_bank(bank_id)
    admit_to_bank(actor, "bank:manage", bank)
    person = db.metadata.tables["person"]
    words = searchable(text[:200]).split()[:8]
    if not words:
        return []
    named = [person.c.search_name.contains(word, autoescape=True) for word in words]
    rows = db.session.execute(_staff(bank).where(*named).order_by(person.c.name, person.c.id).limit(20))
    return [organisations.PersonRef(row.id, row.name) for row in rows]


def add_member(actor: Actor, bank_id: UUID, person_id: UUID, role: str) -> None:
    """Give somebody a role in a bank; nothing happens where he has it."""
    bank = load_bank(bank_id)
    admit_to_bank(actor, "bank:manage", bank)
    if role not in BANK_ROLES:
        raise Invalid(_("Choose a role."), problems=[Problem("role", _("Choose a role."))])
    person = db.metadata.tables["person"]
    if db.session.scalar(_staff(bank).where(person.c.id == person_id)) is None:
        raise NotFound(_("There is no such person."))
    _add(actor, bank, person_id, role)


def appoint_manager(bank_id: UUID, person_id: UUID) -> None:
    """A manager for a bank that has nobody left who can appoint one. Internal, for the operator's command: no actor.

    Raises NotFound where the person is not on the staff of the bank's organisation. The audit says that the platform
    did it, and it opens nothing by itself: who may look is again the manager's word.
    """
    bank = load_bank(bank_id, to_change=True)
    if db.session.scalar(_staff(bank).where(db.metadata.tables["person"].c.id == person_id)) is None:
        raise NotFound(_("There is no such person."))
    _add(SYSTEM, bank, person_id, "manager")


def remove_member(actor: Actor, bank_id: UUID, person_id: UUID, role: str) -> None:
    """Take a role away; from this moment it opens nothing. The last manager stays: raises Conflict."""
    bank = load_bank(bank_id, to_change=True)
    admit_to_bank(actor, "bank:manage", bank)
    managers = select(func.count()).where(BankMember.bank_id == bank.id, BankMember.role == "manager")
    if role == "manager" and (db.session.scalar(managers) or 0) <= 1:
        raise Conflict(_("A bank needs a manager. Appoint another one first."))
    held = db.session.scalars(select(BankMember).where(
        BankMember.bank_id == bank.id, BankMember.person_id == person_id, BankMember.role == role)).first()
    if held is None:
        return
    db.session.delete(held)
    db.session.flush()
    forget_roles()
    audit.record(actor, "bank:remove_member", subject=("bank", bank.id), organisation_id=bank.organisation_id,
                 person=str(person_id), role=role)


def bank_names(ids: set[UUID]) -> dict[UUID, str]:
    """Names by id. Internal, for pages that show items whose bank the actor may know."""
    return {row.id: row.name for row in db.session.execute(select(Bank.id, Bank.name).where(Bank.id.in_(ids)))}


def find_bank(bank_id: UUID) -> Bank | None:
    """The row, or None. Internal, for those that decide themselves who may see it: no actor."""
    return db.session.get(Bank, bank_id)


def load_bank(bank_id: UUID, *, to_change: bool = False) -> Bank:
    """The row; raises NotFound. Internal: the caller authorises."""
    bank = db.session.get(Bank, bank_id, with_for_update=to_change)
    if bank is None:
        raise NotFound(_("There is no such bank."))
    return bank


def admit_to_bank(actor: Actor, permission: str, bank: Bank) -> None:
    """`authorize`; but whoever is no member of a secure bank is told that there is none."""
    try:
        authorize(actor, permission, bank)
    except Refused:
        member = select(BankMember.id).where(BankMember.bank_id == bank.id, BankMember.person_id == actor.person_id)
        if bank.is_secure and db.session.scalar(member.limit(1)) is None:
            raise HiddenBank(permission, bank) from None
        raise


def _staff(bank: Bank) -> Select[tuple[UUID, str]]:
    person = db.metadata.tables["person"]
    held = [person.c.id.in_(organisations.people_with(role, bank.organisation_id)) for role in STAFF]
    return select(person.c.id, person.c.name).where(or_(*held))


def _refs(actor: Actor, *roles: str) -> list[BankRef]:
    rows = db.session.scalars(select(Bank).where(Bank.id.in_(banks_with(actor, *roles))).order_by(Bank.name))
    return [BankRef(row.id, row.name, row.is_secure, row.reviewed) for row in rows]


def _members(bank_id: UUID) -> list[Member]:
    held: dict[UUID, set[str]] = {}
    for row in db.session.scalars(select(BankMember).where(BankMember.bank_id == bank_id)):
        held.setdefault(row.person_id, set()).add(row.role)
    names = identity.person_names(held)
    members = [Member(person_id, names.get(person_id, ""), tuple(role for role in BANK_ROLES if role in roles))
               for person_id, roles in held.items()]
    return sorted(members, key=lambda member: (BANK_ROLES.index(member.roles[0]), member.name))


def _add(actor: Actor, bank: Bank, person_id: UUID, role: str) -> None:
    known = db.session.scalar(select(BankMember.id).where(
        BankMember.bank_id == bank.id, BankMember.person_id == person_id, BankMember.role == role))
    if known is not None:
        return
    db.session.add(BankMember(bank_id=bank.id, person_id=person_id, role=role, added_by=actor.person_id))
    db.session.flush()
    forget_roles()
    audit.record(actor, "bank:add_member", subject=("bank", bank.id), organisation_id=bank.organisation_id,
                 person=str(person_id), role=role)


def _check(draft: BankDraft) -> None:
    checks = [
        (0 < len(draft.name.strip()) <= MOST_NAME, "name", _("Give the bank a name of at most 200 signs.")),
        (draft.kind in BANK_KINDS, "kind", _("Choose what kind of bank it is.")),
        (bool(organisations.organisation_names({draft.organisation_id})), "organisation_id",
         _("Choose an organisation.")),
    ]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The bank cannot be made like this."), problems=problems)
