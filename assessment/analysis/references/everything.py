"""All comparisons of a reference folder, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from assessment.analysis.references.classical import compare_classical
from assessment.analysis.references.comparison import Comparison
from assessment.analysis.references.dif import compare_dif

COMPARED: tuple[Callable[[Path], Iterator[Comparison]], ...] = (
    compare_classical,
    compare_dif,
)


def compare_everything(folder: Path) -> Iterator[Comparison]:
    """Each reads its files of the folder; OSError when one lacks."""
    for compared in COMPARED:
        yield from compared(folder)
