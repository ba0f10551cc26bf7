"""Questions go out: what is lost is said first, the file holds what the list showed, secure banks keep theirs."""

import io
from datetime import timedelta

import pytest

from assessment.bank import services as bank
from assessment.interchange import services
from assessment.interchange.models import ItemExport
from assessment.interchange.questions import ImportReport, MediaInMemory, same_question
from assessment.interchange.reading import read_question_file
from assessment.interchange.services import ImportPlace
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.storage import storage
from tests.factories.bank import make_item
from tests.factories.banks import join, make_bank
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school
from tests.fetching import fetch

GIFT = """$CATEGORY: Hàm số

::A:: Một cộng một? {=2 ~3}

::B:: Đạo hàm của \\\\(x^2\\\\)? {=\\\\(2x\\\\) ~\\\\(x\\\\)}

::C:: Bán kính? {#1.5:0.1}

::D:: Nối {=a -> 1 =b -> 2 =c -> 3}
"""


@pytest.fixture
def teacher(context):
    return make_actor(make_person("teacher", make_school()))


def read(data, name):
    return ImportReport(name).take(read_question_file(name, io.BytesIO(data), MediaInMemory()))


def written(export):
    with storage().open(f"exports/{export.id}") as stream:
        return stream.read()


def imported(teacher):
    batch = services.stage_import(teacher, file_name="a.gift", stream=io.BytesIO(GIFT.encode()),
                                  place=ImportPlace(make_subject().id))
    services.confirm_import(teacher, batch.id)
    return services.imported_items(teacher, batch.id)


@pytest.mark.parametrize("format", ["moodle_xml", "gift"])
def test_what_was_imported_goes_out_and_comes_back_equal(teacher, format):
    ids = imported(teacher)
    assert services.list_losses(teacher, ids, format) == ([], 0)
    export = services.begin_export(teacher, ids, format)
    assert export.state == "ready"
    back = read(written(export), "x").questions
    details = [bank.get_item(teacher, item_id).version for item_id in ids]
    assert len(back) == len(details) == 4
    assert all(same_question(one, other) for one, other in zip(back, details, strict=True))
    assert {each.category for each in back} == {"Hàm số"}


def test_what_a_format_cannot_carry_is_said_item_by_item(teacher):
    ids = imported(teacher)
    losses, count = services.list_losses(teacher, ids, "aiken")
    assert count == len(losses) >= 2
    assert {each.item_id for each in losses} < set(ids)
    assert all(each.stem and each.messages for each in losses)


def test_many_go_by_a_job_and_the_file_is_ones_own_for_a_day(teacher, run_jobs, monkeypatch, request_context):
    monkeypatch.setattr("assessment.interchange.services.exporting.AT_ONCE_ITEMS", 2)
    export = services.begin_export(teacher, imported(teacher), "gift")
    assert export.state == "writing"
    with pytest.raises(Conflict):
        services.open_export(teacher, export.id)
    db.session.commit()
    run_jobs()
    db.session.expire_all()
    assert services.open_export(teacher, export.id).url
    export_id = export.id
    with pytest.raises(Forbidden):
        services.get_export(make_actor(make_person("teacher", make_school())), export.id)
    with clock.frozen(clock.now() + timedelta(days=2)):
        with pytest.raises(NotFound):
            services.get_export(teacher, export.id)
        services.forget_old_exports()
    assert db.session.query(ItemExport).count() == 0
    assert not storage().exists(f"exports/{export_id}")


def test_only_what_one_may_read_goes_out(teacher):
    foreign = make_item()
    export = services.begin_export(teacher, [foreign.id, *imported(teacher)], "gift")
    assert len(read(written(export), "x").questions) == 4
    for ids, format in (([], "gift"), ([foreign.id], "xyz")):
        with pytest.raises(Invalid):
            services.begin_export(teacher, ids, format)
    with pytest.raises(Forbidden):
        services.begin_export(make_actor(make_person("student", make_school())), [foreign.id], "gift")


def test_a_secure_bank_lets_out_what_two_persons_agreed_on_and_once(context):
    school = make_school()
    asks, consents = (make_actor(make_person("teacher", school)) for _each in range(2))
    row = make_bank("secure", school=school)
    for actor, roles in ((asks, ("author", "manager")), (consents, ("approver",))):
        for role in roles:
            join(row, actor, role)
    batch = services.stage_import(asks, file_name="a.gift", stream=io.BytesIO(GIFT.encode()),
                                  place=ImportPlace(make_subject().id, bank_id=row.id))
    services.confirm_import(asks, batch.id)
    ids = services.imported_items(asks, batch.id)
    db.session.execute(db.update(bank.find_item(ids[0]).__class__).values(state="ready"))
    assert read(written(services.begin_export(asks, ids, "gift")), "x").questions == []
    wish = bank.request_export(asks, row.id, ids[:2], "Kiểm tra")
    with pytest.raises(Conflict):
        services.take_secure_export(asks, wish.id, "gift")
    bank.decide_export(consents, wish.id, consents=True)
    export = services.take_secure_export(asks, wish.id, "gift")
    assert len(read(services.open_export(asks, export.id).data, "x").questions) == 2
    with pytest.raises(Forbidden):
        services.open_export(consents, export.id)
    with pytest.raises(Conflict):
        services.take_secure_export(asks, wish.id, "gift")


def test_the_pages_of_an_export(app, sign_in):
    with app.app_context():
        person = make_person("teacher", make_school())
        person_id, subject = person.id, str(make_subject().id)
        db.session.commit()
    client = sign_in(person_id)
    sent = {"subject_id": subject, "file": (io.BytesIO(GIFT.encode()), "a.gift")}
    assert client.post("/api/v1/items/import", data=sent).json["imported"] == 4
    page = client.get("/bank/export/?mine=1&format=aiken")
    assert page.status_code == 200
    answer = client.post("/bank/export/", data={"mine": "1", "format": "moodle_xml"})
    ready = client.get(answer.location)
    assert ready.status_code == 200
    file = fetch(client, client.get(f"{answer.location}/file").location)
    assert file.data.count(b"<question type=") >= 4
    told = client.post("/api/v1/items/export", json={"format": "aiken", "item_ids": [
        each["id"] for each in client.get("/api/v1/items").json["items"]]}).json
    assert told["state"] == "ready"
    assert told["losses"]
    assert client.get(f"/api/v1/items/export/{told['id']}").json["file"]
