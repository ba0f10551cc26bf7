"""Reliability beside alpha, and biserial correlations, from a matrix of points.

The conventions of `classical` hold: ``scores`` has shape (persons, items), NaN is missing, variances divide by n - 1,
and what cannot be computed is NaN.

Sources: Guttman (1945), Psychometrika 10, for lambda 2 and 6; Kuder & Richardson (1937), Psychometrika 2, for formula
21; Spearman (1910) and Brown (1910), British Journal of Psychology 3; Lord & Novick (1968), section 15.4, for the
biserial correlation.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.psychometrics.classical import covariance

Floats = NDArray[np.float64]

_NORMAL = NormalDist()
_SINGULAR = 1e-10
"""An inverse whose reciprocal condition number is below this says nothing."""


def correlations(scores: ArrayLike) -> Floats:
    """Correlations of the items, shape (items, items); NaN with an item that is constant."""
    return _correlations(covariance(scores))


def average_correlation(scores: ArrayLike) -> float:
    """Mean correlation of two different items."""
    found = correlations(scores)
    pairs = found[np.triu_indices(len(found), 1)]
    return float(pairs.mean()) if pairs.size else math.nan


def standardised_alpha(scores: ArrayLike) -> float:
    """Alpha of the items brought to equal variances: k r / (1 + (k - 1) r) with the average correlation r."""
    items = np.asarray(scores).shape[1]
    return spearman_brown(average_correlation(scores), items)


def spearman_brown(reliability: float, times: float) -> float:
    """Reliability of a test made ``times`` as long."""
    below = 1.0 + (times - 1.0) * reliability
    return times * reliability / below if below > 0 else math.nan


def guttman_lambda2(scores: ArrayLike) -> float:
    """A lower bound of reliability that is never below alpha."""
    matrix = covariance(scores)
    items, total = len(matrix), float(matrix.sum())
    if items < 2 or not total > 0:
        return math.nan
    between = matrix - np.diag(np.diag(matrix))
    spread = math.sqrt(items / (items - 1) * float(np.square(between).sum()))
    return (float(between.sum()) + spread) / total


def guttman_lambda6(scores: ArrayLike) -> float:
    """The lower bound from what the other items explain of each, standardised; NaN if one is a sum of others."""
    matrix = correlations(scores)
    if len(matrix) < 2 or np.isnan(matrix).any() or 1.0 / np.linalg.cond(matrix) < _SINGULAR:
        return math.nan
    unexplained = 1.0 / np.diag(np.linalg.inv(matrix))
    return 1.0 - float(unexplained.sum()) / float(matrix.sum())


def split_half(scores: ArrayLike) -> float:
    """Correlation of the sums of odd and even items: the reliability of half the test."""
    matrix = covariance(scores)
    odd, even = matrix[::2], matrix[1::2]
    own = float(odd[:, ::2].sum()) * float(even[:, 1::2].sum())
    return float(odd[:, 1::2].sum()) / math.sqrt(own) if own > 0 else math.nan


def kr21(scores: ArrayLike) -> float:
    """Kuder & Richardson's formula 21, with the population variance: KR-20 if all items were equally hard."""
    points = np.asarray(scores, dtype=float)
    if not points.size:
        return math.nan
    totals = points.sum(axis=1)
    items, mean, variance = points.shape[1], float(totals.mean()), float(totals.var())
    if items < 2 or not variance > 0:
        return math.nan
    return items / (items - 1) * (1.0 - mean * (items - mean) / (items * variance))


def item_total_correlation(scores: ArrayLike) -> Floats:
    """Correlation of each item with the total that contains it, shape (items,): for comparison with other software."""
    matrix = covariance(scores)
    own = np.diag(matrix) * float(matrix.sum())
    return np.divide(matrix.sum(axis=1), np.sqrt(np.maximum(own, 0.0)), out=np.full(len(matrix), np.nan), where=own > 0)


def biserial(scores: ArrayLike) -> Floats:
    """Biserial correlation of items that are right (1) or wrong (0) with the total, shape (items,).

    What the correlation would be if right and wrong were a normal variable cut in two: the difference of the mean
    totals over their n - 1 standard deviation, times p q over the normal ordinate. NaN where all are right or wrong.
    """
    points = np.asarray(scores, dtype=float)
    persons, share = len(points), points.sum(axis=0) / max(1, len(points))
    ordinate = np.array([_ordinate(each) for each in share])
    spread = np.sqrt(share * (1.0 - share) * (persons - 1) / persons) if persons > 1 else share
    return item_total_correlation(points) * np.divide(spread, ordinate, out=np.full(len(share), np.nan),
                                                      where=ordinate > 0)


def _ordinate(share: float) -> float:
    return _NORMAL.pdf(_NORMAL.inv_cdf(share)) if 0.0 < share < 1.0 else 0.0


def _correlations(matrix: Floats) -> Floats:
    sd = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.outer(sd, sd)
    return np.divide(matrix, scale, out=np.full(matrix.shape, np.nan), where=scale > 0)
