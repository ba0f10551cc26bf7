"""The demo's questions of every type are complete, and their keys mark themselves as right."""

import tomllib

import pytest

from assessment.bank.content import read_body
from assessment.bank.media import MediaData
from assessment.bank.media_bytes import judge
from assessment.bank.types import TYPES
from demo import questions_types as demo
from lms.core.ids import new_id

BOOK = tomllib.loads(demo.FILE.read_text("utf-8"))
ENTRIES = [*BOOK["item"], *(each for entry in BOOK["stimulus"] for each in entry["item"])]


def test_every_type_is_there():
    assert {entry["type"] for entry in ENTRIES} == set(TYPES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["type"])
def test_a_question_is_complete(entry):
    picture = judge(demo.PICTURE.name, demo.PICTURE.read_bytes())
    media_id = new_id()
    drawing = MediaData(media_id, f"/items/media/{media_id}", "picture", picture.content_type, picture.width,
                        picture.height)
    draft = demo._draft(entry, {"subject_id": new_id()}, drawing)
    body, problems = read_body(draft.type, draft.content, draft.key)
    assert [(each.where, str(each.message)) for each in problems] == []
    type = TYPES[draft.type]
    answer = type.answer(body.content, body.key)
    assert type.fits(body.content, answer)
    if type.judge is not None:
        parts = type.judge(body.content, body.key, answer)
        assert parts.right == parts.total
        assert not parts.wrong


def test_the_bell_is_a_sound():
    assert judge("chuong.wav", demo.ring(2)).content_type == "audio/wav"
