"""Questions put right in place, pictures and shared texts on their way, and an import that is undone."""

import struct
import zlib
from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from assessment.bank import services as bank
from assessment.bank.media import media_ids, open_media
from assessment.bank.models import Item, ItemVersion
from assessment.bank.stimuli_models import Stimulus
from assessment.interchange import services
from assessment.interchange.fixes import fields_of, fix_of
from assessment.interchange.models import ImportBatch, ImportMedium
from assessment.interchange.questions import ParsedQuestion, ParsedStimulus, Unsure
from assessment.interchange.reading import Reader
from assessment.interchange.services import ImportPlace, staging
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

OPTIONS = [{"id": f"o{number}", "text": text} for number, text in enumerate("abcd", start=1)]


def png(width=2):
    def piece(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x80" * 3 * width for _row in range(2))
    return (b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", struct.pack(">IIBBBBB", width, 2, 8, 2, 0, 0, 0))
            + piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b""))


def question(number, **changes):
    values = {"line": number, "name": f"Câu {number}", "category": "Hàm số", "source_type": "test",
              "type": "single_choice", "key": {"correct": "o2"}, "source": f"<p>Câu {number}: nguồn</p>",
              "content": {"prompt": f"<p>Câu số {number}</p>", "options": [dict(each) for each in OPTIONS]}}
    return ParsedQuestion(**{**values, **changes})


@pytest.fixture
def teacher(context):
    return make_actor(make_person("teacher", make_school()))


@pytest.fixture
def stage(teacher, monkeypatch):
    """Stages what a function of the media sink yields, as if a reader had found it in a file."""
    def run(found, **place):
        reader = Reader("test", lambda _sample: True, lambda _stream, media: iter(found(media)))
        monkeypatch.setattr("assessment.interchange.reading.READERS", [reader])
        monkeypatch.setattr(staging, "find_reader", lambda _stream: reader)
        return services.stage_import(teacher, file_name="de.docx", stream=BytesIO(b"x"),
                                     place=ImportPlace(make_subject().id, **place))
    return run


def test_an_unsure_question_is_put_right_or_accepted_or_goes_in_as_a_draft(teacher, stage):
    unsure = (Unsure("key", "hai đáp án"),)
    batch = stage(lambda _media: [question(1), *(question(number, unsure=unsure) for number in (2, 3, 4))])
    counts = services.count_questions(teacher, batch.id)
    assert (counts.good, counts.unsure, counts.takeable) == (1, 3, 4)
    services.accept_question(teacher, batch.id, 3)
    row = services.get_question(teacher, batch.id, 2)
    sent = MultiDict([("type", "single_choice"), ("prompt", "Câu hai"), ("right", "o4"), ("level", "apply"),
                      ("category", "Khác"), *((f"option-o{number}", f"ý {number}") for number in range(1, 5))])
    fixed = services.fix_question(teacher, batch.id, 2, fix_of(row.data, sent))
    assert (fixed.state, fixed.unsure, fixed.data["key"]) == ("fixed", [], {"correct": "o4"})
    services.confirm_import(teacher, batch.id)
    items = {item.stem_text: item for item in db.session.query(Item)}
    assert {text: item.state for text, item in items.items()} == {
        "Câu số 1": "ready", "Câu hai": "ready", "Câu số 3": "ready", "Câu số 4": "draft"}
    assert items["Câu hai"].level == "apply"


def test_a_refused_question_holds_up_all_until_it_is_fixed_or_dropped(teacher, stage):
    batch = stage(lambda _media: [question(1), question(2, problems=("hỏng",), type="", content={}, key={})])
    with pytest.raises(Invalid):
        services.confirm_import(teacher, batch.id)
    row = services.get_question(teacher, batch.id, 2)
    again = services.fix_question(teacher, batch.id, 2, fix_of(row.data, MultiDict([("type", "short_numeric"),
                                                                                     ("prompt", "1 + 1 = ?")])))
    assert again.state == "refused"
    assert {each["where"] for each in again.problems} == {"key"}
    done = services.fix_question(teacher, batch.id, 2, fix_of(again.data, MultiDict([("accepted", "2 ± 0,5")])))
    assert done.state == "fixed"
    assert done.data["key"]["accepted"] == [{"value": "2", "tolerance": "0.5"}]
    services.drop_question(teacher, batch.id, 1)
    assert services.confirm_import(teacher, batch.id).imported == 1
    with pytest.raises(Conflict):
        services.drop_question(teacher, batch.id, 1, drop=False)


def test_the_same_for_all_leaves_what_was_set_by_hand(teacher, stage):
    batch = stage(lambda _media: [question(1, metadata={"level": "know"}), question(2), question(3)])
    row = services.get_question(teacher, batch.id, 2)
    services.fix_question(teacher, batch.id, 2, fix_of(row.data, MultiDict([("level", "understand"), ("right", "o1"),
                                                                           ("option-o1", "a")])))
    services.set_for_all(teacher, batch.id, level="apply", topic="Một chủ đề")
    services.confirm_import(teacher, batch.id)
    assert {item.stem_text: item.level for item in db.session.query(Item)} == {
        "Câu số 1": "apply", "Câu số 2": "understand", "Câu số 3": "apply"}
    with pytest.raises(Conflict):
        services.set_for_all(teacher, batch.id, level="know")


def test_twins_in_one_file_are_told_and_can_be_left_out(teacher, stage):
    same = question(1).content
    batch = stage(lambda _media: [question(1), question(2), question(3, content=same)])
    assert services.count_questions(teacher, batch.id).twins == 1
    [twin] = services.list_questions(teacher, batch.id, view="twins")
    assert (twin.number, twin.twins[0]["number"]) == (3, 1)
    assert services.drop_twins(teacher, batch.id) == 1
    assert services.confirm_import(teacher, batch.id).imported == 2


def test_pictures_and_shared_texts_come_along_once_and_leave_again(teacher, stage):
    def found(media):
        src = media.keep("hinh.png", png())
        assert media.keep("lai.png", png()) == src
        yield ParsedStimulus("s1", "Đoạn văn", {"body": f'<p>Đọc đoạn văn</p><img src="{src}" alt="">'})
        for number in (1, 2):
            content = {"prompt": f'<p>Câu {number} <img src="{src}" alt="hình"></p>', "options": OPTIONS}
            yield question(number, content=content, stimulus="s1")

    batch = stage(found)
    [medium] = db.session.query(ImportMedium)
    assert services.open_medium(teacher, batch.id, medium.sha256)[0] == "image/png"
    services.confirm_import(teacher, batch.id)
    versions = db.session.query(ItemVersion).all()
    ids = {each for version in versions for each in media_ids(version.content)}
    assert len(ids) == 1
    assert set(open_media(ids)) == ids
    [stimulus] = db.session.query(Stimulus)
    assert {version.stimulus_version_id for version in versions} == {stimulus.current_version_id}
    assert [item.stimulus_position for item in db.session.query(Item).order_by(Item.stimulus_position)] == [1, 2]
    services.undo_import(teacher, batch.id)
    assert db.session.query(Item).count() == db.session.query(Stimulus).count() == 0
    assert services.get_import(teacher, batch.id).state == "undone"


def test_an_import_whose_items_were_revised_cannot_be_undone(teacher, stage):
    batch = stage(lambda _media: [question(1), question(2)])
    services.confirm_import(teacher, batch.id)
    item_id = services.imported_items(teacher, batch.id)[0]
    detail = bank.get_item(teacher, item_id)
    draft = bank.ItemDraft("single_choice", {**detail.version.content, "prompt": "<p>Khác</p>"}, detail.version.key,
                           detail.item.subject_id, "know")
    bank.revise_item(teacher, item_id, draft)
    db.session.commit()
    with pytest.raises(Conflict):
        services.undo_import(teacher, batch.id)
    db.session.rollback()
    assert db.session.query(Item).count() == 2


def test_a_step_that_is_refused_takes_the_steps_before_it_back(teacher, stage, monkeypatch):
    batch = stage(lambda _media: [question(number) for number in range(1, 8)])
    monkeypatch.setattr("assessment.interchange.services.taking.CHUNK", 3)
    create_items, calls = bank.create_items, []

    def failing(actor, drafts):
        calls.append(len(drafts))
        if len(calls) == 2:
            raise Invalid("hỏng")
        return create_items(actor, drafts)

    monkeypatch.setattr(bank, "create_items", failing)
    with pytest.raises(Invalid):
        services.confirm_import(teacher, batch.id)
    assert db.session.query(Item).count() == 0
    assert db.session.get(ImportBatch, batch.id).state == "staged"
    assert services.confirm_import(teacher, batch.id).imported == 7


@pytest.mark.parametrize(("type", "content", "key"), [
    ("matching", {"prompt": "p", "options": OPTIONS[:2], "targets": [{"id": "t1", "text": "x"}, {"id": "t2",
     "text": "y"}]}, {"pairs": {"o1": "t2", "o2": "t1"}}),
    ("ordering", {"prompt": "p", "options": OPTIONS}, {"order": ["o2", "o1", "o4", "o3"]}),
    ("true_false", {"prompt": "p", "options": OPTIONS}, {"true": ["o1", "o4"]}),
    ("single_true_false", {"prompt": "p"}, {"true": False}),
    ("four_cell", {"prompt": "p"}, {"accepted": ["-1,5"]}),
    ("short_numeric", {"prompt": "p"}, {"accepted": [{"value": "1.5", "tolerance": "0.05", "relative": True}]}),
    ("cloze", {"prompt": "p [[g1]] [[g2]]", "gaps": [{"id": "g1", "kind": "text"}, {
        "id": "g2", "kind": "choice", "options": OPTIONS}]},
     {"gaps": {"g1": {"accepted": [{"text": "một"}], "case_sensitive": False}, "g2": {"correct": "o3"}}}),
])
def test_what_the_fields_show_they_say_again(type, content, key):
    """A form that is sent as it was shown changes nothing."""
    data = {"type": type, "content": content, "key": key, "category": "", "metadata": {}}
    fields = fields_of(data)
    sent = [("type", fields.type), ("prompt", fields.prompt), ("level", ""), ("category", "")]
    sent += [(f"option-{row.id}", row.text) for row in fields.options]
    sent += [("right", row.id) for row in fields.options if row.right]
    sent += [(f"pair-{row.id}", row.right) for row in fields.pairs]
    sent += [(f"gap-{row.id}", row.right if row.choices else row.text) for row in fields.gaps]
    sent += [("accepted", fields.accepted)] if fields.accepted is not None else []
    sent += [("truth", str(fields.true).lower())] if fields.true is not None else []
    fix = fix_of(data, MultiDict(sent))
    assert (fix.type, fix.content, fix.key) == (type, content, key)
