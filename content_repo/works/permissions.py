"""Who may do what with a work."""

from __future__ import annotations

from content_repo.works.models import Work
from content_repo.works.schema import KINDS
from lms.core.permissions import Actor, anyone, has_role, is_owner, rule


def is_public(actor: Actor, work: Work) -> bool:
    """Published, or once published and withdrawn: then only its tombstone is shown."""
    return work.state == "published" or (work.state == "withdrawn" and work.published_at is not None)


def is_owner_of_open_draft(actor: Actor, work: Work) -> bool:
    """Deposited it, and it is still in his hands: not yet handed in, or handed back."""
    return is_owner(actor, work) and work.state in ("draft", "returned")


def curates_living(actor: Actor, work: Work) -> bool:
    """A librarian or administrator, and the work is not withdrawn."""
    return bool(actor.roles & {"librarian", "administrator"}) and work.state != "withdrawn"


def reviews_for_another(actor: Actor, work: Work) -> bool:
    """A librarian, and either somebody else's deposit or a catalogued kind (docs/decisions/0008)."""
    return "librarian" in actor.roles and (not is_owner(actor, work) or _is_catalogued(work))


def catalogues(actor: Actor, work: Work) -> bool:
    """A librarian or administrator who describes what others wrote."""
    return bool(actor.roles & {"librarian", "administrator"}) and _is_catalogued(work)


def _is_catalogued(work: Work) -> bool:
    kind = KINDS.get(work.kind)
    return kind is not None and kind.catalogued


curator = has_role("librarian", "administrator")

rule("work:browse", anyone)
rule("work:create", has_role("teacher", "librarian", "administrator"))
rule("work:read", is_public, is_owner, curator)
rule("work:keep", is_owner, curator)
rule("work:edit", is_owner_of_open_draft, curates_living)
rule("work:review", curator)
rule("work:submit", is_owner, has_role("administrator"))
rule("work:retract", is_owner)
rule("work:discard", is_owner, has_role("administrator"))
rule("work:publish", reviews_for_another, has_role("administrator"))
rule("work:return", reviews_for_another, has_role("administrator"))
rule("work:catalogue", catalogues)
rule("work:withdraw", curator)
rule("work:restore", curator)
