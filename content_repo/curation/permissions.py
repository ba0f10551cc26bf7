"""Who may review deposits and keep collections."""

from content_repo.works.permissions import reviews_for_another
from lms.core.permissions import anyone, has_role, rule

rule("review:list", has_role("librarian", "administrator"))
rule("review:decide", reviews_for_another, has_role("administrator"))
rule("collection:read", anyone)
rule("collection:manage", has_role("librarian", "administrator"))
