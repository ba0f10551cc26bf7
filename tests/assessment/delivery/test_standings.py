"""The boards of organisations: numbers of everything below, from a snapshot that all who look share."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from assessment.delivery import services
from assessment.delivery.models import Room
from assessment.delivery.services import incidents, standings
from lms.core import switches
from lms.core.clock import shifted
from lms.core.db import db
from lms.core.errors import Forbidden, NotFound, Unavailable
from lms.core.ids import new_id
from lms.core.permissions import Actor
from lms.organisations.models import Organisation
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_organisation
from tests.factories.rooms import make_room

SignIn = Callable[[object], FlaskClient]


@pytest.fixture(autouse=True)
def forget(app: Flask) -> Iterator[None]:
    """What another test saw, or turned off, is not remembered."""
    standings._kept.clear()
    app.extensions.pop("lms.switches", None)
    yield
    standings._kept.clear()
    app.extensions.pop("lms.switches", None)


class Country:
    """A ministry with two departments; the schools of three exams with rooms stand under them. Commits."""

    def __init__(self) -> None:
        ministry = make_organisation("ministry")
        north, south = (make_organisation("department", parent=ministry) for _number in range(2))
        self.exams = [make_exam(students=number) for number in (2, 3, 4)]
        self.rooms: list[Room] = [make_room(given) for given in self.exams]
        for given, above in zip(self.exams, (north, north, south), strict=True):
            db.session.get_one(Organisation, given.exam.organisation_id).parent_id = above.id
        self.ministry, self.north, self.south = ministry.id, north.id, south.id
        db.session.commit()

    def school(self, number: int) -> object:
        """The school of an exam."""
        return self.exams[number].exam.organisation_id

    def administrator(self, organisation_id: object) -> Actor:
        """Who administers an organisation and all below it."""
        return make_actor(make_person("administrator", db.session.get_one(Organisation, organisation_id)))


def begin(given: SetExam, student: int) -> None:
    services.start_attempt(given.students[student], given.exam.id, device="d")
    db.session.commit()


def numbers(board: standings.Standings) -> dict[object, tuple[int, int]]:
    """Registered and begun, by part."""
    return {part.organisation_id: (part.registered, part.begun) for part in board.parts}


@pytest.mark.usefixtures("context")
def test_numbers_add_up_from_the_school_to_the_country() -> None:
    country = Country()
    begin(country.exams[0], 0)
    begin(country.exams[2], 1)
    incidents.record_incident(country.exams[1].teacher, country.rooms[1].id, code="power")
    db.session.commit()
    nation = country.administrator(country.ministry)
    whole = standings.get_standings(nation, country.ministry)
    assert numbers(whole) == {country.north: (5, 1), country.south: (4, 1)}
    assert (whole.whole.registered, whole.whole.begun, whole.whole.numbers["room open"]) == (9, 2, 3)
    assert whole.whole.numbers["incidents"] == 1
    north = standings.get_standings(nation, country.north)
    assert numbers(north) == {country.school(0): (2, 1), country.school(1): (3, 0)}
    school = standings.get_standings(nation, country.school(0))  # type: ignore[arg-type]
    assert [part.deeper for part in school.parts] == [False]
    rooms = standings.list_rooms_of(nation, country.school(0))  # type: ignore[arg-type]
    assert [room.id for _exam, _sitting, room in rooms] == [country.rooms[0].id]


@pytest.mark.usefixtures("context")
def test_a_department_sees_its_own_and_nothing_beside_it() -> None:
    country = Country()
    of_north = country.administrator(country.north)
    assert [top.id for top in standings.list_tops(of_north)] == [country.north]
    assert standings.get_standings(of_north, country.north).whole.registered == 5
    for elsewhere in (country.south, country.ministry):
        with pytest.raises(Forbidden):
            standings.get_standings(of_north, elsewhere)
    with pytest.raises(Forbidden):
        standings.get_standings(country.exams[0].teacher, country.north)
    with pytest.raises(NotFound):
        standings.get_standings(of_north, new_id())


@pytest.mark.usefixtures("context")
def test_a_snapshot_serves_everybody_for_some_seconds() -> None:
    country = Country()
    nation = country.administrator(country.ministry)
    standings.get_standings(nation, country.ministry)
    begin(country.exams[0], 0)
    asked: list[str] = []

    def listen(*arguments: object) -> None:
        asked.append(str(arguments[2]))
    event.listen(db.engine, "before_cursor_execute", listen)
    again = standings.get_standings(nation, country.ministry)
    event.remove(db.engine, "before_cursor_execute", listen)
    assert again.whole.begun == 0
    assert not [statement for statement in asked if "candidate" in statement]
    with shifted(timedelta(seconds=standings.SECONDS + 1)):
        assert standings.get_standings(nation, country.ministry).whole.begun == 1


@pytest.mark.usefixtures("context")
def test_switch_closes_the_boards() -> None:
    country = Country()
    nation = make_actor(make_person("administrator"))
    switches.turn_off(nation, "standings", reason="Quá tải")
    with pytest.raises(Unavailable):
        standings.get_standings(nation, country.ministry)


def test_pages_lead_from_the_country_to_a_room(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        country = Country()
        nation, of_north = country.administrator(country.ministry), country.administrator(country.north)
        db.session.commit()
        person, north = nation.person_id, of_north.person_id
        school, room = country.school(0), country.rooms[0].id
    client = sign_in(north)
    assert client.get("/exams/boards").headers["Location"].endswith(str(country.north))
    assert str(school) in client.get(f"/exams/boards/{country.north}").text
    page = sign_in(person).get(f"/exams/boards/{school}").text
    assert f"/exams/watch/{room}" in page
    assert client.get(f"/exams/watch/{room}").status_code == 200
