"""Who may change the curriculum. Reading it needs no permission: it is public reference data."""

from lms.core.permissions import has_role, rule

rule("curriculum:load", has_role("administrator"))
