"""Works reach as far as the table says, in the API and in the search."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from content_repo.works import services
from content_repo.works.models import Work
from lms.core.db import db
from lms.core.errors import Forbidden
from lms.core.permissions import ANONYMOUS, SYSTEM, Actor, visible
from lms.organisations import services as organisations
from search.backends.current import ENGINE
from search.query import SearchQuery
from search.services import refresh, search
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class
from tests.factories.reach import TwoSides, make_two_sides
from tests.factories.works import LECTURE, make_work

SEEN_BY_SEARCH = ("submitted", "returned", "published")
"""A draft is found by its owner alone, though those above him may open it; what was withdrawn is found by nobody."""


@pytest.fixture
def index(app: Flask, context: Flask) -> None:
    engine = app.extensions[ENGINE]
    engine.forget()
    engine.setup()


def found(actor: Actor) -> set[UUID]:
    return {UUID(hit.id) for hit in search(actor, SearchQuery("dao động")).hits}


def make_works(sides: TwoSides) -> None:
    for side in (sides.own, sides.foreign):
        for state in SEEN_BY_SEARCH:
            make_work("lecture", state, side.teacher, side.school)
    make_work("lecture", "submitted", sides.own.teacher)


def test_search_finds_what_the_table_lets_read(index: None) -> None:
    sides = make_two_sides()
    make_works(sides)
    staff = [make_person(role, place) for role in ("teacher", "librarian", "administrator") for place in (
        sides.ministry, sides.own.department, sides.own.school, sides.foreign.school)]
    actors = [ANONYMOUS, *map(make_actor, [*staff, sides.own.teacher, make_person("librarian")])]
    db.session.commit()
    refresh()
    for actor in actors:
        may_read = set(db.session.scalars(select(Work.id).where(visible(actor, "work:read", Work))))
        assert found(actor) == may_read, actor.positions


def test_who_finds_a_deposit_changes_when_its_school_moves(index: None) -> None:
    sides = make_two_sides()
    work = make_work("lecture", "submitted", sides.own.teacher, sides.own.school).id
    own, foreign = make_actor(sides.own.librarian), make_actor(sides.foreign.librarian)
    db.session.commit()
    refresh()
    assert (found(own), found(foreign)) == ({work}, set())
    organisations.move_organisation(SYSTEM, sides.own.school.id, parent_id=sides.foreign.department.id)
    db.session.commit()
    db.session.remove()
    refresh()
    assert (found(own), found(foreign)) == (set(), {work})


def test_a_new_work_belongs_to_the_school_of_its_maker(context: Flask) -> None:
    sides = make_two_sides()
    add_member(make_class(sides.own.school), sides.own.teacher, "teacher")
    described = {name: value for name, value in LECTURE.items() if name != "subject"}
    teacher = make_actor(sides.own.teacher)
    assert services.create_work(teacher, "lecture", described).organisation_id == sides.own.school.id
    keeper = make_actor(sides.own.administrator)
    placed = services.create_work(keeper, "lecture", described, organisation_id=sides.own.school.id)
    assert placed.organisation_id == sides.own.school.id
    with pytest.raises(Forbidden):
        services.create_work(keeper, "lecture", described, organisation_id=sides.foreign.school.id)


@pytest.mark.parametrize("role", ["librarian", "administrator"])
def test_the_api_reaches_as_far(app: Flask, sign_in: Any, role: str) -> None:
    with app.app_context():
        sides = make_two_sides()
        own = make_work("lecture", "submitted", sides.own.teacher, sides.own.school).id
        foreign = make_work("lecture", "submitted", sides.foreign.teacher, sides.foreign.school).id
        db.session.commit()
        client = sign_in(getattr(sides.own, role))
    assert client.get(f"/api/v1/works/{own}").status_code == 200
    assert client.get(f"/api/v1/works/{foreign}").status_code == 403
    change = {"version": 2, "description": {"title": "Tên mới"}}
    assert client.patch(f"/api/v1/works/{foreign}", json=change).status_code == 403
