"""Parts of a paper with times and rules of their own: which answers count, and what a candidate's page is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given as for_all
from hypothesis import strategies as some

from assessment.delivery import services
from assessment.delivery.counting import Rules, Span, count_events, which_count
from assessment.delivery.sections import AHEAD, OPEN, OVER, Given, Part, Sections, Walk
from assessment.delivery.services import accommodations, boards, control, dry_run, part_rules
from assessment.delivery.services.part_rules import PartRule
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from tests.factories.delivery import Candidate, SetExam, make_exam
from tests.factories.rooms import make_room

SignIn = Callable[[object], FlaskClient]
BEGIN = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
TIMED, ONE_WAY, FREE = Part(timedelta(minutes=10)), Part(one_way=True), Part()
RULES = [PartRule(10, one_way=True), PartRule(20), PartRule(), PartRule()]


def minute(number: float) -> datetime:
    """A time in the exam."""
    return BEGIN + timedelta(minutes=number)


class Kept(NamedTuple):
    """An event: when it came, its payload, how long after the last receipt it was written; -1: as it came."""

    received_at: datetime
    payload: str
    client_ms: int = -1
    late: bool = False
    kind: str = "answer"


STARTED = Kept(BEGIN, '{"started": {}}', 0, kind="started")


def enter(number: int, at: float, after: float | None = None) -> Kept:
    """Into a part: came at a minute, written then, or so many minutes after the last receipt."""
    return _kept(f'{{"section": {number}}}', at, after)


def answer(part: int, at: float, after: float | None = None) -> Kept:
    """An answer in a part."""
    return _kept(f'{{"item": "item-{part}"}}', at, after)


def _kept(payload: str, at: float, after: float | None) -> Kept:
    return Kept(minute(at), payload, -1 if after is None else round(after * 60_000))


def counted(parts: list[Part], *events: Kept, given: tuple[Given, ...] = ()) -> list[bool]:
    """Of these events after the start, whether they count."""
    sections = Sections(parts, {f"item-{number}": number for number in range(1, len(parts) + 1)}, given)
    return which_count([STARTED, *_told(events)], Rules(minute(60), sections=sections))[1:]


def _told(events: tuple[Kept, ...]) -> list[Kept]:
    """The events with the milliseconds that an honest page tells."""
    told, receipt, last = [], BEGIN, BEGIN
    for event in events:
        receipt, last = (last, event.received_at) if event.received_at != last else (receipt, last)
        exact = (event.received_at - receipt) // timedelta(milliseconds=1)
        told.append(event._replace(client_ms=exact) if event.client_ms < 0 else event)
    return told


@pytest.mark.parametrize(("parts", "events", "counts"), [
    ([FREE, FREE], [answer(1, 1), answer(2, 2)], [True, False]),
    ([FREE, FREE], [enter(2, 1), answer(1, 2), answer(2, 3)], [True, True, True]),
    ([ONE_WAY, FREE], [answer(1, 1), enter(2, 2), answer(1, 3), answer(2, 3)], [True, True, False, True]),
    ([ONE_WAY, FREE], [enter(2, 2), enter(1, 3), answer(1, 4), answer(2, 4)], [True, False, False, True]),
    ([FREE, ONE_WAY, FREE], [enter(2, 1), enter(1, 2), answer(2, 3), answer(1, 3)], [True, True, False, True]),
    ([TIMED, FREE], [answer(1, 9.9), answer(1, 10.1), enter(2, 10.2), answer(2, 50)], [True, False, True, True]),
    ([TIMED, TIMED], [enter(2, 4), answer(2, 13.9), answer(2, 14.1), answer(1, 9)], [True, True, False, True]),
    ([TIMED, FREE], [enter(2, 3), enter(1, 5), answer(1, 9), answer(1, 11)], [True, True, True, False]),
    ([TIMED, FREE], [enter(2, 3), enter(1, 11), answer(2, 12)], [True, False, True]),
    ([FREE, TIMED], [enter(2, 30), answer(2, 39.9), answer(2, 40.1)], [True, True, False]),
    ([FREE, FREE], [enter(3, 1), answer(1, 2)], [False, True]),
    ([ONE_WAY, FREE], [enter(1, 1), answer(1, 2)], [True, True]),
])
def test_what_counts_in_parts(parts: list[Part], events: list[Kept], counts: list[bool]) -> None:
    assert counted(parts, *events) == counts


def test_whoever_is_cut_off_works_on_by_his_own_milliseconds() -> None:
    backlog = [answer(1, 40, after=8), enter(2, 40, after=9), answer(2, 40, after=18), answer(2, 40, after=19.5)]
    assert counted([TIMED, TIMED], answer(1, 1), *backlog) == [True, True, True, True, False]


def test_part_begins_when_the_server_hears_of_it_over_a_line() -> None:
    slow = enter(2, 5, after=5 - 0.2)
    assert counted([FREE, TIMED], slow, answer(2, 14.9), answer(2, 15.1)) == [True, True, False]


def test_page_that_counts_a_little_too_much_loses_nothing() -> None:
    events = [answer(1, 4), enter(2, 5, after=1.1), answer(2, 14.9), answer(2, 15.1)]
    assert counted([FREE, TIMED], *events) == [True, True, True, False]


def test_what_says_more_milliseconds_than_there_were_begins_at_its_receipt() -> None:
    assert counted([FREE, TIMED], enter(2, 5, after=90), answer(2, 14.9), answer(2, 15.1)) == [True, True, False]


@pytest.mark.parametrize(("given", "last"), [
    ([Given(minute(5), timedelta(minutes=3))], 13),
    ([Given(minute(11), timedelta(minutes=3))], 10),
    ([Given(minute(5), timedelta(hours=6)), Given(minute(9), timedelta(minutes=4, hours=-6))], 14),
    ([Given(minute(-5), timedelta(minutes=3))], 10),
])
def test_time_given_lengthens_the_part_that_runs(given: list[Given], last: float) -> None:
    events = [answer(1, last - 0.1), answer(1, last + 0.1)]
    assert counted([TIMED, TIMED], *events, given=tuple(given)) == [True, False]


def test_rest_of_a_pause_is_not_taken_from_a_part_that_began_in_it() -> None:
    pause = (Given(minute(5), timedelta(hours=6)), Given(minute(9), timedelta(minutes=4, hours=-6)))
    assert counted([TIMED, TIMED], enter(2, 7), answer(2, 16.9), answer(2, 17.1), given=pause) == [True, True, False]


def test_part_and_deadline_must_both_hold() -> None:
    sections = Sections([FREE, FREE], {"item-1": 1, "item-2": 2})
    late = answer(2, 70, after=49)._replace(late=True)
    events = [STARTED, enter(2, 1, after=1), late]
    assert which_count(events, Rules(minute(60), sections=sections)) == [True, True, False]
    assert which_count(events, Rules(minute(60), [Span(minute(40), minute(65))], sections)) == [True, True, True]
    events = [STARTED, late]
    assert which_count(events, Rules(minute(60), [Span(minute(40), minute(65))], sections)) == [True, False]


def test_walk_says_how_each_part_stands() -> None:
    walk = Walk(Sections([Part(timedelta(minutes=10), one_way=True), TIMED, FREE], {}), BEGIN)
    assert walk.describe(minute(4)) == {"current": 1, "parts": [
        {"state": OPEN, "remaining_ms": 360_000}, {"state": AHEAD, "remaining_ms": 600_000},
        {"state": AHEAD, "remaining_ms": None}]}
    walk.enter(2, minute(4))
    assert [part["state"] for part in walk.describe(minute(5))["parts"]] == [OVER, OPEN, AHEAD]
    assert [part["remaining_ms"] for part in walk.describe(minute(15))["parts"]] == [0, 0, None]


PARTS = some.lists(some.builds(Part, some.none() | some.integers(1, 20).map(lambda m: timedelta(minutes=m)),
                               some.booleans()), min_size=1, max_size=4)
STEPS = some.lists(some.tuples(some.booleans(), some.integers(1, 5), some.integers(0, 50)), max_size=25)


@for_all(parts=PARTS, steps=STEPS)
def test_no_part_takes_answers_for_longer_than_its_minutes_or_once_it_was_left(
        parts: list[Part], steps: list[tuple[bool, int, int]]) -> None:
    ordered = sorted(steps, key=lambda step: step[2])
    events = [(enter if goes else answer)(number, at) for goes, number, at in ordered]
    marks = counted(parts, *events)
    entered, current, left = {1: BEGIN}, 1, set()
    for (goes, number, _at), event, counts in zip(ordered, events, marks, strict=True):
        lasts = parts[number - 1].lasts if number <= len(parts) else None
        over = lasts is not None and number in entered and event.received_at > entered[number] + lasts
        if goes:
            assert counts == (number <= len(parts) and number not in left and not over)
            if counts:
                left |= {current} if parts[current - 1].one_way and current != number else set()
                entered.setdefault(number, event.received_at)
                current = number
        elif number <= len(parts):
            assert counts == (number in entered and number not in left and not over)


@for_all(times=some.lists(some.floats(0, 55), min_size=2, max_size=8, unique=True),
         arrives=some.floats(56, 59))
def test_cut_off_or_not_the_same_answers_count(times: list[float], arrives: float) -> None:
    ordered = sorted(round(time, 2) for time in times)
    if any(two - one < 0.02 for one, two in pairwise(ordered)):
        return
    parts = [TIMED, Part(timedelta(minutes=15)), FREE]
    steps = [(enter if place % 2 else answer, place // 2 % 3 + 1, at) for place, at in enumerate(ordered)]
    online = [make(number, at) for make, number, at in steps]
    offline = [make(number, arrives, after=at) for make, number, at in steps]
    assert counted(parts, *online) == counted(parts, *offline)


def test_nothing_changes_where_parts_have_no_rules() -> None:
    assert count_events([STARTED, answer(2, 1)], Rules(minute(60))).walk is None
    assert which_count([STARTED, answer(2, 1)], Rules(minute(60))) == [True, True]


def make_ruled(*rules: PartRule, publish: bool = True, students: int = 1, **more: int) -> SetExam:
    """An exam of 50 minutes with four parts of one question each, and these rules. Commits."""
    given = make_exam(publish=False, students=students)
    part_rules.set_part_rules(given.teacher, given.exam.id, rules or RULES)
    if more:
        seat = services.list_candidates(given.teacher, given.exam.id).items[0].candidate
        accommodations.grant_accommodation(given.teacher, given.exam.id, seat.id,
                                           accommodations.AccommodationDraft(**more))
    if publish:
        services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    return given


def go_on(writer: Candidate, number: int, ms: int = 0) -> dict[str, object]:
    """Into a part; what the reply says of the parts."""
    answered = writer.post(writer.event({"section": number, "ms": ms}))
    assert answered.status_code == 200, answered.text
    told: dict[str, object] = answered.get_json()["sections"]
    return told


def states(told: object) -> list[str]:
    """How the parts stand."""
    assert isinstance(told, dict)
    return [part["state"] for part in told["parts"]]


def since(writer: Candidate, moment: datetime, item: str, response: object) -> dict[str, object]:
    """An answer by a page whose last receipt was at a moment."""
    ms = (now() - moment) // timedelta(milliseconds=1)
    return writer.event({"item": writer.item(item), "response": response, "ms": ms})


def test_reply_to_an_entry_and_the_state_say_how_the_parts_stand(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    writer = Candidate(client, given, given.students[0])
    told = writer.state()["sections"]
    assert (told["current"], states(told)) == (1, [OPEN, AHEAD, AHEAD, AHEAD])
    assert 590_000 < told["parts"][0]["remaining_ms"] <= 600_000
    assert (told["parts"][1]["remaining_ms"], told["parts"][2]["remaining_ms"]) == (1_200_000, None)
    entered = go_on(writer, 2)
    assert states(entered) == [OVER, OPEN, AHEAD, AHEAD]
    again = services.find_desk(given.students[0], given.exam.id, device="device-1")
    assert again is not None
    assert again.state["sections"]["current"] == 2
    assert writer.answer("multiple_response", ["o1"]).get_json().get("sections") is None


def test_answers_outside_of_open_parts_are_kept_marked_and_not_counted(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o1")
    assert writer.answer("true_false", {"o1": True}).status_code == 200  # ahead
    go_on(writer, 2)
    writer.answer("single_choice", "o3")  # left, one way
    writer.answer("multiple_response", ["o2"])
    state = writer.state()
    assert state["seq"] == 5
    assert {item for item, answer in state["answers"].items() if answer["late"]} == {
        writer.item("single_choice"), writer.item("true_false")}
    final = {writer.item("single_choice"): "o1", writer.item("multiple_response"): ["o2"]}
    assert services.final_responses([writer.id])[writer.id] == final
    assert writer.submit().status_code == 200
    receipt = services.get_receipt(given.students[0], given.exam.id)
    assert (receipt.answered, receipt.late, receipt.items) == (2, 2, 4)


def test_minutes_of_a_part_run_by_the_servers_clock(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o1")
    last = now()
    with shifted(timedelta(minutes=11)):
        writer.post(since(writer, last, "single_choice", "o2"))
        told = writer.state()["sections"]
        assert (told["parts"][0], told["parts"][1]["state"]) == ({"state": OVER, "remaining_ms": 0}, AHEAD)
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o1"}


def test_whoever_was_cut_off_loses_nothing_and_gains_nothing(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o1")
    minutes = 60_000
    written = [{"item": writer.item("single_choice"), "response": "o2", "ms": 8 * minutes},
               {"section": 2, "ms": 9 * minutes},
               {"item": writer.item("multiple_response"), "response": ["o2"], "ms": 28 * minutes},
               {"item": writer.item("multiple_response"), "response": ["o3"], "ms": 30 * minutes}]
    with shifted(timedelta(minutes=35)):
        assert writer.post(*[writer.event(payload) for payload in written]).status_code == 200
        told = writer.state()["sections"]
    assert states(told) == [OVER, OVER, AHEAD, AHEAD]
    assert services.final_responses([writer.id])[writer.id] == {
        writer.item("single_choice"): "o2", writer.item("multiple_response"): ["o2"]}


def test_extra_time_lengthens_each_part_in_the_same_measure(context: Flask, client: FlaskClient) -> None:
    given = make_ruled(extra_minutes=15, break_minutes=10)  # 75 of 50 minutes
    writer = Candidate(client, given, given.students[0])
    told = writer.state()["sections"]["parts"]
    assert 890_000 < told[0]["remaining_ms"] <= 900_000
    assert told[1]["remaining_ms"] == 1_800_000
    exam = services.get_exam(given.teacher, given.exam.id)
    exam.time_limit_minutes = 80  # an emergency; what has counted counts on
    db.session.commit()
    assert writer.state()["sections"]["parts"][1]["remaining_ms"] == 1_800_000


def test_pause_and_time_of_the_invigilator_lengthen_the_part_that_runs(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    room = make_room(given)
    writer = Candidate(client, given, given.students[0])
    with shifted(timedelta(minutes=2)):
        control.give_time(given.teacher, room.id, minutes=5, code="other")
        db.session.commit()
        left = writer.state()["sections"]["parts"][0]["remaining_ms"]
    assert 770_000 < left <= 780_000
    with shifted(timedelta(minutes=4)):
        control.pause_room(given.teacher, room.id, reason="mất điện")
        db.session.commit()
    with shifted(timedelta(minutes=10)):
        control.resume_room(given.teacher, room.id)
        db.session.commit()
        told = writer.state()["sections"]["parts"]
    assert 650_000 < told[0]["remaining_ms"] <= 661_000
    assert told[1]["remaining_ms"] == 1_200_000


def test_entry_into_a_part_that_the_paper_has_not_is_refused(context: Flask, client: FlaskClient) -> None:
    given = make_ruled()
    writer = Candidate(client, given, given.students[0])
    for number in (0, 5, "2", True, None):
        seq, prev = writer.seq, writer.prev
        assert writer.post(writer.event({"section": number, "ms": 1})).status_code == 422
        writer.seq, writer.prev = seq, prev
    assert states(go_on(writer, 4)) == [OVER, AHEAD, AHEAD, OPEN]


def test_paper_without_rules_is_as_it_was(context: Flask, client: FlaskClient) -> None:
    given = make_exam()
    writer = Candidate(client, given, given.students[0])
    assert writer.state()["sections"] is None
    assert writer.post(writer.event({"section": 2, "ms": 1})).get_json()["sections"] is None
    writer.answer("single_choice", "o1")
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o1"}


def test_board_counts_what_counts(context: Flask, client: FlaskClient) -> None:
    given = make_ruled(students=3)
    room = make_room(given)
    for student in given.students:
        writer = Candidate(client, given, student)
        writer.answer("single_choice", "o1")
        writer.answer("short_numeric", "2")
    rows = boards.get_board(given.teacher, room.id).rows
    assert [row.answered for row in rows] == [1, 1, 1]


def test_dry_run_goes_through_the_parts(context: Flask) -> None:
    given = make_ruled(publish=False, extra_minutes=20, break_minutes=5)
    report = dry_run.run_dry(given.teacher, given.exam.id)
    assert report.holds, report.steps
    assert {step.code: (step.done, step.of) for step in report.steps}["parts"] == (3, 3)
    part_rules.set_part_rules(given.teacher, given.exam.id, [PartRule(20), PartRule(), PartRule(), PartRule(5)])
    with pytest.raises(Invalid):
        dry_run.need_dry_run(services.get_exam(given.teacher, given.exam.id))


def test_dry_run_of_one_way_parts_without_minutes(context: Flask) -> None:
    given = make_ruled(*[PartRule(one_way=True)] * 4, publish=False)
    assert dry_run.run_dry(given.teacher, given.exam.id).holds


@pytest.mark.parametrize("rules", [
    [PartRule(30), PartRule(21), PartRule(), PartRule()], [PartRule(0), *RULES[1:]], [PartRule(51), *RULES[2:]],
    RULES[:3], [*RULES, PartRule()], [PartRule(-5), *RULES[1:]]])
def test_rules_that_do_not_fit_are_refused(context: Flask, rules: list[PartRule]) -> None:
    given = make_exam(publish=False)
    with pytest.raises(Invalid):
        part_rules.set_part_rules(given.teacher, given.exam.id, rules)


def test_rules_are_of_a_draft_that_is_drawn_and_of_its_makers(context: Flask) -> None:
    given = make_exam()
    with pytest.raises(Conflict):
        part_rules.set_part_rules(given.teacher, given.exam.id, RULES)
    draft = make_exam(publish=False)
    with pytest.raises(Forbidden):
        part_rules.set_part_rules(draft.students[0], draft.exam.id, RULES)
    assert part_rules.set_part_rules(draft.teacher, draft.exam.id, [PartRule()] * 4).sections == []


def test_test_that_does_not_fit_its_parts_is_not_published(context: Flask) -> None:
    given = make_ruled(publish=False)
    exam = services.get_exam(given.teacher, given.exam.id)
    exam.time_limit_minutes = 25
    with pytest.raises(Invalid, match="30"):
        dry_run.run_dry(given.teacher, exam.id)
    with pytest.raises(Invalid, match="30"):
        services.publish_exam(given.teacher, exam.id)
    exam.time_limit_minutes, exam.sections = 50, exam.sections[:2]
    with pytest.raises(Invalid):
        services.publish_exam(given.teacher, exam.id)


def test_pages_of_the_parts(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(publish=False)
    client = sign_in(given.teacher)
    path = f"/exams/{given.exam.id}/parts"
    assert client.get(path).text.count("<legend>") == 4
    fields = {"parts-0-minutes": "10", "parts-0-one_way": "y", "parts-1-minutes": "20"}
    assert client.post(path, data=fields).status_code == 302
    assert 'value="20"' in client.get(path).text
    refused = client.post(path, data={"parts-0-minutes": "45", "parts-3-minutes": "6"})
    assert refused.status_code == 422
    assert "51" in refused.text
    assert client.post(path, data={"parts-2-minutes": "700"}).status_code == 422
    assert client.get(f"/exams/{given.exam.id}/plan").status_code == 200
    with app.app_context():
        exam = services.get_exam(given.teacher, given.exam.id)
        assert exam.sections[0] == {"part": 1, "minutes": 10, "one_way": True, "of": 50}
        services.publish_exam(given.teacher, exam.id)
        db.session.commit()
    pupil = sign_in(given.students[0])
    assert pupil.get(f"/exams/{given.exam.id}/start").text.count("<li>") > 4
    pupil.post(f"/exams/{given.exam.id}/start")
    page = pupil.get(f"/exams/{given.exam.id}/attempt").text
    assert 'data-one-way="true,false,false,false"' in page
