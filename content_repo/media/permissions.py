"""Who may have a video made. Who may watch it is decided by its owner and carried by a ticket."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import NATIONWIDE, SIGNED_IN, Actor, Scope, rule, to


def _asked(actor: Actor, _role: str, asset: Any) -> bool:
    return actor.person_id is not None and getattr(asset, "requested_by", None) == actor.person_id


REQUESTED = Scope("requested", _l("that they brought"), _asked)

rule("media:create", _l("Have a video prepared"), to("teacher", "librarian", "administrator"))
rule("media:retry", _l("Have a video prepared again"), to(SIGNED_IN, scope=REQUESTED),
     to("librarian", "administrator", scope=NATIONWIDE))
