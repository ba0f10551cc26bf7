"""The exam's event log keeps its promises on each database: SQLite here, PostgreSQL with LMS_SIZE=full.

The names say which rule of an exam (design.md, section 4) a test holds.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, delete, event, select, text, update
from sqlalchemy.engine import make_url

from assessment.delivery.eventlog import Ack, EventLog, Head, Refusal, create_tables, event_hash
from assessment.delivery.eventlog import log as module
from assessment.delivery.eventlog.postgres import APPEND, PostgresAppender, _columns
from assessment.delivery.eventlog.tables import exam_event
from assessment.delivery.eventlog.writer import APPENDS, COMMITS
from lms.core.clock import now
from lms.core.errors import Unavailable
from tests.factories.delivery import Pen


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    if os.environ.get("LMS_SIZE") != "full":
        return f"sqlite:///{tmp_path_factory.mktemp('events') / 'events.sqlite'}"
    from tests.conftest import recreate_database
    own = make_url(os.environ["LMS_DATABASE_URL"]).set(database="lms_test_events")
    address = own.render_as_string(hide_password=False)
    recreate_database(address)
    engine = create_engine(address)
    create_tables(engine)
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def log(url: str) -> Iterator[EventLog]:
    log = EventLog(url)
    yield log
    log.close()


def open_attempt(log: EventLog, *, minutes: float = 60, sitting: UUID | None = None) -> Head:
    return log.open_attempt(sitting or uuid4(), uuid4(), deadline=now() + timedelta(minutes=minutes),
                            started_at=now(), payload='{"started":true}')


@pytest.fixture
def pen(log: EventLog) -> Pen:
    """A candidate who has begun."""
    return Pen(log, open_attempt(log))


def test_rule_2_acknowledged_event_is_on_disk_for_another_process(pen: Pen, url: str) -> None:
    acks = pen.answer("o1")
    other = create_engine(url)
    with other.connect() as connection:
        stored = connection.execute(select(exam_event.c.hash).where(
            exam_event.c.attempt_id == pen.head.attempt_id, exam_event.c.seq == 1)).scalar_one()
    other.dispose()
    assert isinstance(acks, Ack)
    assert stored == acks.hash


def test_rule_2_events_keep_payload_order_and_hash(log: EventLog, pen: Pen) -> None:
    pen.answer("o1")
    pen.answer("đáp án ½ 😀")
    pen.submit()
    events = log.list_events(pen.head.sitting_id, pen.head.attempt_id)
    assert [event.kind for event in events] == ["started", "answer", "answer", "submit"]
    assert "đáp án ½ 😀" in events[2].payload
    report = log.verify_chain(pen.head.sitting_id, pen.head.attempt_id)
    assert report.whole
    assert report.events == 4
    assert report.last_hash == pen.prev


@pytest.mark.parametrize("text", ['"', "\\", '\\"', "{a,b}", "NULL", "", " ", "a,b", "\n\t", "\\u0000", "½ 😀"])
def test_rule_2_whatever_a_candidate_writes_is_kept_to_the_letter(log: EventLog, pen: Pen, text: str) -> None:
    event = pen.write(text)
    assert isinstance(pen.send(event), Ack)
    assert log.list_events(pen.head.sitting_id, pen.head.attempt_id)[-1].payload == event.payload
    assert log.verify_chain(pen.head.sitting_id, pen.head.attempt_id).whole


def test_rule_3_replayed_event_is_acknowledged_again_and_kept_once(log: EventLog, pen: Pen) -> None:
    event = pen.write("o1")
    first, second = pen.send(event), pen.send(event)
    assert isinstance(first, Ack)
    assert first == second
    assert len(log.list_events(pen.head.sitting_id, pen.head.attempt_id)) == 2


def test_rule_3_the_same_number_with_other_content_is_a_conflict(pen: Pen) -> None:
    first = pen.write("o1")
    pen.send(first)
    other = pen.write("o2", seq=1, prev=pen.head.last_hash)
    refusal = pen.send(other)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "conflict"
    assert refusal.head is not None
    assert (refusal.head.last_seq, refusal.head.last_hash) == (1, first.hash)


def test_rule_3_event_from_the_future_is_a_gap(pen: Pen) -> None:
    refusal = pen.send(pen.write("o1", seq=7, prev="f" * 64))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "gap"


def test_rule_3_event_that_carries_another_hash_before_is_refused(pen: Pen) -> None:
    pen.answer("o1")
    refusal = pen.send(pen.write("o2", prev="0" * 64))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "conflict"


def test_rule_3_many_events_of_one_attempt_in_one_call_keep_their_order(log: EventLog, pen: Pen) -> None:
    written = [pen.write(f"o{n}") for n in range(1, 9)]
    assert all(isinstance(answer, Ack) for answer in log.append(written))
    assert log.verify_chain(pen.head.sitting_id, pen.head.attempt_id).events == 9


def test_rule_3_reordered_events_are_refused_and_can_be_sent_again(log: EventLog, pen: Pen) -> None:
    first, second = pen.write("o1"), pen.write("o2")
    refused, taken = log.append([second, first])
    assert isinstance(refused, Refusal)
    assert isinstance(taken, Ack)
    assert isinstance(log.append([first, second])[1], Ack)


def test_rule_1_late_event_is_kept_marked_and_does_not_count(log: EventLog) -> None:
    pen = Pen(log, open_attempt(log))
    pen.answer("o1", item="a")
    late = pen.answer("o2", item="a", at=now() + timedelta(hours=2))
    assert isinstance(late, Ack)
    assert late.late
    counted = list(log.counted_answers(pen.head.sitting_id, [pen.head.attempt_id]))
    assert len(counted) == 1
    assert "o1" in counted[0][1]
    assert len(log.list_events(pen.head.sitting_id, pen.head.attempt_id)) == 3


def test_rule_1_event_at_the_deadline_itself_counts(log: EventLog) -> None:
    pen = Pen(log, open_attempt(log))
    ack = pen.answer("o1", at=pen.head.deadline)
    assert isinstance(ack, Ack)
    assert not ack.late


def test_rule_3_after_the_submission_nothing_is_taken(log: EventLog, pen: Pen) -> None:
    pen.answer("o1")
    submitted = pen.write_submit()
    assert isinstance(pen.send(submitted), Ack)
    refusal = pen.send(pen.write("o2"))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "submitted"
    assert isinstance(pen.send(submitted), Ack), "a submission may be repeated until its answer arrives"


def test_rule_1_the_clock_closes_once_and_late_events_are_still_kept(log: EventLog) -> None:
    pen = Pen(log, open_attempt(log, minutes=-1))
    keys = (pen.head.sitting_id, pen.head.attempt_id)
    for _ in range(2):
        ended = log.close_by_clock(keys[0], [keys[1]], received_at=now(), payload='{"auto_submit":true}')
    head = log.get_head(*keys)
    assert ended[keys[1]][1:4] == ("auto_submit", 1, head.last_hash)
    assert (head.closed, head.last_seq) == ("time_up", 1)
    stale = pen.send(pen.write("o1"))
    assert isinstance(stale, Refusal)
    assert stale.head is not None
    chained = pen.send(pen.write("o1", seq=2, prev=stale.head.last_hash))
    assert isinstance(chained, Ack)
    assert chained.late


def test_the_clock_closes_many_by_one_commit_and_leaves_those_that_ended(log: EventLog) -> None:
    sitting = uuid4()
    pens = [Pen(log, open_attempt(log, sitting=sitting)) for _ in range(5)]
    for pen in pens[:3]:
        pen.answer("o1")
    pens[0].submit()
    before = COMMITS._value.get()
    ended = log.close_by_clock(sitting, [*(pen.head.attempt_id for pen in pens), uuid4()], received_at=now(),
                               payload='{"auto_submit":true}')
    assert COMMITS._value.get() == before + 1
    assert [(ended[pen.head.attempt_id].kind, ended[pen.head.attempt_id].seq) for pen in pens] == [
        ("submit", 2), ("auto_submit", 2), ("auto_submit", 2), ("auto_submit", 1), ("auto_submit", 1)]
    assert len(ended) == 5
    assert all(log.verify_chain(sitting, pen.head.attempt_id).whole for pen in pens)
    assert {head.closed for head in log.list_heads(sitting, list(ended))} == {"submitted", "time_up"}


def test_attempts_of_several_sittings_are_looked_at_by_one_statement(log: EventLog) -> None:
    pens = [Pen(log, open_attempt(log)) for _ in range(3)]
    pens[1].submit()
    log.hand_over(pens[2].head.sitting_id, pens[2].head.attempt_id)
    seen: list[str] = []

    def note(*call: Any) -> None:
        seen.append(call[2])

    event.listen(log.engine, "before_cursor_execute", note)
    found = log.list_reached({pen.head.sitting_id for pen in pens}, [*(pen.head.attempt_id for pen in pens), uuid4()])
    event.remove(log.engine, "before_cursor_execute", note)
    assert len([each for each in seen if each.startswith("SELECT")]) == 1
    assert {(one.attempt_id, one.epoch, one.closed) for one in found} == {
        (pens[0].head.attempt_id, 1, "open"), (pens[1].head.attempt_id, 1, "submitted"),
        (pens[2].head.attempt_id, 2, "open")}
    assert log.list_reached([], []) == []


@pytest.mark.parametrize("named", [True, False])
def test_rule_1_what_comes_after_many_were_shut_is_late(log: EventLog, named: bool,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS_A_SHUT", 2)
    sitting, moment = uuid4(), now()
    pens = [Pen(log, open_attempt(log, sitting=sitting)) for _ in range(5)]
    beside = Pen(log, open_attempt(log))
    assert all(isinstance(pen.answer("o1"), Ack) for pen in pens)
    pens[0].submit()
    ids = [pen.head.attempt_id for pen in pens]
    assert log.shut(sitting, ids if named else None, moment=moment) == 4
    assert log.shut(sitting, ids if named else None, moment=moment) == 0
    log.move_deadlines([(sitting, each, now() + timedelta(hours=3)) for each in ids])
    late = pens[1].answer("o2")
    assert isinstance(late, Ack)
    assert late.late
    assert late.deadline == moment, "a page learns that its time is up"
    assert not beside.answer("o2").late
    assert {head.closed for head in log.list_heads(sitting, ids)} == {"submitted", "time_up"}
    assert len(list(log.counted_answers(sitting, ids))) == 5


def test_who_was_shut_is_ended_once_whatever_he_sent_meanwhile(log: EventLog) -> None:
    sitting, moment = uuid4(), now()
    pens = [Pen(log, open_attempt(log, sitting=sitting)) for _ in range(3)]
    ids = [pen.head.attempt_id for pen in pens]
    log.shut(sitting, moment=moment)
    pens[1].answer("o1")
    pens[2].submit()
    for _ in range(2):
        ended = log.close_by_clock(sitting, ids, received_at=moment, payload='{"auto_submit":true}')
    assert [(ended[each].kind, ended[each].seq) for each in ids] == [
        ("auto_submit", 1), ("auto_submit", 2), ("submit", 1)]
    assert [len(log.list_events(sitting, each)) for each in ids] == [2, 3, 2]
    assert all(log.verify_chain(sitting, each).whole for each in ids)


def test_large_sitting_has_partitions_of_its_own_and_an_append_touches_no_others(log: EventLog) -> None:
    if log.engine.dialect.name != "postgresql":
        assert not log.prepare(uuid4(), 1_000_000), "a file has no partitions"
        return
    large, small = uuid4(), uuid4()
    assert [log.prepare(large, 5_000), log.prepare(large, 5_000), log.prepare(small, 4_999)] == [True, True, False]
    pens = [Pen(log, open_attempt(log, sitting=sitting)) for sitting in (large, small)]
    assert all(isinstance(pen.answer("o1"), Ack) for pen in pens)
    assert not log.prepare(small, 5_000), "nothing is moved while somebody writes"
    with log.engine.connect() as connection:
        stored = connection.execute(text("SELECT DISTINCT sitting_id, tableoid::regclass::text FROM exam_event "
                                         "WHERE sitting_id IN (:large, :small)"), {"large": large, "small": small})
        assert {row._tuple() for row in stored} == {(large, f"exam_event_{large.hex}"), (small, "exam_event_rest")}
    columns = _columns([pens[0].write("o2")])
    with closing(PostgresAppender(log.engine.url.render_as_string(hide_password=False))) as appender:
        plan = [line for line, in appender._connection.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {APPEND}", columns)]
    touched = {found for line in plan if "Scan" in line and "never executed" not in line
               for found in re.findall(r" on (exam_event_\w+|attempt_head_\w+)", line)}
    assert touched == {f"exam_event_{large.hex}", f"attempt_head_{large.hex}"}, plan


def test_rule_6_token_of_the_epoch_before_writes_nothing(log: EventLog, pen: Pen) -> None:
    pen.answer("o1")
    assert log.hand_over(pen.head.sitting_id, pen.head.attempt_id) == 2
    refusal = pen.answer("o2")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "other_device"
    pen.rewind()
    assert isinstance(pen.answer("o3", epoch=2), Ack)


def test_event_of_an_attempt_that_was_never_opened_is_unknown(log: EventLog, pen: Pen) -> None:
    stranger = pen.write("o1")._replace(attempt_id=uuid4())
    refusal = pen.send(stranger)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "unknown"


def test_event_of_an_attempt_in_another_sitting_is_unknown(pen: Pen) -> None:
    refusal = pen.send(pen.write("o1")._replace(sitting_id=uuid4()))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "unknown"


def test_opening_again_changes_nothing(log: EventLog, pen: Pen) -> None:
    pen.answer("o1")
    again = log.open_attempt(pen.head.sitting_id, pen.head.attempt_id, deadline=now() + timedelta(days=9),
                             started_at=now(), payload="{}")
    assert again.deadline == pen.head.deadline
    assert again.last_seq == 1


def test_one_of_many_writers_at_the_same_number_wins(log: EventLog, pen: Pen) -> None:
    rivals = [pen.write(f"o{n}", seq=1, prev=pen.head.last_hash) for n in range(8)]
    answers = in_threads(8, lambda n: pen.send(rivals[n]))
    assert sum(isinstance(answer, Ack) for answer in answers) == 1
    assert log.verify_chain(pen.head.sitting_id, pen.head.attempt_id).events == 2


def test_two_processes_write_the_same_attempt_without_breaking_its_chain(log: EventLog, pen: Pen, url: str) -> None:
    other = EventLog(url)
    try:
        mine, theirs = pen.write("o1"), pen.write("o2", seq=1, prev=pen.head.last_hash)
        both = (log, other)
        answers = in_threads(2, lambda n: both[n].append([(mine, theirs)[n]])[0])
    finally:
        other.close()
    assert sorted(type(answer).__name__ for answer in answers) == ["Ack", "Refusal"]


def test_concurrent_saves_share_commits(log: EventLog) -> None:
    pens = [Pen(log, open_attempt(log)) for _ in range(16)]
    before = APPENDS._value.get(), COMMITS._value.get()
    in_threads(16, lambda n: [pens[n].answer(f"o{k}") for k in range(20)])
    appends, commits = APPENDS._value.get() - before[0], COMMITS._value.get() - before[1]
    assert appends == 320
    assert commits < appends
    assert all(log.verify_chain(pen.head.sitting_id, pen.head.attempt_id).events == 21 for pen in pens)


def test_writer_that_lost_its_connection_goes_on(log: EventLog, pen: Pen) -> None:
    pen.answer("o1")
    appender = log._writer._appender
    assert appender is not None
    appender.close()
    event = pen.write("o2")
    try:
        answer = pen.send(event)
    except Unavailable:
        answer = pen.send(event)
    assert isinstance(answer, Ack)
    assert log.verify_chain(pen.head.sitting_id, pen.head.attempt_id).events == 3


def test_a_restarted_server_goes_on_where_the_log_ends(pen: Pen, url: str) -> None:
    pen.answer("o1")
    restarted = EventLog(url)
    try:
        head = restarted.get_head(pen.head.sitting_id, pen.head.attempt_id)
        assert (head.last_seq, head.last_hash) == (1, pen.prev)
        assert isinstance(restarted.append([pen.write("o2")])[0], Ack)
    finally:
        restarted.close()


@pytest.mark.parametrize("damage", ["payload", "hash", "missing", "prev_hash"])
def test_verifier_finds_what_was_tampered_with(log: EventLog, pen: Pen, damage: str) -> None:
    for n in range(3):
        pen.answer(f"o{n}")
    row = (exam_event.c.attempt_id == pen.head.attempt_id) & (exam_event.c.seq == 2)
    change = delete(exam_event).where(row) if damage == "missing" else \
        update(exam_event).where(row).values({damage: "x"})
    with log.engine.begin() as connection:
        connection.execute(change)
    report = log.verify_chain(pen.head.sitting_id, pen.head.attempt_id)
    assert report.broken_at == (3 if damage == "missing" else 2)


def test_bulk_load_writes_chains_that_verify(log: EventLog) -> None:
    sitting, attempt = uuid4(), uuid4()
    head = {"sitting_id": sitting, "attempt_id": attempt, "epoch": 1, "deadline": now(), "closed": "submitted"}
    genesis = event_hash("", 0, "{}")
    events = [
        {"sitting_id": sitting, "attempt_id": attempt, "seq": seq, "epoch": 1, "kind": kind, "payload": "{}",
         "client_ms": 0, "received_at": now(), "late": False, "prev_hash": prev, "hash": hash}
        for seq, kind, prev, hash in ((0, "started", "", genesis),
                                      (1, "submit", genesis, event_hash(genesis, 1, "{}")))]
    log.load([head], events)
    assert log.verify_chain(sitting, attempt).whole
    assert log.last_receipts(sitting, [attempt])[attempt][0] == 1


def test_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    log = EventLog(f"sqlite:///{tmp_path / 'lost.sqlite'}")
    head = open_attempt(log)
    with log.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE exam_event")
    pen = Pen(log, head)
    with pytest.raises(Unavailable):
        pen.answer("o1")
    log.close()


def in_threads(count: int, work: object) -> list[object]:
    """Run work(0..count-1) at once; their results in order."""
    results: list[object] = [None] * count

    def run(n: int) -> None:
        results[n] = work(n)  # type: ignore[operator]

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
