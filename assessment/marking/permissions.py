"""Who sees marks, and who has an exam marked."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, Actor, Scope, rule, to


@dataclass(frozen=True)
class ResultSubject:
    """A result as the rules see it: whose attempt it is, and whose exam."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    organisation_id: UUID | None


def _sat(actor: Actor, _role: str, subject: Any) -> bool:
    return actor.person_id is not None and getattr(subject, "person_id", None) == actor.person_id


SAT = Scope("own-attempt", _l("that they sat themselves"), _sat)
_LOOKS_ON = (*to(SIGNED_IN, scope=OWN), *to("teacher", scope=OWN_ORGANISATION), *to("administrator", scope=BELOW))

rule("exam:mark", _l("Have an exam marked"), _LOOKS_ON)
rule("exam:rule", _l("Rule on a question found wrong"), to(SIGNED_IN, scope=OWN), to("administrator", scope=BELOW))
rule("answer:mark", _l("Mark answers by the rubric"), to(SIGNED_IN, scope=OWN), to("teacher", scope=OWN_ORGANISATION))
rule("appeal:make", _l("Ask to look again at a mark"), to(SIGNED_IN, scope=SAT))
rule("appeal:answer", _l("Answer a request to look again"), to(SIGNED_IN, scope=OWN),
     to("teacher", scope=OWN_ORGANISATION))
rule("result:list", _l("See the results of an exam"), _LOOKS_ON)
rule("result:read", _l("See a result"), to(SIGNED_IN, scope=SAT), _LOOKS_ON)
