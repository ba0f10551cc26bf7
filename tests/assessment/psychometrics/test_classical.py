"""Classical figures: against hand computation, against naive loops, and at the edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessment.psychometrics import classical

# Six persons, four items; worked out by hand below.
SMALL = np.array(
    [
        [1, 1, 1, 1],
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 1, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
    ],
    dtype=float,
)
ONES = np.ones(4)


def test_the_whole_test_by_hand():
    test = classical.describe_test(SMALL, ONES)
    # Totals 4 3 2 2 1 0: mean 2, squares around it 4+1+0+0+1+4 = 10, variance 10/5 = 2.
    assert (test.persons, test.items, test.maximum, test.mean, test.lowest, test.highest) == (
        6,
        4,
        4,
        2,
        0,
        4,
    )
    assert test.sd == pytest.approx(math.sqrt(2), abs=1e-12)
    assert test.skewness == pytest.approx(0, abs=1e-12)
    # Item variances p q n/(n-1): 5/36, 9/36, 9/36, 5/36 times 6/5 = 28/30; alpha = 4/3 (1 - 28/60) = 32/45.
    assert test.alpha == pytest.approx(32 / 45, abs=1e-12)
    assert test.sem == pytest.approx(math.sqrt(2 * 13 / 45), abs=1e-12)


def test_the_items_by_hand():
    items = classical.describe_items(SMALL, ONES, np.zeros(SMALL.shape, dtype=bool))
    assert items.difficulty == pytest.approx([5 / 6, 1 / 2, 1 / 2, 1 / 6], abs=1e-12)
    # Item 2 with the rest 3 2 1 2 1 0: cov 1.5/5, var item 1.5/5, var rest 5.5/5: r = 1.5/sqrt(1.5 * 5.5).
    assert items.item_rest[1] == pytest.approx(1.5 / math.sqrt(1.5 * 5.5), abs=1e-12)
    # Without item 4 the totals are 3 3 2 2 1 0: variance 41/30; variances 23/30; alpha = 3/2 (1 - 23/41).
    assert items.alpha_if_deleted[3] == pytest.approx(1.5 * (1 - 23 / 41), abs=1e-12)
    # 27% of six is two persons; the third and fourth tie with nobody at the boundary.
    assert items.upper_lower == pytest.approx([0.5, 1, 1, 0.5], abs=1e-12)


def test_cronbach_alpha_of_stored_reference_values():
    """LSAT section 6 (Bock & Lieberman 1970): patterns with frequencies; figures known to ten digits."""
    patterns = np.array([[int(bit) for bit in f"{number:05b}"] for number in range(32)], dtype=float)
    frequencies = [
        3,
        6,
        2,
        11,
        1,
        1,
        3,
        4,
        1,
        8,
        0,
        16,
        0,
        3,
        2,
        15,
        10,
        29,
        14,
        81,
        3,
        28,
        15,
        80,
        16,
        56,
        21,
    ]
    frequencies += [173, 11, 61, 28, 298]
    scores = np.repeat(patterns, frequencies, axis=0)
    assert scores.shape == (1000, 5)
    test = classical.describe_test(scores, np.ones(5))
    assert test.alpha == pytest.approx(0.2949971922, abs=1e-10)
    assert test.sd == pytest.approx(1.035041212, abs=1e-9)
    assert test.skewness == pytest.approx(-0.6889392255, abs=1e-10)
    items = classical.item_rest_correlation(scores, np.ones(5))
    assert items[:3] == pytest.approx([0.1128326889, 0.1531781201, 0.1727789433], abs=1e-10)
    deleted = classical.alpha_if_deleted(scores)
    assert deleted[:3] == pytest.approx([0.2753562108, 0.2375839046, 0.2167994629], abs=1e-10)


def _naive_correlation(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    root = math.sqrt((dx @ dx) * (dy @ dy))
    return dx @ dy / root if root else float("nan")


matrices = st.tuples(st.integers(2, 25), st.integers(3, 8)).flatmap(
    lambda shape: arrays(float, shape, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
)


@settings(max_examples=60)
@given(matrices)
def test_vectorised_figures_equal_naive_loops(scores):
    full = np.ones(scores.shape[1])
    found = classical.item_rest_correlation(scores, full)
    for item in range(scores.shape[1]):
        rest = np.delete(scores, item, axis=1).sum(axis=1).round(9)
        expected = _naive_correlation(scores[:, item], rest)
        if np.ptp(scores[:, item]) == 0 or np.ptp(rest) == 0:
            assert math.isnan(found[item])
        else:
            assert found[item] == pytest.approx(expected, abs=1e-9)
    alphas = classical.alpha_if_deleted(scores)
    for item in range(scores.shape[1]):
        expected = classical.cronbach_alpha(np.delete(scores, item, axis=1))
        assert alphas[item] == pytest.approx(expected, abs=1e-6, rel=1e-6, nan_ok=True)


@settings(max_examples=60)
@given(matrices, st.floats(0.1, 50))
def test_order_of_persons_and_unit_of_points_do_not_matter(scores, unit):
    full = np.ones(scores.shape[1])
    one = classical.describe_items(scores, full, scores < 0)
    other = classical.describe_items(scores[::-1] * unit, full * unit, scores < 0)
    for name in ("difficulty", "item_rest", "upper_lower"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-7, nan_ok=True)
    assert classical.cronbach_alpha(scores) == pytest.approx(
        classical.cronbach_alpha(scores * unit), nan_ok=True
    )


@settings(max_examples=60)
@given(matrices)
def test_figures_stay_in_their_ranges(scores):
    items = classical.describe_items(scores, np.ones(scores.shape[1]), scores == 0)
    assert np.all((items.difficulty >= 0) & (items.difficulty <= 1 + 1e-12))
    known = items.item_rest[~np.isnan(items.item_rest)]
    assert np.all(np.abs(known) <= 1)
    assert not classical.cronbach_alpha(scores) > 1 + 1e-9


@settings(max_examples=60)
@given(matrices)
def test_missing_columns_equal_dropping_them_where_everyone_misses_them(scores):
    """A second form that nobody sat changes nothing for the items of the first."""
    wide = np.hstack([scores, np.full(scores.shape, np.nan)])
    narrow = classical.item_rest_correlation(scores, np.ones(scores.shape[1]))
    found = classical.item_rest_correlation(wide, np.ones(wide.shape[1]))
    assert found[: scores.shape[1]] == pytest.approx(narrow, abs=1e-9, nan_ok=True)
    assert np.all(np.isnan(found[scores.shape[1] :]))


def test_missing_is_not_omitted():
    scores = np.array([[1.0, np.nan], [0.0, 1.0], [1.0, 0.0]])
    omitted = np.array([[False, True], [True, False], [False, False]])
    assert classical.difficulty(scores, [1, 1]) == pytest.approx([2 / 3, 1 / 2])
    assert classical.omitted_rate(omitted, scores) == pytest.approx([1 / 3, 0])
    assert classical.total_scores(scores, [1, 1]) == pytest.approx([2, 1, 1])
    assert classical.rest_scores(scores, [1, 1])[0] == pytest.approx([np.nan, 1], nan_ok=True)


def test_pairwise_covariance_equals_the_covariance_of_the_persons_given_both():
    random = np.random.default_rng(5)
    scores = random.normal(size=(60, 4))
    scores[:20, 0] = np.nan
    scores[40:, 2] = np.nan
    both = scores[20:40]
    expected = np.cov(both[:, 0], both[:, 2], ddof=1)[0, 1]
    assert classical.covariance(scores)[0, 2] == pytest.approx(expected, abs=1e-12)
    unlinked = scores.copy()
    unlinked[20:, 0] = np.nan
    unlinked[:20, 1] = np.nan
    unlinked[:20, 0] = 1.0
    assert math.isnan(classical.cronbach_alpha(unlinked))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (1, 3), (5, 0), (5, 1), (1, 1)])
def test_too_little_data_gives_nan_and_no_error(shape):
    scores = np.ones(shape)
    test = classical.describe_test(scores, np.ones(shape[1]))
    items = classical.describe_items(scores, np.ones(shape[1]), scores < 0)
    assert math.isnan(test.alpha)
    assert items.item_rest.shape == (shape[1],)
    assert np.all(np.isnan(items.item_rest))
    assert test.persons == shape[0]


def test_constant_items_and_constant_totals():
    scores = np.column_stack([np.ones(6), SMALL])
    items = classical.describe_items(scores, np.ones(5), scores < 0)
    assert math.isnan(items.item_rest[0])
    assert items.difficulty[0] == 1
    assert items.item_rest[1:] == pytest.approx(classical.item_rest_correlation(SMALL, ONES), abs=1e-12)
    assert math.isnan(classical.cronbach_alpha(np.ones((5, 3))))
    assert np.all(np.isnan(classical.upper_lower_index(np.ones((5, 3)), np.ones(3))))


def test_a_wrong_shape_is_named():
    with pytest.raises(ValueError, match="persons, items"):
        classical.difficulty([1.0, 0.0], [1.0])


def test_score_groups_keep_ties_together_and_sizes_even():
    groups = classical.score_groups(np.arange(10.0), 5)
    assert groups.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    tied = classical.score_groups([0.1 + 0.2, 0.3, np.nan, 0.9], 2)
    assert tied[0] == tied[1]
    assert tied[2] == -1
    assert set(classical.score_groups(np.zeros(7), 5).tolist()) == {2}


def test_histogram_counts_everyone_once():
    found = classical.histogram([0, 0.3, 0.1 + 0.2, 9.99, 10, np.nan], 10, bins=20)
    assert found.counts.sum() == 5
    assert found.counts[0] == 3
    assert found.counts[-1] == 2
    assert found.edges[[0, -1]].tolist() == [0, 10]
    assert classical.histogram([3 * 0.1], 1, bins=10).counts[3] == 1


def test_option_table_by_hand():
    # Key is option 0. Persons with rest 4 3 choose it, 2 chooses option 1, 1 omits, 0 chooses option 1.
    chosen = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 0]], dtype=bool)
    rest = np.array([4.0, 3, 2, 1, 0])
    table = classical.option_table(chosen, rest, classical.score_groups(rest, 5), 5)
    assert table.count.tolist() == [2, 2, 0]
    assert table.share == pytest.approx([0.4, 0.4, 0])
    assert table.mean_rest == pytest.approx([3.5, 1, np.nan], nan_ok=True)
    assert table.correlation[0] == pytest.approx(_naive_correlation(chosen[:, 0].astype(float), rest))
    assert math.isnan(table.correlation[2])
    assert table.by_group[1].tolist() == [1, 0, 1, 0, 0]


def test_option_table_of_nobody():
    table = classical.option_table(np.zeros((0, 4), dtype=bool), np.zeros(0), np.zeros(0, dtype=int))
    assert table.count.tolist() == [0, 0, 0, 0]
    assert np.all(np.isnan(table.share))
    assert table.by_group.shape == (4, 5)
