"""Who may change the provider's accounts and clients."""

from lms.core.i18n import _l
from lms.core.permissions import NATIONWIDE, rule, to

rule("provider:manage", _l("Manage sign-in accounts and connected systems"), to("administrator", scope=NATIONWIDE))
