"""The pages of curation: from a deposit to the published page, and collections for everybody."""

import pytest

from lms.core.db import db
from tests.factories.curation import make_collection
from tests.factories.identity import make_person
from tests.factories.works import make_work, make_work_file, put_into_state


@pytest.fixture
def make(app):
    """`make(function)`: call it in a context of its own and commit; what it returns must be plain values."""

    def made(function):
        with app.test_request_context():
            found = function()
            db.session.commit()
            return found

    return made


@pytest.fixture
def deposit(make):
    """A lecture that waits for review: (work id, owner id)."""

    def submitted():
        work = make_work("lecture", title="Dao động điều hoà")
        make_work_file(work)
        put_into_state(work, "submitted")
        return work.id, work.owner_id

    return make(submitted)


def test_a_deposit_is_claimed_returned_handed_in_again_and_published(make, deposit, sign_in, client):
    work_id, owner_id = deposit
    librarian, teacher = sign_in(make(lambda: make_person("librarian").id)), sign_in(owner_id)
    collection_id = make(lambda: make_collection("Vật lí").id)
    assert "Dao động điều hoà" in librarian.get("/curation").text
    assert librarian.post(f"/curation/{work_id}/claim").status_code == 302
    page = librarian.get(f"/curation/{work_id}")
    assert "Dao động điều hoà" in page.text
    assert librarian.post(f"/curation/{work_id}/return", data={"reason": ""}).status_code == 422
    assert librarian.post(f"/curation/{work_id}/return", data={"reason": "Thiếu hình."}).status_code == 302
    assert "Thiếu hình." in teacher.get(f"/works/{work_id}").text
    assert teacher.post(f"/works/{work_id}/steps", data={"step": "submit"}).status_code == 302
    published = librarian.post(f"/curation/{work_id}/publish", data={"collections": [str(collection_id)]})
    assert published.status_code == 302
    assert client.get(f"/works/{work_id}").status_code == 200
    assert "Dao động điều hoà" in client.get(f"/collections/{collection_id}").text
    assert "Vật lí" in client.get("/collections").text


@pytest.mark.parametrize("path", ["/curation", "/curation/{work}"])
@pytest.mark.parametrize(
    ("role", "status"), [("student", 403), ("teacher", 403), ("librarian", 200), ("administrator", 200)]
)
def test_who_sees_the_review_desk(path, role, status, make, deposit, sign_in, client):
    address = path.format(work=deposit[0])
    assert client.get(address).status_code == 302
    assert sign_in(make(lambda: make_person(role).id)).get(address).status_code == status


def test_collections_are_open_and_kept_by_librarians(make, sign_in, client):
    librarian = sign_in(make(lambda: make_person("librarian").id))
    made = librarian.post("/collections/new", data={"title_vi": "Luận văn", "title_en": "Theses", "description": ""})
    assert made.status_code == 302
    assert librarian.post("/collections/new", data={"title_vi": "", "title_en": ""}).status_code == 422
    assert librarian.get(f"{made.location}/edit").status_code == 200
    assert "Luận văn" in client.get(made.location).text
    assert "Theses" in client.get(f"{made.location}?lang=en").text
    assert client.get("/collections/new").status_code == 302
    assert sign_in(make(lambda: make_person("teacher").id)).get("/collections/new").status_code == 403
