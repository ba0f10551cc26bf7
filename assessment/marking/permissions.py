"""Who sees marks, and who has an exam marked."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.permissions import Actor, has_role, in_organisation_as, is_owner, rule


@dataclass(frozen=True)
class ResultSubject:
    """A result as the rules see it: whose attempt it is, and whose exam."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    organisation_id: UUID | None


def is_candidate(actor: Actor, subject: Any) -> bool:
    """The person who sat the attempt."""
    return actor.person_id is not None and getattr(subject, "person_id", None) == actor.person_id


rule("exam:mark", is_owner, in_organisation_as("teacher"), has_role("administrator"))
rule("result:list", is_owner, in_organisation_as("teacher"), has_role("administrator"))
rule("result:read", is_candidate, is_owner, in_organisation_as("teacher"), has_role("administrator"))
