"""Stimuli: written, revised with their set, shown on their pages and once before their questions on a paper."""

from types import SimpleNamespace

import pytest
from lxml import html
from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.bank.models import Item, ItemVersion
from assessment.bank.services import stimuli
from assessment.bank.stimuli import counted_recording, read_stimulus
from assessment.delivery import services as delivery
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from tests.factories.bank import make_item, make_stimulus
from tests.factories.banks import join, make_bank
from tests.factories.curriculum import make_subject
from tests.factories.delivery import Candidate, make_exam
from tests.factories.every_type import PICTURE
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

SOUND = {"src": f"/items/media/{PICTURE}", "plays": 2}


@pytest.fixture
def desk(request_context):
    """A teacher with a subject and two of his items."""
    school, subject = make_school(), make_subject()
    teacher = make_person("teacher", school)
    items = [make_item(owner=teacher, subject=subject, organisation=school) for _each in range(2)]
    db.session.commit()
    return make_actor(teacher), subject, items


def draft(subject, body="<p>Bài đọc</p>", **content):
    return stimuli.StimulusDraft("Bài đọc 1", {"body": body, **content}, subject.id)


@pytest.mark.parametrize(("given", "faults"), [
    ({"body": "<p>Chữ</p>"}, []), ({"body": ""}, ["body"]), ({"audio": SOUND}, []),
    ({"audio": {"src": "http://elsewhere/a.mp3"}}, ["audio", "body"]), ({"audio": {**SOUND, "plays": 0}}, ["audio"])])
def test_what_a_stimulus_may_say(given, faults):
    content, problems = read_stimulus(given)
    assert [problem.where for problem in problems] == faults
    assert "script" not in read_stimulus({"body": "<p>a<script>b</script></p>"})[0]["body"]
    assert counted_recording(content) == ((str(PICTURE), 2) if given == {"audio": SOUND} else None)


def test_a_revision_reaches_the_set_and_no_older_version(desk):
    actor, subject, items = desk
    stimulus = stimuli.create_stimulus(actor, draft(subject))
    stimuli.set_items(actor, stimulus.id, [items[1].id, items[0].id])
    before = [item.current_version_id for item in items]
    stimuli.revise_stimulus(actor, stimulus.id, draft(subject, "<p>Bài đọc sửa lại</p>"))
    assert [item.id for item in stimuli.get_stimulus(actor, stimulus.id).items] == [items[1].id, items[0].id]
    for item, old in zip(items, before, strict=True):
        versions = [db.session.get_one(ItemVersion, each) for each in (old, item.current_version_id)]
        texts = stimuli.get_stimulus_texts(each.stimulus_version_id for each in versions)
        assert [texts[each.stimulus_version_id].content["body"] for each in versions] == [
            "<p>Bài đọc</p>", "<p>Bài đọc sửa lại</p>"]
        assert versions[0].content == versions[1].content


def test_a_new_text_asks_a_reviewed_bank_for_the_review_again(desk):
    actor, subject, [item, other] = desk
    stimulus = stimuli.create_stimulus(actor, draft(subject))
    stimuli.set_items(actor, stimulus.id, [item.id, other.id])
    row = make_bank("open")
    join(row, actor, "author")
    item.bank_id = row.id
    db.session.flush()
    stimuli.revise_stimulus(actor, stimulus.id, draft(subject, "<p>Bài đọc khác</p>"))
    assert (item.state, other.state) == ("content_review", "ready"), "on one's own desk nobody is asked"


def test_a_set_is_of_one_subject_and_an_item_of_one_set(desk):
    actor, subject, items = desk
    one, two = (stimuli.create_stimulus(actor, draft(subject)) for _each in range(2))
    stimuli.set_items(actor, one.id, [items[0].id])
    with pytest.raises(Conflict):
        stimuli.set_items(actor, two.id, [items[0].id])
    other = make_item(owner=make_holder(actor, "person_id"), subject=make_subject())
    with pytest.raises(Invalid):
        stimuli.set_items(actor, two.id, [other.id])
    stimuli.set_items(actor, one.id, [])
    assert db.session.scalars(select(Item).where(Item.stimulus_id.is_not(None))).all() == []
    with pytest.raises(Invalid):
        stimuli.create_stimulus(actor, draft(subject, ""))
    with pytest.raises(Forbidden):
        stimuli.revise_stimulus(make_actor(make_person("teacher", make_school())), one.id, draft(subject))


def test_pages_of_a_stimulus(app, sign_in):
    with app.app_context():
        school, subject = make_school(), make_subject()
        teacher = make_person("teacher", school)
        item = make_item(owner=teacher, subject=subject, organisation=school)
        db.session.commit()
        teacher_id, subject_id, item_id = teacher.id, subject.id, item.id
    client = sign_in(teacher_id)
    assert client.get("/bank/stimuli").status_code == 200
    sent = {"title": "Đất rừng", "subject_id": str(subject_id), "language": "vi", "body": "Rừng thở.", "transcript": ""}
    assert client.post("/bank/stimuli/new", data={**sent, "body": ""}).status_code == 422
    address = client.post("/bank/stimuli/new", data=sent).location
    assert "Rừng thở." in client.get(address).text
    answer = client.post(f"{address}/items", data={"action": "add", "items": [str(item_id)]}, follow_redirects=True)
    assert len(html.fromstring(answer.text).xpath("//li[@class='set-row']")) == 1
    assert client.post(f"{address}/edit", data={**sent, "body": "Rừng ngủ."}).status_code == 302
    assert "Rừng ngủ." in client.get(address).text
    answer = client.post(f"{address}/items", data={"action": f"remove:{item_id}"}, follow_redirects=True)
    assert not html.fromstring(answer.text).xpath("//li[@class='set-row']")


def test_a_paper_shows_the_text_once_and_counts_its_plays(app, client):
    with app.app_context():
        given = make_exam(kinds=("short_numeric", "single_choice"), publish=False)
        teacher = given.teacher
        items = list(db.session.scalars(select(Item).where(Item.owner_id == teacher.id)))
        make_stimulus(make_holder(teacher), subject=make_holder(items[0], "subject_id"), items=items, audio=SOUND)
        row = assembly.DrawRow(given.exam.subject_id, 1, sets=assembly.SetWish())
        delivery.set_draw_rows(teacher, given.exam.id, [row])
        delivery.draw_exam_form(teacher, given.exam.id, seed=1)
        delivery.publish_exam(teacher, given.exam.id)
        db.session.commit()
        paper = assembly.get_paper(assembly.form_ids(given.exam.id)[0])
        [section] = paper.sections
        [(text, set_of)] = section.groups
        assert (section.type, len(set_of)) == ("set", 2)
        assert text.content["audio"]["plays"] == 2
        sitter = Candidate(client, given, given.students[0])
    assert sitter.post(sitter.event({"play": str(PICTURE), "ms": 1})).status_code == 200
    assert sitter.state()["plays"] == {str(PICTURE): 1}
    assert sitter.post(sitter.event({"play": "another", "ms": 1})).status_code == 422


def make_holder(thing, name="id"):
    """Something with the id that a factory asks for."""
    return SimpleNamespace(id=getattr(thing, name))


@pytest.mark.parametrize("role", ["content_reviewer", "language_reviewer"])
def test_reviewers_of_a_bank_read_the_texts_of_its_questions(desk, role):
    actor, subject, _items = desk
    stimulus, row = stimuli.create_stimulus(actor, draft(subject)), make_bank("secure")
    reviewer = make_actor(make_person("teacher", make_school()))
    join(row, reviewer, role)
    with pytest.raises(Forbidden):
        stimuli.get_stimulus(reviewer, stimulus.id)
    stimulus.bank_id, stimulus.is_secure = row.id, True
    db.session.flush()
    assert stimuli.get_stimulus(reviewer, stimulus.id).stimulus.id == stimulus.id
    assert [each.id for each, _number in stimuli.list_stimuli(reviewer).items] == [stimulus.id]
    with pytest.raises(Forbidden):
        stimuli.revise_stimulus(reviewer, stimulus.id, draft(subject))
