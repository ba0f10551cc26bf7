"""The pages of banks and reviews: what they show, whom they show it, and that lists ask the database a few times."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assessment.bank import services as bank
from assessment.bank.banks_models import BankExport
from assessment.bank.models import Item
from lms.core.db import db
from lms.core.permissions import Actor
from tests.factories.banks import Team, draft_in, make_team
from tests.factories.curriculum import make_subject

WORDS = "Tam giác nội tiếp đường tròn"


class Scene:
    """A team whose people are signed in as they are asked for; nothing of the database is held open."""

    def __init__(self, app: Flask, sign_in, kind: str, state: str = "ready", items: int = 1) -> None:
        self.sign_in = sign_in
        with app.test_request_context():
            team: Team = make_team(kind)
            subject = make_subject()
            drafts = [draft_in(team.bank, f"<p>{WORDS} số {number} của lớp</p>", state=state, subject_id=subject.id)
                      for number in range(items)]
            self.items = bank.create_items(team["author"], drafts)
            self.item, self.bank, self.version = self.items[0], team.bank.id, db.session.get_one(
                Item, self.items[0]).current_version_id
            self.people: dict[str, Actor] = dict(team.people)
            db.session.commit()

    def as_(self, role: str):
        """A browser of the person with this role."""
        return self.sign_in(self.people[role].id)


@pytest.fixture
def scene(app, sign_in):
    return lambda kind, **more: Scene(app, sign_in, kind, **more)


def test_a_secure_question_is_shown_with_a_watermark_and_not_kept(scene):
    made = scene("secure")
    reviewer = made.as_("content_reviewer")
    for page in ("", "/review", "/compare"):
        answer = reviewer.get(f"/bank/items/{made.item}{page}")
        assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)
        assert WORDS in answer.text
        assert "/bank/watermark.svg" in answer.text
    drawn = reviewer.get("/bank/watermark.svg")
    assert made.people["content_reviewer"].name in drawn.text
    assert "style=" not in drawn.text


def test_lists_of_a_secure_bank_show_numbers_and_no_words(scene):
    made = scene("secure")
    for role, path in (("content_reviewer", "/bank/reviews"), ("content_reviewer", f"/bank/?bank={made.bank}"),
                       ("author", f"/bank/?bank={made.bank}"), ("manager", f"/bank/banks/{made.bank}")):
        page = made.as_(role).get(path)
        assert page.status_code == 200
        assert WORDS not in page.text
    assert made.item.hex[-8:].upper() in made.as_("content_reviewer").get("/bank/reviews").text
    assert made.item.hex[-8:].upper() not in made.as_("content_reviewer").get("/bank/").text


@pytest.mark.parametrize("role", ["stranger", "administrator", "school administrator"])
def test_whoever_is_no_member_finds_nothing_by_page_api_or_search(scene, role):
    made = scene("secure")
    client = made.as_(role)
    for path in (f"/bank/items/{made.item}", f"/bank/items/{made.item}/review", f"/bank/items/{made.item}/edit",
                 f"/bank/items/{made.item}/compare", f"/bank/banks/{made.bank}", f"/api/v1/items/{made.item}"):
        assert client.get(path).status_code == 404, path
    for path in (f"/api/v1/items?bank_id={made.bank}", "/api/v1/items/banks", "/api/v1/items?text=tam"):
        assert client.get(path).json["total"] == 0, path
    assert WORDS not in client.get("/search?q=tam+giac").text


def test_a_remark_a_signature_and_a_return_go_through_the_pages(scene):
    made = scene("open")
    at = f"/bank/items/{made.item}"
    reviewer, author = made.as_("content_reviewer"), made.as_("author")
    assert reviewer.post(f"{at}/comments", data={"part": "options.o2", "text": "Trùng ý"}).status_code == 302
    assert "Trùng ý" in author.get(f"{at}/review").text
    assert reviewer.post(f"{at}/moves/sign_content", data={"version": str(made.version)}).status_code == 409
    remark = reviewer.get(f"{at}/review").text.split("/comments/")[1].split("/")[0]
    assert reviewer.post(f"{at}/comments/{remark}/settle").status_code == 302
    assert reviewer.post(f"{at}/moves/sign_content", data={"version": str(made.version)}).status_code == 302
    language = made.as_("language_reviewer")
    refused = language.post(f"{at}/moves/sign_language", data={"checklist": ["plain"]})
    assert (refused.status_code, "checked" in refused.text) == (422, True)
    assert language.post(f"{at}/moves/return_language", data={"reason": "Câu quá dài"}).status_code == 302
    assert "Câu quá dài" in author.get(f"{at}/review").text


def test_the_api_takes_the_steps_of_a_review(scene):
    made = scene("open")
    at = f"/api/v1/items/{made.item}/moves/"
    assert made.as_("author").post(f"{at}approve", json={}).status_code == 403
    assert made.as_("content_reviewer").post(f"{at}sign_content", json={}).json["state"] == "language_review"
    assert made.as_("content_reviewer").post(f"{at}sign_content", json={}).status_code == 409
    named = made.as_("author").get("/api/v1/items/banks").json
    assert [(each["id"], each["kind"], each["reviewed"]) for each in named["items"]] == [(str(made.bank), "open", True)]


def test_a_bank_is_made_and_its_members_chosen(app, scene):
    made = scene("open")
    client = made.as_("school administrator")
    with app.app_context():
        place = bank.find_bank(made.bank).organisation_id
    answer = client.post("/bank/banks/new", data={"name": "Đề thi", "organisation_id": str(place), "kind": "secure"})
    at = answer.headers["Location"]
    reader = made.people["reader"]
    page = client.get(at, query_string={"name": reader.name})
    assert str(reader.id) in page.text
    for action, status in (("add", 200), ("remove", 404)):
        client.post(f"{at}/members/{action}", data={"person_id": str(reader.id), "role": "reader"})
        assert made.as_("reader").get(at).status_code == status
    assert client.post("/bank/banks/new", data={"name": "", "organisation_id": str(place)}).status_code == 422
    assert made.as_("stranger").post("/bank/banks/new", data={
        "name": "Đề thi", "organisation_id": str(place), "kind": "secure"}).status_code == 403


def test_an_export_is_asked_for_and_consented_to_on_the_pages(app, scene):
    made = scene("secure", state="draft")
    with app.app_context():
        db.session.get_one(Item, made.item).state = "ready"
        db.session.commit()
    approver, manager = made.as_("approver"), made.as_("manager")
    assert approver.post(f"/bank/banks/{made.bank}/exports", data={
        "items": str(made.item), "reason": "In đề"}).status_code == 302
    with app.app_context():
        export_id: UUID = db.session.scalars(select(BankExport.id)).one()
    assert "In đề" in manager.get(f"/bank/exports/{export_id}").text
    assert approver.post(f"/bank/exports/{export_id}", data={"decision": "consent"}).status_code == 403
    assert manager.post(f"/bank/exports/{export_id}", data={"decision": "consent"}).status_code == 302
    assert made.as_("author").get(f"/bank/exports/{export_id}").status_code == 403


def test_look_alikes_are_shown_side_by_side_until_somebody_says_they_are_two(scene):
    made = scene("open", items=2, state="draft")
    author = made.as_("author")
    one, other = made.items
    assert f"/bank/items/{one}/alike/{other}" in author.get(f"/bank/items/{one}").text
    assert author.get(f"/bank/items/{one}/alike/{other}").status_code == 200
    assert author.post(f"/bank/items/{one}/distinct", data={"other": str(other)}).status_code == 302
    assert "/alike/" not in author.get(f"/bank/items/{one}").text
    assert "/alike/" not in author.get(f"/bank/items/{other}").text


@pytest.mark.parametrize("path", ["/bank/reviews", "/bank/?bank={bank}", "/bank/banks/{bank}", "/bank/banks"])
def test_lists_ask_the_database_as_often_for_many_as_for_few(scene, statements, path):
    counts = []
    for items in (2, 12):
        made = scene("open", items=items)
        client = made.as_("content_reviewer")
        client.get("/bank/banks")
        with statements() as seen:
            assert client.get(path.format(bank=made.bank)).status_code == 200
        counts.append(seen.count)
    assert counts[1] <= counts[0] + 1, counts
