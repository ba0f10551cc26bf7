"""Who may see and change organisations."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import BELOW, SIGNED_IN, Actor, Scope, lineage_of, rule, to


def _is_staff_above(actor: Actor, role: str, organisation: Any) -> bool:
    """Staff of the organisation or of one above it."""
    return not actor.places(role).isdisjoint(lineage_of(organisation))


STAFF_ABOVE = Scope("staff-above", _l("of their organisation and those below it"), _is_staff_above)

rule("organisation:list", _l("See the organisations"), to(SIGNED_IN))
rule("organisation:read", _l("See an organisation"), to(SIGNED_IN))
rule("organisation:list_members", _l("See the members of an organisation"),
     to("teacher", "librarian", scope=STAFF_ABOVE), to("administrator", scope=BELOW))
rule("organisation:manage", _l("Manage an organisation and its members"), to("administrator", scope=BELOW))
rule("organisation:import", _l("Import organisations from a file"), to("administrator"))
