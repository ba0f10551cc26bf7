"""Who may do what with exams and attempts."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, Actor, Scope, rule, to


def _sits(actor: Actor, _role: str, attempt: Any) -> bool:
    return actor.person_id is not None and getattr(attempt, "person_id", None) == actor.person_id


CANDIDATE = Scope("candidate", _l("that they sit themselves"), _sits)
_KEEPS = (*to(SIGNED_IN, scope=OWN), *to("administrator", scope=BELOW))

MAKERS = ("teacher", "administrator")

rule("exam:create", _l("Make an exam"), to(*MAKERS))
rule("exam:list", _l("See the list of exams"), to(*MAKERS))
rule("exam:read", _l("Look at an exam and its candidates"), _KEEPS, to("teacher", scope=OWN_ORGANISATION))
rule("exam:edit", _l("Change an exam"), _KEEPS)
rule("exam:publish", _l("Publish an exam"), _KEEPS)
rule("exam:close", _l("Close an exam"), _KEEPS)
rule("exam:invigilate", _l("Invigilate an exam"), _KEEPS)
rule("attempt:list", _l("See one's own exams"), to(SIGNED_IN))
rule("attempt:sit", _l("Sit an exam"), to(SIGNED_IN, scope=CANDIDATE))
