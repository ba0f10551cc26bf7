"""Who may search and who may rebuild the index."""

from lms.core.permissions import anyone, has_role, rule

rule("search:use", anyone)
rule("search:manage", has_role("administrator"))
