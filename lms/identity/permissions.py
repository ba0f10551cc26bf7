"""Who may see and change people and sign-ins."""

from typing import Any

from lms.core.permissions import Actor, has_role, rule, signed_in


def is_own(actor: Actor, resource: Any) -> bool:
    """The person whose `person_id` stands on the resource."""
    return actor.person_id is not None and resource.person_id == actor.person_id


rule("account:read", signed_in)
rule("account:change", signed_in)
rule("sign_in:end", is_own, has_role("administrator"))
rule("person:manage", has_role("administrator"))
