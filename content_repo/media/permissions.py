"""Who may have a video made. Who may watch it is decided by its owner and carried by a ticket."""

from typing import Any

from lms.core.permissions import Actor, has_role, rule


def asked_for_it(actor: Actor, asset: Any) -> bool:
    """The person who brought the video."""
    return actor.person_id is not None and asset.requested_by == actor.person_id


rule("media:create", has_role("teacher", "librarian", "administrator"))
rule("media:retry", asked_for_it, has_role("librarian", "administrator"))
