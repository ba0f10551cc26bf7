"""The audit: what an event keeps, who may read it, and the chain that shows what was done to it since."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask, g
from sqlalchemy import select, text, update

from lms.core import audit, clock
from lms.core.audit import WITHHELD, AuditEvent, AuditSeal, EventFilter, Head
from lms.core.audit.withheld import changed, fit_to_keep
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM, Actor, Refused, positions_in

TRIGGERS = {"audit_event": ("audit_event_refuses_update", "audit_event_refuses_delete"),
            "audit_seal": ("audit_seal_refuses_update", "audit_seal_refuses_delete")}


@pytest.fixture
def events(context: Flask) -> list[UUID]:
    """Six events of this test's own at the end of the chain, sealed, as they follow there."""
    audit.seal_events()
    ids = [_record(number=number) for number in range(6)]
    audit.seal_events()
    return sorted(ids)  # two of one millisecond stand in the order of their ids


def _record(**details: object) -> UUID:
    thing = str(uuid4())
    with transaction():
        audit.record(SYSTEM, "test:act", ("thing", thing), **details)
    found = db.session.scalars(select(AuditEvent.id).where(AuditEvent.subject_id == thing)).one()
    db.session.rollback()
    return found


class _WithoutTriggers:
    """What somebody with every right on the database does: change, and put all back as it was."""

    def __enter__(self) -> None:
        self.made = []
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
            return
        for names in TRIGGERS.values():
            for name in names:
                self.made.append(db.session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": name}))
                db.session.execute(text(f"DROP TRIGGER {name}"))

    def __exit__(self, *_error: object) -> None:
        for statement in self.made:
            db.session.execute(text(statement))


@pytest.fixture
def tamper(events: list[UUID]):
    """`tamper(statement, ...)` runs behind the triggers' back; the chain is mended after the test."""
    undo = []

    def change(*statements) -> None:
        with transaction(), _WithoutTriggers():
            for statement, back in statements:
                db.session.execute(statement)
                undo.append(back)

    yield change
    with transaction(), _WithoutTriggers():
        for back in reversed(undo):
            db.session.execute(back)
    assert not audit.verify_chain().faults


def _seal(event_id: UUID) -> AuditSeal:
    found = db.session.scalars(select(AuditSeal).where(AuditSeal.event_id == event_id)).one()
    db.session.rollback()
    return found


def test_an_event_says_from_where_it_came(app: Flask) -> None:
    with app.test_request_context(headers={"User-Agent": "Firefox/140\x07 on Linux"},
                                  environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        g.program = "timetable"
        event = db.session.get(AuditEvent, _record())
        assert (event.address, event.device, event.program) == ("203.0.113.9", "Firefox/140 on Linux", "timetable")
        db.session.rollback()


def test_an_event_without_a_request_comes_from_nowhere(context: Flask) -> None:
    event = db.session.get(AuditEvent, _record())
    assert (event.address, event.device, event.program) == (None, None, None)
    db.session.rollback()


def test_only_what_differs_is_kept() -> None:
    before, after = changed({"state": "draft", "grade": 10, "gone": 1}, {"state": "ready", "grade": 10, "new": 2})
    assert before == {"state": "draft", "gone": 1}
    assert after == {"state": "ready", "new": 2}
    assert changed(["a"], ["b"]) == (["a"], ["b"])


@pytest.mark.parametrize("field", ["password", "new_password", "client_secret", "access_token", "totp", "pin", "hash",
                                   "recovery_codes", "email", "phone", "birth_date", "personal_number"])
def test_secrets_and_what_is_personal_never_stand_in_an_event(field: str) -> None:
    kept = fit_to_keep({field: "hunter2", "deep": {field: ["hunter2"]}, "state": "ready"}, "exam")
    assert kept == {field: WITHHELD, "deep": {field: WITHHELD}, "state": "ready"}


def test_names_are_kept_of_things_but_not_of_people() -> None:
    assert fit_to_keep({"name": "THPT Số 1"}, "organisation") == {"name": "THPT Số 1"}
    assert fit_to_keep({"name": "Nguyễn Văn An"}, "person") == {"name": WITHHELD}


def test_values_become_json_of_bounded_length() -> None:
    place = uuid4()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    kept = fit_to_keep({"place": place, "roles": {"b", "a"}, "text": "x" * 1000, "at": moment}, None)
    assert kept["place"] == str(place)
    assert kept["roles"] == ["a", "b"]
    assert len(kept["text"]) == 301
    assert kept["at"].startswith("2026-01-01")


def test_an_administrator_reads_what_happened_below_him_only(context: Flask) -> None:
    from tests.factories.organisations import make_organisation, make_school
    department = make_organisation("department")
    own, other = make_school(parent=department), make_school()
    db.session.commit()
    mark = str(uuid4())
    with transaction():
        for place in (own.id, other.id, None):
            audit.record(SYSTEM, "test:act", ("thing", mark), organisation_id=place)
    wanted = EventFilter(subject_id=mark)
    local = Actor(uuid4(), positions=positions_in([department.id], "administrator"))
    ministry = Actor(uuid4(), positions=positions_in([], "administrator"))
    assert [event.organisation_id for event in audit.list_events(local, wanted).items] == [own.id]
    assert len(audit.list_events(ministry, wanted).items) == 3
    db.session.rollback()


def test_an_event_without_a_place_belongs_where_its_actor_does(context: Flask) -> None:
    place, mark = uuid4(), str(uuid4())
    actor = Actor(uuid4(), positions=positions_in([place], "teacher"))
    with transaction():
        audit.record(actor, "test:act", ("thing", mark))
    assert audit.list_events(SYSTEM, EventFilter(subject_id=mark)).items[0].organisation_id == place
    db.session.rollback()


def test_a_refusal_belongs_where_the_thing_does(context: Flask) -> None:
    class Thing:
        id, organisation_id = uuid4(), uuid4()

    audit.record_refusal(Actor(uuid4()), Refused("exam:publish", Thing()))
    event = audit.list_events(SYSTEM, EventFilter(subject_id=str(Thing.id), refused_only=True)).items[0]
    assert event.organisation_id == Thing.organisation_id
    db.session.rollback()


def test_slices_follow_each_other_without_a_gap(context: Flask) -> None:
    mark = str(uuid4())
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    for number in range(7):
        with clock.frozen(moment + timedelta(days=number // 3)), transaction():
            audit.record(SYSTEM, "test:act", ("thing", mark), number=number)
    seen, after = [], None
    for _each in range(4):
        found = audit.list_events(SYSTEM, EventFilter(subject_id=mark), after=after, limit=2)
        seen += [event.details["number"] for event in found.items]
        after = found.following and audit.read_cursor(str(found.following))
    assert sorted(seen) == list(range(7))
    assert after is None
    assert seen[0] == 6
    wanted = EventFilter(subject_id=mark, since=moment + timedelta(days=1), until=moment + timedelta(days=2))
    assert {event.details["number"] for event in audit.list_events(SYSTEM, wanted).items} == {3, 4, 5}
    db.session.rollback()


@pytest.mark.parametrize("told", ["", "x", "12", "-", "1-zz", "9" * 40 + "-" + "0" * 32, "²-" + "0" * 32])
def test_a_cursor_that_is_none(told: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        audit.read_cursor(told)


def test_the_chain_is_whole_and_the_same_when_walked_again(events: list[UUID]) -> None:
    found = audit.verify_chain()
    assert found.faults == []
    assert found.waiting == 0
    assert found.head == audit.current_head() == Head(_seal(events[-1]).sequence, _seal(events[-1]).hash)
    assert audit.seal_events() is None


def test_a_new_event_waits_for_its_place(events: list[UUID]) -> None:
    _record()
    found = audit.verify_chain()
    assert (found.waiting, found.faults) == (1, [])
    assert timedelta() <= found.waiting_age < timedelta(minutes=1)
    audit.seal_events()
    assert audit.verify_chain().waiting == 0


def test_an_event_that_commits_late_is_sealed_behind_the_others(events: list[UUID]) -> None:
    early = UUID(int=events[0].int - 1)
    with transaction():
        db.session.add(AuditEvent(id=early, action="test:late", created_at=clock.now() - timedelta(days=1)))
    audit.seal_events()
    assert _seal(early).sequence == _seal(events[-1]).sequence + 1
    assert not audit.verify_chain().faults


def test_a_changed_event_is_named(events: list[UUID], tamper) -> None:
    changing = update(AuditEvent).where(AuditEvent.id == events[2])
    tamper((changing.values(action="test:other"), changing.values(action="test:act")))
    assert [(fault.kind, fault.event_id) for fault in audit.verify_chain().faults] == [("changed", events[2])]


def test_a_changed_event_with_a_new_hash_breaks_the_next(events: list[UUID], tamper) -> None:
    sealed = update(AuditSeal).where(AuditSeal.event_id == events[2])
    tamper((sealed.values(hash="f" * 64), sealed.values(hash=_seal(events[2]).hash)))
    faults = audit.verify_chain().faults
    assert [(fault.kind, fault.event_id) for fault in faults] == [("changed", events[2]), ("reordered", events[3])]


def test_a_deleted_event_is_named(events: list[UUID], tamper) -> None:
    row = db.session.execute(text("SELECT * FROM audit_event WHERE id = :id"), {"id": _raw(events[1])}).mappings().one()
    kept = dict(row)
    db.session.rollback()
    back = AuditEvent.__table__.insert().values(**_typed(kept))
    tamper((text("SELECT 1"), text("DELETE FROM audit_unsealed")),
           (AuditEvent.__table__.delete().where(AuditEvent.id == events[1]), back))
    assert [(fault.kind, fault.event_id) for fault in audit.verify_chain().faults] == [("missing", events[1])]


def test_an_event_taken_out_with_its_place_leaves_a_gap(events: list[UUID], tamper) -> None:
    seal = _seal(events[3])
    values = {name: getattr(seal, name) for name in ("sequence", "event_id", "previous_hash", "hash")}
    tamper((AuditSeal.__table__.delete().where(AuditSeal.event_id == events[3]),
            AuditSeal.__table__.insert().values(values)))
    faults = audit.verify_chain().faults
    assert [(fault.kind, fault.event_id) for fault in faults] == [("missing", events[4]), ("unchained", events[3])]
    assert "1 taken out" in faults[0].message


def test_two_events_that_changed_places_are_named(events: list[UUID], tamper) -> None:
    first, second = _seal(events[1]), _seal(events[2])

    def placed(seal: AuditSeal, number: int) -> object:
        return update(AuditSeal).where(AuditSeal.event_id == seal.event_id).values(sequence=number)

    tamper((placed(first, 0), placed(first, first.sequence)),
           (placed(second, first.sequence), placed(second, second.sequence)),
           (placed(first, second.sequence), placed(first, 0)))
    kinds = {(fault.kind, fault.event_id) for fault in audit.verify_chain().faults}
    assert ("reordered", events[1]) in kinds
    assert ("reordered", events[2]) in kinds


def test_an_event_deleted_before_it_had_a_place_is_named(events: list[UUID], tamper) -> None:
    never = uuid4()
    waiting = text("INSERT INTO audit_unsealed (event_id) VALUES (:id)").bindparams(id=_raw(never))
    tamper((waiting, text("DELETE FROM audit_unsealed")))
    assert [(fault.kind, fault.event_id) for fault in audit.verify_chain().faults] == [("missing", never)]


def test_a_cut_end_is_seen_against_a_noted_head_only(events: list[UUID], tamper) -> None:
    noted, last = audit.current_head(), _seal(events[-1])
    db.session.rollback()
    values = {name: getattr(last, name) for name in ("sequence", "event_id", "previous_hash", "hash")}
    waiting = "INSERT INTO audit_unsealed (event_id) VALUES (:id)"
    tamper((AuditSeal.__table__.delete().where(AuditSeal.event_id == events[-1]),
            AuditSeal.__table__.insert().values(values)),
           (text(waiting).bindparams(id=_raw(events[-1])), text("DELETE FROM audit_unsealed")))
    assert audit.verify_chain().faults == []
    for anchor in (noted, Head(0, noted.hash)):
        assert [fault.kind for fault in audit.verify_chain([anchor]).faults] == ["truncated"]


def test_a_chain_written_anew_is_seen_against_a_noted_head(events: list[UUID]) -> None:
    place = _seal(events[2])
    assert audit.verify_chain([Head(place.sequence, place.hash)]).faults == []
    faults = audit.verify_chain([Head(place.sequence, "0" * 64)]).faults
    assert [(fault.kind, fault.event_id) for fault in faults] == [("changed", events[2])]


def test_two_sealers_make_one_chain(events: list[UUID], app: Flask) -> None:
    from threading import Thread

    def seal() -> None:
        with app.app_context():
            audit.seal_events()

    for _each in range(5):
        _record()
    sealers = [Thread(target=seal) for _each in range(3)]
    for each in sealers:
        each.start()
    for each in sealers:
        each.join()
    audit.seal_events()
    found = audit.verify_chain()
    assert (found.faults, found.waiting) == ([], 0)


def _raw(value: UUID) -> object:
    return value if db.engine.dialect.name == "postgresql" else value.hex


def _typed(row: dict) -> dict:
    """Values as the columns take them."""
    import json
    if db.engine.dialect.name == "postgresql":
        return row
    typed = dict(row, id=UUID(row["id"]), refused=bool(row["refused"]), details=json.loads(row["details"]))
    typed["created_at"] = datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC)
    return typed
