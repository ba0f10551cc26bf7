"""Who may review deposits and keep collections."""

from content_repo.works.permissions import BELOW_OF_ANOTHER
from lms.core.i18n import _l
from lms.core.permissions import ANYONE, BELOW, rule, to

KEEPERS = ("librarian", "administrator")

rule("review:list", _l("See the review queue"), to(*KEEPERS))
rule("review:decide", _l("Decide on a deposit"), to("librarian", scope=BELOW_OF_ANOTHER),
     to("administrator", scope=BELOW))
rule("review:take_back", _l("Take a review from another librarian"), to("administrator", scope=BELOW))
rule("collection:read", _l("See collections"), to(ANYONE))
rule("collection:create", _l("Make collections"), to(*KEEPERS))
rule("collection:manage", _l("Change a collection and what is in it"), to(*KEEPERS, scope=BELOW))
