"""Who may see and end sign-ins, and manage people."""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import NATIONWIDE, SIGNED_IN, Actor, Scope, rule, to


def _is_own(actor: Actor, _role: str, sign_in: Any) -> bool:
    return actor.person_id is not None and getattr(sign_in, "person_id", None) == actor.person_id


OWN_SIGN_IN = Scope("own-sign-in", _l("their own"), _is_own)

rule("account:read", _l("See one's own account"), to(SIGNED_IN))
rule("account:change", _l("Change one's own account"), to(SIGNED_IN))
rule("sign_in:end", _l("End a sign-in"), to(SIGNED_IN, scope=OWN_SIGN_IN), to("administrator", scope=NATIONWIDE))
rule("person:manage", _l("Manage people and their roles"), to("administrator", scope=NATIONWIDE))
