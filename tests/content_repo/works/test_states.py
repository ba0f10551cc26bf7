"""The table of legal steps keeps its promises along any path."""

from hypothesis import given
from hypothesis import strategies as st

from content_repo.works.states import STATES, STEPS, find_step


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=30))
def test_any_sequence_of_steps_keeps_the_invariants(names):
    state, once_published, submitted = "draft", False, False
    for name in names:
        step = find_step(name, state, once_published=once_published)
        if step is None:
            continue
        assert state in step.sources
        if step.target == "published":
            assert step.needs_complete
            assert submitted or name == "catalogue" or once_published
        if step.target == "withdrawn" and state == "published":
            assert step.needs_reason
        submitted = submitted or step.target == "submitted"
        once_published = once_published or step.target == "published"
        state = step.target
        assert state in STATES


def test_a_discarded_draft_is_never_published():
    assert find_step("restore", "withdrawn", once_published=False) is None
    assert find_step("restore", "withdrawn", once_published=True) is not None


def test_every_state_can_be_reached_and_left():
    assert {step.target for step in STEPS.values()} == set(STATES)
    assert {source for step in STEPS.values() for source in step.sources} == set(STATES)
