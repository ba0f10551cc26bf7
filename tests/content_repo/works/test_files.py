"""Files of works: what is refused when it is added, and who opens what from when."""

from datetime import timedelta
from io import BytesIO

import pytest

from content_repo.files.models import StoredFile
from content_repo.works import services
from content_repo.works.models import WorkFile
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from lms.core.permissions import ANONYMOUS
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_class, make_school
from tests.factories.works import add_pdf, make_work, make_work_file, pdf_bytes, put_into_state

pytestmark = pytest.mark.usefixtures("request_context")


def librarian_and_thesis():
    librarian = make_person("librarian")
    return make_actor(librarian), make_work("thesis", owner=librarian)


def test_a_pdf_is_looked_into():
    actor, work = librarian_and_thesis()
    row = add_pdf(work, actor, content=pdf_bytes(pages=2))
    assert row.findings == {"fault": "", "pages": 2, "has_text": True}
    assert (row.content_type, row.name) == ("application/pdf", "luan-van.pdf")


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 program", pdf_bytes()[:80]])
def test_what_is_not_a_readable_pdf_is_refused_and_not_kept(content):
    actor, work = librarian_and_thesis()
    with pytest.raises(Invalid) as refused:
        add_pdf(work, actor, content=content)
    assert refused.value.problems[0].where == "file"
    assert db.session.query(WorkFile).count() == db.session.query(StoredFile).count() == 0


def test_an_image_must_be_one():
    actor = make_actor(make_person("teacher"))
    work = services.create_work(actor, "image", {"title": "Bản đồ"})
    with pytest.raises(Invalid):
        services.add_file(actor, work.id, stream=BytesIO(b"hello"), name="a.png", content_type="image/png")


def test_a_new_main_file_takes_the_place_of_the_old():
    actor, work = librarian_and_thesis()
    add_pdf(work, actor)
    second = add_pdf(work, actor, content=pdf_bytes("Ban moi"))
    assert [file.id for file in services.get_work(actor, work.id).files] == [second.id]


def test_a_file_of_another_work_cannot_be_attached():
    actor, work = librarian_and_thesis()
    other = make_work("thesis", owner=make_person("librarian"))
    stolen = make_work_file(other)
    with pytest.raises(NotFound):
        services.attach_file(actor, work.id, stolen.file_id)


def test_strangers_add_and_change_nothing():
    actor, work = librarian_and_thesis()
    row = add_pdf(work, actor)
    stranger = make_actor(make_person("teacher"))
    with pytest.raises(Forbidden):
        add_pdf(work, stranger)
    with pytest.raises(Forbidden):
        services.change_rights(stranger, work.id, row.id, access="open", embargo_until=None)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "published", "withdrawn"])
@pytest.mark.parametrize("level", ["open", "signed_in", "organisation", "closed"])
def test_who_opens_what(state, level):
    school = make_school()
    owner, pupil, other = (
        make_person("teacher", school),
        make_person("student", make_class(school)),
        make_person("student"),
    )
    work = make_work("thesis", owner=owner, organisation=school)
    row = make_work_file(work, access=level)
    put_into_state(work, state)
    published = state == "published"
    expected = {
        make_actor(owner): True,
        make_actor(make_person("librarian")): True,
        make_actor(pupil): published and level != "closed",
        make_actor(other): published and level in ("open", "signed_in"),
        ANONYMOUS: published and level == "open",
    }
    for actor, may_open in expected.items():
        assert opens(actor, work, row) == may_open, actor.roles


def opens(actor, work, row):
    try:
        return bool(services.open_work_file(actor, work.id, row.id))
    except (Forbidden, SignInRequired):
        return False


def test_an_embargoed_file_opens_by_itself():
    actor, work = librarian_and_thesis()
    until = clock.now() + timedelta(days=30)
    row = add_pdf(work, actor, embargo_until=until)
    put_into_state(work, "published")
    db.session.commit()
    with pytest.raises(Forbidden) as refused:
        services.open_work_file(ANONYMOUS, work.id, row.id)
    assert "luan-van" not in refused.value.message
    assert opens(actor, work, row)
    with clock.frozen(until - timedelta(seconds=1)):
        assert not opens(ANONYMOUS, work, row)
    with clock.frozen(until):
        assert opens(ANONYMOUS, work, row)


def test_an_embargo_needs_a_zone_and_an_end():
    actor, work = librarian_and_thesis()
    row = make_work_file(work)
    for wrong in (clock.now().replace(tzinfo=None), clock.now() + timedelta(days=40_000)):
        with pytest.raises(Invalid):
            services.change_rights(actor, work.id, row.id, access="open", embargo_until=wrong)


def test_the_file_of_a_published_work_is_replaced_not_removed():
    actor, work = librarian_and_thesis()
    row = make_work_file(work)
    put_into_state(work, "published")
    with pytest.raises(Conflict):
        services.remove_file(actor, work.id, row.id)
    put_into_state(work, "draft")
    services.remove_file(actor, work.id, row.id)
    assert services.get_work(actor, work.id).files == []


def test_search_never_sees_a_draft_of_others_nor_a_withdrawn_work():
    _actor, work = librarian_and_thesis()
    assert services.search_document(work.id).audience == [f"person:{work.owner_id}"]
    put_into_state(work, "published")
    document = services.search_document(work.id)
    assert document.audience == ["public"]
    assert "giải quyết vấn đề" in document.body
    assert document.year == 2025
    put_into_state(work, "withdrawn")
    assert services.search_document(work.id) is None


@pytest.mark.parametrize("year", [1, 1899, 9999])
def test_an_embargo_of_another_age_is_refused(year):
    actor, work = librarian_and_thesis()
    row = add_pdf(work, actor)
    late = clock.now().replace(year=year, day=1)
    with pytest.raises(Invalid):
        services.change_rights(actor, work.id, row.id, access="open", embargo_until=late)
