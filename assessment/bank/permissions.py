"""Who may do what with items: teachers share ready ones within their school, the owner revises his own."""

from typing import Any

from lms.core.permissions import Actor, Predicate, has_role, is_owner, rule


def is_owning_teacher(actor: Actor, item: Any) -> bool:
    """The owner, as long as he is a teacher."""
    return "teacher" in actor.roles and is_owner(actor, item)


def is_ready_in_own_school(actor: Actor, item: Any) -> bool:
    """A teacher, for a ready item of an organisation of his."""
    shared = item.state == "ready" and item.organisation_id in actor.staff_ids
    return shared and "teacher" in actor.roles


is_administrator: Predicate = has_role("administrator")

rule("item:list", has_role("teacher", "administrator"))
rule("item:create", has_role("teacher", "administrator"))
rule("item:read", is_owning_teacher, is_ready_in_own_school, is_administrator)
rule("item:revise", is_owning_teacher, is_administrator)
rule("item:retire", is_owning_teacher, is_administrator)
