"""The curriculum: loaded as often as one likes, read in the reader's language."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import SYSTEM, Actor, positions_in
from lms.curriculum import services
from lms.curriculum.models import Outcome, Subject, Topic
from tests.factories.curriculum import make_outcome, make_subject, make_topic


def counts() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Subject, Topic, Outcome)]


def test_loading_twice_makes_nothing_twice(context: Flask) -> None:
    loaded = services.load_curriculum(SYSTEM)
    first = counts()
    services.load_curriculum(SYSTEM)
    assert counts() == first == [loaded.subjects, loaded.topics, loaded.outcomes]
    assert loaded.subjects > 30


def test_the_command_loads_it(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["curriculum", "load"])
    assert result.exit_code == 0, result.output
    assert "subjects" in result.output


def test_subjects_are_named_in_the_readers_language(app: Flask) -> None:
    with app.app_context():
        services.load_curriculum(SYSTEM)
        db.session.commit()
    with app.test_request_context("/?lang=en"):
        assert services.get_subject_by_code("vat-li").name == "Physics"
    with app.test_request_context("/"):
        physics = services.get_subject_by_code("vat-li")
        assert physics.name == "Vật lí"
        assert services.subject_names([physics.id]) == {physics.id: "Vật lí"}


def test_topics_stand_in_teaching_order_and_outcomes_belong_to_them(context: Flask) -> None:
    services.load_curriculum(SYSTEM)
    maths = services.get_subject_by_code("toan")
    topics = services.list_topics(maths.id, 12)
    assert topics[0].name.startswith("Ứng dụng đạo hàm")
    assert topics[-1].name == "Xác suất có điều kiện"
    assert {o.topic_id for o in services.list_outcomes(maths.id, 12)} == {t.id for t in topics}


def test_topics_of_no_grade_belong_to_every_grade(context: Flask) -> None:
    subject = make_subject()
    general, grade_ten = make_topic(subject, grade=None), make_topic(subject, grade=10)
    assert [t.id for t in services.list_topics(subject.id, 12)] == [general.id]
    assert {t.id for t in services.list_topics(subject.id)} == {general.id, grade_ten.id}


def test_a_topic_is_found_by_name_or_added_at_the_end(context: Flask) -> None:
    subject = make_subject()
    known = make_topic(subject, "Dao động", grade=11)
    assert services.find_or_add_topic(subject.id, "  Dao   động ").id == known.id
    added = services.find_or_add_topic(subject.id, "Dao động", 12)
    assert added.id != known.id
    assert services.topic_names([added.id]) == {added.id: "Dao động"}


def test_a_person_without_the_role_does_not_load_it(context: Flask) -> None:
    with pytest.raises(Forbidden):
        services.load_curriculum(Actor(person_id=make_outcome().id, positions=positions_in([], "teacher")))


def test_an_unknown_subject(context: Flask) -> None:
    assert services.find_subject_by_code("alchemy") is None
    with pytest.raises(NotFound):
        services.get_subject_by_code("alchemy")
    assert list(services.GRADES) == list(range(1, 13))
    assert services.list_subjects() == []
