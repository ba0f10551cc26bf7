"""A reference figure beside ours, and how far apart the two may lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DIGITS = 10
"""Significant digits that the references were written with, unless a comparison says otherwise."""


@dataclass(frozen=True)
class Comparison:
    """A figure of a data set, one value or many: the reference's, ours, and the tolerance of the difference."""

    data_set: str
    figure: str
    theirs: Floats
    ours: Floats
    tolerance: float
    relative: bool = False
    digits: int = DIGITS

    @property
    def differences(self) -> Floats:
        """How far ours lies from what the reference may have been before it was rounded; infinite where we have none.

        Relative ones are divided by the size of the reference.
        """
        apart = np.maximum(np.abs(self.theirs - self.ours) - _rounding(self.theirs, self.digits), 0.0)
        if self.relative:
            apart = apart / np.maximum(np.abs(self.theirs), np.finfo(float).tiny)
        agree = np.isnan(self.theirs) & np.isnan(self.ours) | (self.theirs == self.ours)
        return np.where(agree, 0.0, np.where(np.isnan(apart), np.inf, apart))

    @property
    def difference(self) -> float:
        """The largest of the differences."""
        return float(self.differences.max(initial=0.0))

    @property
    def within(self) -> bool:
        """Whether every value agrees."""
        return self.difference <= self.tolerance

    def rows(self) -> Iterator[tuple[int, float, float, float]]:
        """Number from one, the reference's, ours, difference."""
        for number, (theirs, ours, apart) in enumerate(zip(self.theirs, self.ours, self.differences, strict=True), 1):
            yield number, float(theirs), float(ours), float(apart)


def compare(
    data_set: str, figure: str, theirs: ArrayLike, ours: ArrayLike, tolerance: float, *, relative: bool = False,
    digits: int = DIGITS,
) -> Comparison:
    """Both flattened; ValueError when they differ in number. A reference's None is what cannot be computed."""
    expected = np.atleast_1d(np.asarray(theirs, dtype=float)).ravel()
    found = np.atleast_1d(np.asarray(ours, dtype=float)).ravel()
    if expected.shape != found.shape:
        raise ValueError(f"{data_set}, {figure}: {expected.size} reference figures, {found.size} of ours")
    return Comparison(data_set, figure, expected, found, tolerance, relative, digits)


def _rounding(values: Floats, digits: int) -> Floats:
    """Half a unit of the last significant digit."""
    size = np.where(np.isfinite(values) & (values != 0), np.abs(values), 1.0)
    return 0.5 * 10.0 ** (np.floor(np.log10(size)) - digits + 1)
