"""The way of an item through review: who may take which step, and what stops him."""

from dataclasses import replace

import pytest
from flask_babel import force_locale

from assessment.bank import services as bank
from assessment.bank.review import CHECKLIST, MOVES
from assessment.bank.services import Told
from lms.core.errors import Conflict, Forbidden, Invalid, PlatformError
from tests.factories.banks import Team, draft_in, join, make_team

pytestmark = pytest.mark.usefixtures("context")
ALL_POINTS = Told(checklist=tuple(CHECKLIST))
WAY = (("author", "submit", Told(), "content_review"), ("content_reviewer", "sign_content", Told(), "language_review"),
       ("language_reviewer", "sign_language", ALL_POINTS, "pilot"), ("approver", "approve", Told(), "ready"))


@pytest.fixture(autouse=True)
def english(context):
    """Reasons are compared in the language of the source."""
    with force_locale("en"):
        yield


def brought_to(team: Team, state: str, **changes):
    """An item of the team's author in a state."""
    item = bank.create_item(team["author"], draft_in(team.bank, **changes))
    for role, name, told, after in WAY:
        if item.state == state:
            break
        bank.take_move(team[role], item.id, name, told)
        assert item.state == after
    assert item.state == state
    return item


@pytest.mark.parametrize("kind", ["open", "secure"])
def test_the_whole_way_with_sign_offs_and_history(kind):
    team = make_team(kind)
    item = brought_to(team, "ready")
    review = bank.get_review(team["approver"], item.id)
    assert [(row.before, row.after) for row in review.moves] == [
        ("draft", "content_review"), ("content_review", "language_review"), ("language_review", "pilot"),
        ("pilot", "ready")]
    assert [(row.stage, row.person_id, row.item_version_id) for row in review.sign_offs] == [
        (stage, team[role].id, item.current_version_id) for stage, role in
        (("content", "content_reviewer"), ("language", "language_reviewer"), ("approval", "approver"))]
    assert review.sign_offs[1].checklist == list(CHECKLIST)


def test_every_step_is_for_its_role_alone():
    """The table of moves against everybody: whoever has not the role is refused, whatever the state."""
    needs = {"item:submit": "author", "item:review_content": "content_reviewer",
             "item:review_language": "language_reviewer", "item:approve": "approver", "item:retire": "approver"}
    team = make_team("secure")
    wrong = []
    for move in (move for move in MOVES if "reviewed" in move.where and move.permission in needs):
        states = [state for state in move.before if state != "retired"]
        item = brought_to(team, states[0]) if states else brought_to(team, "ready")
        for role, actor in team.people.items():
            if role == needs[move.permission]:
                continue
            try:
                bank.take_move(actor, item.id, move.name, replace(ALL_POINTS, reason="Vì sao"))
                wrong.append((move.name, role))
            except PlatformError as error:
                if error.status not in (403, 404):
                    wrong.append((move.name, role, error.status))
    assert not wrong


def test_nobody_signs_what_he_wrote_not_even_with_every_role_and_two_tabs():
    team = make_team("secure")
    for role in ("content_reviewer", "language_reviewer", "approver"):
        join(team.bank, team["author"], role)
    for state, name in (("content_review", "sign_content"), ("language_review", "sign_language"), ("pilot", "approve")):
        item = brought_to(team, state)
        with pytest.raises(Forbidden, match="You wrote this question"):
            bank.take_move(team["author"], item.id, name, ALL_POINTS)
        assert item.state == state
    ready = brought_to(team, "ready")
    with pytest.raises(Conflict):
        bank.take_move(team["author"], ready.id, "approve")


def test_content_and_approval_are_signed_by_different_people():
    team = make_team("open", two_person=True)
    join(team.bank, team["content_reviewer"], "approver")
    item = brought_to(team, "pilot")
    with pytest.raises(Forbidden, match="somebody else must approve"):
        bank.take_move(team["content_reviewer"], item.id, "approve")
    relaxed = make_team("open")
    join(relaxed.bank, relaxed["content_reviewer"], "approver")
    bank.take_move(relaxed["content_reviewer"], brought_to(relaxed, "pilot").id, "approve")


def test_whoever_revised_it_counts_as_a_writer():
    team = make_team("open", two_person=True)
    join(team.bank, team["school administrator"], "content_reviewer")
    item = brought_to(team, "draft")
    draft = draft_in(team.bank, subject_id=item.subject_id, state="ready")
    bank.revise_item(team["school administrator"], item.id, draft)
    assert item.state == "content_review"
    with pytest.raises(Forbidden):
        bank.take_move(team["school administrator"], item.id, "sign_content")


@pytest.mark.parametrize("state", ["language_review", "pilot", "ready"])
def test_a_new_version_of_something_signed_asks_for_the_review_again(state):
    team = make_team("secure")
    item = brought_to(team, state)
    seen = item.current_version_id
    bank.revise_item(team["author"], item.id, draft_in(team.bank, subject_id=item.subject_id))
    assert item.state == "content_review"
    assert bank.get_review(team["content_reviewer"], item.id).sign_offs == []
    with pytest.raises(Conflict, match="newer version"):
        bank.take_move(team["content_reviewer"], item.id, "sign_content", Told(version_id=seen))


def test_a_question_that_came_back_is_signed_anew():
    team = make_team("open")
    item = brought_to(team, "pilot")
    with pytest.raises(Invalid, match="Say why"):
        bank.take_move(team["approver"], item.id, "return_pilot")
    bank.take_move(team["approver"], item.id, "return_pilot", Told("Phương án nhiễu quá dễ"))
    assert bank.get_review(team["author"], item.id).moves[-1].words == {"reason": "Phương án nhiễu quá dễ"}
    for role, name, told, _after in WAY:
        bank.take_move(team[role], item.id, name, told)
    assert item.state == "ready"


def test_the_language_review_goes_through_every_point():
    team = make_team("open")
    item = brought_to(team, "language_review")
    with pytest.raises(Invalid, match="every point"):
        bank.take_move(team["language_reviewer"], item.id, "sign_language", Told(checklist=("plain",)))


def test_open_remarks_stop_a_signature_until_they_are_settled():
    team = make_team("secure")
    item = brought_to(team, "content_review")
    remark = bank.comment_item(team["content_reviewer"], item.id, part="options.o2", text="Hai phương án đều đúng?")
    with pytest.raises(Conflict, match="remarks are still open"):
        bank.take_move(team["content_reviewer"], item.id, "sign_content")
    with pytest.raises(Forbidden, match="you wrote the question"):
        bank.settle_comment(team["author"], item.id, remark.id)
    with pytest.raises(Invalid, match="no such part"):
        bank.comment_item(team["author"], item.id, part="options.o9", text="?")
    bank.settle_comment(team["content_reviewer"], item.id, remark.id)
    bank.take_move(team["content_reviewer"], item.id, "sign_content")
    assert bank.get_review(team["author"], item.id).comments[0].words == {"text": "Hai phương án đều đúng?"}


def test_the_queue_shows_what_waits_for_whom():
    team = make_team("open", two_person=True)
    waiting = {state: brought_to(team, state) for state in ("content_review", "language_review", "pilot")}
    roles = {"content_reviewer": "content_review", "language_reviewer": "language_review", "approver": "pilot"}
    for role, state in roles.items():
        assert [item.id for item in bank.list_waiting(team[role])] == [waiting[state].id]
    join(team.bank, team["author"], "content_reviewer")
    assert bank.count_waiting(team["author"]) == 0
    bank.comment_item(team["content_reviewer"], waiting["content_review"].id, part="whole", text="Xem lại")
    bank.take_move(team["author"], waiting["content_review"].id, "withdraw", Told("Sửa"))
    assert [item.id for item in bank.list_returned(team["author"])] == [waiting["content_review"].id]


def test_on_the_desk_and_in_a_bank_without_review_the_author_makes_ready_alone():
    team = make_team("open", reviewed=False)
    for row in (None, team.bank):
        item = bank.create_item(team["author"], draft_in(row))
        assert bank.make_item_ready(team["author"], item.id).state == "ready"
    assert bank.create_item(team["author"], draft_in(team.bank, state="ready")).state == "ready"


def test_an_import_that_says_ready_is_handed_in_for_review():
    team = make_team("open")
    [item_id] = bank.create_items(team["author"], [draft_in(team.bank, state="ready")])
    assert [item.id for item in bank.list_waiting(team["content_reviewer"])] == [item_id]
