"""Who may read the table, and who may ask it about somebody else."""

from lms.core.i18n import _l
from lms.core.permissions import SIGNED_IN, rule, to
from lms.identity.permissions import MEMBER_BELOW

rule("permission:read", _l("Read the table of permissions"), to(SIGNED_IN))
rule("permission:ask", _l("Ask why somebody may or may not do something"), to("administrator"))
rule("permission:explain", _l("Be told why a certain person may or may not do something"),
     to("administrator", scope=MEMBER_BELOW))
