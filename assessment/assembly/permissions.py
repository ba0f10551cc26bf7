"""Who may assemble forms. Whether this exam may still be changed is decided by delivery, which calls us."""

from lms.core.i18n import _l
from lms.core.permissions import rule, to

rule("form:draw", _l("Draw the questions of a paper"), to("teacher", "administrator"))
rule("form:discard", _l("Throw a paper away"), to("teacher", "administrator"))
