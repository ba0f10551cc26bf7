"""The pages on which people mark answers."""

from sqlalchemy import update

from assessment.assembly import services as assembly
from assessment.bank.models import Item, ItemVersion
from assessment.bank.sealing import binding, seal_json, sealed_attributes
from assessment.delivery import services as delivery
from assessment.marking import services
from lms.core.db import db
from tests.factories.banks import make_team
from tests.factories.marking import make_hand_exam

BEST = {"c1": "0", "c2": "0"}


def test_the_queue_by_pages(app, sign_in):
    with app.test_request_context():
        sat = make_hand_exam()
    teacher, exam_id = sign_in(sat.teacher.person_id), sat.exam.id
    assert teacher.get(f"/exams/{exam_id}/marking").status_code == 200
    for _each in range(2):
        response = teacher.post(f"/exams/{exam_id}/marking/{sat.version_id}")
        page = teacher.get(response.location)
        assert "Bài viết của thí sinh" in page.text
        assert teacher.post(response.location, data={"c1": "0"}).status_code == 422
        assert teacher.post(response.location, data=BEST).status_code == 302
    response = teacher.post(f"/exams/{exam_id}/marking/{sat.version_id}", follow_redirects=True)
    assert response.request.path == f"/exams/{exam_id}/marking"


def test_the_candidate_sees_what_was_given_and_why(app, sign_in):
    with app.test_request_context():
        sat = make_hand_exam()
        while taken := services.take_answer(sat.teacher, sat.exam.id, sat.version_id):
            services.mark_answer(sat.teacher, taken.attempt_id, taken.form_item_id, chosen={"c1": "1", "c2": "0"},
                                 comment="Cần thêm dẫn chứng.")
            db.session.commit()
        delivery.close_exam(sat.teacher, sat.exam.id)
        db.session.commit()
    page = sign_in(sat.students[0].person_id).get(f"/results/{sat.attempt_ids[0]}").text
    assert "thiếu ý" in page
    assert "Cần thêm dẫn chứng." in page


def test_a_teacher_sees_what_waits(app, sign_in):
    with app.test_request_context():
        sat = make_hand_exam()
    teacher = sign_in(sat.teacher.person_id)
    assert f"/exams/{sat.exam.id}/marking" in teacher.get(f"/exams/{sat.exam.id}/results").text
    assert teacher.get(f"/results/{sat.attempt_ids[0]}").status_code == 200


def test_of_a_secure_bank_only_marks_are_shown(app, sign_in):
    with app.test_request_context():
        sat, team = make_hand_exam(), make_team()
        db.session.execute(update(Item).where(Item.current_version_id == sat.version_id).values(
            bank_id=team.bank.id, is_secure=True))
        version = db.session.get_one(ItemVersion, sat.version_id)
        sealed = {each.stored: seal_json(each.__get__(version, ItemVersion), binding("item_version", version.id, each))
                  for each in sealed_attributes(ItemVersion)}
        db.session.execute(update(ItemVersion).where(ItemVersion.id == version.id).values(sealed))
        db.session.commit()
    assembly.get_paper.cache_clear()
    teacher = sign_in(sat.teacher.person_id)
    page = teacher.get(f"/results/{sat.attempt_ids[0]}").text
    assert "Tả con đường" not in page
    assert "Bài viết của thí sinh" not in page
    assert "Tả con đường" not in teacher.get(f"/exams/{sat.exam.id}/marking").text
    taken = teacher.post(f"/exams/{sat.exam.id}/marking/{sat.version_id}")
    assert teacher.get(taken.location).status_code in (403, 404)
