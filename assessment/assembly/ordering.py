"""In which order a paper shows what an item offers: pure, and the same for the same seed.

What could be read off the order as it was written is always shuffled: partners, pools, lines to be put in order.
Options of a choice are, where the exam says so; statements a) to d) and points on a picture keep their order.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from assessment.assembly.labels import gap_option
from assessment.bank.types import may_vary_order

Row = TypeVar("Row")


def order_ids(type: str, content: Mapping[str, Any], chance: Random, *, shuffle: bool) -> list[str]:
    """Ids of options, then of targets and pool, then what each gap offers, in the order of one paper.

    It is not given the key, so it cannot tell it: every order is as likely as any other, the right one too.
    """
    options = _ids(content.get("options"))
    if type in ("ordering", "matching", "categorise", "label_image") or (shuffle and may_vary_order(type)):
        options = shuffle_around(options, content.get("fixed") or (), chance)
    partners = [*_ids(content.get("targets")), *_ids(content.get("pool"))]
    lists = [[gap_option(gap["id"], each) for each in _ids(gap.get("options"))] for gap in content.get("gaps") or ()]
    offered = [each for own in lists for each in (chance.sample(own, len(own)) if shuffle else own)]
    return options + chance.sample(partners, len(partners)) + offered


def shuffle_around(ids: Sequence[str], fixed: Sequence[str], chance: Random) -> list[str]:
    """The same ids in another order, those that are fixed at their own places ("all of the above" stays last)."""
    loose = [each for each in ids if each not in fixed]
    moved = iter(chance.sample(loose, len(loose)))
    return [each if each in fixed else next(moved) for each in ids]


def mix_blocks(rows: Sequence[tuple[str, UUID | None, Row]], chance: Random) -> list[Row]:
    """Rows of (part, text that they share or None, row) in another order within their part; a set stays as it is."""
    mixed = []
    for _part, own in groupby(rows, key=lambda row: row[0]):
        blocks = _blocks(list(own))
        mixed += [row for block in chance.sample(blocks, len(blocks)) for row in block]
    return mixed


def _blocks(rows: Sequence[tuple[str, UUID | None, Row]]) -> list[list[Row]]:
    """What moves in one piece: a single question, or all of a set."""
    blocks: list[list[Row]] = []
    for stimulus, own in groupby(rows, key=lambda row: row[1]):
        members = [row[2] for row in own]
        blocks += [members] if stimulus else [[each] for each in members]
    return blocks


def _ids(rows: Any) -> list[str]:
    return [str(row["id"]) for row in rows or ()]
