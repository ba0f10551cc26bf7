"""Reviews: claims, decisions, who may take them, and collections."""

from datetime import timedelta

import pytest

from content_repo.curation import services
from content_repo.curation.models import Review
from content_repo.works import services as works
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from lms.core.ids import new_id
from lms.core.permissions import ANONYMOUS
from tests.factories.curation import make_collection
from tests.factories.identity import make_actor, make_person
from tests.factories.works import make_work, make_work_file, put_into_state

pytestmark = pytest.mark.usefixtures("request_context")


def librarian():
    return make_actor(make_person("librarian"))


def deposit(kind="lecture", **values):
    work = make_work(kind, **values)
    make_work_file(work)
    put_into_state(work, "submitted")
    return work


def test_the_longest_waiting_comes_first():
    with clock.frozen(clock.now() - timedelta(days=2)):
        old = deposit(title="Cũ")
    new = deposit("thesis", title="Mới")
    actor = librarian()
    assert [entry.work.id for entry in services.list_queue(actor)] == [old.id, new.id]
    assert [entry.work.id for entry in services.list_queue(actor, kind="thesis")] == [new.id]
    assert services.count_waiting(actor) == 2


def test_a_claim_shows_in_the_queue():
    work, other = deposit(), deposit()
    first, second = librarian(), librarian()
    services.claim_review(first, work.id)
    entries = {entry.work.id: entry for entry in services.list_queue(second)}
    assert entries[work.id].claimed_by == first.name
    assert not entries[work.id].is_mine
    assert [entry.work.id for entry in services.list_queue(second, whose="free")] == [other.id]
    assert [entry.work.id for entry in services.list_queue(first, whose="mine")] == [work.id]
    assert list(services.list_queue(second, whose="mine")) == []


def test_one_reads_at_a_time_until_the_claim_runs_out():
    work = deposit()
    first, second = librarian(), librarian()
    services.claim_review(first, work.id)
    with pytest.raises(Conflict) as refused:
        services.publish_work(second, work.id)
    assert first.name in refused.value.message
    with clock.shifted(timedelta(hours=24)):
        services.publish_work(second, work.id)
    assert {(row.librarian_id, row.state) for row in db.session.query(Review)} == {
        (first.person_id, "released"),
        (second.person_id, "published"),
    }


def test_claiming_twice_is_one_claim():
    work, actor = deposit(), librarian()
    assert services.claim_review(actor, work.id).id == services.claim_review(actor, work.id).id


def test_the_database_keeps_one_open_review():
    from sqlalchemy.exc import IntegrityError

    work = deposit()
    db.session.add_all(
        [Review(work_id=work.id, librarian_id=work.owner_id), Review(work_id=work.id, librarian_id=work.owner_id)]
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_publishing_puts_into_collections():
    work, actor = deposit(), librarian()
    collection = make_collection()
    services.publish_work(actor, work.id, collection_ids=[collection.id])
    assert work.state == "published"
    assert [card.id for card in services.list_collection_works(ANONYMOUS, collection.id)] == [work.id]
    assert services.get_collection(ANONYMOUS, collection.id).works == 1
    works.withdraw_work(actor, work.id, reason="Trùng")
    assert list(services.list_collection_works(ANONYMOUS, collection.id)) == []
    assert services.list_collections(ANONYMOUS)[0].works == 0


def test_a_return_needs_a_reason_that_the_depositor_reads():
    work, actor = deposit(), librarian()
    with pytest.raises(Invalid):
        services.return_work(actor, work.id, reason="")
    services.return_work(actor, work.id, reason="Cần bổ sung tóm tắt.")
    assert work.state == "returned"
    assert services.find_open_review(actor, work.id) is None


@pytest.mark.parametrize(
    ("kind", "who", "allowed"),
    [
        ("lecture", "librarian", True),
        ("lecture", "administrator", True),
        ("lecture", "owner", False),
        ("thesis", "owner", True),
        ("lecture", "teacher", False),
        ("lecture", "student", False),
    ],
)
def test_who_decides(kind, who, allowed):
    owner = make_person("librarian")
    work = deposit(kind, owner=owner)
    actor = make_actor(owner if who == "owner" else make_person(who))
    for decide in (services.claim_review, services.publish_work):
        if allowed:
            decide(actor, work.id)
        else:
            with pytest.raises(Forbidden):
                decide(actor, work.id)


def test_nobody_reviews_what_does_not_wait():
    work, actor = make_work("lecture"), librarian()
    with pytest.raises(Conflict):
        services.claim_review(actor, work.id)


def test_a_review_is_put_back_by_its_holder():
    work = deposit()
    first, second = librarian(), librarian()
    services.claim_review(first, work.id)
    with pytest.raises(Conflict):
        services.release_review(second, work.id)
    services.release_review(first, work.id)
    services.claim_review(second, work.id)


def test_strangers_see_no_queue():
    for actor, error in ((ANONYMOUS, SignInRequired), (make_actor(make_person("teacher")), Forbidden)):
        with pytest.raises(error):
            services.list_queue(actor)
        with pytest.raises(error):
            services.create_collection(actor, title_vi="A", title_en="A")


def test_checks_tell_what_is_missing():
    actor = librarian()
    work = make_work("thesis", licence="", abstract_en="")
    assert [check.state for check in services.list_checks(actor, work.id)] == ["bad", "bad", "bad"]
    good = deposit("thesis")
    assert {check.state for check in services.list_checks(actor, good.id)} == {"good"}
    video = deposit("lecture")
    assert "bad" in {check.state for check in services.list_checks(actor, video.id)}


def test_collections_are_described_in_both_languages():
    actor = librarian()
    with pytest.raises(Invalid) as refused:
        services.create_collection(actor, title_vi="Luận văn", title_en=" ")
    assert [problem.where for problem in refused.value.problems] == ["title_en"]
    row = services.create_collection(actor, title_vi="Luận văn", title_en="Theses")
    services.edit_collection(actor, row.id, title_vi="Luận văn Vật lí", title_en="Theses", description="")
    assert services.get_collection(ANONYMOUS, row.id).title == "Luận văn Vật lí"
    with pytest.raises(NotFound):
        services.get_collection(ANONYMOUS, new_id())


def test_a_work_is_in_a_collection_once_and_can_be_taken_out():
    actor, collection, work = librarian(), make_collection(), make_work("thesis", state="published")
    services.add_to_collection(actor, collection.id, work.id)
    services.add_to_collection(actor, collection.id, work.id)
    assert services.collections_of(ANONYMOUS, work.id) == [collection.id]
    services.remove_from_collection(actor, collection.id, work.id)
    assert services.collections_of(ANONYMOUS, work.id) == []
