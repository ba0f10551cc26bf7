"""Pages of questions found wrong, as who rules and who sat the exam see them."""

from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.delivery import services as delivery
from assessment.marking import services
from assessment.marking.models import ItemRuling
from assessment.marking.services import rulings
from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from tests.factories.identity import make_actor
from tests.factories.marking import make_finished_exam

WHY = {"code": "wrong_key", "reason": "Đáp án in sai."}


def marked(app, **rules):
    """A marked exam in a context of its own: its maker, its id, an attempt with who sat it, and versions by type."""
    with app.test_request_context():
        sat = make_finished_exam(2, **rules)
        services.mark_exam(SYSTEM, sat.exam.id)
        db.session.commit()
        attempt = delivery.find_attempt(sat.attempt_ids[0])
        items = {item.type: item.item_version_id for item in assembly.get_paper(attempt.form_id).items}
        return make_actor(sat.teacher), sat.exam.id, attempt.id, attempt.person_id, items


def test_the_candidate_reads_what_was_decided_and_why(app, sign_in):
    actor, exam_id, attempt_id, person_id, items = marked(app, close=True, review="key")
    with app.test_request_context():
        with transaction():
            rulings.make_ruling(actor, exam_id, items["true_false"], rulings.RulingDraft("credit_all", **WHY))
            rulings.make_ruling(actor, exam_id, items["multiple_response"],
                                rulings.RulingDraft("void", policy="left_out", **WHY))
            rulings.make_ruling(actor, exam_id, items["single_choice"],
                                rulings.RulingDraft("keys", right=["o1", "o4"], **WHY))
        jobs.run_all()
    page = sign_in(person_id).get(f"/results/{attempt_id}").text
    assert page.count("Đáp án in sai.") == 3
    for said in ("Câu này được bỏ", "Đáp án của câu này đã được sửa", "Mọi thí sinh được đủ điểm câu này"):
        assert said in page


def test_from_the_list_to_the_ruling(app, sign_in):
    actor, exam_id, _attempt_id, _person_id, items = marked(app)
    client, address = sign_in(actor.person_id), f"/exams/{exam_id}/questions"
    sent = {"kind": "keys", "policy": "left_out", "right": ["o1", "o2"], "code": "several_right",
            "reason": "A và B đều đúng."}
    assert str(items["single_choice"]) in client.get(address).text
    assert address in client.get(f"/exams/{exam_id}/results").text
    form = f"{address}/{items['single_choice']}"
    assert client.post(form, data={**sent, "right": []}).status_code == 422
    shown = client.post(form, data=sent)
    assert shown.status_code == 200
    assert f"{form}/confirm" in shown.text
    with app.app_context():
        assert not db.session.scalar(select(ItemRuling.id))
    assert client.post(f"{form}/confirm", data=sent).status_code == 302
    assert "A và B đều đúng." in client.get(form).text
