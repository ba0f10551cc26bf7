"""Who may do what with a work."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from content_repo.works.models import Work
from content_repo.works.schema import KINDS
from lms.core.i18n import _l
from lms.core.permissions import ANYONE, BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, Actor, Scope, rule, to


def _is_public(_actor: Actor, _role: str, work: Any) -> bool:
    """Published, or once published and withdrawn: then only its tombstone is shown."""
    return work is not None and (
        work.state == "published" or (work.state == "withdrawn" and work.published_at is not None))


def _where_public(_actor: Actor, _role: str, model: type[Work]) -> ColumnElement[bool]:
    withdrawn = and_(model.state == "withdrawn", model.published_at.is_not(None))
    return or_(model.state == "published", withdrawn)


def _owns_open_draft(actor: Actor, role: str, work: Any) -> bool:
    return OWN.holds(actor, role, work) and work.state in ("draft", "returned")


def _is_living(actor: Actor, role: str, work: Any) -> bool:
    return BELOW.holds(actor, role, work) and work is not None and work.state != "withdrawn"


def _is_of_another(actor: Actor, role: str, work: Any) -> bool:
    """Somebody else's deposit, or a catalogued kind (docs/decisions/0008)."""
    return BELOW.holds(actor, role, work) and (not OWN.holds(actor, role, work) or _is_catalogued(work))


def _is_catalogued_below(actor: Actor, role: str, work: Any) -> bool:
    return BELOW.holds(actor, role, work) and _is_catalogued(work)


def _is_catalogued(work: Any) -> bool:
    kind = KINDS.get(work.kind) if work is not None else None
    return kind is not None and kind.catalogued


PUBLIC = Scope("published", _l("that are published"), _is_public, _where_public)
OPEN_DRAFT = Scope("own-open-draft", _l("their own, not handed in or handed back"), _owns_open_draft)
LIVING = Scope("below-not-withdrawn", _l("of their organisation and those below it, not withdrawn"), _is_living)
BELOW_OF_ANOTHER = Scope("below-of-another", _l("of their organisation and those below it, brought by somebody else or "
                                                "catalogued"), _is_of_another)
CATALOGUED = Scope("below-catalogued", _l("of their organisation and those below it, of a catalogued kind"),
                   _is_catalogued_below)
CURATORS = ("librarian", "administrator")
DEPOSITORS = ("teacher", *CURATORS)

rule("work:browse", _l("Browse published materials"), to(ANYONE))
rule("work:create", _l("Deposit materials"), to(*DEPOSITORS))
rule("work:place", _l("Deposit materials for an organisation"), to("teacher", scope=OWN_ORGANISATION),
     to(*CURATORS, scope=BELOW))
rule("work:read", _l("Read a material's record"), to(ANYONE, scope=PUBLIC), to(SIGNED_IN, scope=OWN),
     to(*CURATORS, scope=BELOW))
rule("work:keep", _l("Open a material's files at every state"), to(SIGNED_IN, scope=OWN), to(*CURATORS, scope=BELOW))
rule("work:edit", _l("Describe a material"), to(SIGNED_IN, scope=OPEN_DRAFT), to(*CURATORS, scope=LIVING))
rule("work:list_submitted", _l("See which deposits wait for review"), to(*CURATORS))
rule("work:review", _l("Read a deposit to review it"), to(*CURATORS, scope=BELOW))
rule("work:submit", _l("Hand a material in"), to(SIGNED_IN, scope=OWN), to("administrator", scope=BELOW))
rule("work:retract", _l("Take a deposit back"), to(SIGNED_IN, scope=OWN))
rule("work:discard", _l("Throw a draft away"), to(SIGNED_IN, scope=OWN), to("administrator", scope=BELOW))
rule("work:publish", _l("Publish a material"), to("librarian", scope=BELOW_OF_ANOTHER),
     to("administrator", scope=BELOW))
rule("work:return", _l("Hand a deposit back"), to("librarian", scope=BELOW_OF_ANOTHER),
     to("administrator", scope=BELOW))
rule("work:catalogue", _l("Catalogue what others wrote"), to(*CURATORS, scope=CATALOGUED))
rule("work:withdraw", _l("Withdraw a material"), to(*CURATORS, scope=BELOW))
rule("work:restore", _l("Restore a withdrawn material"), to(*CURATORS, scope=BELOW))
