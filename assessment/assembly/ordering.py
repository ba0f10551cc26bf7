"""In which order a paper shows what an item offers: pure, and the same for the same seed.

What could be read off the order as it was written is always shuffled: partners, pools, lines to be put in order.
Options of a choice are, where the exam says so; statements a) to d) and points on a picture keep their order.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from assessment.bank.types import may_vary_order

TELLING = ("matching", "ordering", "categorise", "cloze", "table_fill", "label_image")
"""Types whose written order may be the answer."""
TRIES = 20


def order_ids(type: str, content: Mapping[str, Any], key: Mapping[str, Any], chance: Random, *,
              shuffle: bool) -> list[str]:
    """Ids of options, then of targets and pool, in the order of one paper."""
    options = _ids(content.get("options"))
    if type == "ordering":
        options = _other_than(options, list(key.get("order") or options), chance)
    elif type in ("matching", "categorise", "label_image") or (shuffle and may_vary_order(type)):
        options = shuffle_around(options, content.get("fixed") or (), chance)
    if type not in TELLING:
        return options
    partners = [*_ids(content.get("targets")), *_ids(content.get("pool"))]
    pairs = key.get("pairs") or {}
    return options + _other_than(partners, [str(pairs[each]) for each in options if pairs.get(each)], chance)


def shuffle_around(ids: Sequence[str], fixed: Sequence[str], chance: Random) -> list[str]:
    """The same ids in another order, those that are fixed at their own places ("all of the above" stays last)."""
    loose = [each for each in ids if each not in fixed]
    moved = iter(chance.sample(loose, len(loose)))
    return [each if each in fixed else next(moved) for each in ids]


def _other_than(ids: Sequence[str], telling: Sequence[str], chance: Random) -> list[str]:
    """Shuffled so that it does not begin with the telling order, where there is another."""
    drawn = list(ids)
    for _try in range(TRIES):
        drawn = chance.sample(list(ids), len(ids))
        if len(ids) < 2 or drawn[:len(telling)] != list(telling):
            return drawn
    return drawn[1:] + drawn[:1]


def _ids(rows: Any) -> list[str]:
    return [str(row["id"]) for row in rows or ()]
