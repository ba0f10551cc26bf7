"""From upload to bank: the report first, all or nothing, or the good ones by one's own word."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import event
from sqlalchemy.engine import Engine

from assessment.bank.models import Item
from assessment.interchange import services
from assessment.interchange.models import ImportBatch, ImportQuestion
from assessment.interchange.services import ImportPlace, staging, taking
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from lms.core.permissions import Actor, positions_in
from lms.curriculum.models import Topic
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

FIXTURES = Path(__file__).parent / "fixtures"
GOOD = "$CATEGORY: Hình học/Vectơ\n\n::A::Một? {=a ~b}\n\n::B::Hai? {#2}\n"
MIXED = GOOD + "\n::C::Không có đáp án {~a ~b}\n"


@pytest.fixture
def teacher(context):
    return make_actor(make_person("teacher", make_school()))


@pytest.fixture
def place(context):
    return ImportPlace(make_subject().id, level="understand", grade=12)


def stage(actor, place, text=GOOD, name="de.gift"):
    data = text if isinstance(text, bytes) else text.encode()
    return services.stage_import(actor, file_name=name, stream=BytesIO(data), place=place)


def items():
    return db.session.query(Item).order_by(Item.stem_text).all()


def test_a_good_file_goes_in_as_a_whole(teacher, place):
    batch = stage(teacher, place)
    assert items() == []
    assert services.confirm_import(teacher, batch.id).imported == 2
    assert [(item.type, item.level, item.grade, item.state) for item in items()] == [
        ("short_numeric", "understand", 12, "ready"), ("single_choice", "understand", 12, "ready")]
    assert {db.session.get(Topic, item.topic_id).name for item in items()} == {"Hình học / Vectơ"}
    with pytest.raises(Conflict):
        services.confirm_import(teacher, batch.id)


def test_one_fault_keeps_everything_out_and_is_named(teacher, place):
    batch = stage(teacher, place, MIXED)
    with pytest.raises(Invalid) as caught:
        services.confirm_import(teacher, batch.id)
    [problem] = caught.value.problems
    assert "de.gift" in problem.where
    assert "7" in problem.where
    assert "C" in problem.where
    assert problem.message
    assert items() == []
    assert services.confirm_import(teacher, batch.id, only_good=True).imported == 2


def test_a_file_without_anything_good_is_never_imported(teacher, place):
    for text in ("", "chỉ có chữ", b"\x00\x01", b"<quiz>"):
        batch = stage(teacher, place, text)
        for only_good in (False, True):
            with pytest.raises(Invalid):
                services.confirm_import(teacher, batch.id, only_good=only_good)


def test_both_fixtures(teacher, place):
    for name in ("dao_ham.gift", "vat_li.xml"):
        batch = stage(teacher, place, (FIXTURES / name).read_bytes(), name)
        counts = services.count_questions(teacher, batch.id)
        assert counts.refused >= 1
        assert services.confirm_import(teacher, batch.id, only_good=True).imported == counts.takeable >= 5


def test_a_staged_file_is_its_owners_alone_and_expires(teacher, place):
    batch = stage(teacher, place)
    other = Actor(make_person("teacher").id, "O", positions_in([], "teacher", "administrator"))
    for act in (services.get_import, services.confirm_import):
        with pytest.raises(Forbidden):
            act(other, batch.id)
    with pytest.raises(Forbidden):
        stage(Actor(make_person("student").id, "S", positions_in([], "student")), place)
    with clock.frozen(clock.now() + timedelta(days=4)):
        with pytest.raises(NotFound):
            services.get_import(teacher, batch.id)
        stage(teacher, place)
        services.forget_old_imports()
        assert db.session.query(ImportBatch).count() == 1
        assert db.session.query(ImportQuestion).count() == 2


def test_a_file_may_be_too_large(teacher, place, monkeypatch):
    monkeypatch.setattr(staging, "LARGEST_FILE", 10)
    with pytest.raises(TooLarge):
        stage(teacher, place)


def test_names_of_files_are_only_names(teacher, place):
    assert stage(teacher, place, name="..\\..\\x/đề thi\n1.txt").file_name == "đề thi1.txt"
    assert stage(teacher, place, name="").file_name == "?"


def test_categories_can_be_left_aside_and_topics_are_reused(teacher, place):
    services.confirm_import(teacher, stage(teacher, replace(place, use_categories=False)).id)
    assert {item.topic_id for item in items()} == {None}
    for _each in range(2):
        services.confirm_import(teacher, stage(teacher, place).id)
    assert db.session.query(Topic).count() == 1


def test_a_thousand_questions_take_few_statements(teacher, place, run_jobs):
    batch = stage(teacher, place, "\n\n".join(f"Câu {n}? {{=a{n} ~b ~c}}" for n in range(1000)))
    db.session.commit()
    seen = []

    def count(*arguments):
        seen.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert services.confirm_import(teacher, batch.id).state == "importing"
        db.session.commit()
        run_jobs()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    db.session.expire_all()
    assert services.get_import(teacher, batch.id).imported == 1000
    assert len(seen) < 150


def test_the_pages_from_upload_to_bank(app, sign_in):
    with app.app_context():
        person, subject = make_person("teacher").id, str(make_subject().id)
        db.session.commit()
    client = sign_in(person)
    assert client.get("/bank/import/").status_code == 200
    assert client.post("/bank/import/", data={}).status_code == 422
    fields = {"subject_id": subject, "level": "know", "language": "vi", "state": "draft", "grade": "",
              "use_categories": "y"}
    answer = client.post("/bank/import/", data={**fields, "file": (BytesIO(MIXED.encode()), "đề.gift")})
    report = client.get(answer.location)
    words = html.fromstring(report.text).text_content()
    assert "Không có đáp án" in words
    assert "7" in words
    assert "đề.gift" in words
    assert client.get(f"{answer.location}?view=good&page=2").status_code == 200
    assert client.get(f"{answer.location}?view=good").text.count("import-look") >= 2
    assert client.post(f"{answer.location}/confirm", data={"what": "all"}).status_code == 422
    assert client.post(f"{answer.location}/confirm", data={"what": "good"}).status_code == 302
    assert client.get(answer.location).status_code == 200


def test_the_api_imports(app, sign_in):
    with app.app_context():
        person, subject = make_person("teacher").id, str(make_subject().id)
        db.session.commit()
    client = sign_in(person)

    def post(text, **fields):
        return client.post("/api/v1/items/import", data={"subject_id": subject, **fields,
                                                         "file": (BytesIO(text.encode()), "x.gift")})

    assert post(GOOD).json["imported"] == 2
    refused = post(MIXED)
    assert refused.status_code == 422
    assert "x.gift" in refused.json["problems"][0]["where"]
    taken = post(MIXED, only_good="true")
    assert (taken.status_code, taken.json["imported"], taken.json["refused"]) == (201, 2, 1)
    assert client.post("/api/v1/items/import", data={"subject_id": subject}).status_code == 422
    assert client.post("/api/v1/items/import", data={"subject_id": "x"}).status_code == 422


def test_two_who_confirm_at_once_import_once(teacher, place, monkeypatch):
    batch_id = stage(teacher, place).id
    create_items = taking.bank.create_items

    def slowly(actor, drafts):
        db.session.query(ImportBatch).update({"state": "imported"})
        return create_items(actor, drafts)

    monkeypatch.setattr(taking.bank, "create_items", slowly)
    with pytest.raises(Conflict):
        services.confirm_import(teacher, batch_id)
    db.session.rollback()
    assert items() == []
