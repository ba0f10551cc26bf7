"""Who may do what with exams and attempts."""

from typing import Any

from lms.core.permissions import Actor, has_role, in_organisation_as, is_owner, rule, signed_in


def is_candidate(actor: Actor, attempt: Any) -> bool:
    """The person who sits."""
    return actor.person_id is not None and getattr(attempt, "person_id", None) == actor.person_id


rule("exam:create", has_role("teacher", "administrator"))
rule("exam:list", has_role("teacher", "administrator"))
rule("exam:read", is_owner, in_organisation_as("teacher"), has_role("administrator"))
rule("exam:edit", is_owner, has_role("administrator"))
rule("exam:publish", is_owner, has_role("administrator"))
rule("exam:close", is_owner, has_role("administrator"))
rule("exam:invigilate", is_owner, has_role("administrator"))
rule("attempt:list", signed_in)
rule("attempt:sit", is_candidate)
