"""Differential item functioning by Mantel and Haenszel: is an item harder for one group at the same total score?

``right`` is a matrix of 0 and 1 of shape (persons, items) without missing values, ``focal`` says of each person
whether he belongs to the focal group; the others are the reference group. Persons are matched on the total of the
anchor items and the item itself. What cannot be computed is NaN.

Sources: Mantel & Haenszel (1959), Journal of the National Cancer Institute 22; Holland & Thayer (1988), in Wainer &
Braun, *Test Validity*, for the use with items and the delta scale; Robins, Breslow & Greenland (1986), Biometrics 42,
for the variance; Zieky (1993), in Holland & Wainer, *Differential Item Functioning*, for the classes A, B and C;
Dorans & Kulick (1986), Journal of Educational Measurement 23, for standardisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

_DELTA = -2.35
"""From the logarithm of the odds ratio to the delta scale, on which 1 is a small and 1.5 a large difference."""
_ONE_SIDED = 1.6448536269514722
"""Five in a hundred of a normal variable lie above."""


@dataclass(frozen=True)
class MantelHaenszel:
    """Figures of every item, each of shape (items,)."""

    chi_square: Floats
    p: Floats
    odds_ratio: Floats
    log_odds_variance: Floats
    delta: Floats
    standardised_difference: Floats
    """Right answers of the focal group less those of the reference group, as shares, weighted by the focal group."""

    @property
    def ets_class(self) -> list[str]:
        """A negligible, B moderate, C large: by size of delta and its significance at 5%; empty where undefined."""
        spread = -_DELTA * np.sqrt(self.log_odds_variance)
        return [_ets_class(abs(delta), p, error) for delta, p, error in zip(self.delta, self.p, spread, strict=True)]


@dataclass(frozen=True)
class Purified:
    """The last round of a purification, what it found, and whether it settled."""

    found: MantelHaenszel
    flagged: Integers
    """Places of the items with a significant difference, from 0."""
    rounds: int
    settled: bool


def mantel_haenszel(right: ArrayLike, focal: ArrayLike, *, anchor: ArrayLike | None = None,
                    continuity: bool = True) -> MantelHaenszel:
    """Every item, matched on the ``anchor`` items (booleans of shape (items,); all when not given).

    ``continuity`` takes a half from the deviation before it is squared. Raises ValueError for shapes that do not
    belong together or points that are not 0 or 1.
    """
    points, members = _checked(right, focal)
    items = points.shape[1]
    matched = np.ones(items, dtype=bool) if anchor is None else np.asarray(anchor, dtype=bool)
    if matched.shape != (items,):
        raise ValueError(f"anchor has shape {matched.shape}, there are {items} items")
    figures = np.full((6, items), np.nan)
    total = points[:, matched].sum(axis=1)
    inside, outside = np.flatnonzero(matched), np.flatnonzero(~matched)
    figures[:, inside] = _figures(points[:, inside], total, members, continuity)
    for item in outside:
        figures[:, [item]] = _figures(points[:, [item]], total + points[:, item], members, continuity)
    return MantelHaenszel(*figures)


def purify(right: ArrayLike, focal: ArrayLike, *, level: float = 0.05, continuity: bool = True,
           most: int = 10) -> Purified:
    """Take flagged items out of the matching total and begin again, until the same items are flagged twice.

    At most ``most`` rounds; ``settled`` is false when they were not enough, or no item was left to match on.
    """
    items = np.asarray(right).shape[1]
    flagged = np.zeros(items, dtype=bool)
    found = mantel_haenszel(right, focal, continuity=continuity)
    for done in range(most + 1):
        now = found.p < level
        if (now == flagged).all() or now.all() or done == most:
            return Purified(found, np.flatnonzero(now), done, bool((now == flagged).all()))
        flagged = now
        found = mantel_haenszel(right, focal, anchor=~flagged, continuity=continuity)
    raise AssertionError("the last round returns")


def _checked(right: ArrayLike, focal: ArrayLike) -> tuple[Integers, Bools]:
    points, members = np.asarray(right), np.asarray(focal, dtype=bool)
    if points.ndim != 2 or members.shape != points.shape[:1]:
        raise ValueError(f"right has shape {points.shape}, focal {members.shape}")
    if not np.isin(points, (0, 1)).all():
        raise ValueError("right must be 0 or 1")
    return points.astype(np.int64), members


def _figures(points: Integers, total: Integers, focal: Bools, continuity: bool) -> Floats:
    """The fields of `MantelHaenszel` for items that share a total, shape (6, items)."""
    a, b = _counts(points[~focal], total[~focal], int(total.max(initial=0)) + 1)
    c, d = _counts(points[focal], total[focal], int(total.max(initial=0)) + 1)
    both = ((a + b)[:, 0] > 0) & ((c + d)[:, 0] > 0)  # a total that only one group has compares nobody
    a, b, c, d = a[both], b[both], c[both], d[both]
    n = a + b + c + d
    expected = (a + b) * (a + c) / n
    variance = ((a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))).sum(axis=0)
    # as Holland & Thayer write it: a deviation below a half is not cut off at zero
    apart = np.abs((a - expected).sum(axis=0)) - (0.5 if continuity else 0.0)
    chi_square = _divide(np.square(apart), variance)
    for_reference, for_focal = (a * d / n).sum(axis=0), (b * c / n).sum(axis=0)
    odds = np.where(for_focal > 0, _divide(for_reference, for_focal), np.nan)
    odds = np.where(for_reference > 0, odds, np.nan)
    spread = ((a * d + odds * b * c) * (a + d + odds * (b + c)) / (n * n)).sum(axis=0)
    p = np.array([math.erfc(math.sqrt(each / 2)) if each >= 0 else math.nan for each in chi_square])
    weighted = ((c + d) * (c / (c + d) - a / (a + b))).sum(axis=0)
    return np.stack([chi_square, p, odds, _divide(spread, 2 * np.square(for_reference)), _DELTA * np.log(odds),
                     _divide(weighted, (c + d).sum(axis=0))])


def _counts(points: Integers, total: Integers, levels: int) -> tuple[Floats, Floats]:
    """Right and wrong answers by total, each of shape (levels, items)."""
    right = np.zeros((levels, points.shape[1]))
    np.add.at(right, total, points)
    persons = np.bincount(total, minlength=levels).astype(float)
    return right, persons[:, None] - right


def _divide(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _ets_class(size: float, p: float, error: float) -> str:
    if math.isnan(size) or math.isnan(p):
        return ""
    if size < 1 or p >= 0.05:
        return "A"
    return "C" if size >= 1.5 and size - _ONE_SIDED * error > 1 else "B"
