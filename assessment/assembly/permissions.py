"""Who may assemble forms. Whether this exam may still be changed is decided by delivery, which calls us."""

from lms.core.permissions import has_role, rule

rule("form:draw", has_role("teacher", "administrator"))
rule("form:discard", has_role("teacher", "administrator"))
