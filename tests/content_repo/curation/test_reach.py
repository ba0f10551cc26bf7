"""A department's librarian curates what is below him, and nothing of another department."""

from typing import Any

import pytest
from flask import Flask
from lxml import html

from content_repo.curation import services
from content_repo.media import services as media
from content_repo.media.models import MediaAsset
from lms.core.db import db
from lms.core.errors import Forbidden
from tests.factories.curation import make_collection
from tests.factories.identity import make_actor
from tests.factories.reach import TwoSides, make_two_sides
from tests.factories.works import make_work, make_work_file

KEEPERS = ("librarian", "administrator")


@pytest.fixture
def sides(context: Flask) -> TwoSides:
    return make_two_sides()


@pytest.mark.parametrize("role", KEEPERS)
def test_the_queue_holds_what_is_below(sides: TwoSides, role: str) -> None:
    own = make_work("lecture", "submitted", sides.own.teacher, sides.own.school)
    foreign = make_work("lecture", "submitted", sides.foreign.teacher, sides.foreign.school)
    make_work("lecture", "submitted", sides.own.teacher)
    keeper = make_actor(getattr(sides.own, role))
    assert [entry.work.id for entry in services.list_queue(keeper)] == [own.id]
    assert services.count_waiting(keeper) == 1
    for act in (services.claim_review, services.find_open_review, services.list_checks):
        with pytest.raises(Forbidden):
            act(keeper, foreign.id)


def test_the_ministry_sees_every_deposit(sides: TwoSides) -> None:
    from tests.factories.identity import make_person
    for side in (sides.own, sides.foreign):
        make_work("lecture", "submitted", side.teacher, side.school)
    make_work("lecture", "submitted", sides.own.teacher)
    assert services.count_waiting(make_actor(make_person("librarian", sides.ministry))) == 3


@pytest.mark.parametrize("role", KEEPERS)
def test_collections_are_changed_by_those_above_them(sides: TwoSides, role: str) -> None:
    keeper = make_actor(getattr(sides.own, role))
    made = services.create_collection(keeper, title_vi="Của Sở", title_en="Ours")
    below, foreign = make_collection(organisation=sides.own.school), make_collection(organisation=sides.foreign.school)
    assert made.organisation_id == sides.own.department.id
    assert {each.id for each in services.list_collections(keeper, to_manage=True)} == {made.id, below.id}
    assert {foreign.id} < {each.id for each in services.list_collections(keeper)}
    with pytest.raises(Forbidden):
        services.edit_collection(keeper, foreign.id, title_vi="a", title_en="b", description="")
    with pytest.raises(Forbidden):
        services.create_collection(keeper, sides.foreign.school.id, title_vi="a", title_en="b")


@pytest.mark.parametrize("role", KEEPERS)
def test_videos_are_run_again_by_those_above_them(sides: TwoSides, role: str) -> None:
    assets = []
    for side in (sides.own, sides.foreign):
        work = make_work("lecture", "submitted", side.teacher, side.school)
        file = make_work_file(work)
        assets.append(MediaAsset(owner_kind="work", owner_id=work.id, file_id=file.file_id, state="failed",
                                 requested_by=side.teacher.id))
        db.session.add(assets[-1])
    db.session.flush()
    keeper = make_actor(getattr(sides.own, role))
    assert media.retry_asset(keeper, assets[0].id).state == "waiting"
    with pytest.raises(Forbidden):
        media.retry_asset(keeper, assets[1].id)


def test_the_pages_offer_what_is_his(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        sides = make_two_sides()
        own = make_collection(organisation=sides.own.school).id
        foreign = make_collection(organisation=sides.foreign.school).id
        work = make_work("lecture", "submitted", sides.own.teacher, sides.own.school).id
        other = make_work("lecture", "submitted", sides.foreign.teacher, sides.foreign.school).id
        db.session.commit()
        client = sign_in(sides.own.librarian)
    client.post(f"/curation/{work}/claim")
    page = html.fromstring(client.get(f"/curation/{work}").text)
    assert page.xpath("//input[@name='collections']/@value") == [str(own)]
    assert client.get(f"/curation/{other}").status_code == 403
    assert "/edit" in client.get(f"/collections/{own}").text
    assert "/edit" not in html.fromstring(client.get(f"/collections/{foreign}").text).xpath("string(//main//a/@href)")
