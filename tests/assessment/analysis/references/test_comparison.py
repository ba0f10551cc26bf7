"""A difference is what rounding of the reference cannot explain."""

import numpy as np
import pytest

from assessment.analysis.references.comparison import compare


def test_rounding_of_the_reference_is_no_difference():
    assert compare("set", "mean", 0.3333333333, 1 / 3, 1e-15).within
    assert compare("set", "mean", 3.333333333, 10 / 3, 1e-15).within
    assert not compare("set", "mean", 0.3333333333, 1 / 3 + 2e-10, 1e-10).within


def test_the_largest_difference_decides():
    found = compare("set", "b", [1.0, 2.0], [1.0, 2.5], 0.1)
    assert found.difference == pytest.approx(0.5)
    assert [row[:3] for row in found.rows()] == [(1, 1.0, 1.0), (2, 2.0, 2.5)]


def test_relative_differences_are_divided_by_the_reference():
    assert compare("set", "LL", -2000.0, -2001.0, 1e-3, relative=True).within
    assert not compare("set", "LL", -2000.0, -2003.0, 1e-3, relative=True).within


def test_what_only_one_could_compute_is_a_difference():
    assert not compare("set", "b", 1.0, np.nan, 1.0).within
    assert not compare("set", "b", None, 1.0, 1.0).within
    assert compare("set", "b", None, np.nan, 1.0).within


def test_figures_of_another_number_are_refused():
    with pytest.raises(ValueError, match="2 reference figures, 1 of ours"):
        compare("set", "b", [1.0, 2.0], [1.0], 1.0)
