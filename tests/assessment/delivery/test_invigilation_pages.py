"""The invigilator's pages over HTTP: the board and its stream, its acts, the minutes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from assessment.delivery import services, streams
from assessment.delivery.models import Attempt, Candidate, Incident, Room, RoomMessage
from lms.core.clock import now
from lms.core.db import db
from tests.factories.delivery import Candidate as Writing
from tests.factories.delivery import SetExam, make_exam
from tests.factories.rooms import make_invigilator, make_room

SignIn = Callable[[object], FlaskClient]


@dataclass(frozen=True)
class World:
    """A room of two, and the browser of its invigilator."""

    given: SetExam
    room: Room
    client: FlaskClient
    candidates: list[object]

    @property
    def url(self) -> str:
        """The board."""
        return f"/exams/watch/{self.room.id}"


@pytest.fixture
def world(app: Flask, sign_in: SignIn) -> World:
    with app.app_context():
        given = make_exam(students=2)
        room = make_room(given)
        invigilator = make_invigilator(room)
        seated = select(Candidate.id).where(Candidate.room_id == room.id).order_by(Candidate.seat)
        candidates: list[object] = list(db.session.scalars(seated))
    return World(given, room, sign_in(invigilator.person_id), candidates)


@pytest.fixture
def short_streams(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(streams, "LIFETIME", 0.3)
    monkeypatch.setattr(streams, "LOOK_EVERY", 0.1)
    yield
    streams._open.clear()


def begin(app: Flask, world: World) -> Writing:
    with app.app_context():
        return Writing(app.test_client(), world.given, world.given.students[0])


def test_board_lists_everybody_with_his_seat_and_state(app: Flask, world: World) -> None:
    begin(app, world)
    page = html.fromstring(world.client.get(world.url).text)
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//tr[@data-candidate]")]
    assert [(row[0], row[3]) for row in rows] == [("1", "Đang làm"), ("2", "Chưa bắt đầu")]
    assert "Phòng 101" in world.client.get("/exams/watch").text


def test_stream_tells_what_differs_and_ends_soon(app: Flask, world: World, short_streams: None) -> None:
    writing = begin(app, world)
    writing.answer("single_choice", "o1")
    answer = world.client.get(f"{world.url}/stream")
    assert answer.content_type.startswith("text/event-stream")
    told = answer.text.split("\n\n")
    [event] = [each for each in told if "data:" in each]
    name, data = event.split("\ndata: ")
    room = json.loads(data)
    assert room["state"] == "open"
    assert "1/4" in room["rows"][str(world.candidates[0])][2]
    assert json.loads(world.client.get(f"{world.url}/live").text) == room
    again = world.client.get(f"{world.url}/stream", headers={"Last-Event-ID": name.removeprefix("id: ")})
    assert "data:" not in again.text


def test_streams_are_so_many_at_once(app: Flask, world: World, short_streams: None,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(app.extensions["lms.settings"].board_streams):
        streams._open[object()] = float("inf")
    refused = world.client.get(f"{world.url}/stream")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]


def test_acts_of_a_room_by_its_page(app: Flask, world: World) -> None:
    begin(app, world)
    assert "Hãy nêu lí do" in world.client.post(f"{world.url}/pause", data={"reason": ""}).text
    world.client.post(f"{world.url}/pause", data={"reason": "Mất điện"})
    world.client.post(f"{world.url}/resume")
    world.client.post(f"{world.url}/time", data={"time-minutes": "10", "time-code": "power"})
    world.client.post(f"{world.url}/messages", data={"message-text": "Giữ trật tự."})
    world.client.post(f"{world.url}/incidents", data={
        "incident-code": "late", "incident-candidate_id": str(world.candidates[1]), "incident-note": "Kẹt xe"})
    assert world.client.post(f"{world.url}/incidents", data={"incident-code": "late"}).status_code == 422
    shown = world.client.get(world.url).text
    assert "Giữ trật tự." in shown
    assert "Kẹt xe" in shown
    assert world.client.post(f"{world.url}/end", data={"reason": "Hết giờ"}).status_code == 302
    with app.app_context():
        assert db.session.get_one(Room, world.room.id).state == "ended"
        assert sorted(db.session.scalars(select(Attempt.state))) == ["ready", "submitted"]


def test_acts_for_one_candidate_by_his_page(app: Flask, world: World) -> None:
    begin(app, world)
    desk = f"{world.url}/candidates/{world.candidates[0]}"
    page = world.client.get(desk).text
    assert "Thêm thời gian" in page
    world.client.post(f"{desk}/time", data={"time-minutes": "7", "time-code": "device"})
    world.client.post(f"{desk}/messages", data={"message-text": "Em xem lại câu 2."})
    world.client.post(f"{desk}/incidents", data={"incident-code": "reprimand", "incident-note": "Nói chuyện"})
    world.client.post(f"{desk}/seat", data={"seat-room_id": str(world.room.id), "seat-seat": "9"})
    world.client.post(f"{desk}/device", data={"reason": "Máy hỏng"})
    assert world.client.post(f"{desk}/end", data={"reason": ""}).status_code == 422
    world.client.post(f"{desk}/end", data={"reason": "Đình chỉ"})
    with app.app_context():
        candidate = db.session.get_one(Candidate, world.candidates[0])
        attempt = db.session.scalars(select(Attempt).where(Attempt.candidate_id == candidate.id)).one()
        assert (candidate.seat, attempt.epoch, attempt.state) == (9, 2, "submitted")
        assert attempt.deadline is not None
        assert attempt.started_at is not None
        assert abs(attempt.deadline - attempt.started_at - timedelta(minutes=57)) < timedelta(seconds=1)
        assert db.session.scalars(select(RoomMessage.candidate_id)).all() == [candidate.id]
        assert db.session.scalars(select(Incident.code)).all() == ["reprimand"]


def test_minutes_say_who_was_there_and_what_happened(app: Flask, world: World) -> None:
    begin(app, world)
    world.client.post(f"{world.url}/incidents", data={
        "incident-code": "absent", "incident-candidate_id": str(world.candidates[1]), "incident-note": ""})
    began = now() - timedelta(minutes=30)
    stamp = "%Y-%m-%dT%H:%M"
    shift = timedelta(hours=7)
    assert world.client.post(f"{world.url}/outages", data={
        "outage-began_at": (began + shift).strftime(stamp), "outage-code": "network",
        "outage-ended_at": (began + shift + timedelta(minutes=12)).strftime(stamp)}).status_code == 302
    page = world.client.get(f"{world.url}/minutes").text
    assert "vắng" in page
    assert "12 phút" in page
    pdf = world.client.get(f"{world.url}/minutes.pdf")
    assert pdf.content_type == "application/pdf"
    assert pdf.data.startswith(b"%PDF")


def test_player_asks_for_notices_with_its_token(app: Flask, world: World) -> None:
    writing = begin(app, world)
    world.client.post(f"{world.url}/messages", data={"message-text": "Còn 15 phút."})
    url = f"/api/v1/attempts/{writing.id}/notices?hidden=true&waiting=3"
    told = app.test_client().get(url, headers={"Authorization": f"Bearer {writing.token}"}).get_json()
    assert [each["text"] for each in told["messages"]] == ["Còn 15 phút."]
    assert (told["room"], told["next_seconds"]) == ("open", 20)
    assert app.test_client().get(url).status_code == 401
    cells = json.loads(world.client.get(f"{world.url}/live").text)["rows"][str(world.candidates[0])]
    assert "Đã rời trang" in cells[1]


def test_strangers_find_closed_doors(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        other = make_room(make_exam(), name="Phòng khác")
    assert world.client.get(f"/exams/watch/{other.id}").status_code == 403
    assert world.client.post(f"/exams/watch/{other.id}/end", data={"reason": "x"}).status_code == 403
    pupil = sign_in(world.given.students[0].person_id)
    assert pupil.get(world.url).status_code == 403
    assert pupil.get(f"{world.url}/stream").status_code == 403
    with app.app_context():
        assert services.count_states(world.given.teacher, world.given.exam.id)["in_progress"] == 0
