"""Stimuli in banks: edited by the bank's roles; in a secure bank sealed, hidden and watched as its questions are."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.bank.models import Item
from assessment.bank.services import stimuli
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from tests.factories.assembly import make_exam_for_form
from tests.factories.banks import draft_in, make_team

SECRET, NAME = "Hoanghonbenphatamgiang", "Bencangchieudong"  # words that no other row has


def shared_in(team, item, words=SECRET):
    """A stimulus of the team's bank with one item."""
    draft = stimuli.StimulusDraft(NAME, {"body": f"<p>{words}</p>"}, item.subject_id, bank_id=team.bank.id)
    stimulus = stimuli.create_stimulus(team["author"], draft)
    stimuli.set_items(team["author"], stimulus.id, [item.id])
    return stimulus, draft


def every_word_of_the_database() -> str:
    db.session.flush()
    return json.dumps([str(value) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))
                       for value in row], ensure_ascii=False)


@pytest.mark.usefixtures("request_context")
def test_a_secure_bank_holds_no_plain_word_of_a_text_or_its_title():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    stimulus, draft = shared_in(team, item)
    stimuli.revise_stimulus(team["author"], stimulus.id, replace(draft, content={"body": f"<p>{SECRET} 2</p>"}))
    dump = every_word_of_the_database()
    assert (SECRET in dump, NAME in dump) == (False, False)
    detail = stimuli.get_stimulus(team["author"], stimulus.id)
    assert (detail.title, SECRET in detail.version.content["body"], detail.version.number) == (NAME, True, 2)


@pytest.mark.usefixtures("request_context")
def test_outsiders_do_not_know_of_a_text_of_a_secure_bank():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    stimulus, draft = shared_in(team, item)
    for role in ("stranger", "school administrator", "administrator"):
        for ask in (lambda actor: stimuli.get_stimulus(actor, stimulus.id),
                    lambda actor: stimuli.revise_stimulus(actor, stimulus.id, draft),
                    lambda actor: stimuli.list_free_items(actor, stimulus.id),
                    lambda actor: stimuli.set_items(actor, stimulus.id, [])):
            with pytest.raises(Forbidden) as refused:
                ask(team[role])
            assert refused.value.status == 404
        if role == "stranger":
            assert stimuli.list_stimuli(team[role]).total == 0
        with pytest.raises(Forbidden):
            stimuli.create_stimulus(team[role], draft)


@pytest.mark.usefixtures("request_context")
def test_every_look_at_a_secure_text_is_written_down():
    team = make_team()
    stimulus, _draft = shared_in(team, bank.create_item(team["author"], draft_in(team.bank)))
    stimuli.get_stimulus(team["author"], stimulus.id)
    looks = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "item:view",
                                                        AuditEvent.subject_id == str(stimulus.id))).all()
    assert [look.actor_id for look in looks] == [team["author"].id]


@pytest.mark.usefixtures("request_context")
def test_a_set_of_a_secure_bank_is_drawn_by_its_readers_only():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    stimulus, _draft = shared_in(team, item)
    db.session.execute(update(Item).where(Item.id == item.id).values(state="ready"))
    row = assembly.DrawRow(item.subject_id, 1, bank_id=team.bank.id, sets=assembly.SetWish())
    form = assembly.draw_form(team["reader"], make_exam_for_form(), rows=[row], seed=1)
    [drawn] = assembly.get_paper(form.id).items
    assert (drawn.stimulus.id, SECRET in drawn.stimulus.content["body"]) == (stimulus.id, True)
    assert bank.list_sets(team["reader"], item.subject_id) == []
    with pytest.raises(Forbidden):
        bank.list_sets(team["stranger"], item.subject_id, bank_id=team.bank.id)


@pytest.mark.usefixtures("request_context")
def test_a_set_and_its_questions_are_of_one_bank():
    team = make_team("open")
    inside = bank.create_item(team["author"], draft_in(team.bank))
    outside = bank.create_item(team["author"], draft_in(None, subject_id=inside.subject_id))
    stimulus, _draft = shared_in(team, inside)
    assert (stimulus.title, stimulus.bank_id, stimulus.is_secure) == (NAME, team.bank.id, False)
    with pytest.raises(Invalid):
        stimuli.set_items(team["author"], stimulus.id, [inside.id, outside.id])
    assert stimuli.get_stimulus(team["approver"], stimulus.id).title == NAME
    with pytest.raises(Forbidden):
        stimuli.revise_stimulus(team["reader"], stimulus.id, _draft)


def test_a_text_is_written_in_a_secure_bank_by_its_page(app, sign_in):
    with app.app_context():
        team = make_team()
        item = bank.create_item(team["author"], draft_in(team.bank))
        db.session.commit()
        author, stranger, bank_id, subject_id = team["author"].id, team["stranger"].id, team.bank.id, item.subject_id
    client, bank_id = sign_in(author), str(bank_id)
    sent = {"title": NAME, "subject_id": str(subject_id), "language": "vi", "bank_id": bank_id, "body": SECRET}
    assert bank_id in client.get("/bank/stimuli/new").text
    address = client.post("/bank/stimuli/new", data=sent).location
    page = client.get(address).text
    assert (SECRET in page, NAME in page, "watermark" in page) == (True, True, True)
    assert NAME in client.get(f"{address}/edit").text
    assert NAME not in client.get("/bank/stimuli").text
    assert sign_in(stranger).get(address).status_code == 404


def test_whoever_reviews_a_question_sees_the_text_that_it_is_about(app, sign_in):
    with app.app_context():
        team = make_team()
        item = bank.create_item(team["author"], draft_in(team.bank, state="ready"))
        shared_in(team, item)
        reviewer, item_id = team["content_reviewer"].id, item.id
        db.session.commit()
    client = sign_in(reviewer)
    for page in ("", "/review"):
        assert SECRET in client.get(f"/bank/items/{item_id}{page}").text
