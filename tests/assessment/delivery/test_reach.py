"""A department's administrator sees the exams, candidates and results of his schools, and of no other's."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from assessment.delivery import services
from assessment.delivery.models import Exam
from lms.core.db import db
from lms.core.errors import Forbidden
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam
from tests.factories.organisations import make_class
from tests.factories.reach import Side, TwoSides, make_two_sides


def make_exam_of(side: Side) -> Any:
    made = make_finished_exam(1, close=True)
    db.session.execute(update(Exam).where(Exam.id == made.exam.id).values(organisation_id=side.school.id))
    db.session.commit()
    return made


def test_lists_hold_what_is_below(context: Flask) -> None:
    sides = make_two_sides()
    own, foreign = (make_exam_of(side).exam.id for side in (sides.own, sides.foreign))
    seen = {exam.id for exam, _sitting in services.list_exams(make_actor(sides.own.administrator))}
    assert seen == {own}
    everywhere = make_actor(make_person("administrator", sides.ministry))
    assert {exam.id for exam, _sitting in services.list_exams(everywhere)} == {own, foreign}


def test_only_classes_below_are_registered(context: Flask) -> None:
    sides = make_two_sides()
    exam = make_exam_of(sides.own).exam
    foreign = make_class(sides.foreign.school, students=2)
    db.session.execute(update(Exam).where(Exam.id == exam.id).values(state="draft"))
    with pytest.raises(Forbidden):
        services.register_classes(make_actor(sides.own.administrator), exam.id, [foreign.id])


def test_results_exports_and_the_api_reach_as_far(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        sides: TwoSides = make_two_sides()
        own, foreign = make_exam_of(sides.own), make_exam_of(sides.foreign)
        ids = {name: (made.exam.id, made.attempt_ids[0]) for name, made in (("own", own), ("foreign", foreign))}
        client = sign_in(sides.own.administrator)
    for name, status in (("own", 200), ("foreign", 403)):
        exam_id, attempt_id = ids[name]
        for path in (f"/exams/{exam_id}", f"/exams/{exam_id}/candidates", f"/exams/{exam_id}/results",
                     f"/exams/{exam_id}/results.csv", f"/exams/{exam_id}/analysis", f"/results/{attempt_id}",
                     f"/api/v1/results/{attempt_id}"):
            assert client.get(path).status_code == status, path
    listed = client.get("/exams/").text
    assert str(ids["own"][0]) in listed
    assert str(ids["foreign"][0]) not in listed
