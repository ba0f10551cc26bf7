"""Who may change the curriculum. Reading it needs no permission: it is public reference data."""

from lms.core.i18n import _l
from lms.core.permissions import NATIONWIDE, rule, to

rule("curriculum:load", _l("Load the curriculum"), to("administrator", scope=NATIONWIDE))
