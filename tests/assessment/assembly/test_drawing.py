"""Drawing: from the pool, never twice, reproducible, and complete whenever that is possible at all."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.assembly.drawing import Shortage, draw

POOLS = st.lists(st.lists(st.integers(0, 9), unique=True, max_size=8), min_size=1, max_size=4)


def possible(pools, counts):
    """Whether some choice fills every place; by trying."""
    places = [pool for pool, count in zip(pools, counts, strict=True) for _each in range(count)]
    return any(len(set(choice)) == len(choice) for choice in product(*places))


@settings(max_examples=200, deadline=None)
@given(POOLS, st.data())
def test_a_draw_is_right_or_impossible(pools, data):
    counts = [data.draw(st.integers(0, 3)) for _pool in pools]
    if sum(counts) > 6:
        counts = [min(count, 1) for count in counts]
    seed = data.draw(st.integers(0, 2**31))
    if not possible(pools, counts):
        with pytest.raises(Shortage) as caught:
            draw(pools, counts, seed)
        assert counts[caught.value.row] > 0
        return
    drawn = draw(pools, counts, seed)
    assert [len(own) for own in drawn] == counts
    assert all(key in pool for own, pool in zip(drawn, pools, strict=True) for key in own)
    everything = [key for own in drawn for key in own]
    assert len(set(everything)) == len(everything)
    assert draw(pools, counts, seed) == drawn


def test_another_seed_draws_otherwise():
    pool = list(range(100))
    assert len({tuple(draw([pool], [10], seed)[0]) for seed in range(20)}) == 20


def test_every_item_has_about_the_same_chance():
    times = [0] * 10
    for seed in range(2000):
        for key in draw([range(10)], [3], seed)[0]:
            times[key] += 1
    assert min(times) > 500
    assert max(times) < 700


def test_a_wide_row_leaves_a_narrow_one_what_it_needs():
    assert draw([[1, 2, 3], [1, 2]], [1, 2], seed=1)[0] == [3]
