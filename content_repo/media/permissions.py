"""Who may have a video made. Who may watch it is decided by its owner and carried by a ticket."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.i18n import _l
from lms.core.permissions import BELOW, SIGNED_IN, Actor, Scope, rule, to


@dataclass(frozen=True)
class VideoSubject:
    """A video as the rules see it: who brought it, and the organisation of what it belongs to."""

    id: UUID
    requested_by: UUID | None
    organisation_id: UUID | None


def _asked(actor: Actor, _role: str, asset: Any) -> bool:
    return actor.person_id is not None and getattr(asset, "requested_by", None) == actor.person_id


REQUESTED = Scope("requested", _l("that they brought"), _asked)

rule("media:create", _l("Have a video prepared"), to("teacher", "librarian", "administrator"))
rule("media:retry", _l("Have a video prepared again"), to(SIGNED_IN, scope=REQUESTED),
     to("librarian", "administrator", scope=BELOW))
