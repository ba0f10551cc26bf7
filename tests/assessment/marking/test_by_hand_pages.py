"""The pages on which people mark answers."""

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
