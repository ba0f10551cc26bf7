"""Who may search, who may rebuild the index, and what each may find."""

from lms.core.i18n import _l
from lms.core.permissions import ANYONE, Actor, rule, to
from lms.core.permissions import NATIONWIDE as BY_THE_MINISTRY
from lms.organisations import services as organisations
from search.documents import NATIONWIDE, PUBLIC, SIGNED_IN

rule("search:use", _l("Search"), to(ANYONE))
rule("search:manage", _l("Rebuild the search index"), to("administrator", scope=BY_THE_MINISTRY))


def audience_of(actor: Actor) -> frozenset[str] | None:
    """Return the tokens by which `actor` may find documents; None for the platform itself, which sees all.

    Who belongs to a class belongs to its school and to all above it; what he is there ("librarian:<id>") reaches
    what is below, which the documents say (`held_above`).
    """
    if actor.is_system:
        return None
    if actor.is_anonymous:
        return frozenset({PUBLIC})
    tokens = {PUBLIC, SIGNED_IN, f"person:{actor.person_id}", *(f"role:{role}" for role in actor.roles),
              *(f"{held.role}:{NATIONWIDE if held.nationwide else held.organisation_id}" for held in actor.positions)}
    places = organisations.with_ancestors(actor.organisation_ids) if actor.organisation_ids else ()
    return frozenset({*tokens, *(f"organisation:{each}" for each in places)})
