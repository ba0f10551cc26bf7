"""A file on its way into a secure bank and out of it: not a word of it lies open, in the database or the storage."""

import base64
import io
import json

import pytest
from sqlalchemy import select

from assessment.bank import services as bank
from assessment.bank.services import stimuli
from assessment.interchange import services
from assessment.interchange.services import Fix, ImportPlace
from lms.core.db import db
from lms.core.errors import TooLarge
from lms.core.storage import storage
from tests.factories.banks import join, make_bank
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

WORDS = ("Khuêvăn", "Thiênmụ", "Bạchđằng", "Vịnhhạ", "Đồngvăn")  # no other row of a shared database has them
PICTURE = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>Khu\xc3\xaav\xc4\x83n'
                           b'</title><path d="M0 0h9"/></svg>').decode()
SHARED = """<question type="description"><name><text>Thiênmụ</text></name>
<questiontext format="html"><text><![CDATA[<p>Bạchđằng</p>]]></text></questiontext></question>"""
FILE = f"""<quiz>
<question type="shortanswer"><name><text>Vịnhhạ</text></name>
<questiontext format="html"><text><![CDATA[<p>Khuêvăn <img src="@@PLUGINFILE@@/a.svg" alt="Đồngvăn"></p>]]></text>
<file name="a.svg" encoding="base64">{PICTURE}</file></questiontext>
<answer fraction="100"><text>Thiênmụ</text></answer></question>
<question type="numerical"><name><text>Đồngvăn</text></name>
<questiontext format="html"><text>Bạchđằng</text></questiontext>
<answer fraction="100"><text>Khuêvăn</text></answer></question>
</quiz>"""


@pytest.fixture
def author(context):
    return make_actor(make_person("teacher", make_school()))


@pytest.fixture
def place(author):
    row = make_bank("secure")
    for role in ("author", "manager"):
        join(row, author, role)
    return ImportPlace(make_subject().id, bank_id=row.id)


def staged(author, place, text=FILE):
    return services.stage_import(author, file_name="a.xml", stream=io.BytesIO(text.encode()), place=place)


def words_at_rest() -> list[str]:
    """Which of the words stand in any row, or in any file of the storage."""
    db.session.flush()
    rows = [str(value) for table in db.metadata.sorted_tables
            for row in db.session.execute(select(table)) for value in row]
    told = json.dumps(rows, ensure_ascii=False).encode()
    for folder in ("imports/", "exports/", "item-media/"):
        for key in storage().list(folder):
            with storage().open(key) as stream:
                told += stream.read()
    return [word for word in WORDS if word.encode() in told]


@pytest.mark.parametrize("at_once", [10**6, 1])
def test_no_word_lies_open_on_the_way_in(author, place, at_once, run_jobs, monkeypatch):
    monkeypatch.setattr("assessment.interchange.services.staging.AT_ONCE_BYTES", at_once)
    batch = staged(author, place, FILE.replace("<quiz>", f"<quiz>{SHARED}"))
    assert batch.state == ("staged" if at_once > 1 else "reading")
    assert not words_at_rest()
    db.session.commit()
    run_jobs()
    assert not words_at_rest()
    first, second = services.list_questions(author, batch.id).items
    assert "Khuêvăn" in first.data["content"]["prompt"]
    assert "Khuêvăn" in first.source
    assert "Khuêvăn" in second.problems[0]["message"]
    [shared] = services.list_stimuli(author, batch.id, {first.stimulus}).values()
    assert (shared.title, "Bạchđằng" in shared.content["body"]) == ("Thiênmụ", True)


def test_what_is_put_right_stays_sealed_and_goes_in(author, place):
    batch = staged(author, place)
    fix = Fix("short_text", {"prompt": "<p>Vịnhhạ</p>"}, {"accepted": [{"text": "Đồngvăn"}]})
    assert services.fix_question(author, batch.id, 2, fix).state == "fixed"
    assert services.get_question(author, batch.id, 2).data["content"]["prompt"] == "<p>Vịnhhạ</p>"
    assert not words_at_rest()
    services.confirm_import(author, batch.id)
    ids = services.imported_items(author, batch.id)
    assert ["Khuêvăn" in bank.get_item(author, each).version.content["prompt"] for each in ids] == [True, False]
    assert not words_at_rest()


def test_a_set_goes_into_a_secure_bank_and_out_with_its_text(author, place):
    batch = staged(author, place, FILE.replace("<quiz>", f"<quiz>{SHARED}"))
    services.confirm_import(author, batch.id, only_good=True)
    ids = services.imported_items(author, batch.id)
    [shared] = {bank.find_item(each).stimulus_id for each in ids} - {None}
    detail = stimuli.get_stimulus(author, shared)
    assert (detail.stimulus.bank_id, detail.stimulus.is_secure, detail.title) == (place.bank_id, True, "Thiênmụ")
    assert not words_at_rest()
    [gone] = bank.load_items_to_go(author, ids[:1], frozenset(ids))
    assert bank.title_of(gone.stimulus, gone.stimulus_version) == "Thiênmụ"
    services.undo_import(author, batch.id)
    assert stimuli.find_stimulus(shared) is None


def test_the_file_that_goes_out_is_sealed_in_the_storage(author, place):
    batch = staged(author, place)
    services.confirm_import(author, batch.id, only_good=True)
    ids = services.imported_items(author, batch.id)
    db.session.execute(db.update(bank.find_item(ids[0]).__class__).values(state="ready"))
    second = make_actor(make_person("teacher", make_school()))
    join(bank.find_bank(place.bank_id), second, "approver")
    wish = bank.request_export(author, place.bank_id, ids, "Thi thử")
    bank.decide_export(second, wish.id, consents=True)
    export = services.take_secure_export(author, wish.id, "moodle_xml")
    assert not words_at_rest()
    file = services.open_export(author, export.id)
    assert "Khuêvăn".encode() in file.data
    assert not file.url


def test_a_large_file_is_refused_before_it_is_kept(author, place, monkeypatch):
    monkeypatch.setattr("assessment.interchange.services.staging.LARGEST_SEALED", 10)
    with pytest.raises(TooLarge):
        staged(author, place)
    assert not words_at_rest()
