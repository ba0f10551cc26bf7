"""Items: who may read and revise them, how they are found, and that a version never changes."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from assessment.bank import services as bank
from assessment.bank.models import ItemVersion
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from lms.core.ids import new_id
from lms.core.permissions import ANONYMOUS, Actor, positions_in
from tests.factories.bank import make_body, make_item
from tests.factories.curriculum import make_outcome, make_subject, make_topic
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class, make_school

pytestmark = pytest.mark.usefixtures("context")


def actor_of(person, *roles, organisations=()):
    return Actor(person.id, person.name, positions_in([place.id for place in organisations], *(roles or ("teacher",))))


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def teacher(school):
    return actor_of(make_person("teacher", organisation=school), organisations=[school])


def draft_of(subject, type="single_choice", **changes):
    content, key = make_body(type)
    return replace(bank.ItemDraft(type, content, key, subject.id, "know", state="ready"), **changes)


@pytest.mark.parametrize("type", ["single_choice", "multiple_response", "true_false", "short_numeric", "short_text"])
def test_every_type_is_created_and_read_back(teacher, school, type):
    item = bank.create_item(teacher, draft_of(make_subject(), type))
    detail = bank.get_item(teacher, item.id)
    assert (detail.version.number, detail.version.type, item.state) == (1, type, "ready")
    assert item.organisation_id == school.id
    assert "key" not in detail.version.content


def test_access_as_a_table(teacher, school):
    colleague = actor_of(make_person("teacher"), organisations=[school])
    stranger = actor_of(make_person("teacher"), organisations=[make_school()])
    librarian = actor_of(make_person("librarian"), "librarian", organisations=[school])
    student = actor_of(make_person("student"), "student", organisations=[school])
    administrator = actor_of(make_person("administrator"), "administrator")
    subject = make_subject()
    ready = bank.create_item(teacher, draft_of(subject))
    draft = bank.create_item(teacher, draft_of(subject, state="draft"))
    for actor, reads_ready, reads_draft in [(teacher, True, True), (colleague, True, False),
                                            (stranger, False, False), (librarian, False, False),
                                            (student, False, False), (administrator, True, True)]:
        for item, allowed in ((ready, reads_ready), (draft, reads_draft)):
            assert _allowed(bank.get_item, actor, item.id) is allowed
            assert _allowed(bank.list_versions, actor, item.id) is allowed
    for actor in (colleague, stranger, librarian, student):
        for act in (bank.retire_item, bank.restore_item, bank.make_item_ready):
            assert not _allowed(act, actor, ready.id)
        assert not _allowed(lambda a, i: bank.revise_item(a, i, draft_of(subject)), actor, ready.id)
    assert _allowed(bank.retire_item, administrator, ready.id)


def _allowed(act, actor, item_id):
    try:
        act(actor, item_id)
    except Forbidden:
        return False
    return True


def test_lists_and_pools_hold_what_may_be_read(teacher, school):
    subject = make_subject()
    own_draft = bank.create_item(teacher, draft_of(subject, state="draft"))
    own_ready = bank.create_item(teacher, draft_of(subject))
    colleague = actor_of(make_person("teacher"), organisations=[school])
    assert {row.id for row in bank.list_items(teacher)} == {own_draft.id, own_ready.id}
    assert {row.id for row in bank.list_items(colleague)} == {own_ready.id}
    assert bank.draw_pool(colleague, subject_id=subject.id) == [(own_ready.id, own_ready.current_version_id)]
    for actor in (actor_of(make_person("student"), "student"), ANONYMOUS):
        with pytest.raises((Forbidden, SignInRequired)):
            bank.list_items(actor)


def test_items_are_found_by_subject_topic_level_type_and_words_without_marks(teacher):
    topic = make_topic()
    content, key = make_body("short_numeric", "<p>Tính đạo hàm của hàm số \\(y=x^2\\)</p>")
    item = bank.create_item(teacher, bank.ItemDraft("short_numeric", content, key, topic.subject_id, "apply",
                                                    topic_id=topic.id, state="ready"))
    bank.create_item(teacher, draft_of(make_subject()))
    for wanted in ({"subject_id": topic.subject_id}, {"topic_id": topic.id}, {"level": "apply"},
                   {"type": "short_numeric"}, {"text": "dao ham"}, {"text": "ĐẠO  hàm"}):
        assert [row.id for row in bank.list_items(teacher, **wanted)] == [item.id], wanted
    assert list(bank.list_items(teacher, text="100%")) == []


def test_a_revision_is_a_new_version_and_the_old_one_stays(teacher):
    subject = make_subject()
    item = bank.create_item(teacher, draft_of(subject))
    first = item.current_version_id
    content, key = make_body(prompt="<p>Mới</p>")
    bank.revise_item(teacher, item.id, draft_of(subject, content=content, key=key))
    versions = bank.list_versions(teacher, item.id)
    assert [version.number for version in versions] == [2, 1]
    assert versions[1].id == first
    assert item.current_version_id == versions[0].id
    assert item.stem_text == "Mới"
    versions[1].content = {}
    with pytest.raises(RuntimeError):
        db.session.flush()


def test_a_revision_of_its_place_alone_makes_no_version(teacher):
    topic = make_topic()
    outcome = make_outcome(topic)
    draft = bank.ItemDraft("single_choice", *make_body(), topic.subject_id, "know", state="ready")
    item = bank.create_item(teacher, draft)
    bank.revise_item(teacher, item.id, replace(draft, topic_id=topic.id, outcome_ids=(outcome.id,), level="apply"))
    detail = bank.get_item(teacher, item.id)
    assert (detail.version.number, detail.item.level, detail.outcome_ids) == (1, "apply", (outcome.id,))
    bank.revise_item(teacher, item.id, draft)
    assert bank.get_item(teacher, item.id).outcome_ids == ()


def test_what_is_wrong_is_said_by_field(teacher):
    subject, foreign_topic = make_subject(), make_topic()
    draft = draft_of(subject)
    wrong = [({"subject_id": new_id()}, "subject_id"), ({"topic_id": foreign_topic.id}, "topic_id"),
             ({"level": "hard"}, "level"), ({"grade": 13}, "grade"), ({"language": "de"}, "language"),
             ({"outcome_ids": (new_id(),)}, "outcome_ids"), ({"state": "retired"}, "state"), ({"key": {}}, "key"),
             ({"type": "video"}, "type")]
    for changes, where in wrong:
        with pytest.raises(Invalid) as caught:
            bank.create_item(teacher, replace(draft, **changes))
        assert where in [problem.where for problem in caught.value.problems], changes
    assert db.session.scalars(select(ItemVersion)).all() == []


def test_a_draft_may_have_holes_and_becomes_ready_when_complete(teacher):
    subject = make_subject()
    content, _key = make_body()
    item = bank.create_item(teacher, draft_of(subject, content=content, key={}, state="draft"))
    with pytest.raises(Invalid):
        bank.make_item_ready(teacher, item.id)
    bank.revise_item(teacher, item.id, draft_of(subject, content=content, key={"correct": "o2"}, state="draft"))
    assert bank.make_item_ready(teacher, item.id).state == "ready"


def test_retired_items_are_hidden_not_drawn_and_can_come_back(teacher):
    subject = make_subject()
    item = bank.create_item(teacher, draft_of(subject))
    bank.retire_item(teacher, item.id)
    assert list(bank.list_items(teacher)) == []
    assert [row.id for row in bank.list_items(teacher, state="retired")] == [item.id]
    assert bank.draw_pool(teacher, subject_id=subject.id) == []
    with pytest.raises(Conflict):
        bank.revise_item(teacher, item.id, draft_of(subject))
    with pytest.raises(Conflict):
        bank.make_item_ready(teacher, item.id)
    assert bank.restore_item(teacher, item.id).state == "draft"


def test_the_type_of_an_item_stays(teacher):
    subject = make_subject()
    item = bank.create_item(teacher, draft_of(subject))
    with pytest.raises(Invalid):
        bank.revise_item(teacher, item.id, draft_of(subject, "true_false"))


def test_a_class_shares_with_its_school(school):
    own_class = make_class(school)
    teacher = actor_of(make_person("teacher"), organisations=[own_class])
    assert bank.create_item(teacher, draft_of(make_subject())).organisation_id == school.id


def test_a_teacher_who_studies_at_a_school_reads_none_of_its_questions(school):
    item = make_item(organisation=school)
    guest = make_person("teacher", make_school())
    add_member(school, guest, "student")
    actor = make_actor(guest)
    with pytest.raises(Forbidden):
        bank.get_item(actor, item.id)
    assert list(bank.list_items(actor)) == []
    assert bank.create_item(actor, draft_of(make_subject())).organisation_id != school.id


def test_unknown_ids(teacher):
    with pytest.raises(NotFound):
        bank.get_item(teacher, new_id())
    assert bank.get_versions([new_id()]) == {}


def test_many_items_take_few_statements(teacher, statements):
    subject = make_subject()
    drafts = [draft_of(subject) for _each in range(300)]
    with statements() as seen:
        ids = bank.create_items(teacher, drafts)
    assert len(set(ids)) == 300
    assert seen.count < 12
    versions = [row.current_version_id for row in (make_item(), make_item("true_false"))]
    assert set(bank.get_versions(versions)) == set(versions)
