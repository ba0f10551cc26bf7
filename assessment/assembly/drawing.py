"""Drawing items without replacement: pure, and the same for the same seed.

Rows of a draw may overlap (three of any level of a topic, two to be applied). Taking row after row could
then use up what a later row needs; so places are matched to items (augmenting paths), which fails only
where no choice at all would do.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Shortage(Exception):
    """The pools cannot fill every place; `row` is the first that stays short of its count."""

    def __init__(self, row: int, available: int) -> None:
        super().__init__(f"row {row}: {available} available")
        self.row = row
        self.available = available


@dataclass
class _Match(Generic[Key]):
    pools: list[list[Key]]
    place_of: dict[Key, int]
    taken: dict[int, Key]
    row_of: list[int]

    def fill(self, place: int) -> bool:
        """Give `place` an item, moving others along a chain of places where that is needed."""
        came_from: dict[Key, int] = {}
        queue = [place]
        for current in queue:
            for key in self.pools[self.row_of[current]]:
                if key in came_from:
                    continue
                came_from[key] = current
                if key not in self.place_of:
                    self._move_along(key, came_from, place)
                    return True
                queue.append(self.place_of[key])
        return False

    def _move_along(self, free: Key, came_from: dict[Key, int], start: int) -> None:
        key: Key = free
        while True:
            place = came_from[key]
            previous = self.taken.get(place)
            self.place_of[key], self.taken[place] = place, key
            if place == start or previous is None:
                return
            key = previous


def draw(pools: Sequence[Sequence[Key]], counts: Sequence[int], seed: int) -> list[list[Key]]:
    """`counts[i]` keys from `pools[i]` for each row, none used twice; raises Shortage when that cannot be.

    The order of a pool does not matter beyond reproducibility: give it in a stable order.
    """
    chance = Random(seed)  # noqa: S311  a paper must be drawable again from its seed; nothing secret hangs on it
    shuffled = [chance.sample(list(pool), len(pool)) for pool in pools]
    row_of = [row for row, count in enumerate(counts) for _each in range(count)]
    match = _Match(shuffled, {}, {}, row_of)
    for place, row in enumerate(row_of):
        if not match.fill(place):
            filled = sum(1 for other in match.taken if row_of[other] == row)
            raise Shortage(row, min(filled, len(set(pools[row]))))
    chosen: list[list[Key]] = [[] for _pool in pools]
    for place, row in enumerate(row_of):
        chosen[row].append(match.taken[place])
    return chosen
