"""Who may see and change organisations."""

from typing import Any

from lms.core.permissions import Actor, has_role, rule, signed_in


def belongs_as_staff(actor: Actor, resource: Any) -> bool:
    """Teachers and librarians of the organisation or of one above it (`resource.lineage`: ids, own first)."""
    is_staff = bool(actor.roles & {"teacher", "librarian"})
    return is_staff and not actor.staff_ids.isdisjoint(resource.lineage)


rule("organisation:list", signed_in)
rule("organisation:read", signed_in)
rule("organisation:list_members", belongs_as_staff, has_role("administrator"))
rule("organisation:manage", has_role("administrator"))
