"""Programs wait for a person, unless their tests may be run; what tests or people gave is kept."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from assessment.bank.types import Parts
from assessment.marking import services
from assessment.marking.code_runner import NoIsolation
from assessment.marking.models import ItemMark
from assessment.marking.services import programs
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from tests.factories.every_type import sample
from tests.factories.marking import make_hand_exam

pytestmark = pytest.mark.usefixtures("request_context")
JOB = SimpleNamespace(progress=lambda _fraction, _note: None)


@pytest.fixture
def sat():
    """Three candidates, two of whom wrote a program."""
    content, key, response = sample("code")
    return make_hand_exam("code", (content, key), (response, "print(4)", None))


def states(sat):
    db.session.expire_all()
    return sorted(db.session.scalars(select(ItemMark.state).where(ItemMark.item_version_id == sat.version_id)))


def judge_by(monkeypatch, judge):
    on = replace(settings(), code_runner="isolated")
    monkeypatch.setattr(programs, "settings", lambda: on)
    monkeypatch.setattr(programs, "judge_program", judge)


def test_programs_wait_for_a_person_where_none_may_be_run(sat):
    services.mark_exam_in_steps(JOB, sat.exam.id)
    assert states(sat) == ["omitted", "waiting", "waiting"]


def test_tests_judge_where_programs_may_be_run_and_their_marks_are_kept(sat, monkeypatch):
    judge_by(monkeypatch, lambda _key, text: Parts(int("input" in text), 0, 1))
    services.mark_exam_in_steps(JOB, sat.exam.id)
    assert states(sat) == ["omitted", "right", "wrong"]
    monkeypatch.undo()
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    assert states(sat) == ["omitted", "right", "wrong"]


def test_where_programs_cannot_be_kept_apart_they_wait(sat, monkeypatch):
    def refuse(_key, _text):
        raise NoIsolation("no namespaces")
    judge_by(monkeypatch, refuse)
    services.mark_exam_in_steps(JOB, sat.exam.id)
    assert states(sat) == ["omitted", "waiting", "waiting"]
