"""Reliability beside alpha: closed forms, bounds that must hold, and what cannot be computed."""

import math

import numpy as np
import pytest

from assessment.psychometrics import classical, reliability

SEED = 20261124


@pytest.fixture
def answers():
    """400 persons, 8 items that are right or wrong and hang together."""
    drawn = np.random.default_rng(SEED)
    return (drawn.normal(size=(400, 1)) + drawn.normal(size=(400, 8)) > np.linspace(-1, 1, 8)).astype(float)


def test_lambda_2_is_never_below_alpha(answers):
    assert reliability.guttman_lambda2(answers) >= classical.cronbach_alpha(answers)


def test_kr_21_is_never_above_alpha(answers):
    assert reliability.kr21(answers) <= classical.cronbach_alpha(answers)


def test_alpha_of_equal_variances_is_the_standardised(answers):
    scaled = answers / answers.std(axis=0, ddof=1)
    assert classical.cronbach_alpha(scaled) == pytest.approx(reliability.standardised_alpha(answers), abs=1e-12)


def test_split_half_is_the_correlation_of_two_sums(answers):
    expected = np.corrcoef(answers[:, ::2].sum(axis=1), answers[:, 1::2].sum(axis=1))[0, 1]
    assert reliability.split_half(answers) == pytest.approx(expected, abs=1e-12)
    assert reliability.spearman_brown(0.5, 2) == pytest.approx(2 / 3)


def test_lambda_6_is_what_regressions_leave(answers):
    standard = (answers - answers.mean(axis=0)) / answers.std(axis=0, ddof=1)
    left = 0.0
    for item in range(8):
        others = np.delete(standard, item, axis=1)
        fitted = others @ np.linalg.lstsq(others, standard[:, item], rcond=None)[0]
        left += (standard[:, item] - fitted).var(ddof=1)
    expected = 1 - left / np.corrcoef(answers.T).sum()
    assert reliability.guttman_lambda6(answers) == pytest.approx(expected, abs=1e-10)


def test_item_total_contains_the_item(answers):
    expected = [np.corrcoef(answers[:, item], answers.sum(axis=1))[0, 1] for item in range(8)]
    np.testing.assert_allclose(reliability.item_total_correlation(answers), expected, atol=1e-12)


def test_biserial_finds_the_correlation_of_the_hidden_normal():
    drawn = np.random.default_rng(SEED)
    ability = drawn.normal(size=(20_000, 1))
    others = (ability + 0.2 * drawn.normal(size=(20_000, 240)) > np.linspace(-2.5, 2.5, 240)).astype(float)
    hidden = 0.6 * ability + 0.8 * drawn.normal(size=ability.shape)
    found = reliability.biserial(np.hstack([hidden > 0.7, others]))
    assert found[0] == pytest.approx(0.6, abs=0.03)
    assert found[0] > reliability.item_total_correlation(np.hstack([hidden > 0.7, others]))[0]


@pytest.mark.parametrize("scores", [
    np.zeros((0, 3)), np.zeros((1, 3)), np.zeros((5, 1)), np.ones((5, 3)), np.zeros((5, 0))])
def test_what_cannot_be_computed_is_nan(scores):
    for compute in (reliability.standardised_alpha, reliability.guttman_lambda2, reliability.guttman_lambda6,
                    reliability.split_half, reliability.kr21):
        assert math.isnan(compute(scores))
    assert np.isnan(reliability.item_total_correlation(scores)).all()
    assert np.isnan(reliability.biserial(scores)).all()


def test_items_that_are_sums_of_others_have_no_lambda_6(answers):
    assert math.isnan(reliability.guttman_lambda6(np.column_stack([answers, answers[:, 0]])))
