"""From a marked exam to the stored analysis: plain data that JSON can hold. Pure: no database, no page."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from assessment.analysis.findings import find
from assessment.analysis.options import GROUPS, Takers, number, option_rows
from assessment.marking.services import ExamResults
from assessment.psychometrics import classical

MOST_BINS = 20


def analyse(results: ExamResults) -> dict[str, Any]:
    """Test figures, histogram and items of a marked exam; None stands for what cannot be computed."""
    points, full = results.points, results.maximum
    return {
        "test": _numbers(asdict(classical.describe_test(points, full))),
        "histogram": _histogram(results),
        "items": _items(results),
        "groups": GROUPS,
    }


def digest(results: ExamResults) -> str:
    """SHA-256 of what the analysis was computed from: who, which items, which points."""
    taken = hashlib.sha256()
    for attempt_id in results.attempt_ids:
        taken.update(attempt_id.bytes)
    for item in results.items:
        taken.update(item.version_id.bytes)
    taken.update(np.ascontiguousarray(results.points).tobytes())
    return taken.hexdigest()


def _histogram(results: ExamResults) -> dict[str, Any]:
    full = float(results.maximum.sum())
    bins = MOST_BINS if full <= 10 else min(MOST_BINS, math.ceil(full))
    found = classical.histogram(classical.total_scores(results.points, results.maximum), full, bins)
    return {"edges": found.edges.round(6).tolist(), "counts": found.counts.tolist()}


def _items(results: ExamResults) -> list[dict[str, Any]]:
    points, full = results.points, results.maximum
    figures = classical.describe_items(points, full, results.omitted)
    groups = classical.score_groups(classical.total_scores(points, full), GROUPS)
    rest = classical.rest_scores(points, full)
    given = ~np.isnan(points)
    items = []
    for place, item in enumerate(results.items):
        who = np.flatnonzero(given[:, place])
        takers = Takers([item.responses[person] for person in who], rest[who, place], groups[who])
        found: dict[str, Any] = {
            "version_id": str(item.version_id), "number": item.number, "kind": item.kind,
            "maximum": item.maximum, "stem": item.stem, "options": option_rows(item, takers)}
        found |= {name: _plain(getattr(figures, name)[place]) for name in figures.__dataclass_fields__}
        found["findings"] = find(found, len(results.attempt_ids))
        items.append(found)
    return items


def _plain(value: Any) -> float | int | None:
    return int(value) if isinstance(value, np.integer) else number(float(value))


def _numbers(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else number(value) for name, value in figures.items()}
