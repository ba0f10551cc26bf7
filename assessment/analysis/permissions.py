"""Who reads the analysis of an exam, and who has it computed."""

from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, rule, to

_LOOKS_ON = (*to(SIGNED_IN, scope=OWN), *to("teacher", scope=OWN_ORGANISATION), *to("administrator", scope=BELOW))

rule("analysis:read", _l("Read the analysis of an exam"), _LOOKS_ON)
rule("analysis:run", _l("Have an exam analysed"), _LOOKS_ON)
