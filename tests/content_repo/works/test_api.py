"""Works over the API."""

from datetime import timedelta

import pytest

from lms.core import clock
from lms.core.db import db
from tests.factories.identity import make_person
from tests.factories.works import THESIS, make_work, make_work_file


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
def librarian(make, sign_in):
    """A signed-in librarian."""
    return sign_in(make(lambda: make_person("librarian").id))


def test_a_draft_is_made_read_and_changed(librarian):
    made = librarian.post("/api/v1/works", json={"kind": "thesis", "description": THESIS})
    assert made.status_code == 201
    work = made.json
    assert work["description"]["author"] == [THESIS["author"]]
    assert work["state"] == "draft"
    changed = librarian.patch(
        f"/api/v1/works/{work['id']}", json={"version": work["version"], "description": {"year": 2024}}
    )
    assert changed.json["description"]["year"] == 2024
    again = librarian.patch(
        f"/api/v1/works/{work['id']}", json={"version": work["version"], "description": {"year": 2023}}
    )
    assert again.status_code == 409
    assert again.content_type == "application/problem+json"


def test_what_was_read_can_be_sent_back(librarian):
    work = librarian.post("/api/v1/works", json={"kind": "thesis", "description": THESIS}).json
    back = librarian.patch(
        f"/api/v1/works/{work['id']}", json={"version": work["version"], "description": work["description"]}
    )
    assert back.status_code == 200
    assert back.json["description"] == work["description"]


def test_problems_name_their_fields(librarian):
    refused = librarian.post("/api/v1/works", json={"kind": "thesis", "description": {"title": "T", "year": "x"}})
    assert refused.status_code == 422
    assert [problem["where"] for problem in refused.json["problems"]] == ["year"]


def test_an_embargo_is_set_and_lifted(librarian, client, make):
    def published():
        work = make_work("thesis", state="published")
        return str(work.id), str(make_work_file(work).id)

    work_id, file_id = make(published)
    address = f"/api/v1/works/{work_id}"
    until = (clock.now() + timedelta(hours=1)).isoformat()

    def change(embargo_until):
        version = client.get(address).json["version"]
        rights = {"id": file_id, "access": "open", "embargo_until": embargo_until}
        return librarian.patch(address, json={"version": version, "files": [rights]})

    assert change(until).status_code == 200
    assert client.get(address).json["files"][0]["refused"] == "embargo"
    assert change("2026-13-01").status_code == 422
    assert change(None).status_code == 200
    assert client.get(address).json["files"][0]["available"]


def test_strangers_read_what_is_published_and_change_nothing(client, make):
    draft, published = (make(lambda state=state: str(make_work(state=state).id)) for state in ("draft", "published"))
    listed = client.get("/api/v1/works").json
    assert [item["id"] for item in listed["items"]] == [published]
    assert client.get(f"/api/v1/works/{draft}").status_code == 401
    assert client.post("/api/v1/works", json={"kind": "thesis", "description": THESIS}).status_code == 401
    assert client.patch(f"/api/v1/works/{published}", json={"version": 1}).status_code == 401


def test_the_schema_is_told(client):
    kinds = {kind["code"]: kind for kind in client.get("/api/v1/works/kinds").json}
    assert kinds["thesis"]["accepts"] == "pdf"
    assert {"name": "degree", "choices": ["graduation", "master", "doctoral"]}.items() <= next(
        field for field in kinds["thesis"]["fields"] if field["name"] == "degree"
    ).items()
