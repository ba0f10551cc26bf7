"""Describing works: drafts with gaps, lost updates, subjects and outcomes."""

import pytest

from content_repo.works import services
from content_repo.works.models import Work
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from lms.core.ids import new_id
from lms.core.outbox import list_changes
from lms.core.permissions import ANONYMOUS
from tests.factories.curriculum import make_outcome, make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school
from tests.factories.works import THESIS, make_work, make_work_file, put_into_state

pytestmark = pytest.mark.usefixtures("request_context")


def test_a_thesis_is_kept_field_by_field():
    actor = make_actor(make_person("librarian", organisation=make_school()))
    work = services.create_work(actor, "thesis", THESIS)
    record = services.get_work(actor, work.id)
    assert record.people == {"author": ["Nguyễn Thị Hồng Hạnh"], "advisor": ["PGS.TS. Trần Văn Minh"]}
    assert record.work.description["degree"] == "master"
    assert record.work.description["year"] == 2025
    assert record.work.description["keywords"] == ["dạy học giải quyết vấn đề", "vật lí 12"]
    assert "title" not in record.work.description
    assert record.work.organisation_id in actor.organisation_ids
    assert services.completeness_problems(record)[0].where == "file"


def test_a_draft_may_have_gaps_but_needs_a_title():
    actor = make_actor(make_person("teacher"))
    assert services.create_work(actor, "lecture", {"title": "Bài 1"}).state == "draft"
    with pytest.raises(Invalid) as refused:
        services.create_work(actor, "lecture", {"title": "  "})
    assert refused.value.problems[0].where == "title"


def test_every_wrong_field_is_told_at_once():
    actor = make_actor(make_person("librarian"))
    with pytest.raises(Invalid) as refused:
        services.create_work(actor, "thesis", THESIS | {"year": "x", "degree": "x", "subject": "no-such-subject"})
    assert {problem.where for problem in refused.value.problems} == {"year", "degree", "subject"}
    assert db.session.query(Work).count() == 0


def test_a_kind_that_nobody_declared_is_refused():
    with pytest.raises(Invalid):
        services.create_work(make_actor(make_person("teacher")), "poem", {"title": "T"})


def test_students_and_strangers_create_nothing():
    with pytest.raises(Forbidden):
        services.create_work(make_actor(make_person("student")), "lecture", {"title": "T"})
    with pytest.raises(SignInRequired):
        services.create_work(ANONYMOUS, "lecture", {"title": "T"})


def test_outcomes_belong_to_the_subject():
    actor = make_actor(make_person("teacher"))
    outcome, other = make_outcome(), make_subject()
    work = services.create_work(
        actor, "lecture", {"title": "T", "subject": str(outcome.subject_id), "outcomes": [str(outcome.id)]}
    )
    assert services.get_work(actor, work.id).outcome_ids == [outcome.id]
    with pytest.raises(Invalid):
        services.edit_work(actor, work.id, {"subject": other.code, "outcomes": [str(outcome.id)]}, version=work.version)


def test_only_the_named_fields_change():
    work = make_work()
    actor = make_actor_of(work)
    services.edit_work(actor, work.id, {"year": 2024}, version=work.version)
    record = services.get_work(actor, work.id)
    assert record.work.description["year"] == 2024
    assert record.work.title == THESIS["title"]
    assert record.people["author"] == ["Nguyễn Thị Hồng Hạnh"]


def test_the_second_of_two_editors_is_told():
    work = make_work()
    first, second = make_actor_of(work), make_actor(make_person("librarian"))
    seen = work.version
    services.edit_work(first, work.id, {"title": "Nhan đề của người thứ nhất"}, version=seen)
    with pytest.raises(Conflict) as refused:
        services.edit_work(second, work.id, {"title": "Nhan đề của người thứ hai"}, version=seen)
    assert "Nothing of yours was saved" in refused.value.message or "chưa được lưu" in refused.value.message
    assert db.session.get(Work, work.id).title == "Nhan đề của người thứ nhất"


def test_a_save_between_reading_and_writing_is_noticed():
    work = make_work()
    actor, seen, table = make_actor_of(work), work.version, Work.__table__
    other_save = table.update().where(table.c.id == work.id).values(version=seen + 1)
    db.session.connection().execute(other_save)
    with pytest.raises(Conflict):
        services.edit_work(actor, work.id, {"title": "Tôi"}, version=seen)


def test_a_published_work_stays_complete():
    librarian = make_person("librarian")
    work = make_work(owner=librarian)
    make_work_file(work)
    put_into_state(work, "published")
    with pytest.raises(Invalid) as refused:
        services.edit_work(make_actor(librarian), work.id, {"abstract": ""}, version=work.version)
    assert [problem.where for problem in refused.value.problems] == ["abstract"]


def test_search_hears_of_every_change():
    work = make_work()
    before = len(list_changes())
    services.edit_work(make_actor_of(work), work.id, {"title": "Mới"}, version=work.version)
    assert len(list_changes()) == before + 1


def test_a_work_that_is_not_there():
    with pytest.raises(NotFound):
        services.get_work(ANONYMOUS, new_id())


def make_actor_of(work):
    from lms.identity.models import Person

    return make_actor(db.session.get(Person, work.owner_id))
