"""The bank's pages and its API, as a teacher's browser or a program uses them."""

import pytest
from lxml import html

from assessment.bank.models import Item, ItemVersion
from lms.core.db import db
from tests.factories.bank import make_body, make_item
from tests.factories.curriculum import make_outcome, make_topic
from tests.factories.identity import make_person
from tests.factories.organisations import make_school


@pytest.fixture
def world(app, sign_in):
    """A teacher signed in, with a subject, a topic, an outcome and one ready item of each type."""
    with app.app_context():
        school = make_school()
        person = make_person("teacher", organisation=school)
        topic = make_topic(name="Đạo hàm")
        outcome = make_outcome(topic)
        items = {type: make_item(type, owner=person, topic=topic, organisation=school).id
                 for type in ("single_choice", "multiple_response", "true_false", "short_numeric", "short_text")}
        stranger = make_person("student").id
        db.session.commit()
        known = {"subject": str(topic.subject_id), "topic": str(topic.id), "outcome": str(outcome.id),
                 "items": items, "student": stranger, "person": person.id}
    return known | {"client": sign_in(known["person"])}


def tree(response):
    return html.fromstring(response.text)


def place(world, **changes):
    return {"subject_id": world["subject"], "topic_id": world["topic"], "grade": "12", "level": "apply",
            "language": "vi", "outcome_ids": [world["outcome"]], **changes}


CHOICE = {"prompt": "Đạo hàm của \\(x^2\\) với a < b", "options.0.id": "o1", "options.0.text": "\\(2x\\)",
          "options.1.id": "o2", "options.1.text": "\\(x\\)", "right": "o1", "explanation": "Theo công thức."}


def latest(app):
    with app.app_context():
        item = db.session.query(Item).order_by(Item.created_at.desc()).first()
        return item, db.session.get(ItemVersion, item.current_version_id)


def test_the_list_narrows(world):
    client = world["client"]
    assert len(tree(client.get("/bank/")).xpath("//ul[@class='rows']/li")) == 5
    page = client.get("/bank/", query_string={"subject": world["subject"], "topic": world["topic"], "level": "know",
                                              "type": "true_false", "text": "CAU hoi", "mine": "1"})
    assert len(tree(page).xpath("//ul[@class='rows']/li")) == 1
    for query in ("text=khongcogi", "level=%27;--", "subject=x&topic=y&page=abc"):
        assert client.get(f"/bank/?{query}").status_code == 200


def test_every_page_opens_for_every_type(world):
    client = world["client"]
    for type, item_id in world["items"].items():
        for path in (f"/bank/items/new/{type}", f"/bank/items/{item_id}", f"/bank/items/{item_id}/edit"):
            assert client.get(path).status_code == 200, path
    assert client.get("/bank/items/new").status_code == 200
    assert client.get("/bank/items/new/nonsense").status_code == 404


def test_students_are_refused_everywhere(world, sign_in):
    client = sign_in(world["student"])
    item_id = world["items"]["single_choice"]
    for path in ("/bank/", "/bank/items/new", "/bank/items/new/true_false", f"/bank/items/{item_id}",
                 f"/bank/items/{item_id}/edit"):
        assert client.get(path).status_code == 403, path
    for path in (f"/bank/items/{item_id}/retire", "/bank/items/preview/true_false"):
        assert client.post(path).status_code == 403, path
    assert client.get(f"/api/v1/items/{item_id}").status_code == 403


def test_writing_a_choice(world, app):
    answer = world["client"].post("/bank/items/new/single_choice",
                                  data={**CHOICE, **place(world), "action": "save-ready"})
    assert answer.status_code == 302
    item, version = latest(app)
    assert (item.state, item.level, item.grade, str(item.topic_id)) == ("ready", "apply", 12, world["topic"])
    assert version.content["prompt"] == "<p>Đạo hàm của \\(x^2\\) với a &lt; b</p>"
    assert version.key == {"correct": "o1", "explanation": "<p>Theo công thức.</p>"}
    shown = world["client"].get(answer.location)
    assert "Theo công thức." in shown.text


@pytest.mark.parametrize(("type", "fields", "key"), [
    ("multiple_response", {**{f"options.{n}.id": f"o{n + 1}" for n in range(3)},
                           **{f"options.{n}.text": "abc"[n] for n in range(3)},
                           "right[]": ["o1", "o3"]},
     {"correct": ["o1", "o3"]}),
    ("true_false", {f"options.{n - 1}.text": str(n) for n in range(1, 5)}
     | {f"options.{n - 1}.id": f"o{n}" for n in range(1, 5)}
     | {f"truth.o{n}": "true" if n % 2 else "false" for n in range(1, 5)}, {"true": ["o1", "o3"]}),
    ("short_numeric", {"accepted.0.value": "1,5", "accepted.0.tolerance": "0,01", "accepted.1.value": "",
                       "exam_length": "1"},
     {"accepted": [{"value": "1.5", "tolerance": "0.01"}]}),
    ("short_text", {"words": "Hà Nội\nThủ đô\n", "case_sensitive": "1"},
     {"accepted": [{"text": "Hà Nội"}, {"text": "Thủ đô"}], "case_sensitive": True})])
def test_writing_the_other_types_and_editing_them_unchanged(world, app, type, fields, key):
    client = world["client"]
    client.post(f"/bank/items/new/{type}", data={"prompt": "Hỏi?", **fields, **place(world), "action": "save-ready"})
    item, version = latest(app)
    assert (version.type, version.key) == (type, key)
    form = next(each for each in tree(client.get(f"/bank/items/{item.id}/edit")).forms if "prompt" in each.fields)
    sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    client.post(f"/bank/items/{item.id}/edit", data={**sent, "action": "save-ready"})
    with app.app_context():
        again = db.session.get(Item, item.id)
        assert again.current_version_id == version.id


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(world):
    page = world["client"].post("/bank/items/new/single_choice", data={
        **CHOICE, "right": "", "options.1.text": "\\(x", **place(world, subject_id=""), "action": "save-ready"})
    assert page.status_code == 422
    shown = tree(page)
    assert shown.get_element_by_id("prompt").text.strip() == CHOICE["prompt"]
    assert shown.get_element_by_id("subject_id-error") is not None
    page = world["client"].post("/bank/items/new/single_choice", data={
        **CHOICE, "right": "", "options.1.text": "\\(x", **place(world), "action": "save-ready"})
    shown = tree(page)
    assert shown.get_element_by_id("options-2-error") is not None
    assert shown.get_element_by_id("key-error") is not None
    assert {link.get("href") for link in shown.xpath("//*[@role='alert']//a")} == {"#options-2", "#key"}


def test_a_draft_may_have_holes_and_is_made_ready_later(world, app):
    client = world["client"]
    answer = client.post("/bank/items/new/single_choice",
                         data={**CHOICE, "right": "", **place(world), "action": "save-draft"})
    assert answer.status_code == 302
    item, _version = latest(app)
    assert client.post(f"/bank/items/{item.id}/ready").status_code == 422
    client.post(f"/bank/items/{item.id}/edit", data={**CHOICE, **place(world), "action": "save-draft"})
    assert client.post(f"/bank/items/{item.id}/ready").status_code == 302
    assert client.post(f"/bank/items/{item.id}/retire").status_code == 302
    assert client.post(f"/bank/items/{item.id}/restore").status_code == 302
    assert client.get(f"/bank/items/{item.id}?version=1").status_code == 200


def test_buttons_work_without_script(world):
    def post(action, **fields):
        return tree(world["client"].post("/bank/items/new/single_choice",
                                         data={**CHOICE, **fields, **place(world), "action": action}))

    assert post("add:options").get_element_by_id("options-2-text") is not None
    three = {"options.2.id": "o3", "options.2.text": "c"}
    ids = "//input[starts-with(@name, 'options.') and contains(@name, '.id')]/@value"
    assert post("remove:options.0", **three).xpath(ids) == ["o2", "o3"]
    assert "Theo" in post("preview").get_element_by_id("explanation").text
    numeric = {"prompt": "x", "accepted.0.value": "1", **place(world)}
    more = tree(world["client"].post("/bank/items/new/short_numeric", data={**numeric, "action": "add:accepted"}))
    assert len(more.xpath("//input[contains(@name, '.value')]")) == 2
    numeric |= {"accepted.1.value": "2", "action": "remove:accepted.0"}
    fewer = tree(world["client"].post("/bank/items/new/short_numeric", data=numeric))
    assert fewer.xpath("//input[contains(@name, '.value')]/@value") == ["2"]


def test_another_subject_drops_the_topic_of_the_old_one(world, app):
    with app.app_context():
        other = make_topic()
        db.session.commit()
        other_subject = str(other.subject_id)
    page = world["client"].post("/bank/items/new/single_choice", data={
        **CHOICE, **place(world, subject_id=other_subject), "action": "refresh"})
    topics = tree(page).xpath("//select[@name='topic_id']/option/@value")
    assert world["topic"] not in topics
    assert str(other.id) in topics


def test_the_live_preview_is_what_is_stored_and_safe(world):
    page = world["client"].post("/bank/items/preview/single_choice", data={
        "prompt": "<p onclick='x()'>Hỏi \\(a<b\\)<script>y()</script></p>", "options.0.id": "o1",
        "options.0.text": "1"})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "onclick" not in page.text
    assert "\\(a&lt;b\\)" in page.text
    assert tree(page).xpath("//fieldset/legend")


def test_the_api_lists_reads_and_writes(world):
    client = world["client"]
    listed = client.get("/api/v1/items", query_string={"type": "true_false", "subject_id": world["subject"]}).json
    assert (listed["total"], listed["items"][0]["type"]) == (1, "true_false")
    content, key = make_body("short_numeric")
    sent = {"type": "short_numeric", "content": content, "key": key, "subject_id": world["subject"], "level": "know",
            "state": "ready", "outcome_ids": [world["outcome"]]}
    made = client.post("/api/v1/items", json=sent)
    assert made.status_code == 201
    read = client.get(f"/api/v1/items/{made.json['id']}").json
    assert (read["version"], read["key"], read["outcome_ids"]) == (1, key, [world["outcome"]])


def test_the_api_says_what_is_wrong(world):
    client = world["client"]
    content, key = make_body()
    sent = {"type": "single_choice", "content": content, "key": {}, "subject_id": world["subject"], "level": "know"}
    refused = client.post("/api/v1/items", json={**sent, "state": "ready"})
    assert refused.status_code == 422
    assert refused.json["problems"][0]["where"] == "key"
    assert client.post("/api/v1/items", json={**sent, "level": "x"}).status_code == 422
    assert client.get("/api/v1/items?type=nonsense").status_code == 422
    assert client.get("/api/v1/items/0199d3f0-0000-7000-8000-000000000000").status_code == 404
    assert key


def test_nobody_reads_without_signing_in(client):
    assert client.get("/api/v1/items").status_code == 401
    assert client.get("/bank/").status_code == 302
