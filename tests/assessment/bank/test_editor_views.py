"""The editor's pages as a browser asks for them: every type, the kept draft, twins, draws, the preview alone."""

import io

import pytest
from lxml import html

from assessment.bank.editor_models import ItemAutosave
from assessment.bank.models import Item, ItemVersion
from assessment.bank.types import TYPES
from lms.core.db import db
from tests.assessment.bank.test_media_bytes import picture
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_person
from tests.factories.organisations import make_school


@pytest.fixture
def world(app, sign_in):
    """A teacher signed in, another one, and a subject."""
    with app.app_context():
        school = make_school()
        teacher, other = (make_person("teacher", organisation=school) for _each in range(2))
        subject = make_subject()
        db.session.commit()
        known = {"teacher": teacher.id, "subject": subject.id, "other": other.id}
    return known | {"client": sign_in(known["teacher"]), "colleague": sign_in(known["other"])}


def made(app, world, type="single_choice", **more):
    with app.app_context():
        item = make_item(type, owner=_person(world["teacher"]), subject=_subject(world["subject"]), **more)
        db.session.commit()
        return item.id


def _person(person_id):
    from lms.identity.models import Person
    return db.session.get(Person, person_id)


def _subject(subject_id):
    from lms.curriculum.models import Subject
    return db.session.get(Subject, subject_id)


def place(world, **more):
    return {"subject_id": str(world["subject"]), "topic_id": "", "grade": "", "level": "know", "language": "vi", **more}


@pytest.mark.parametrize("type", list(TYPES))
def test_every_type_is_written_and_revised_without_script(app, world, type):
    client = world["client"]
    page = client.get(f"/bank/items/new/{type}")
    assert page.status_code == 200
    tree = html.fromstring(page.text)
    named = {each.get("for") for each in tree.xpath("//form[@id='item-form']//label")}
    controls = "*[self::textarea or self::select or self::input[not(@type='hidden')]]"
    for control in tree.xpath(f"//form[@id='item-form']//{controls}"):
        assert control.get("id") in named or control.get("aria-label"), html.tostring(control)
    assert client.get(f"/bank/items/{made(app, world, type)}/edit").status_code == 200


def test_a_draft_is_kept_meanwhile_for_its_writer_alone_and_forgotten_when_saved(app, world):
    client = world["client"]
    typed = {"prompt": "<p>Đang viết dở</p>", "options.0.id": "o1", "options.0.text": "một", "right": "o1",
             **place(world)}
    assert client.post("/bank/items/autosave/new:single_choice", data=typed).json["saved_at"]
    page = client.get("/bank/items/new/single_choice").text
    assert "Đang viết dở" in page
    assert "một" in page
    assert "Đang viết dở" not in client.get("/bank/items/new/true_false").text
    assert "Đang viết dở" not in world["colleague"].get("/bank/items/new/single_choice").text
    with app.app_context():
        assert "Đang" not in db.session.query(ItemAutosave).one().sealed
        assert db.session.query(Item).count() == 0
    client.post("/bank/items/new/single_choice", data={**typed, "action": "save-draft"})
    assert "Đang viết dở" not in client.get("/bank/items/new/single_choice").text


def test_a_kept_draft_of_an_item_is_discarded_by_a_button_and_refused_to_strangers(app, world):
    client = world["client"]
    item_id = made(app, world, prompt="<p>Đã lưu</p>")
    client.post(f"/bank/items/autosave/{item_id}", data={"prompt": "Chưa lưu", **place(world)})
    assert "Chưa lưu" in client.get(f"/bank/items/{item_id}/edit").text
    assert client.post(f"/bank/items/autosave/{item_id}/discard").location.endswith(f"/bank/items/{item_id}/edit")
    assert "Chưa lưu" not in client.get(f"/bank/items/{item_id}/edit").text
    assert world["colleague"].post(f"/bank/items/autosave/{item_id}", data={"prompt": "x"}).status_code == 403
    for wrong in ("new:nothing", "x", "new:single_choice" + "x" * 200):
        assert client.post(f"/bank/items/autosave/{wrong}", data={"prompt": "x"}).status_code == 404


def test_a_twin_is_written_beside_its_original_and_tied_to_it(app, world):
    client = world["client"]
    item_id = made(app, world, prompt="<p>Thủ đô của Việt Nam?</p>")
    page = client.get(f"/bank/items/new/single_choice?twin={item_id}")
    assert html.fromstring(page.text).xpath("//select[@name='language']/option[@selected]/@value") == ["en"]
    assert page.text.count("Thủ đô của Việt Nam?") > 1
    answer = client.post(f"/bank/items/new/single_choice?twin={item_id}", data={
        "prompt": "The capital of Vietnam?", "options.0.id": "o1", "options.0.text": "Hanoi", "options.1.id": "o2",
        "options.1.text": "Hue", "right": "o1", **place(world, language="en"), "action": "save-ready"})
    assert answer.status_code == 302
    both = client.get(f"/bank/items/{item_id}/twins").text
    assert "Thủ đô của Việt Nam?" in both
    assert "The capital of Vietnam?" in both
    with app.app_context():
        assert {item.translation_group for item in db.session.query(Item)} == {item_id}


def test_draws_and_what_is_wrong_in_them_are_shown(app, world):
    content = {"prompt": "<p>{{a}} : {{b}}</p>", "options": [], "max_length": 16, "conditions": [],
               "variables": [{"name": "a", "from": "1", "to": "9", "step": "1"}, {"name": "b", "values": ["2", "4"]},
                             {"name": "c", "is": "a/b"}]}
    item_id = made(app, world, "short_numeric", content=content,
                   key={"accepted": [{"value": "{{c}}", "tolerance": "0"}]})
    page = world["client"].get(f"/bank/items/{item_id}/variants")
    assert page.status_code == 200
    assert len(html.fromstring(page.text).xpath("//ol[@class='draw-list']/li")) == 10
    assert "18" in page.text
    assert world["client"].get(f"/bank/items/{made(app, world)}/variants").status_code == 200


def test_the_preview_alone_on_a_phone_in_large_print(app, world):
    item_id = made(app, world)
    page = world["client"].get(f"/bank/items/{item_id}/preview?width=phone&print=large").text
    assert "is-phone is-large" in page
    assert "is-phone" not in world["client"].get(f"/bank/items/{item_id}/preview?width=x&print=<y>").text


def test_a_picture_comes_with_the_plain_form(app, world):
    answer = world["client"].post("/bank/items/new/hotspot", content_type="multipart/form-data", data={
        "prompt": "Chỉ ra", "image.alt": "Bản đồ", "image_file": (io.BytesIO(picture()), "ban-do.png"), "mode": "areas",
        "areas.0.id": "a1", "areas.0.shape": "rect", "areas.0.coords": "1 2 10 12", "areas.0.label": "Hà Nội",
        "areas.0.right": "1", **place(world), "action": "save-ready"})
    assert answer.status_code == 302
    with app.app_context():
        version = db.session.query(ItemVersion).one()
        assert (version.content["image"]["width"], version.content["areas"][0]["coords"]) == (30, [1, 2, 10, 12])
    refused = world["client"].post("/bank/items/new/hotspot", content_type="multipart/form-data", data={
        "prompt": "Chỉ ra", "image_file": (io.BytesIO(b"MZ"), "ban-do.png"), **place(world), "action": "save-ready"})
    assert refused.status_code == 422
    assert "ban-do.png" in refused.text
