"""Who may upload. Who may open a file is decided by its owner, which this room does not know."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import SIGNED_IN, Actor, Scope, rule, to


def _sends(actor: Actor, _role: str, upload: Any) -> bool:
    return actor.person_id is not None and getattr(upload, "person_id", None) == actor.person_id


SENT = Scope("own-upload", _l("that they began"), _sends)

rule("file:upload", _l("Upload files"), to("teacher", "librarian", "administrator"))
rule("upload:write", _l("Go on with an upload"), to(SIGNED_IN, scope=SENT))
