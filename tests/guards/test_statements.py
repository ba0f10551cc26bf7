"""A list costs the same number of statements with 3 lines and with 15: nothing is asked line by line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update
from sqlalchemy.engine import Engine

from assessment.analysis import services as analysis
from assessment.delivery import services as delivery
from assessment.delivery.models import Exam
from assessment.interchange.models import ImportBatch, ImportQuestion
from assessment.marking import services as marking
from content_repo.curation import services as curation
from lms.core import audit, jobs
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.models import Person
from lms.identity.services import start_sign_in
from lms.organisations.models import Organisation
from search import services as search
from tests.factories.bank import make_item
from tests.factories.curation import make_collection
from tests.factories.curriculum import make_subject, make_topic
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam
from tests.factories.organisations import make_class
from tests.factories.works import make_work, make_work_file
from tests.guards.world import ROLES, World, make_world

FEW, MANY = 3, 15
PAGES: tuple[tuple[str, str], ...] = (
    ("anonymous", "/"), *((role, "/") for role in ROLES),
    ("teacher", "/bank/"), ("teacher", "/bank/?text=cau"), ("teacher", "/bank/items/{item}"),
    ("teacher", "/bank/import/{batch}"), ("teacher", "/api/v1/items"),
    ("teacher", "/exams/"), ("teacher", "/exams/{draft}"), ("teacher", "/exams/{over}"),
    ("teacher", "/exams/{draft}/candidates"), ("teacher", "/exams/{draft}/plan"),
    ("teacher", "/exams/{over}/results"), ("teacher", "/exams/{over}/results?sort=points"),
    ("teacher", "/exams/{over}/results.csv"), ("teacher", "/exams/{over}/analysis"),
    ("student", "/exams/mine"), ("student", "/search?q=bai"), ("teacher", "/search?q=bai"),
    ("teacher", "/exams/new"), ("teacher", "/works/new/lecture"), ("teacher", "/results/{attempt}"),
    ("anonymous", "/works"), ("anonymous", "/works?kind=thesis"), ("anonymous", "/api/v1/works"),
    ("anonymous", "/search"), ("anonymous", "/search?q=bai"), ("anonymous", "/api/v1/search?q=bai"),
    ("anonymous", "/collections"), ("anonymous", "/collections/{collection}"),
    ("anonymous", "/works/{work}"), ("anonymous", "/api/v1/works/{work}"),
    ("teacher", "/works/mine"), ("librarian", "/curation"), ("librarian", "/curation?whose=mine"),
    ("administrator", "/admin/jobs"), ("administrator", "/audit"), ("teacher", "/account"),
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database is asked inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _add(world: World, given: dict[str, Any], number: int) -> None:
    """So many more of everything that a list shows."""
    teacher = db.session.get_one(Person, world.people["teacher"])
    librarian = db.session.get_one(Person, world.people["librarian"])
    actor, keeper = make_actor(teacher), make_actor(librarian)
    school = db.session.get_one(Organisation, next(iter(actor.organisation_ids)))
    for _each in range(number):
        make_item(owner=teacher, organisation=school, topic=make_topic(make_subject()))
        for state in ("published", "draft", "submitted", "returned"):
            make_work("lecture", state, teacher)
        work = make_work("thesis", "published", librarian)
        make_work_file(work)
        curation.add_to_collection(keeper, world.values["collection_id"][0], work.id)
        make_collection(organisation=school)
        curation.claim_review(keeper, make_work("lecture", "submitted", teacher).id)
        make_class(school, students=1, teacher=teacher)
        jobs.enqueue("content_repo.check_file", owner=teacher.id, file_id="x").state = "failed"
        audit.record(keeper, "work:publish", ("work", work.id))
        start_sign_in(teacher.id, device="Firefox")
    _add_exams(world, given, number, teacher.id, school.id)
    batch = db.session.get_one(ImportBatch, world.values["batch_id"][0])
    first = db.session.get_one(ImportQuestion, (batch.id, 1))
    last = db.session.scalar(select(func.max(ImportQuestion.number)).where(ImportQuestion.batch_id == batch.id))
    names = [each.name for each in ImportQuestion.__table__.columns if each.name != "number"]
    copied = {name: getattr(first, name) for name in names}
    db.session.add_all(ImportQuestion(**copied, number=last + step) for step in range(1, number + 1))
    db.session.commit()
    search.refresh()


def _add_exams(world: World, given: dict[str, Any], number: int, teacher_id: Any, school_id: Any) -> None:
    made = [make_exam() for _each in range(number)]
    student = world.people["student"]
    for each in made:
        delivery.register_people(SYSTEM, each.exam.id, [student])
    people = [make_person("student") for _each in range(number)]
    delivery.register_people(SYSTEM, given["draft"], [person.id for person in people])
    rows = [each.row for each in delivery.get_plan(SYSTEM, given["draft"]).rows]
    delivery.set_draw_rows(SYSTEM, given["draft"], [*rows, *[rows[0]] * number])
    ids = [each.exam.id for each in made]
    db.session.execute(update(Exam).where(Exam.id.in_(ids)).values(owner_id=teacher_id, organisation_id=school_id))


def _make_results(world: World, persons: int) -> dict[str, Any]:
    """An exam that so many have sat, in place of the one of three."""
    over = make_finished_exam(persons, close=True)
    db.session.execute(update(Exam).where(Exam.id == over.exam.id).values(owner_id=world.people["teacher"]))
    marking.mark_exam(SYSTEM, over.exam.id)
    analysis.store_analysis(over.exam.id, marking.results_of(over.exam.id))
    db.session.commit()
    return {"over": over.exam.id, "attempt": over.attempt_ids[0]}


def _measure(clients: dict[str, FlaskClient], given: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Statements of each page the second time, when what is kept in the process is there."""
    counts = {}
    for role, path in PAGES:
        for _time in range(2):
            with counted() as seen:
                answer = clients[role].get(path.format(**given), headers={"Accept": "text/html"})
            assert answer.status_code == 200, (role, path)
        counts[role, path] = len(seen)
    return counts


def test_no_list_asks_line_by_line(app: Flask, sign_in) -> None:
    world = make_world(app)
    values = world.values
    given = {"over": values["exam_id"][0], "draft": values["exam_id"][2], "item": values["item_id"][0],
             "batch": values["batch_id"][0], "attempt": values["attempt_id"][0],
             "collection": values["collection_id"][0], "work": values["work_id"][-1]}
    with app.test_request_context():
        _add(world, given, FEW)
    clients = {role: sign_in(world.people[role]) for role in ROLES} | {"anonymous": app.test_client()}
    few = _measure(clients, given)
    with app.test_request_context():
        _add(world, given, MANY - FEW)
        given |= _make_results(world, MANY)
    many = _measure(clients, given)
    grown = [f"{role} {path}: {few[role, path]} statements, then {many[role, path]}" for role, path in PAGES
             if many[role, path] > few[role, path]]
    assert not grown, "\n".join(grown)
