"""Classical item analysis of a national exam: the vectorised figures beside a plain loop over the items.

`bin/bench analysis [--quick] [--persons N] [--items K]`. The last line is JSON: seconds of each, their ratio, the
ratio to one read of the same bytes, the largest difference of any figure, and the peak of memory.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from assessment.psychometrics import classical


def main() -> None:
    """Simulate, compute twice, compare, tell."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--persons", type=int, default=1_100_000)
    reader.add_argument("--items", type=int, default=50)
    given = reader.parse_args()
    persons = 50_000 if given.quick else given.persons
    scores = simulate(persons, given.items)
    read_s, _ = timed(lambda: scores.sum())
    ours_s, ours = timed(lambda: figures(scores))
    naive_s, naive = timed(lambda: loop(scores))
    worst = max(float(np.max(np.abs(a - b))) for a, b in zip(ours, naive, strict=True))
    print(f"{persons} persons x {given.items} items: {ours_s:.2f} s, plain loop {naive_s:.2f} s")
    print(json.dumps({
        "persons": persons, "items": given.items, "seconds": round(ours_s, 3), "naive_s": round(naive_s, 3),
        "ratio_naive": round(naive_s / ours_s, 1), "passes": round(ours_s / read_s, 1), "largest_difference": worst,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))


def simulate(persons: int, items: int) -> np.ndarray:
    """Right and wrong by the two-parameter logistic model, seeded; shape (persons, items)."""
    random = np.random.default_rng(1)
    slope, place = np.exp(random.normal(0.1, 0.3, items)), random.normal(0, 1, items)
    scores = np.empty((persons, items))
    for start in range(0, persons, 50_000):
        block = scores[start:start + 50_000]
        ability = random.standard_normal((len(block), 1))
        block[:] = random.random(block.shape) < 1 / (1 + np.exp(-slope * (ability - place)))
    return scores


def figures(scores: np.ndarray) -> tuple[np.ndarray, ...]:
    """Difficulty, item-rest correlation, alpha, alpha if deleted: ours."""
    full = np.ones(scores.shape[1])
    return (classical.difficulty(scores, full), classical.item_rest_correlation(scores, full),
            np.array([classical.cronbach_alpha(scores)]), classical.alpha_if_deleted(scores))


def loop(scores: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same as one would write it first: item by item, each with its own rest score."""
    total = scores.sum(axis=1)
    items = range(scores.shape[1])
    return (np.array([scores[:, item].mean() for item in items]),
            np.array([np.corrcoef(scores[:, item], total - scores[:, item])[0, 1] for item in items]),
            np.array([alpha(scores)]),
            np.array([alpha(np.delete(scores, item, axis=1)) for item in items]))


def alpha(scores: np.ndarray) -> float:
    """Cronbach's alpha by its definition."""
    items = scores.shape[1]
    return float(items / (items - 1) * (1 - scores.var(axis=0, ddof=1).sum() / scores.sum(axis=1).var(ddof=1)))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the process and what came out."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


if __name__ == "__main__":
    main()
