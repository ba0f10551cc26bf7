"""Who may do what with items: teachers share ready ones within their school, the owner revises his own."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, Actor, Scope, rule, to


def _is_ready(actor: Actor, role: str, item: Any) -> bool:
    return OWN_ORGANISATION.holds(actor, role, item) and item.state == "ready"


def _where_ready(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    return and_(model.state == "ready", model.organisation_id.in_(actor.places(role)))


READY = Scope("own-organisation-ready", _l("of their own organisation, when ready"), _is_ready, _where_ready)
WRITERS = ("teacher", "administrator")

rule("item:list", _l("See the question bank"), to(*WRITERS))
rule("item:create", _l("Write questions"), to(*WRITERS))
rule("item:read", _l("Read a question with its key"), to("teacher", scope=OWN), to("teacher", scope=READY),
     to("administrator", scope=BELOW))
rule("item:revise", _l("Revise a question"), to("teacher", scope=OWN), to("administrator", scope=BELOW))
rule("item:retire", _l("Retire a question"), to("teacher", scope=OWN), to("administrator", scope=BELOW))
