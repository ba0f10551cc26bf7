"""The one rule of who may open a file, as a table, and its edges in time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_repo.works.access import LEVELS, decide_access
from content_repo.works.states import STATES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def decide(**changes):
    given = {
        "state": "published",
        "level": "open",
        "embargo_until": None,
        "at": NOON,
        "keeps_work": False,
        "signed_in": False,
        "in_organisation": False,
    }
    return decide_access(**(given | changes))


@pytest.mark.parametrize(
    ("level", "anonymous", "signed_in", "member"),
    [
        ("open", "", "", ""),
        ("signed_in", "sign_in", "", ""),
        ("organisation", "sign_in", "organisation", ""),
        ("closed", "closed", "closed", "closed"),
    ],
)
def test_levels(level, anonymous, signed_in, member):
    assert decide(level=level).reason == anonymous
    assert decide(level=level, signed_in=True).reason == signed_in
    assert decide(level=level, signed_in=True, in_organisation=True).reason == member


@pytest.mark.parametrize("state", [state for state in STATES if state != "published"])
def test_only_keepers_open_what_is_not_published(state):
    assert decide(state=state, signed_in=True, in_organisation=True).reason == "unpublished"
    assert decide(state=state, keeps_work=True).allowed


def test_an_embargo_ends_at_its_instant():
    before = decide(embargo_until=LATER, at=LATER - timedelta(microseconds=1))
    assert (before.allowed, before.reason, before.until) == (False, "embargo", LATER)
    assert decide(embargo_until=LATER, at=LATER).allowed


def test_an_embargo_does_not_open_a_closed_file():
    assert decide(level="closed", embargo_until=LATER, at=LATER).reason == "closed"


@given(
    st.sampled_from(STATES), st.sampled_from(LEVELS), st.booleans(), st.booleans(), st.booleans(), st.integers(-5, 5)
)
def test_nobody_but_a_keeper_opens_before_the_date(state, level, keeps, signed_in, member, hours):
    until = NOON + timedelta(hours=hours)
    access = decide(
        state=state, level=level, embargo_until=until, keeps_work=keeps, signed_in=signed_in, in_organisation=member
    )
    assert access.allowed == (access.reason == "")
    if access.allowed and not keeps:
        assert state == "published"
        assert until <= NOON
        assert level != "closed"
    assert (access.until is not None) == (access.reason == "embargo")
