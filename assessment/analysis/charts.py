"""Geometry of the charts: numbers in, positions in a small drawing out; templates turn them into SVG. Pure.

A drawing is 360 wide, so that it is readable as it stands on a telephone; a wide page scales it up. Positions
are rounded to a tenth. Colours and strokes are classes of the style sheet and follow light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 42
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LABEL_GAP, LABEL_WIDTH, LONGEST_LABEL = 13, 16, 7
STYLES = 6


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and the number to write."""

    at: float
    value: float


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: a rectangle and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """Bars with their axes."""

    bars: list[Bar]
    x_ticks: list[Tick]
    y_ticks: list[Tick]


@dataclass(frozen=True)
class Dot:
    """One item on the map; ``tone`` is of its gravest finding, ``label`` empty where it would cover another."""

    x: float
    y: float
    label: str
    tone: str


@dataclass(frozen=True)
class ItemMap:
    """Difficulty from left (hard) to right (easy), discrimination upwards; ``low`` and ``zero`` are lines."""

    dots: list[Dot]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    zero: float
    low: float


@dataclass(frozen=True)
class Trace:
    """One option's line over the score groups; ``style`` is the number of its colour and dash."""

    points: str
    dots: list[tuple[float, float]]
    label: str
    label_at: float
    is_key: bool
    style: int


@dataclass(frozen=True)
class Traces:
    """The lines of one item with their axes; the ticks of x are the groups from 1."""

    lines: list[Trace]
    x_ticks: list[Tick]
    y_ticks: list[Tick]


def draw_histogram(edges: Sequence[float], counts: Sequence[int]) -> Histogram:
    """The score histogram; ``edges`` has one more entry than ``counts``."""
    top = _ceiling(max(counts, default=0))
    full = edges[-1] or 1.0
    bars = []
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        left, right, height = _x(low / full), _x(high / full), INNER_HEIGHT * count / top
        bars.append(Bar(_tenth(left + 0.5), _tenth(TOP + INNER_HEIGHT - height), _tenth(right - left - 1),
                        _tenth(height), low, high, count))
    step = _step(full, 5)
    x_ticks = [Tick(_x(step * place / full), step * place) for place in range(int(full / step + 1e-9) + 1)]
    return Histogram(bars, x_ticks, [Tick(_y(share), top * share) for share in (0, 0.5, 1)])


def draw_item_map(items: Sequence[dict[str, Any]], tones: Sequence[str], low: float) -> ItemMap:
    """Every item that has both figures as a dot; ``tones`` has one entry an item."""
    known = [(item, tone) for item, tone in zip(items, tones, strict=True)
             if item["difficulty"] is not None and item["item_rest"] is not None]
    bottom = min([0.0, *(math.floor(item["item_rest"] * 5) / 5 for item, _ in known)])
    top = max([0.6, *(math.ceil(item["item_rest"] * 5) / 5 for item, _ in known)])

    def height(value: float) -> float:
        return _y((value - bottom) / (top - bottom))

    dots = _label_apart([Dot(_x(item["difficulty"]), height(item["item_rest"]), str(item["number"]), tone)
                         for item, tone in known])
    steps = range(round(bottom * 5), round(top * 5) + 1)
    return ItemMap(dots, [Tick(_x(share / 5), share / 5) for share in range(6)],
                   [Tick(height(step / 5), step / 5) for step in steps], height(0.0), height(low))


def draw_traces(rows: Sequence[dict[str, Any]], groups: int) -> Traces:
    """The share of each score group that chose each row of an option table; empty groups break no line."""
    lines = []
    for place, row in enumerate(rows):
        dots = [(_group_x(group, groups), _y(share)) for group, share in enumerate(row["by_group"])
                if share is not None]
        if dots:
            lines.append(Trace(" ".join(f"{x},{y}" for x, y in dots), dots, row["label"][:LONGEST_LABEL],
                               dots[-1][1], bool(row["is_key"]), place % STYLES + 1))
    return Traces(_spread(lines), [Tick(_group_x(group, groups), group + 1) for group in range(groups)],
                  [Tick(_y(share / 4), share / 4) for share in range(5)])


def _label_apart(dots: list[Dot]) -> list[Dot]:
    """Keep the labels of the items with findings, and of the others as far as there is room."""
    named: list[Dot] = []
    for dot in sorted(dots, key=lambda each: (each.tone == "", each.tone == "info")):
        crowded = any(abs(dot.x - other.x) < LABEL_WIDTH and abs(dot.y - other.y) < LABEL_GAP
                      for other in named)
        if dot.tone not in ("", "info") or not crowded:
            named.append(dot)
    return [dot if dot in named else replace(dot, label="") for dot in dots]


def _spread(lines: list[Trace]) -> list[Trace]:
    """Move the labels at the lines' ends apart, so that none covers another; they stay within the drawing."""
    placed: dict[int, float] = {}
    lowest = float(TOP - LABEL_GAP)
    for place in sorted(range(len(lines)), key=lambda each: lines[each].label_at):
        lowest = placed[place] = max(lines[place].label_at, lowest + LABEL_GAP)
    surplus = max(0.0, lowest - (TOP + INNER_HEIGHT)) if placed else 0.0
    return [replace(line, label_at=_tenth(placed[place] - surplus)) for place, line in enumerate(lines)]


def _group_x(group: int, groups: int) -> float:
    # Room on the right for the labels of the lines.
    return _tenth(LEFT + 12 + (INNER_WIDTH - 44) * group / max(1, groups - 1))


def _x(share: float) -> float:
    return _tenth(LEFT + INNER_WIDTH * share)


def _y(share: float) -> float:
    return _tenth(TOP + INNER_HEIGHT * (1 - share))


def _tenth(value: float) -> float:
    return round(value, 1)


def _step(full: float, most: int) -> float:
    """A round step that divides ``full`` into at most ``most`` parts: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(full / most))
    return next(factor * power for factor in (1, 2, 5, 10) if full / (factor * power) <= most + 1e-9)


def _ceiling(count: int) -> int:
    """The next even round number, so that the middle line is a whole number of candidates."""
    step = max(2, int(_step(max(count, 2), 5)))
    step += step % 2
    return math.ceil(max(count, 1) / step) * step
