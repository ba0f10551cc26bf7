"""The pages of works, as people walk through them."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import event

from content_repo.works.models import Work, WorkFile
from lms.core import clock
from lms.core.db import db
from lms.identity.models import Person
from tests.contracts.test_storage import fetch
from tests.factories.curriculum import make_outcome
from tests.factories.identity import make_actor, make_person
from tests.factories.works import THESIS, add_pdf, make_work, pdf_bytes, put_into_state


@pytest.fixture
def make(app):
    """`make(function)`: call it in a context of its own, commit, and return the id of what it returns.

    A context must not stay open around a client's requests: they would share it.
    """

    def made(function):
        with app.test_request_context():
            found = function()
            db.session.commit()
            return found.id if hasattr(found, "id") else found

    return made


@pytest.fixture
def people(make):
    """A person of each role: id by role."""
    return {
        role: make(lambda role=role: make_person(role)) for role in ("student", "teacher", "librarian", "administrator")
    }


@pytest.fixture
def thesis(make):
    """A published thesis with a PDF: (work id, file id)."""

    def published():
        librarian = make_person("librarian")
        work = make_work("thesis", owner=librarian)
        row = add_pdf(work, make_actor(librarian))
        put_into_state(work, "published")
        return work.id, row.id

    return make(published)


@pytest.fixture
def change_file(app):
    """`change_file(file_id, access=..., embargo_until=...)` sets what the row says."""

    def change(file_id, **values):
        with app.app_context():
            for name, value in values.items():
                setattr(db.session.get(WorkFile, file_id), name, value)
            db.session.commit()

    return change


@pytest.fixture
def count_works(app):
    """How many works there are."""

    def count():
        with app.app_context():
            return db.session.query(Work).count()

    return count


def test_a_librarian_catalogues_a_thesis(people, sign_in, client):
    librarian = sign_in(people["librarian"])
    assert "luận văn" in librarian.get("/works/new").text.lower()
    described = librarian.post("/works/new/thesis", data=THESIS)
    assert described.status_code == 302
    work_id = described.location.split("/")[2]
    added = librarian.post(
        f"/works/{work_id}/files",
        content_type="multipart/form-data",
        data={"access": "open", "embargo_date": "", "upload": "", "file": (BytesIO(pdf_bytes()), "luận văn.pdf")},
    )
    assert added.status_code == 302
    assert 'value="catalogue"' in librarian.get(f"/works/{work_id}/finish").text
    assert librarian.post(f"/works/{work_id}/steps", data={"step": "catalogue"}).status_code == 302
    page = client.get(f"/works/{work_id}")
    assert page.status_code == 200
    for words in (THESIS["title"], THESIS["author"], THESIS["institution"], THESIS["abstract_en"], "CC BY-NC", "2025"):
        assert words in page.text
    assert THESIS["title"] in client.get("/works").text


def test_a_form_with_mistakes_comes_back_filled(people, sign_in, count_works):
    page = sign_in(people["librarian"]).post("/works/new/thesis", data=THESIS | {"year": "năm nay"})
    assert page.status_code == 422
    assert "năm nay" in page.text
    assert 'aria-invalid="true"' in page.text
    assert count_works() == 0


def test_outcomes_follow_the_subject_without_script(people, sign_in, make, count_works):
    def outcome_of_a_subject():
        outcome = make_outcome(text="Viết được phương trình li độ")
        return str(outcome.id), str(outcome.subject_id), str(outcome.grade)

    outcome_id, subject_id, grade = make(outcome_of_a_subject)
    chosen = {"subject": subject_id, "grade": grade, "title": "Bài"}
    teacher = sign_in(people["teacher"])
    page = teacher.post("/works/new/lecture", data=chosen | {"refresh": "1"})
    assert "Viết được phương trình li độ" in page.text
    assert count_works() == 0
    query = {"subject": chosen["subject"], "grade": chosen["grade"], "outcomes": outcome_id}
    assert "checked" in teacher.get("/works/outcomes", query_string=query).text


def test_the_second_editor_gets_a_conflict(thesis, people, sign_in, client):
    work_id, _file = thesis
    version = str(client.get(f"/api/v1/works/{work_id}").json["version"])
    first, second = sign_in(people["librarian"]), sign_in(people["administrator"])
    assert first.post(f"/works/{work_id}/edit", data=THESIS | {"title": "A", "version": version}).status_code == 302
    assert second.post(f"/works/{work_id}/edit", data=THESIS | {"title": "B", "version": version}).status_code == 409


def test_a_pdf_that_is_none_is_refused_beside_the_field(people, sign_in, make):
    work_id = make(make_work)
    page = sign_in(people["librarian"]).post(
        f"/works/{work_id}/files",
        content_type="multipart/form-data",
        data={"access": "open", "upload": "", "file": (BytesIO(b"MZ program"), "thesis.pdf")},
    )
    assert page.status_code == 422
    assert "PDF" in page.text
    assert 'id="file-error"' in page.text


def test_an_embargo_in_page_api_and_file_alike(thesis, client, people, sign_in, change_file):
    work_id, file_id = thesis
    until = clock.now() + timedelta(days=3)
    change_file(file_id, embargo_until=until)
    page, api = client.get(f"/works/{work_id}"), client.get(f"/api/v1/works/{work_id}").json
    refused = client.get(f"/works/{work_id}/files/{file_id}")
    assert page.status_code == 200
    assert THESIS["abstract"] in page.text
    assert str(file_id) not in page.text
    assert (api["files"][0]["available"], api["files"][0]["refused"], api["files"][0]["url"]) == (
        False,
        "embargo",
        None,
    )
    assert refused.status_code == 403
    assert "luan-van" not in refused.text + page.text
    assert sign_in(people["librarian"]).get(f"/works/{work_id}/files/{file_id}").status_code == 302
    with clock.frozen(until):
        assert str(file_id) in client.get(f"/works/{work_id}").text
        assert client.get(f"/api/v1/works/{work_id}").json["files"][0]["available"]
        opened = client.get(f"/works/{work_id}/files/{file_id}")
        assert opened.status_code == 302
    assert fetch(client, opened.location).data == pdf_bytes()


def test_a_file_for_the_signed_in_asks_to_sign_in(thesis, client, people, sign_in, change_file):
    work_id, file_id = thesis
    change_file(file_id, access="signed_in")
    assert "sign-in" in client.get(f"/works/{work_id}/files/{file_id}").location
    assert sign_in(people["student"]).get(f"/works/{work_id}/files/{file_id}").status_code == 302


def test_a_withdrawn_work_leaves_a_tombstone(thesis, client, people, sign_in):
    work_id, file_id = thesis
    assert (
        sign_in(people["librarian"])
        .post(f"/works/{work_id}/steps", data={"step": "withdraw", "reason": "Trùng"})
        .status_code
        == 302
    )
    page = client.get(f"/works/{work_id}")
    assert page.status_code == 410
    assert THESIS["title"] in page.text
    assert THESIS["abstract"] not in page.text
    assert client.get(f"/works/{work_id}/files/{file_id}").status_code == 403
    assert client.get(f"/api/v1/works/{work_id}").json["description"] == {"title": THESIS["title"]}
    assert THESIS["title"] not in client.get("/works").text


@pytest.mark.parametrize(
    ("state", "student", "other_teacher"),
    [("draft", 403, 403), ("submitted", 403, 403), ("returned", 403, 403), ("published", 200, 200)],
)
def test_who_sees_a_record(state, student, other_teacher, people, sign_in, client, make):
    owner_id = make(lambda: make_person("teacher"))
    work_id = make(lambda: make_work("lecture", state=state, owner=db.session.get(Person, owner_id)))
    address = f"/works/{work_id}"
    assert client.get(address).status_code == (200 if state == "published" else 302)
    assert sign_in(people["student"]).get(address).status_code == student
    assert sign_in(people["teacher"]).get(address).status_code == other_teacher
    assert sign_in(owner_id).get(address).status_code == 200
    assert sign_in(people["librarian"]).get(address).status_code == 200


@pytest.mark.parametrize("path", ["edit", "files", "finish"])
def test_the_desk_of_a_work_is_not_shown_to_others(path, thesis, people, sign_in, client):
    address = f"/works/{thesis[0]}/{path}"
    assert client.get(address).status_code == 302
    assert sign_in(people["student"]).get(address).status_code == 403
    assert sign_in(people["librarian"]).get(address).status_code == 200


def test_publishing_a_deposit_is_not_a_step_of_this_room(people, sign_in, make):
    work_id = make(lambda: make_work("lecture", state="submitted"))
    librarian = sign_in(people["librarian"])
    assert librarian.post(f"/works/{work_id}/steps", data={"step": "publish"}).status_code == 422


def test_my_works_are_mine(sign_in, make):
    owner_id = make(lambda: make_work("lecture", title="Bài của tôi").owner_id)
    make(lambda: make_work("lecture", title="Bài của bạn"))
    page = sign_in(owner_id).get("/works/mine")
    assert "Bài của tôi" in page.text
    assert "Bài của bạn" not in page.text


def test_every_page_speaks_vietnamese_and_english(thesis, client):
    assert "Cách trích dẫn" in client.get(f"/works/{thesis[0]}").text
    assert "How to cite" in client.get(f"/works/{thesis[0]}?lang=en").text


def test_browsing_costs_the_same_whatever_the_number(app, make, client):
    make(lambda: make_work("lecture", state="published"))
    few = statements_of(app, client)
    for _each in range(10):
        make(lambda: make_work("lecture", state="published"))
    assert statements_of(app, client) == few


def statements_of(app, client):
    with app.app_context():
        engine = db.engine
    seen = []

    def listen(_connection, _cursor, statement, *_more):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert client.get("/works").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return len(seen)


@pytest.mark.parametrize("grade", ["9" * 30, "9" * 5000, "-1", "0", "²", "13"])
def test_a_grade_that_is_none_is_no_grade(make, sign_in, people, grade):
    subject_id = make(lambda: make_outcome().subject_id)
    teacher = sign_in(people["teacher"])
    answer = teacher.get("/works/outcomes", query_string={"subject": str(subject_id), "grade": grade})
    assert answer.status_code == 200
    form = {"title": "x", "subject": str(subject_id), "grade": grade, "language": "vi"}
    assert teacher.post("/works/new/lecture", data=form).status_code == 422
