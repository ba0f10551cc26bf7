"""Who may do what with items and banks.

On the owner's desk (no bank) teachers share ready items within their school and the owner revises his own. In a bank
the members' roles decide, and each sees what his role needs. A secure bank knows its members and nobody else:
administrators are no exception.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, event, or_, select
from sqlalchemy.orm import Session

from assessment.bank.banks_models import Bank, BankMember
from lms.core.db import db
from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, Actor, Scope, rule, to

WRITERS = ("teacher", "administrator")
SEES = {
    "content_reviewer": ("content_review", "language_review", "pilot"),
    "language_reviewer": ("language_review", "pilot"),
    "approver": ("content_review", "language_review", "pilot", "ready", "retired"),
    "reader": ("ready",),
}
"""The states of the items that each role of a bank needs to read; an author reads what he wrote."""
_CACHE = "bank.roles"


def bank_roles(actor: Actor, bank_id: UUID | None) -> frozenset[str]:
    """The actor's roles in a bank; asked of the database once a transaction."""
    if actor.person_id is None or bank_id is None:
        return frozenset()
    known = db.session().info.setdefault(_CACHE, {})
    if actor.person_id not in known:
        rows = db.session.execute(select(BankMember.bank_id, BankMember.role)
                                  .where(BankMember.person_id == actor.person_id))
        found: dict[UUID, set[str]] = {}
        for row in rows:
            found.setdefault(row.bank_id, set()).add(row.role)
        known[actor.person_id] = {bank: frozenset(roles) for bank, roles in found.items()}
    held: frozenset[str] = known[actor.person_id].get(bank_id, frozenset())
    return held


def forget_roles() -> None:
    """Ask again: somebody's roles in a bank have changed."""
    db.session().info.pop(_CACHE, None)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(_CACHE, None)


def banks_with(actor: Actor, *roles: str) -> Any:
    """Ids of the banks in which the actor has one of these roles, as a part of a statement."""
    held = select(BankMember.bank_id).where(BankMember.person_id == actor.person_id)
    return held.where(BankMember.role.in_(roles)) if roles else held


def _owns_at_desk(actor: Actor, role: str, item: Any) -> bool:
    return OWN.holds(actor, role, item) and item.bank_id is None


def _where_at_desk(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    return and_(model.owner_id == actor.person_id, model.bank_id.is_(None))


def _is_ready(actor: Actor, role: str, item: Any) -> bool:
    return OWN_ORGANISATION.holds(actor, role, item) and item.state == "ready" and not item.is_secure


def _where_ready(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    return and_(model.state == "ready", model.is_secure.is_(False), model.organisation_id.in_(actor.places(role)))


def _is_below(actor: Actor, role: str, thing: Any) -> bool:
    return not thing.is_secure and BELOW.holds(actor, role, thing)


def _where_below(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    below = BELOW.where(actor, role, model) if BELOW.where is not None else None
    return and_(_is_open(model), below)  # type: ignore[arg-type]


def _is_open(model: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = model.kind == "open" if model is Bank else model.is_secure.is_(False)
    return found


def _sees(actor: Actor, _role: str, item: Any) -> bool:
    held = bank_roles(actor, item.bank_id)
    return any(item.state in states for role, states in SEES.items() if role in held) or _wrote(actor, _role, item)


def _where_sees(actor: Actor, _role: str, model: Any) -> ColumnElement[bool]:
    by_role = [and_(model.bank_id.in_(banks_with(actor, role)), model.state.in_(states))
               for role, states in SEES.items()]
    return or_(*by_role, _where_wrote(actor, _role, model))


def _wrote(actor: Actor, _role: str, item: Any) -> bool:
    return item.owner_id == actor.person_id and "author" in bank_roles(actor, item.bank_id)


def _where_wrote(actor: Actor, _role: str, model: Any) -> ColumnElement[bool]:
    return and_(model.owner_id == actor.person_id, model.bank_id.in_(banks_with(actor, "author")))


def _has(role: str) -> Any:
    return lambda actor, _role, item: role in bank_roles(actor, item.bank_id)


def _where_has(role: str) -> Any:
    return lambda actor, _role, model: model.bank_id.in_(banks_with(actor, role))


def _is_member(actor: Actor, _role: str, bank: Any) -> bool:
    return bool(bank_roles(actor, bank.id))


def _may_act(*roles: str) -> Any:
    return lambda actor, _role, bank: bool(bank_roles(actor, bank.id) & set(roles))


DESK = Scope("own-desk", _l("their own, outside of banks"), _owns_at_desk, _where_at_desk)
READY = Scope("own-organisation-ready", _l("of their own organisation, when ready"), _is_ready, _where_ready)
NOT_SECURE = Scope("below-not-secure", _l("of their organisation and those below it, outside of secure banks"),
                   _is_below, _where_below)
BANK_SEES = Scope("bank-sees", _l("of a bank, as far as their role in it needs"), _sees, _where_sees)
BANK_AUTHOR = Scope("bank-author", _l("their own, in a bank whose authors they belong to"), _wrote, _where_wrote)
CONTENT_REVIEWER = Scope("bank-content-reviewer", _l("of a bank whose content they review"), _has("content_reviewer"),
                         _where_has("content_reviewer"))
LANGUAGE_REVIEWER = Scope("bank-language-reviewer", _l("of a bank whose language they review"),
                          _has("language_reviewer"), _where_has("language_reviewer"))
APPROVER = Scope("bank-approver", _l("of a bank whose questions they approve"), _has("approver"),
                 _where_has("approver"))
MEMBER = Scope("bank-member", _l("of which they are members"), _is_member,
               lambda actor, _role, model: model.id.in_(banks_with(actor)))
MANAGER = Scope("bank-manager", _l("which they manage"), _may_act("manager"))
WRITES_IN = Scope("bank-writes-in", _l("whose authors they belong to"), _may_act("author"))
DRAWS_FROM = Scope("bank-draws-from", _l("whose readers or approvers they are"), _may_act("reader", "approver"))
CONSENTS = Scope("bank-consents", _l("whose managers or approvers they are"), _may_act("manager", "approver"))
OPEN_BANK = Scope("own-organisation-open-bank", _l("of their own organisation, when open"),
                  lambda actor, role, bank: not bank.is_secure and OWN_ORGANISATION.holds(actor, role, bank),
                  lambda actor, role, model: and_(model.kind == "open",
                                                  model.organisation_id.in_(actor.places(role))))

rule("item:list", _l("See the question bank"), to(*WRITERS))
rule("item:create", _l("Write questions"), to(*WRITERS))
rule("item:read", _l("Read a question with its key"), to("teacher", scope=DESK), to("teacher", scope=READY),
     to("administrator", scope=NOT_SECURE), to(SIGNED_IN, scope=BANK_SEES))
rule("item:revise", _l("Revise a question"), to("teacher", scope=DESK), to("administrator", scope=NOT_SECURE),
     to(SIGNED_IN, scope=BANK_AUTHOR))
rule("item:retire", _l("Retire a question"), to("teacher", scope=DESK), to("administrator", scope=NOT_SECURE),
     to(SIGNED_IN, scope=APPROVER))
rule("item:submit", _l("Hand in a question for review"), to(SIGNED_IN, scope=BANK_AUTHOR))
rule("item:review_content", _l("Review the content of a question"), to(SIGNED_IN, scope=CONTENT_REVIEWER))
rule("item:review_language", _l("Review language and bias of a question"), to(SIGNED_IN, scope=LANGUAGE_REVIEWER))
rule("item:approve", _l("Approve a question"), to(SIGNED_IN, scope=APPROVER))
rule("item:comment", _l("Comment on a question under review"), to(SIGNED_IN, scope=BANK_AUTHOR),
     to(SIGNED_IN, scope=CONTENT_REVIEWER), to(SIGNED_IN, scope=LANGUAGE_REVIEWER), to(SIGNED_IN, scope=APPROVER))

rule("stimulus:read", _l("Read a text or recording that questions share"), to("teacher", scope=DESK),
     to("teacher", scope=READY), to("administrator", scope=NOT_SECURE), to(SIGNED_IN, scope=BANK_SEES),
     to(SIGNED_IN, scope=CONTENT_REVIEWER), to(SIGNED_IN, scope=LANGUAGE_REVIEWER))
rule("stimulus:write", _l("Write a text or recording that questions share"), to("teacher", scope=DESK),
     to("administrator", scope=NOT_SECURE), to(SIGNED_IN, scope=BANK_AUTHOR))

rule("bank:list", _l("See the list of banks"), to(SIGNED_IN))
rule("bank:create", _l("Make a question bank"), to("teacher", scope=OWN_ORGANISATION),
     to("administrator", scope=BELOW))
rule("bank:create_secure", _l("Make a secure question bank"), to("administrator", scope=BELOW))
rule("bank:read", _l("See a bank and its members"), to(SIGNED_IN, scope=MEMBER), to("teacher", scope=OPEN_BANK),
     to("administrator", scope=NOT_SECURE))
rule("bank:manage", _l("Choose the members of a bank"), to(SIGNED_IN, scope=MANAGER),
     to("administrator", scope=NOT_SECURE))
rule("bank:write", _l("Write questions in a bank"), to(SIGNED_IN, scope=WRITES_IN))
rule("bank:draw", _l("Draw exams from a secure bank"), to(SIGNED_IN, scope=DRAWS_FROM))
rule("bank:export", _l("Ask to take questions out of a secure bank"), to(SIGNED_IN, scope=CONSENTS))
rule("bank:consent", _l("Consent, as a second person, to an export from a secure bank"),
     to(SIGNED_IN, scope=CONSENTS))
