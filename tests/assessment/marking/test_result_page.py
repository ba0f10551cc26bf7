"""The page of a result: answers and keys of every type, in the controls in which they were given."""

from lxml import html

from assessment.bank.types import TYPES
from assessment.marking import services
from lms.core.db import db
from lms.core.permissions import SYSTEM
from tests.factories.delivery import Candidate, make_exam
from tests.factories.every_type import sample


def test_the_result_shows_the_answers_and_keys_of_every_type(app, client, sign_in):
    with app.app_context():
        given = make_exam(kinds=tuple(TYPES))
        sitter = Candidate(client, given, given.students[0])
        teacher_id, attempt_id, exam_id = given.teacher.person_id, sitter.id, given.exam.id
    for type in TYPES:
        answer = sitter.answer(type, sample(type)[2])
        assert answer.status_code == 200, (type, answer.get_json())
    assert sitter.submit().status_code == 200
    with app.app_context():
        services.mark_exam(SYSTEM, exam_id)
        db.session.commit()
    page = html.fromstring(sign_in(teacher_id).get(f"/results/{attempt_id}").text)
    articles = page.xpath("//article")
    assert len(articles) == len(TYPES)
    assert not page.xpath("//*[@style]")
    whole = [each for each in articles if each.xpath(".//fieldset")]
    for article in whole:
        said, key = article.xpath(".//fieldset")
        marks = [(each.xpath(".//option[@selected]/@value"), each.xpath(".//input[@checked]/@value"))
                 for each in (said, key)]
        assert marks[0] == marks[1], article.text_content()
    assert len(whole) == 8
