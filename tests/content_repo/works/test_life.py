"""Who may take which step from which state, as a table; what a step leaves behind."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content_repo.works import services
from content_repo.works.models import WorkTransition
from content_repo.works.states import STATES, STEPS
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, PlatformError, SignInRequired
from lms.core.permissions import ANONYMOUS
from tests.factories.identity import make_actor, make_person
from tests.factories.works import make_work, make_work_file, put_into_state

pytestmark = pytest.mark.usefixtures("request_context")

# step: who may take it. A lecture is the owner's own; a thesis is catalogued.
ALLOWED = {
    ("lecture", "submit"): {"owner", "administrator"},
    ("lecture", "retract"): {"owner"},
    ("lecture", "return"): {"librarian", "administrator"},
    ("lecture", "publish"): {"librarian", "administrator"},
    ("lecture", "catalogue"): set(),
    ("lecture", "discard"): {"owner", "administrator"},
    ("lecture", "withdraw"): {"librarian", "owner-librarian", "administrator"},
    ("lecture", "restore"): {"librarian", "owner-librarian", "administrator"},
    ("thesis", "publish"): {"librarian", "owner-librarian", "administrator"},
    ("thesis", "catalogue"): {"librarian", "owner-librarian", "administrator"},
}
ALLOWED |= {
    (kind, step): people | {"owner-librarian"}
    for (kind, step), people in ALLOWED.items()
    if step in ("submit", "retract", "discard")
}
PEOPLE = ("anonymous", "student", "teacher", "owner", "owner-librarian", "librarian", "administrator")


def people_and_work(kind, who):
    owner = make_person("librarian" if who == "owner-librarian" else "teacher")
    work = make_work(kind, owner=owner)
    make_work_file(work)
    if who == "anonymous":
        return ANONYMOUS, work
    return make_actor(owner if who.startswith("owner") else make_person(who)), work


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("kind", "step"), sorted(ALLOWED))
def test_who_may_take_a_step(kind, step, who):
    actor, work = people_and_work(kind, who)
    put_into_state(work, sorted(STEPS[step].sources)[0])
    if who in ALLOWED[kind, step]:
        assert services.take_step(actor, work.id, step, reason="Vì").state == STEPS[step].target
    else:
        with pytest.raises(SignInRequired if who == "anonymous" else Forbidden):
            services.take_step(actor, work.id, step, reason="Vì")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_from_the_wrong_state_is_a_conflict(step, state):
    work = make_work("thesis", owner=make_person("administrator"))
    make_work_file(work)
    put_into_state(work, state)
    owner = make_actor_of(work)
    if state in STEPS[step].sources:
        services.take_step(owner, work.id, step, reason="Vì")
    else:
        with pytest.raises(Conflict):
            services.take_step(owner, work.id, step, reason="Vì")


def test_a_step_leaves_who_when_and_why():
    librarian = make_actor(make_person("librarian"))
    work = make_work("lecture", state="submitted")
    services.take_step(librarian, work.id, "return", reason="  Thiếu tóm tắt.  ")
    row = db.session.query(WorkTransition).one()
    assert (row.actor_id, row.step, row.from_state, row.to_state, row.reason) == (
        librarian.person_id,
        "return",
        "submitted",
        "returned",
        "Thiếu tóm tắt.",
    )
    assert db.session.query(AuditEvent).filter_by(action="work:return", subject_id=str(work.id)).count() == 1
    assert services.find_return_reason(make_actor_of(work), work.id) == "Thiếu tóm tắt."


def test_a_return_needs_a_reason():
    work = make_work("lecture", state="submitted")
    with pytest.raises(Invalid) as refused:
        services.take_step(make_actor(make_person("librarian")), work.id, "return", reason=" ")
    assert refused.value.problems[0].where == "reason"
    assert work.state == "submitted"


def test_an_incomplete_work_cannot_be_handed_in():
    work = make_work("thesis", abstract_en="")
    with pytest.raises(Invalid) as refused:
        services.submit_work(make_actor_of(work), work.id)
    assert [problem.where for problem in refused.value.problems] == ["abstract_en", "file"]


def test_publishing_again_keeps_the_first_date():
    work = make_work("thesis", state="published")
    make_work_file(work)
    librarian = make_actor(make_person("librarian"))
    first = work.published_at
    services.withdraw_work(librarian, work.id, reason="Nhầm tệp")
    with clock.frozen():
        services.take_step(librarian, work.id, "restore", reason="Đã sửa")
    assert work.published_at == first


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(sorted(STEPS)), st.sampled_from(["", "Vì"])), max_size=12))
def test_any_sequence_by_anybody_keeps_the_invariants(moves):
    db.session.rollback()
    owner = make_person("teacher")
    work = make_work("lecture", owner=owner)
    make_work_file(work)
    people = [make_actor(owner), *(make_actor(make_person(role)) for role in ("librarian", "administrator", "student"))]
    taken = 0
    for who, step, reason in moves:
        before = work.state
        try:
            services.take_step(people[who], work.id, step, reason=reason)
        except PlatformError:
            assert work.state == before
        else:
            taken += 1
            assert (before, work.state) != ("draft", "published")
        assert work.state != "published" or work.published_at is not None
    rows = (
        db.session.query(WorkTransition)
        .filter_by(work_id=work.id)
        .order_by(WorkTransition.created_at, WorkTransition.id)
        .all()
    )
    assert len(rows) == taken
    chain = ["draft", *(row.to_state for row in rows)]
    assert [row.from_state for row in rows] == chain[:-1]
    assert chain[-1] == work.state


def make_actor_of(work):
    from lms.identity.models import Person

    return make_actor(db.session.get(Person, work.owner_id))
