"""The responses that the references were computed from, as matrices of points."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def table(path: Path) -> list[list[str]]:
    """The rows below the heading."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def numbers(path: Path) -> Floats:
    """A table of numbers, NA as NaN."""
    return np.array([[np.nan if cell in ("NA", "") else float(cell) for cell in row] for row in table(path)])


def patterns(path: Path) -> Floats:
    """Response patterns with a frequency in the last column, one row a person."""
    rows = numbers(path)
    return np.repeat(rows[:, :-1], rows[:, -1].astype(int), axis=0)


def keyed(folder: Path) -> Floats:
    """SAT12 marked by its key: omitted is wrong."""
    with (folder / "sat12_key.csv").open(encoding="utf-8", newline="") as stream:
        keys = np.array(list(csv.reader(stream))[-1], dtype=float)
    return (numbers(folder / "sat12_raw.csv") == keys).astype(float)


def digits(path: Path) -> Floats:
    """Each row a string of digits."""
    return np.array([[int(digit) for digit in row[0]] for row in table(path)], dtype=float)


READERS: dict[str, Callable[[Path], Floats]] = {
    "lsat6": lambda folder: patterns(folder / "lsat6_patterns.csv"),
    "sat12": keyed,
    "verbal": lambda folder: numbers(folder / "verbal_difR.csv")[:, :24],
    "sim2": lambda folder: digits(folder / "sim2pl_2000x30.csv"),
    "science": lambda folder: numbers(folder / "science.csv"),
    "verbagg_poly": lambda folder: numbers(folder / "verbagg_poly.csv"),
}


def read(name: str, folder: Path) -> Floats:
    """The points of a data set of the reference folder, shape (persons, items)."""
    return READERS[name](folder / "data")
