"""Classical figures beside R's psych: ``ctt.json``, per data set n, alpha, sd, and per item as psych names them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.analysis.references.comparison import Comparison, compare
from assessment.analysis.references.data_sets import READERS, read
from assessment.psychometrics import classical, reliability

Floats = NDArray[np.float64]
Figure = tuple[str, ArrayLike, ArrayLike]
"""Name, the reference's and ours."""

TOLERANCE = 1e-10


def compare_classical(folder: Path) -> Iterator[Comparison]:
    """Every figure of ``ctt.json`` that we compute, beside ours; OSError when the folder lacks it."""
    reference = json.loads((folder / "ctt.json").read_text("utf-8"))
    for name in READERS:
        if name in reference:
            scores = read(name, folder)
            for figure, theirs, ours in [*_described(reference[name], scores), *_reliable(reference[name], scores)]:
                yield compare(name, figure, theirs, ours, TOLERANCE)


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


