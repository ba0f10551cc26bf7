"""A department's administrator reads the questions of his schools, and of no other's."""

from typing import Any

from flask import Flask

from assessment.bank import services
from lms.core.db import db
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member
from tests.factories.reach import make_two_sides


def test_lists_pools_and_counts_hold_what_is_below(context: Flask) -> None:
    sides, subject = make_two_sides(), make_subject()
    own, foreign = (make_item(owner=side.teacher, subject=subject, organisation=side.school)
                    for side in (sides.own, sides.foreign))
    actor = make_actor(sides.own.administrator)
    assert [item.id for item in services.list_items(actor)] == [own.id]
    assert [item_id for item_id, _version in services.draw_pool(actor)] == [own.id]
    assert sum(services.count_pool(actor, subject.id).values()) == 1
    everywhere = make_actor(make_person("administrator", sides.ministry))
    assert {item.id for item in services.list_items(everywhere)} == {own.id, foreign.id}


def test_what_is_written_belongs_to_the_place_of_the_role_that_writes(context: Flask) -> None:
    """Who is a librarian in one place and a teacher in another writes questions as the teacher."""
    sides = make_two_sides()
    add_member(sides.foreign.school, sides.own.librarian, "teacher")
    draft = services.ItemDraft("single_choice", {"prompt": "<p>Một?</p>", "options": []}, {}, make_subject().id, "know")
    assert services.create_item(make_actor(sides.own.librarian), draft).organisation_id == sides.foreign.school.id


def test_the_api_and_the_pages_reach_as_far(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        sides = make_two_sides()
        own, foreign = (make_item(owner=side.teacher, organisation=side.school).id
                        for side in (sides.own, sides.foreign))
        db.session.commit()
        client = sign_in(sides.own.administrator)
    assert [item["id"] for item in client.get("/api/v1/items").get_json()["items"]] == [str(own)]
    assert client.get(f"/api/v1/items/{foreign}").status_code == 403
    page = client.get("/bank/").text
    assert str(own) in page
    assert str(foreign) not in page
