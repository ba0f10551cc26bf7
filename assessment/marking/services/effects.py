"""What a ruling would do to the marks of an exam: both markings are made from the raw answers, and none is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assessment.delivery import services as delivery
from assessment.marking.services.marks import ATTEMPTS_AT_ONCE, Rulings, make_marks

MOST_COUNTED = 3_000
"""Attempts that are marked to show an effect; of more, every n-th is."""
BANDS = 10
PASSES = 5


@dataclass(frozen=True)
class Effect:
    """On the marks in tenths of the maximum: of `counted` out of `attempts`, how many go up, down, stay.

    `before` and `after` count them by tenth, `passing` those with at least half of the maximum, `most_up` and
    `most_down` are the largest changes.
    """

    attempts: int
    counted: int
    up: int
    down: int
    same: int
    most_up: Decimal
    most_down: Decimal
    before: list[int]
    after: list[int]
    passing_before: int
    passing_after: int


def count_effect(exam_id: UUID, now: Rulings, then: Rulings) -> Effect:
    """What changes where `then` holds instead of `now`. Internal: the caller has authorised."""
    attempts = delivery.list_finished_attempts(exam_id)
    step = max(1, -(-len(attempts) // MOST_COUNTED))
    some = {each.id: each.form_id for each in attempts[::step]}
    return add_up(len(attempts), list(_both(exam_id, some, now, then)))


def add_up(attempts: int, pairs: list[tuple[Decimal, Decimal]]) -> Effect:
    """The effect of marks (before, after), each in tenths of the maximum. Pure: no actor."""
    changes = [after - before for before, after in pairs]
    up, down = sum(each > 0 for each in changes), sum(each < 0 for each in changes)
    before, after = [each for each, _after in pairs], [each for _before, each in pairs]
    return Effect(attempts, len(pairs), up, down, len(pairs) - up - down, max([*changes, Decimal(0)]),
                  -min([*changes, Decimal(0)]), _bands(before), _bands(after),
                  sum(each >= PASSES for each in before), sum(each >= PASSES for each in after))


def _both(exam_id: UUID, form_of: Mapping[UUID, UUID], now: Rulings,
          then: Rulings) -> Iterator[tuple[Decimal, Decimal]]:
    ids = list(form_of)
    for start in range(0, len(ids), ATTEMPTS_AT_ONCE):
        part = {each: form_of[each] for each in ids[start:start + ATTEMPTS_AT_ONCE]}
        answers = delivery.final_responses(list(part))
        before, after = ({row["attempt_id"]: _tenths(row["points"], row["maximum"])
                          for row in make_marks(exam_id, part, answers, rulings, {})[0]} for rulings in (now, then))
        yield from ((before[each], after[each]) for each in part)


def _tenths(points: Decimal, maximum: Decimal) -> Decimal:
    return (points * 10 / maximum).quantize(Decimal("0.01")) if maximum else Decimal(0)


def _bands(tenths: list[Decimal]) -> list[int]:
    counts = [0] * BANDS
    for each in tenths:
        counts[min(BANDS - 1, max(0, int(each)))] += 1
    return counts
