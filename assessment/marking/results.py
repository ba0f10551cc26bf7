"""What marking hands to analysis: the marked exam as a matrix, and each item's raw responses beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Option:
    """One option or statement of an item, by its identity; ``is_right`` by the key."""

    id: str
    text: str
    is_right: bool


@dataclass(frozen=True)
class ItemColumn:
    """One item of a marked exam; ``responses`` has one entry a person, None where omitted or not given."""

    version_id: UUID
    number: int
    kind: str
    maximum: float
    stem: str
    options: tuple[Option, ...] = ()
    accepted: tuple[str, ...] = ()
    responses: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class ExamResults:
    """A marked exam: ``points`` (persons, items), NaN where a form lacks the item; ``omitted`` alike."""

    attempt_ids: tuple[UUID, ...]
    items: tuple[ItemColumn, ...]
    points: NDArray[np.float64]
    omitted: NDArray[np.bool_]

    @property
    def maximum(self) -> NDArray[np.float64]:
        """Full points of every item, shape (items,)."""
        return np.array([item.maximum for item in self.items], dtype=float)
