"""Who may do what: one table of role x permission x scope, stated by the rooms and evaluated here.

`rule("exam:read", _l("Read an exam"), to(SIGNED_IN, scope=OWN), to("administrator", scope=BELOW))` is a line of the
table. `authorize` and `may` ask it about one thing, `visible` turns the same line into the condition of a list, and
`explain` says which of its grants hold for somebody and why. No line means nobody may.
"""

from lms.core.permissions.actors import ANONYMOUS, NATIONWIDE_ROLES, ROLES, SYSTEM, Actor, Position, positions_in
from lms.core.permissions.rules import (
    Grant,
    Refused,
    Rule,
    Verdict,
    authorize,
    explain,
    may,
    rule,
    rules,
    to,
    visible,
)
from lms.core.permissions.scopes import (
    ANYONE,
    ANYWHERE,
    BELOW,
    NATIONWIDE,
    OWN,
    OWN_ORGANISATION,
    SIGNED_IN,
    Scope,
    know_tree,
    lineage_of,
)
from lms.core.permissions.things import Kind, kinds_for, know_kind

__all__ = [
    "ANONYMOUS", "ANYONE", "ANYWHERE", "BELOW", "NATIONWIDE", "NATIONWIDE_ROLES", "OWN", "OWN_ORGANISATION", "ROLES",
    "SIGNED_IN", "SYSTEM",
    "Actor", "Grant", "Kind", "Position", "Refused", "Rule", "Scope", "Verdict",
    "authorize", "explain", "kinds_for", "know_kind", "know_tree", "lineage_of", "may", "positions_in", "rule", "rules",
    "to", "visible",
]
