"""Load the demo data, each part only if it is not there yet; `bin/lms prepare` calls it."""

from uuid import UUID

import click

from assessment.bank import services as bank
from assessment.delivery import services as delivery
from content_repo.works import services as works
from demo import exams, library, people, questions, questions_types
from lms.core.db import transaction
from lms.core.permissions import Actor


def load_demo() -> None:
    """Organisations, people, questions, works, exams."""
    with transaction():
        ids = people.load_organisations()
        actors = people.load_people(ids)
    teacher, librarian = actors["teacher"], actors["librarian"]
    if not bank.list_items(teacher).total:
        click.echo("demo: questions")
        with transaction():
            questions.load_questions(teacher)
        questions_types.load_every_type(teacher)
    if not works.list_my_works(teacher).total:
        click.echo("demo: lecture, thesis, chapter")
        library.load_library(teacher, librarian)
    if not delivery.list_exams(teacher).total:
        click.echo("demo: exams and 300 simulated candidates")
        _load_exams(ids, teacher)


def _load_exams(ids: dict[str, UUID], teacher: Actor) -> None:
    classes = [row for code, row in ids.items() if "-12-" in code]
    with transaction():
        people.load_students([ids[people.MY_CLASS]], people.CLASSMATES, seed=1)
        people.load_students([ids[code] for code in people.LOWER_CLASSES], people.CLASSMATES * 2, seed=3)
        candidates = people.load_students(classes, people.SIMULATED, seed=2)
    exams.load_finished_exam(teacher, candidates)
    exams.load_running_exam(teacher, ids[people.MY_CLASS])
