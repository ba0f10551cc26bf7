"""A list holds exactly what the table lets through one by one: `visible` and `may` are the same line, read twice."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assessment.bank.models import Item
from assessment.delivery.models import Exam
from content_repo.curation.models import Collection
from content_repo.works.models import Work
from lms.core.db import db
from lms.core.permissions import ANONYMOUS, SYSTEM, may, visible
from lms.identity.models import Person
from lms.identity.services import reach
from lms.organisations.models import Organisation
from tests.guards.access.places import PEOPLE, make_places

LISTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Work, ("work:read", "work:review", "work:keep")), (Collection, ("collection:manage", "collection:read")),
    (Item, ("item:read", "item:revise", "item:retire")), (Exam, ("exam:read", "exam:edit")),
    (Organisation, ("organisation:manage",)), (Person, ("person:read", "person:manage")),
)


@pytest.mark.parametrize(("model", "permissions"), LISTS, ids=[model.__name__ for model, _permissions in LISTS])
def test_a_list_holds_what_the_table_lets_through(app: Flask, model: Any, permissions: tuple[str, ...]) -> None:
    places = make_places(app)
    with app.app_context():
        rows = list(db.session.scalars(select(model)))
        actors = [ANONYMOUS, *(reach.get_actor_of(SYSTEM, places.people[who.key]) for who in PEOPLE)]
        for permission in permissions:
            for actor in actors:
                listed = set(db.session.scalars(select(model.id).where(visible(actor, permission, model))))
                assert listed == {row.id for row in rows if may(actor, permission, row)}, (permission, actor.positions)
