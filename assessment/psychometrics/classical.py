"""Classical test theory: what a matrix of points says about a test and its items.

Conventions, in force for every function of this module:

- ``scores`` is a float array of shape (persons, items): the points that each person got for each item.
- NaN means **missing**: the item was never put to that person (another form, an item withdrawn). An item
  that was put and left unanswered is **omitted**, not missing: it has the points its score table gives.
- Statistics of an item use the persons who were given that item. A total or a rest score of a person who was
  not given everything is scaled up to the full maximum, so that people with different papers stay comparable;
  for a person without missing items it is the plain sum.
- Variances divide by n - 1. What cannot be computed (a constant item, fewer than two persons, one item)
  is NaN, never an exception and never a made-up figure.

Sources: Lord & Novick, *Statistical Theories of Mental Test Scores* (1968), chapters 4 and 15; Crocker &
Algina, *Introduction to Classical and Modern Test Theory* (1986), chapters 5 to 7 and 14; Cronbach (1951),
Psychometrika 16; Henrysson (1963) for the corrected item-total correlation; Kelley (1939) for the 27% groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

# Rounding noise of a correlation's denominator, relative to the sums it was computed from.
_NOISE = 1e-12
# Rows taken at a time: the block and what is made of it stay in the processor's cache.
_BLOCK = 4096
# Totals equal to this many decimals are a tie: 0.1 + 0.2 and 0.3 are the same score.
_TIE_DECIMALS = 9


@dataclass(frozen=True)
class TestStatistics:
    """Figures of the whole test; points unless said otherwise, NaN where undefined."""

    __test__ = False  # pytest: not a test class

    persons: int
    items: int
    maximum: float
    mean: float
    sd: float
    skewness: float
    lowest: float
    highest: float
    alpha: float
    sem: float


@dataclass(frozen=True)
class ItemStatistics:
    """Figures of every item; each array has shape (items,), NaN where undefined."""

    persons: Integers
    difficulty: Floats
    sd: Floats
    item_rest: Floats
    upper_lower: Floats
    alpha_if_deleted: Floats
    omitted_rate: Floats


@dataclass(frozen=True)
class OptionTable:
    """What the persons who were given one item chose; the first axis is the option, shape (options,).

    ``by_group`` has shape (options, groups): the share of each score group, lowest first, that chose it.
    """

    count: Integers
    share: Floats
    mean_rest: Floats
    correlation: Floats
    by_group: Floats


@dataclass(frozen=True)
class Histogram:
    """Counts between consecutive edges (bins + 1 of them); the last bin includes its upper edge."""

    edges: Floats
    counts: Integers


def total_scores(scores: ArrayLike, maximum: ArrayLike) -> Floats:
    """Each person's total in points of the whole test, shape (persons,).

    ``maximum`` (items,) is each item's full points. A person given only a part of the items has the sum
    scaled to the whole test; a person given nothing has NaN.
    """
    points, full = _matrix(scores), np.asarray(maximum, dtype=float)
    if not np.isnan(points).any():
        return points.sum(axis=1)
    given = ~np.isnan(points)
    return _scaled(np.where(given, points, 0.0).sum(axis=1), given @ full, float(full.sum()))


def rest_scores(scores: ArrayLike, maximum: ArrayLike) -> Floats:
    """Each person's total without the item in question, shape (persons, items).

    Entry (p, i) is person p's points on all items but i, scaled to the full points of those items.
    """
    points, full = _matrix(scores), np.asarray(maximum, dtype=float)
    given = ~np.isnan(points)
    filled = np.where(given, points, 0.0)
    possible = (given @ full)[:, None] - given * full
    earned = filled.sum(axis=1)[:, None] - filled
    if given.all():
        return earned
    return _scaled(earned, possible, full.sum() - full)


def difficulty(scores: ArrayLike, maximum: ArrayLike) -> Floats:
    """Mean share of the full points among those given the item, shape (items,), 0 (hard) to 1 (easy).

    For an item that is right or wrong this is the proportion right, p (Crocker & Algina, section 5.1).
    """
    points = _matrix(scores)
    given = ~np.isnan(points)
    possible = given.sum(axis=0) * np.asarray(maximum, dtype=float)
    return _divide(np.where(given, points, 0.0).sum(axis=0), possible)


def item_rest_correlation(scores: ArrayLike, maximum: ArrayLike) -> Floats:
    """Corrected point-biserial: each item's correlation with the total of the other items, shape (items,).

    The item itself is left out of the total (Henrysson 1963), or a short test would look better than it is.
    """
    points = _matrix(scores)
    if points.shape[0] < 2 or points.shape[1] < 2:
        return np.full(points.shape[1], np.nan)
    if np.isnan(points).any():
        return _column_correlation(points, rest_scores(points, maximum))
    return _item_rest(covariance(points))


def covariance(scores: ArrayLike) -> Floats:
    """Covariances of the items, shape (items, items), each over the persons given both (pairwise).

    NaN for a pair of items that fewer than two persons were given together.
    """
    points = _matrix(scores)
    if points.shape[0] < 2:
        return np.full((points.shape[1], points.shape[1]), np.nan)
    missing = np.isnan(points)
    if not missing.any():
        return _covariance_complete(points)
    given = (~missing).astype(float)
    # Centring first changes no covariance and keeps the subtraction below from cancelling.
    shifted = np.where(missing, 0.0, points - _first_given(points))
    centred = np.where(missing, 0.0, shifted - _divide(shifted.sum(axis=0), given.sum(axis=0)))
    together = given.T @ given
    sums = centred.T @ given  # sum of item i over those who were also given item j
    return _divide(centred.T @ centred - _divide(sums * sums.T, together), together - 1, least=0.5)


def cronbach_alpha(scores: ArrayLike) -> float:
    """Cronbach's alpha, the lower bound of reliability: k/(k-1) (1 - sum of item variances / total variance).

    For items that are right or wrong it equals KR-20. NaN with fewer than two items or persons, or when all
    totals are equal. Constant items count as items (they are part of the test that was sat).
    """
    return _alpha(covariance(scores))


def alpha_if_deleted(scores: ArrayLike) -> Floats:
    """Alpha of the test without each item in turn, shape (items,); NaN when fewer than two would remain."""
    return _alpha_if_deleted(covariance(scores))


def standard_error_of_measurement(sd: float, reliability: float) -> float:
    """Standard error of measurement in points: sd * sqrt(1 - reliability) (Lord & Novick, 3.7)."""
    return float(sd * np.sqrt(1.0 - reliability)) if reliability <= 1.0 else float("nan")


def omitted_rate(omitted: ArrayLike, scores: ArrayLike) -> Floats:
    """Share of those given the item who left it unanswered, shape (items,).

    ``omitted`` is a boolean array of the shape of ``scores``; it is ignored where the score is missing.
    """
    given = ~np.isnan(_matrix(scores))
    return _divide((np.asarray(omitted, dtype=bool) & given).sum(axis=0), given.sum(axis=0))


def skewness(values: ArrayLike) -> float:
    """Skewness b1 = m3 / s^3 with the n - 1 standard deviation; NaN for fewer than two or equal values.

    This is the "type 3" coefficient of Joanes & Gill (1998), The Statistician 47.
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    sd = _sd(known)
    if not sd > 0:
        return float("nan")
    return float(((known - known.mean()) ** 3).mean() / sd**3)


def histogram(totals: ArrayLike, maximum: float, bins: int = 20) -> Histogram:
    """Counts of the totals in ``bins`` equal intervals from 0 to ``maximum``; outliers go to the end bins."""
    known = np.asarray(totals, dtype=float)
    known = known[~np.isnan(known)]
    top = maximum if maximum > 0 else 1.0
    # A total such as 0.1 + 0.2 must not fall below an edge at 0.3 for want of the last bit.
    place = np.floor(known / top * bins + 1e-9).astype(np.int64).clip(0, bins - 1)
    return Histogram(edges=np.linspace(0.0, top, bins + 1), counts=np.bincount(place, minlength=bins))


def score_groups(totals: ArrayLike, groups: int = 5) -> Integers:
    """Group number 0 (lowest) to ``groups`` - 1 of every person, shape (persons,), of about equal size.

    Persons with equal totals always share a group. A person without a total has -1.
    """
    values = np.asarray(totals, dtype=float).round(_TIE_DECIMALS)
    number = np.full(values.shape, -1, dtype=np.int64)
    known = ~np.isnan(values)
    if known.any():
        share = (_mean_rank(values[known]) - 0.5) / known.sum()
        number[known] = np.floor(share * groups).astype(np.int64).clip(0, groups - 1)
    return number


def upper_lower_index(scores: ArrayLike, maximum: ArrayLike, share: float = 0.27) -> Floats:
    """Difficulty among the best ``share`` of persons minus that among the worst, shape (items,), -1 to 1.

    The classical D with Kelley's 27% groups by total; persons tied at a boundary are all taken in. NaN when
    the two groups would overlap (everybody has nearly the same total).
    """
    points, full = _matrix(scores), np.asarray(maximum, dtype=float)
    totals = total_scores(points, full).round(_TIE_DECIMALS)
    known = np.sort(totals[~np.isnan(totals)])
    if known.size < 2:
        return np.full(points.shape[1], np.nan)
    size = max(1, round(share * known.size))
    low, high = known[size - 1], known[-size]
    if low >= high:
        return np.full(points.shape[1], np.nan)
    return difficulty(points[totals >= high], full) - difficulty(points[totals <= low], full)


def option_table(chosen: ArrayLike, rest: ArrayLike, groups: ArrayLike, group_count: int = 5) -> OptionTable:
    """How each option of one item attracted whom (Crocker & Algina, section 14.4).

    ``chosen`` (persons, options) is true where the person chose the option (several may be true in one row:
    multiple response, statements judged true); ``rest`` (persons,) is the score on the other items;
    ``groups`` (persons,) the group of ``score_groups``. Give only the persons who were given the item.
    """
    picked, others = np.asarray(chosen, dtype=bool), np.asarray(rest, dtype=float)
    known = ~np.isnan(others)
    picked, others, group = picked[known], others[known], np.asarray(groups)[known]
    count = picked.sum(axis=0)
    members = group[:, None] == np.arange(group_count)
    in_group = np.broadcast_to(members.sum(axis=0), (count.size, group_count))
    return OptionTable(
        count=count,
        share=_divide(count, np.full(count.shape, picked.shape[0])),
        mean_rest=_divide(picked.T @ others, count),
        correlation=_column_correlation(picked.astype(float), np.repeat(others[:, None], count.size, axis=1)),
        by_group=_divide(picked.T.astype(float) @ members, in_group),
    )


def describe_test(scores: ArrayLike, maximum: ArrayLike) -> TestStatistics:
    """The figures of the whole test; ``maximum`` (items,) is each item's full points."""
    points, full = _matrix(scores), np.asarray(maximum, dtype=float)
    totals = total_scores(points, full)
    totals = totals[~np.isnan(totals)]
    sd, alpha = _sd(totals), cronbach_alpha(points)
    return TestStatistics(
        persons=totals.size,
        items=points.shape[1],
        maximum=float(full.sum()),
        mean=float(totals.mean()) if totals.size else float("nan"),
        sd=sd,
        skewness=skewness(totals),
        lowest=float(totals.min()) if totals.size else float("nan"),
        highest=float(totals.max()) if totals.size else float("nan"),
        alpha=alpha,
        sem=standard_error_of_measurement(sd, alpha),
    )


def describe_items(scores: ArrayLike, maximum: ArrayLike, omitted: ArrayLike) -> ItemStatistics:
    """The figures of every item; ``omitted`` is a boolean array of the shape of ``scores``."""
    points = _matrix(scores)
    given, matrix = ~np.isnan(points), covariance(points)
    return ItemStatistics(
        persons=given.sum(axis=0),
        difficulty=difficulty(points, maximum),
        sd=np.sqrt(np.maximum(np.diag(matrix), 0.0)),
        item_rest=_item_rest(matrix) if given.all() else item_rest_correlation(points, maximum),
        upper_lower=upper_lower_index(points, maximum),
        alpha_if_deleted=_alpha_if_deleted(matrix),
        omitted_rate=omitted_rate(omitted, points),
    )


def _matrix(scores: ArrayLike) -> Floats:
    """The scores as a float matrix; an error names a wrong shape at once instead of broadcasting nonsense."""
    points = np.asarray(scores, dtype=float)
    if points.ndim != 2:
        raise ValueError(f"scores must have shape (persons, items), not {points.shape}")
    return points


def _divide(part: ArrayLike, whole: ArrayLike, least: float = 0.0) -> Floats:
    """part / whole where whole > least, NaN elsewhere, without a warning."""
    above, below = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > least)


def _scaled(earned: Floats, possible: Floats, whole: float | Floats) -> Floats:
    """Points scaled to the whole maximum, NaN for persons who were given nothing."""
    return np.asarray(_divide(earned, possible) * whole)


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")


def _covariance_complete(points: Floats) -> Floats:
    """One pass in blocks of rows, so that a million persons need no second copy of their scores.

    The first row is taken off first: covariances do not change, constant columns become exactly zero.
    """
    persons, items = points.shape
    sums, products = np.zeros(items), np.zeros((items, items))
    for start in range(0, persons, _BLOCK):
        shifted = points[start : start + _BLOCK] - points[0]
        sums += shifted.sum(axis=0)
        products += shifted.T @ shifted
    return np.asarray((products - np.outer(sums, sums) / persons) / (persons - 1))


def _first_given(points: Floats) -> Floats:
    first = (~np.isnan(points)).argmax(axis=0)
    return np.asarray(np.nan_to_num(points[first, np.arange(points.shape[1])]))


def _alpha(matrix: Floats) -> float:
    items, total = matrix.shape[0], float(matrix.sum())
    if items < 2 or not total > _NOISE * max(float(np.abs(matrix).sum()), 1e-300):
        return float("nan")
    return items / (items - 1) * (1.0 - float(np.trace(matrix)) / total)


def _alpha_if_deleted(matrix: Floats) -> Floats:
    """Alpha of every sub-test of k - 1 items from the one covariance matrix: O(items^2), not O(items^3)."""
    items, own = matrix.shape[0], np.diag(matrix)
    if items < 3:
        return np.full(items, np.nan)
    total = matrix.sum() - 2.0 * matrix.sum(axis=1) + own
    rest = items - 1
    noise = _NOISE * float(np.abs(matrix).sum())
    return rest / (rest - 1) * (1.0 - _divide(own.sum() - own, total, least=noise))


def _item_rest(matrix: Floats) -> Floats:
    """Item-rest correlations from the covariances alone: cov(i, rest) = cov(i, total) - var(i)."""
    own, with_total, whole = np.diag(matrix), matrix.sum(axis=1), float(matrix.sum())
    rest = whole - 2.0 * with_total + own
    noise = _NOISE * max(float(np.abs(matrix).sum()), 1e-300)
    valid = (own > noise) & (rest > noise)
    root = np.sqrt(np.where(valid, own * rest, 1.0))
    return np.where(valid, ((with_total - own) / root).clip(-1.0, 1.0), np.nan)


def _column_correlation(left: Floats, right: Floats) -> Floats:
    """Correlation of each column of left with the same column of right over the rows where both are known."""
    known = ~(np.isnan(left) | np.isnan(right))
    count = known.sum(axis=0)
    x, y = (np.where(known, side, 0.0) for side in (left, right))
    noise = _NOISE * np.stack([np.square(x).sum(axis=0), np.square(y).sum(axis=0)])
    x, y = (np.where(known, side - _divide(side.sum(axis=0), count), 0.0) for side in (x, y))
    own, other = np.square(x).sum(axis=0), np.square(y).sum(axis=0)
    valid = (own > noise[0]) & (other > noise[1])
    root = np.sqrt(np.where(valid, own * other, 1.0))
    return np.where(valid, ((x * y).sum(axis=0) / root).clip(-1.0, 1.0), np.nan)


def _mean_rank(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of their ranks."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2.0)[place]
