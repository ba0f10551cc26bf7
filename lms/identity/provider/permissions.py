"""Who may change the provider's accounts and clients."""

from lms.core.permissions import has_role, rule

rule("provider:manage", has_role("administrator"))
