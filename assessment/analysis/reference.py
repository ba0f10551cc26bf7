"""Compare our classical figures with a folder of reference results computed by other software.

The folder holds ``ctt.json`` (per data set: n, alpha, sd, skewness, per item mean, item-rest correlation and
so on, named as R's psych names them) and ``data/*.csv`` with the responses. Pure: files in, differences out.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assessment.psychometrics import classical, reliability

Floats = NDArray[np.float64]
Figure = tuple[str, object, object]
"""Name, the reference's and ours."""

# The reference figures carry ten significant digits.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Comparison:
    """One figure of one data set: the largest relative difference between the reference and ours."""

    data_set: str
    figure: str
    count: int
    difference: float

    @property
    def within(self) -> bool:
        """Whether the difference is explained by the digits that the reference was written with."""
        return self.difference <= TOLERANCE


def compare_classical(folder: Path) -> list[Comparison]:
    """Every figure of ``ctt.json`` that we compute, beside ours; OSError when the folder lacks it."""
    reference = json.loads((folder / "ctt.json").read_text("utf-8"))
    return [
        comparison
        for name, read in _DATA_SETS.items()
        if name in reference
        for comparison in _compare(name, reference[name], read(folder / "data"))
    ]


def _compare(name: str, reference: dict, scores: Floats) -> Iterator[Comparison]:
    for figure, theirs, ours in [*_described(reference, scores), *_reliable(reference, scores)]:
        expected, found = np.atleast_1d(np.asarray(theirs, float)), np.atleast_1d(np.asarray(ours, float))
        difference = float(np.max(np.abs(expected - found) / np.maximum(np.abs(expected), 1.0)))
        yield Comparison(name, figure, expected.size, difference)


def _described(reference: dict, scores: Floats) -> list[Figure]:
    whole = np.ones(scores.shape[1])
    test = classical.describe_test(scores, whole)
    items = classical.describe_items(scores, whole, np.zeros(scores.shape, dtype=bool))
    per_item = reference["items"]
    return [
        ("n", reference["n"], test.persons),
        ("mean", reference["mean"], test.mean),
        ("sd", reference["sd"], test.sd),
        ("skewness", reference["skew_psych_type3"], test.skewness),
        ("alpha", reference["alpha"], test.alpha),
        ("sem", reference["sem"], test.sem),
        ("item mean", per_item["mean"], items.difficulty),
        ("item sd", per_item["sd"], items.sd),
        ("item-rest r", per_item["item_rest"], items.item_rest),
        ("alpha if deleted", per_item["alpha_if_deleted"], items.alpha_if_deleted),
    ]


def _reliable(reference: dict, scores: Floats) -> list[Figure]:
    """Biserials and formula 21 are given for items that are right or wrong only."""
    half, per_item = reliability.split_half(scores), reference["items"]
    found: list[Figure] = [
        ("standardised alpha", reference["alpha_std"], reliability.standardised_alpha(scores)),
        ("average r", reference["avg_r"], reliability.average_correlation(scores)),
        ("lambda 2", reference["guttman_lambda2"], reliability.guttman_lambda2(scores)),
        ("lambda 6", reference["lambda6_G6"], reliability.guttman_lambda6(scores)),
        ("split half", reference["splithalf_oddeven"], half),
        ("Spearman-Brown", reference["spearman_brown_oddeven"], reliability.spearman_brown(half, 2)),
        ("item-total r", per_item["item_total"], reliability.item_total_correlation(scores)),
    ]
    if "biserial_total" in per_item:
        found += [("KR-21", reference["kr21_popvar"], reliability.kr21(scores)),
                  ("biserial r", per_item["biserial_total"], reliability.biserial(scores))]
    return found


def _table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def _numbers(path: Path) -> Floats:
    return np.array(_table(path), dtype=float)


def _patterns(path: Path) -> Floats:
    """Response patterns with a frequency in the last column, one row a person."""
    rows = _numbers(path)
    return np.repeat(rows[:, :-1], rows[:, -1].astype(int), axis=0)


def _keyed(folder: Path) -> Floats:
    return (_numbers(folder / "sat12_raw.csv") == _keys(folder / "sat12_key.csv")).astype(float)


def _keys(path: Path) -> Floats:
    with path.open(encoding="utf-8", newline="") as stream:
        return np.array(list(csv.reader(stream))[-1], dtype=float)


def _digits(path: Path) -> Floats:
    return np.array([[int(digit) for digit in row[0]] for row in _table(path)], dtype=float)


_DATA_SETS: dict[str, Callable[[Path], Floats]] = {
    "lsat6": lambda folder: _patterns(folder / "lsat6_patterns.csv"),
    "sat12": _keyed,
    "verbal": lambda folder: _numbers(folder / "verbal_difR.csv")[:, :24],
    "sim2": lambda folder: _digits(folder / "sim2pl_2000x30.csv"),
    "science": lambda folder: _numbers(folder / "science.csv"),
    "verbagg_poly": lambda folder: _numbers(folder / "verbagg_poly.csv"),
}
