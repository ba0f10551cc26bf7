"""Closed exams leave the log for the storage, are read there, come back whole, and end with their years."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from assessment.delivery import services
from assessment.delivery.archive import form, store
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog.tables import exam_event
from assessment.delivery.models import Attempt, Evidence, SittingArchive
from assessment.delivery.services import archives, archiving, proofs
from assessment.marking import services as marking
from assessment.marking.models import Appeal
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.clock import shifted
from lms.core.db import db
from lms.core.errors import Conflict, NotFound, Unavailable
from lms.core.storage import storage
from tests.factories.delivery import Pen, SetExam, make_exam

LONG = timedelta(days=100)


@pytest.fixture
def closed(context: Flask) -> SetExam:
    """A closed exam of three candidates; two answered and one of them handed in, the third never came."""
    given = make_exam(students=3)
    item = str(given.paper.items[0].form_item_id)
    for number, student in enumerate(given.students[:2]):
        attempt = services.start_attempt(student, given.exam.id, device="d")
        pen = Pen(event_log(), event_log().get_head(attempt.sitting_id, attempt.id))
        pen.answer(number, item=item)
        pen.answer(1 - number, item=item)
        if number:
            pen.submit()
        db.session.commit()
    services.close_exam(given.teacher, given.exam.id)
    db.session.commit()
    return given


def log_rows(given: SetExam) -> dict[UUID, list[Any]]:
    """Every event of the exam in the log, by attempt."""
    sitting = services.get_sitting(given.exam.id)
    ids = list(db.session.scalars(select(Attempt.id).where(Attempt.exam_id == given.exam.id).order_by(Attempt.id)))
    return dict(event_log().list_events_of(sitting.id, ids))


def archive_of(given: SetExam) -> SittingArchive:
    return db.session.get_one(SittingArchive, services.get_sitting(given.exam.id).id, populate_existing=True)


def put_away(given: SetExam) -> None:
    """Archived, and out of the log."""
    archiving.archive_exam(given.exam.id)
    assert archiving.empty_log(at_once=True) == 1


def keys_of(given: SetExam) -> list[str]:
    return list(storage().list(f"{store.AREA}/{services.get_sitting(given.exam.id).id.hex}/"))


def test_an_archived_exam_is_read_as_before_and_comes_back_the_same(closed: SetExam) -> None:
    before = log_rows(closed)
    attempts = services.list_finished_attempts(closed.exam.id)
    answers = services.final_responses([each.id for each in attempts])
    [written] = archiving.archive_exam(closed.exam.id)
    assert (written.state, written.attempts, written.events) == ("written", 2, sum(map(len, before.values())))
    assert log_rows(closed) == before  # the rows stay until nobody reads them any more
    assert archiving.empty_log() == 0
    assert archiving.empty_log(at_once=True) == 1
    assert log_rows(closed) == {}
    assert archive_of(closed).state == "archived"
    assert services.final_responses([each.id for each in attempts]) == answers
    assert all(report.whole for _id, report in services.verify_chains(closed.exam.id))
    rows = services.list_candidates(closed.teacher, closed.exam.id).items
    assert sorted(row.events for row in rows) == [0, 3, 3]
    assert services.get_receipt(closed.students[1], closed.exam.id).answered == 1
    receipt = proofs.get_receipt_file(closed.students[1], closed.exam.id)
    assert len(receipt["events"]) == 4
    assert archiving.restore_exam(closed.exam.id) == 2
    assert log_rows(closed) == before
    assert archive_of(closed).state == "restored"
    assert [head.closed for head in event_log().list_heads(archive_of(closed).sitting_id, list(before))] != []


def test_marking_again_finds_the_answers_in_the_archive(closed: SetExam) -> None:
    marking.ensure_score_tables()
    attempt_ids = [each.id for each in services.list_finished_attempts(closed.exam.id)]
    for each in attempt_ids:
        marking.mark_attempt(each)
    db.session.commit()
    before = marking.results_of(closed.exam.id).points.tolist()
    put_away(closed)
    for each in attempt_ids:
        marking.mark_attempt(each)
    db.session.commit()
    assert marking.results_of(closed.exam.id).points.tolist() == before


def test_the_same_events_make_the_same_bytes(closed: SetExam) -> None:
    archiving.archive_exam(closed.exam.id)
    digest = archive_of(closed).digest
    archiving.restore_exam(closed.exam.id)
    archiving.archive_exam(closed.exam.id)
    assert archive_of(closed).digest == digest


def test_an_exam_that_runs_or_is_looked_at_again_stays(closed: SetExam) -> None:
    with pytest.raises(Conflict):
        archiving.archive_exam(make_exam().exam.id)
    with pytest.raises(NotFound):
        archiving.archive_exam(closed.teacher.id)
    attempt = services.list_finished_attempts(closed.exam.id)[0]
    asked = Appeal(attempt_id=attempt.id, exam_id=closed.exam.id, text="Xin xem lại",
                   form_item_id=closed.paper.items[0].form_item_id)
    db.session.add(asked)
    db.session.commit()
    with pytest.raises(Conflict):
        archiving.archive_exam(closed.exam.id)
    with shifted(LONG):
        assert archiving.archive_due() == 0
        asked = db.session.get_one(Appeal, asked.id)
        asked.state = "rejected"
        db.session.commit()
        assert archiving.archive_due() == 1


def test_a_broken_chain_stops_the_archive_and_names_the_attempt(closed: SetExam) -> None:
    attempt_id = sorted(log_rows(closed))[0]
    with event_log().engine.begin() as connection:
        connection.execute(update(exam_event).where(exam_event.c.attempt_id == attempt_id, exam_event.c.seq == 1)
                           .values(payload='{"item":"x","response":0}'))
    with pytest.raises(Conflict, match=str(attempt_id)):
        archiving.archive_exam(closed.exam.id)
    assert db.session.get(SittingArchive, services.get_sitting(closed.exam.id).id) is None
    assert len(log_rows(closed)) == 2


def test_what_comes_after_the_archive_was_written_is_not_lost(closed: SetExam) -> None:
    archiving.archive_exam(closed.exam.id)
    sitting_id = archive_of(closed).sitting_id
    [attempt_id] = [head.attempt_id for head in event_log().list_heads(sitting_id, list(log_rows(closed)))
                    if head.closed == "time_up"]
    with pytest.raises(Conflict):  # files of answers are refused meanwhile
        archives.need_in_log(sitting_id)
    head = event_log().get_head(sitting_id, attempt_id)
    Pen(event_log(), head).answer(5, item="late")  # as if the door let something in
    assert archiving.empty_log(at_once=True) == 0
    assert db.session.get(SittingArchive, sitting_id) is None
    assert len(log_rows(closed)[attempt_id]) == head.last_seq + 2
    put_away(closed)


def test_a_try_that_broke_off_is_gone_on_with(closed: SetExam, monkeypatch: pytest.MonkeyPatch) -> None:
    before = log_rows(closed)

    def break_off(*_given: object, **_named: object) -> None:
        raise Unavailable("x", service="test")

    with monkeypatch.context() as broken:
        broken.setattr(archiving, "_read_back", break_off)
        with pytest.raises(Unavailable):
            archiving.archive_exam(closed.exam.id)
    db.session.rollback()
    assert log_rows(closed) == before
    archiving.archive_exam(closed.exam.id)
    with monkeypatch.context() as broken:
        broken.setattr(type(event_log()), "drop_sitting", break_off)
        assert archiving.empty_log(at_once=True) == 0
    assert archive_of(closed).state == "dropping"
    first = sorted(before)[0]
    event_log().remove_attempts(archive_of(closed).sitting_id, [first])  # some were gone already
    assert archiving.empty_log() == 1
    assert log_rows(closed) == {}
    with monkeypatch.context() as broken:
        broken.setattr(archiving, "_set", break_off)
        with pytest.raises(Unavailable):
            archiving.restore_exam(closed.exam.id)
    db.session.rollback()
    assert archive_of(closed).state == "archived"
    assert archiving.restore_exam(closed.exam.id) == 2
    assert log_rows(closed) == before


@pytest.mark.parametrize("how", ["missing", "changed", "bomb", "manifest", "no manifest"])
def test_a_damaged_archive_is_named_and_nothing_leaves_the_log_for_it(closed: SetExam, how: str) -> None:
    archiving.archive_exam(closed.exam.id)
    manifest, part = keys_of(closed)
    if how in ("missing", "no manifest"):
        storage().delete(part if how == "missing" else manifest)
    else:
        data = {"changed": b"x" * 100, "bomb": gzip.compress(b"0" * 10_000_000), "manifest": b'{"format": 1}'}[how]
        storage().put(manifest if how == "manifest" else part, BytesIO(data), "application/gzip")
    named = "manifest" if "manifest" in how else "part-00001"
    with pytest.raises(Conflict, match=named):
        archiving.verify_archives(closed.exam.id)
    assert archiving.empty_log(at_once=True) == 0
    assert len(log_rows(closed)) == 2
    with pytest.raises(Conflict, match=named):
        archiving.restore_exam(closed.exam.id)
    assert archive_of(closed).state == "written"


@pytest.mark.parametrize("line", [
    "[]", "x", '{"attempt": "1"}', '{"attempt": null, "events": 3}', "[" * 5_000,
    '{"attempt": "00000000-0000-0000-0000-000000000001", "epoch": 1, "deadline": "gestern", "closed": "", '
    '"events": []}',
    '{"attempt": "00000000-0000-0000-0000-000000000001", "epoch": 1, "deadline": "2026-01-01", "closed": "", '
    '"events": [[0, 1, "answer", "{}", 0, "2026-01-01", false, "", "0"]]}'])
def test_a_part_that_holds_something_else_is_refused(line: str) -> None:
    data = gzip.compress(line.encode(), mtime=0)
    digest = form.hashlib.sha256(data).hexdigest()
    first = "0" * 31 + "1"
    with pytest.raises(form.Damaged, match="part-1"):
        form.read_part(form.Part("part-1", len(data), digest, first, first, 1, 1), data)


@pytest.mark.timeout(60)
def test_a_part_that_unpacks_to_more_than_one_can_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "LARGEST_PART", 1_000)
    data = gzip.compress(b"\n" * 2_000, mtime=0)
    with pytest.raises(form.Damaged):
        form.read_part(form.Part("p", len(data), form.hashlib.sha256(data).hexdigest(), "", "", 0, 0), data)


def test_a_manifest_of_another_sitting_is_refused(closed: SetExam) -> None:
    archiving.archive_exam(closed.exam.id)
    manifest, _part = keys_of(closed)
    with storage().open(manifest) as stream:
        given = json.loads(stream.read()) | {"sitting": str(closed.teacher.id)}
    data = json.dumps(given).encode()
    storage().put(manifest, BytesIO(data), "application/json")
    row = archive_of(closed)
    row.digest = form.hashlib.sha256(data).hexdigest()
    db.session.commit()
    with pytest.raises(Conflict, match="another sitting"):
        archiving.verify_archives(closed.exam.id)


def test_several_parts_are_read_where_an_attempt_is(closed: SetExam, monkeypatch: pytest.MonkeyPatch) -> None:
    before = log_rows(closed)
    monkeypatch.setattr(archiving, "ATTEMPTS_A_PART", 1)
    put_away(closed)
    assert len(keys_of(closed)) == 3
    sitting_id = archive_of(closed).sitting_id
    there = archives.log_of(sitting_id)
    assert {each: there.list_events(sitting_id, each) for each in before} == before
    assert there.list_events(sitting_id, closed.teacher.id) == []
    assert dict(there.list_events_of(sitting_id, sorted(before))) == before


def test_a_sitting_with_partitions_of_its_own_leaves_and_comes_back(context: Flask,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.delivery.eventlog.log.OWN_FROM", 1)
    given = make_exam()
    sitting_id = services.get_sitting(given.exam.id).id
    own = event_log().prepare(sitting_id, 1)
    services.start_attempt(given.students[0], given.exam.id, device="d")
    db.session.commit()
    services.close_exam(given.teacher, given.exam.id)
    db.session.commit()
    before = log_rows(given)
    put_away(given)
    assert event_log().count(sitting_id) == (0, 0)
    assert archiving.restore_exam(given.exam.id) == 1
    assert log_rows(given) == before
    assert event_log().prepare(sitting_id, 1) == own


def test_only_what_is_over_for_its_days_is_archived_and_what_was_brought_back_stays_a_while(closed: SetExam) -> None:
    assert archiving.archive_due() == 0
    with shifted(LONG):
        assert archiving.archive_due() == 1
        assert archiving.archive_due() == 0
        assert archiving.empty_log() == 0
    with shifted(LONG + timedelta(days=1, minutes=1)):
        assert archiving.empty_log() == 1
        archiving.restore_exam(closed.exam.id)
        assert archiving.archive_due() == 0
    with shifted(LONG + timedelta(days=40)):
        assert archiving.archive_due() == 1


def test_answers_are_removed_when_their_years_are_over_and_the_rest_stays(closed: SetExam, app: Flask,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    put_away(closed)
    attempt = services.list_finished_attempts(closed.exam.id)[0]
    sitting_id = archive_of(closed).sitting_id
    db.session.add(Evidence(sitting_id=sitting_id, attempt_id=attempt.id, kind="left"))
    db.session.commit()
    with shifted(timedelta(days=365 * 9)):
        assert archiving.apply_retention() == 0
    with shifted(timedelta(days=365 * 10 + 5)):
        assert [sitting for _exam, sitting in archiving.list_outlived(clock.now())] == [sitting_id]
        assert archive_of(closed).state == "archived"  # to look is not to act
        db.session.commit()
        monkeypatch.setitem(app.extensions, "lms.settings",
                            replace(app.extensions["lms.settings"], answers_kept_years=0))
        assert archiving.apply_retention() == 0
        monkeypatch.undo()
        assert archiving.apply_retention() == 1
    assert keys_of(closed) == []
    assert archive_of(closed).state == "removed"
    assert db.session.scalars(select(Evidence)).all() == []
    assert proofs.find_signed_receipt(closed.students[1], closed.exam.id) is not None
    with pytest.raises(Conflict):
        services.final_responses([attempt.id])
    assert services.answers_removed(attempt.id)
    assert [row.events for row in services.list_candidates(closed.teacher, closed.exam.id)] == [0, 0, 0]
    acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("exam:%"))).all()
    assert {"exam:archive", "exam:forget"} <= set(acts)


def test_the_commands_say_what_they_did(closed: SetExam, app: Flask) -> None:
    exam_id = str(closed.exam.id)
    db.session.commit()
    run = app.test_cli_runner().invoke

    def said(*words: str) -> str:
        outcome = run(args=["exam", *words])
        return f"{outcome.exit_code} {outcome.output}"

    assert said("archive").startswith("2")
    assert "2 attempts" in said("archive", exam_id, "--at-once")
    assert "2 chains checked" in said("verify-archive", exam_id)
    assert said("retention", "--dry-run") == "0 "
    assert said("restore", exam_id) == "0 2 attempts are in the log again\n"
    assert "0 exams archived" in said("archive", "--due")
    assert said("archive", str(make_exam().exam.id)).startswith("1 Error: ")
