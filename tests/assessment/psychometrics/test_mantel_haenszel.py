"""Mantel-Haenszel: figures worked out by hand and by a loop, planted differences, and groups that say nothing."""

import math

import numpy as np
import pytest

from assessment.psychometrics.mantel_haenszel import mantel_haenszel, purify


def simulated(persons: int = 4000, harder: tuple[int, ...] = (), by: float = 1.0):
    """Rasch items, seeded; some are harder for the focal group by so many logits."""
    random = np.random.default_rng(5)
    focal = np.arange(persons) % 2 == 1
    shift = np.zeros((persons, 12))
    shift[np.ix_(focal, harder)] = by
    ability = random.standard_normal((persons, 1))
    right = random.random(shift.shape) < 1 / (1 + np.exp(-(ability - np.linspace(-1.5, 1.5, 12) - shift)))
    return right.astype(int), focal


def by_loop(right, focal, item):
    """Odds ratio and plain chi-square, total by total."""
    above = below = apart = variance = 0.0
    total = right.sum(axis=1)
    for level in set(total):
        here = right[total == level, item], focal[total == level]
        a, c = sum(here[0][~here[1]]), sum(here[0][here[1]])
        reference, group = sum(~here[1]), sum(here[1])
        n = reference + group
        if not reference or not group:
            continue
        above += a * (group - c) / n
        below += (reference - a) * c / n
        apart += a - reference * (a + c) / n
        variance += reference * group * (a + c) * (n - a - c) / (n * n * (n - 1))
    return above / below, apart * apart / variance


def test_every_item_equals_the_loop():
    right, focal = simulated(600, harder=(3,))
    found = mantel_haenszel(right, focal, continuity=False)
    for item in range(12):
        odds, chi_square = by_loop(right, focal, item)
        assert found.odds_ratio[item] == pytest.approx(odds, rel=1e-12)
        assert found.chi_square[item] == pytest.approx(chi_square, rel=1e-12)
        assert found.delta[item] == pytest.approx(-2.35 * math.log(odds), rel=1e-12)


def test_a_planted_difference_is_found_and_the_others_are_cleared_by_purification():
    right, focal = simulated(harder=(2, 9))
    found = purify(right, focal, level=0.001)
    assert found.settled
    assert list(found.flagged) == [2, 9]
    assert [found.found.ets_class[item] for item in (2, 9)] == ["C", "C"]
    assert (found.found.delta[[2, 9]] < -1.5).all(), "negative: harder for the focal group"
    assert (found.found.standardised_difference[[2, 9]] < 0).all()


def test_no_difference_holds_its_rate():
    right, focal = simulated(2000)
    assert (mantel_haenszel(right, focal).p > 0.01).sum() >= 11


def test_the_odds_of_one_small_table():
    right = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [0, 1]])
    focal = np.array([False, False, False, True, True, True])
    found = mantel_haenszel(right, focal, continuity=False)  # all have one point: one table, 2 1 / 1 2
    assert found.odds_ratio == pytest.approx([4.0, 0.25])
    assert found.chi_square[0] == pytest.approx(0.25 / (3 * 3 * 3 * 3 / (36 * 5)))
    assert found.standardised_difference == pytest.approx([-1 / 3, 1 / 3])


@pytest.mark.parametrize(("right", "focal"), [
    (np.zeros((0, 3)), np.zeros(0)), (np.ones((1, 1)), [True]), (np.ones((6, 2)), [1, 1, 0, 0, 1, 0]),
    (np.eye(4), [1, 1, 1, 1]), ([[1, 0], [1, 1]], [0, 1])],
    ids=["nobody", "one person", "all right", "one group", "no total in common"])
def test_what_cannot_be_compared_is_not_a_number(right, focal):
    found = mantel_haenszel(right, focal)
    assert np.isnan(found.p).all()
    assert set(found.ets_class) == {""}
    assert list(purify(right, focal).flagged) == []


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="right must be 0 or 1"):
        mantel_haenszel([[0.5, 1.0]], [True])
    with pytest.raises(ValueError, match="focal"):
        mantel_haenszel(np.eye(3), [True])
    with pytest.raises(ValueError, match="anchor"):
        mantel_haenszel(np.eye(3), [1, 0, 1], anchor=[True])
