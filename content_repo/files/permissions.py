"""Who may upload. Who may open a file is decided by its owner, which this room does not know."""

from typing import Any

from lms.core.permissions import Actor, has_role, rule


def is_sender(actor: Actor, upload: Any) -> bool:
    """The person who began this upload."""
    return actor.person_id is not None and upload.person_id == actor.person_id


rule("file:upload", has_role("teacher", "librarian", "administrator"))
rule("upload:write", is_sender)
