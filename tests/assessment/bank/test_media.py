"""Pictures and sound of items: kept once a school, loaded by signed addresses only, on the store of the size."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask, render_template_string

from assessment.bank.editor_models import ItemMedia
from assessment.bank.media import (
    item_html,
    keep_many_media,
    keep_media,
    media_ids,
    media_url,
    open_media,
    unsigned_html,
)
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.storage import storage
from tests.assessment.bank.test_media_bytes import HARMLESS, mp3, picture
from tests.factories.banks import make_team
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school


def teacher_at(school):
    """A teacher of this school, as he acts."""
    return make_actor(make_person("teacher", organisation=school))


def test_the_same_file_is_kept_once_a_school_and_others_keep_their_own(request_context: Flask) -> None:
    school, other = make_school(), make_school()
    an, binh, chi = (teacher_at(place) for place in (school, school, other))
    first = keep_media(an, picture(), name="a.png")
    assert keep_media(binh, picture(), name="b.png") == first
    assert keep_media(chi, picture(), name="c.png").id != first.id
    assert keep_media(an, picture(), name="a.png", bank_id=uuid4()).id != first.id
    content_type, data = open_media([first.id, uuid4()])[first.id]
    assert (content_type, data[:4]) == ("image/png", b"\x89PNG")


def test_many_files_take_a_few_statements_and_a_bad_one_keeps_none(request_context: Flask, statements) -> None:
    actor = teacher_at(make_school())
    files = [(f"{n}.png", picture(size=(n, 3))) for n in range(1, 40)]
    with statements() as seen:
        kept = keep_many_media(actor, [*files, files[0]])
    assert seen.count <= 6
    assert kept[0] == kept[-1]
    assert [each.width for each in kept[:3]] == [1, 2, 3]
    with pytest.raises(Invalid) as refused:
        keep_many_media(actor, [("new.png", picture(size=(99, 9))), ("x.png", b"no"), ("y.svg", b"<svg")])
    assert [problem.where for problem in refused.value.problems] == ["x.png", "y.svg"]
    assert db.session.query(ItemMedia).count() == 39
    with pytest.raises(Forbidden):
        keep_media(make_actor(make_person("student")), picture(), name="a.png")


def test_a_page_shows_addresses_that_load_for_a_while_and_for_nothing_else(app: Flask, client) -> None:
    with app.test_request_context():
        actor = teacher_at(make_school())
        with transaction():
            kept, other = keep_many_media(actor, [("a.svg", HARMLESS.encode()), ("b.mp3", mp3())])
        html = f'<p>x <img src="{kept.src}" alt="Hình"></p>'
        shown = str(item_html(html))
        assert render_template_string("{{ html|item_html }}", html=html) == shown
        assert media_ids({"prompt": html}, html) == [kept.id]
        assert unsigned_html(shown) == html
        address, sound = media_url(kept.src), media_url(other.src)
        assert media_url(kept.src) == address
    answer = client.get(address)
    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    part = client.get(sound, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.data) == (206, mp3()[4:10])
    ticket = address.partition("?")[2]
    assert client.get(kept.src).status_code == 403
    assert client.get(f"{other.src}?{ticket}").status_code == 403
    assert client.get(f"{kept.src}?{ticket[:-2]}").status_code == 403
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert client.get(address).status_code == 403


def test_the_editor_hands_in_a_file_and_is_told_why_another_is_refused(app: Flask, client, sign_in) -> None:
    with app.app_context(), transaction():
        teacher, student = make_person("teacher", organisation=make_school()), make_person("student")
        ids = teacher.id, student.id
    browser = sign_in(ids[0])
    def send(data: bytes, name: str, by=browser):
        return by.post("/items/media/", data={"file": (io.BytesIO(data), name)}, headers={"Accept": "application/json"})
    answer = send(picture(), "hinh.png")
    assert (answer.status_code, answer.json["kind"], answer.json["width"]) == (201, "picture", 30)
    assert client.get(answer.json["url"]).status_code == 200
    refused = send(b"MZ not a picture", "hinh.png")
    assert refused.status_code == 422
    assert "hinh.png" in refused.json["detail"]
    assert browser.post("/items/media/", data={}).status_code == 422
    assert send(picture(), "a.png", sign_in(ids[1])).status_code == 403
    assert send(picture(), "a.png", client).status_code in (302, 401)


def test_media_of_a_secure_bank_is_sealed_and_kept_for_members_only(request_context: Flask) -> None:
    team = make_team()
    kept = keep_media(team["author"], picture(), name="a.png", bank_id=team.bank.id)
    with storage().open(f"item-media/{kept.id}") as stream:
        assert b"PNG" not in stream.read()
    assert open_media([kept.id])[kept.id][1][:4] == b"\x89PNG"
    assert keep_media(team["author"], picture(), name="b.png", bank_id=team.bank.id) == kept
    with pytest.raises(NotFound):
        keep_media(teacher_at(make_school()), picture(), name="a.png", bank_id=team.bank.id)
