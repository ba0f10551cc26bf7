"""Differential item functioning beside R's difR: the Mantel-Haenszel part and standardisation of ``dif_verbal.json``.

Not compared yet: logistic regression, Breslow-Day, Lord, Raju and SIBTEST, which we do not compute.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assessment.analysis.references.comparison import Comparison, compare
from assessment.analysis.references.data_sets import numbers
from assessment.psychometrics.mantel_haenszel import MantelHaenszel, mantel_haenszel, purify

TOLERANCE = 1e-10
GENDER = 25
"""The column of the group, after 24 items and the anger score."""


def compare_dif(folder: Path) -> Iterator[Comparison]:
    """Every Mantel-Haenszel figure of ``dif_verbal.json``; OSError when the folder lacks it."""
    reference = json.loads((folder / "dif_verbal.json").read_text("utf-8"))
    rows = numbers(folder / "data" / "verbal_difR.csv")
    right, focal = rows[:, :24], rows[:, GENDER] == 1
    corrected = mantel_haenszel(right, focal)
    yield from _compare("dif MH", reference["MH"], corrected)
    yield from _compare("dif MH plain", reference["MH_nocorrect"], mantel_haenszel(right, focal, continuity=False))
    purified = purify(right, focal)
    yield from _compare("dif MH purified", reference["MH_purified"], purified.found)
    yield compare("dif MH purified", "rounds", reference["MH_purified"]["nrPur"], purified.rounds, 0)
    yield compare("dif MH purified", "flagged", reference["MH_purified"]["DIFitems"], purified.flagged + 1, 0)
    yield compare("dif", "std P-DIF", reference["std_PDIF"], corrected.standardised_difference, TOLERANCE)


def _compare(data_set: str, reference: dict, ours: MantelHaenszel) -> Iterator[Comparison]:
    yield compare(data_set, "chi-square", reference["MH"], ours.chi_square, TOLERANCE)
    yield compare(data_set, "p", reference["p"], ours.p, TOLERANCE)
    yield compare(data_set, "odds ratio", reference["alphaMH"], ours.odds_ratio, TOLERANCE)
    yield compare(data_set, "variance", reference["varLambda"], ours.log_odds_variance, TOLERANCE)
    yield compare(data_set, "delta", reference["deltaMH"], ours.delta, TOLERANCE)
    classes = np.array([ord(each) for each in reference["ETS_class_sig"]])
    yield compare(data_set, "ETS class (A is 65)", classes, [ord(each or " ") for each in ours.ets_class], 0)
