"""Simulated candidates: responses with known abilities and item parameters, for demonstration and tests.

The model, on the logistic scale (ability has mean 0 and standard deviation 1 unless told otherwise):

- right answer: P = c + (1 - c) / (1 + exp(-a (ability - b))), the three-parameter logistic model (Birnbaum,
  in Lord & Novick 1968, chapter 17); c is 0 for a typed number, 1/options for a choice, 1/2 for a statement;
- a wrong answer of a choice falls on a distractor with probability proportional to exp(lure + slope *
  ability) (Bock's nominal model, 1972), so distractors differ in strength and in whom they attract;
- an item is left out with probability 1 / (1 + exp(-(omission - 0.8 ability))); weak candidates do so more.

Everything follows from the seed: the same call gives the same responses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Mean difficulty b by cognitive level, and how far single items scatter around it.
LEVEL_DIFFICULTY = {"know": -1.0, "understand": 0.0, "apply": 1.0}
DIFFICULTY_SPREAD = 0.5
# log a is normal: median 1.1, nine in ten between about 0.7 and 1.8.
LOG_DISCRIMINATION = (0.1, 0.3)
OMISSION = {
    "single_choice": -4.5,
    "multiple_response": -4.0,
    "true_false": -4.5,
    "short_numeric": -2.5,
    "short_text": -2.5,
}
OMISSION_SLOPE = 0.8
STATEMENT_OMISSION = 0.02
STATEMENT_SPREAD = 0.7
TICK_OFFSET = 1.0


@dataclass(frozen=True)
class ItemDescription:
    """What the simulator must know of an item.

    ``options`` are option ids (statements of true_false; nothing for typed answers). ``correct`` are the
    right option ids (the true statements), or the accepted texts; ``wrong_texts`` likely wrong typed answers.
    """

    kind: str
    level: str
    options: tuple[str, ...]
    correct: tuple[str, ...]
    wrong_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrueItem:
    """The parameters that responses are drawn with; ``lures`` and ``slopes`` have one entry an option."""

    description: ItemDescription
    discrimination: float
    difficulty: float
    guessing: float
    omission: float
    lures: tuple[float, ...]
    slopes: tuple[float, ...]


@dataclass(frozen=True)
class Simulation:
    """``ability`` (persons,); the true items; ``responses[person][item]`` as the exam player saves them."""

    ability: Floats
    items: tuple[TrueItem, ...]
    responses: list[list[Any]]


def simulate_exam(descriptions: Sequence[ItemDescription], persons: int, seed: int) -> Simulation:
    """Candidates of standard normal ability answering items whose parameters follow from their levels."""
    random = np.random.default_rng(seed)
    items = tuple(draw_item(description, random) for description in descriptions)
    ability = random.standard_normal(persons)
    return Simulation(ability, items, draw_responses(items, ability, random))


def draw_item(description: ItemDescription, random: np.random.Generator) -> TrueItem:
    """Parameters for one item; ``dataclasses.replace`` the result to plant a fault (a < 0, a strong lure)."""
    mean = LEVEL_DIFFICULTY.get(description.level, 0.0)
    count = len(description.options)
    return TrueItem(
        description=description,
        discrimination=float(np.exp(random.normal(*LOG_DISCRIMINATION))),
        difficulty=float(random.normal(mean, DIFFICULTY_SPREAD)),
        guessing=_guessing(description),
        omission=OMISSION.get(description.kind, -4.0),
        lures=tuple(random.normal(0.0, 0.8, count).tolist()),
        slopes=tuple(random.normal(0.0, 0.2, count).tolist()),
    )


def draw_responses(
    items: Sequence[TrueItem], ability: Floats, random: np.random.Generator
) -> list[list[Any]]:
    """One response a person and item: ``result[person][item]``; None where the item was left out."""
    columns = [_answer(item, ability, random) for item in items]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in ability]


def probability_right(item: TrueItem, ability: Floats, shift: float = 0.0) -> Floats:
    """The three-parameter logistic curve at ``ability`` (any shape), its difficulty moved by ``shift``."""
    logit = item.discrimination * (ability - item.difficulty - shift)
    return item.guessing + (1.0 - item.guessing) * _logistic(logit)


def _answer(item: TrueItem, ability: Floats, random: np.random.Generator) -> list[Any]:
    left_out = random.random(ability.size) < _logistic(item.omission - OMISSION_SLOPE * ability)
    answers = _ANSWERS[item.description.kind](item, ability, random)
    return [None if left else answer for left, answer in zip(left_out, answers, strict=True)]


def _single_choice(item: TrueItem, ability: Floats, random: np.random.Generator) -> list[Any]:
    options, key = item.description.options, item.description.options.index(item.description.correct[0])
    right = random.random(ability.size) < probability_right(item, ability)
    pull = np.asarray(item.lures) + np.outer(ability, item.slopes)
    pull[:, key] = -np.inf
    # The largest of pull + Gumbel noise is a draw from the softmax of the pull.
    wrong = (pull + random.gumbel(size=pull.shape)).argmax(axis=1)
    return [options[choice] for choice in np.where(right, key, wrong)]


def _multiple_response(item: TrueItem, ability: Floats, random: np.random.Generator) -> list[Any]:
    """Each option is judged by itself: rightly with a probability that grows with ability."""
    options, correct = item.description.options, set(item.description.correct)
    logit = item.discrimination * (ability - item.difficulty) + TICK_OFFSET
    judged_right = random.random((ability.size, len(options))) < _logistic(logit)[:, None]
    ticked = judged_right == np.array([option in correct for option in options])
    return [[option for option, tick in zip(options, row, strict=True) if tick] or None for row in ticked]


def _true_false(item: TrueItem, ability: Floats, random: np.random.Generator) -> list[Any]:
    """Statements of one item get harder or easier by their lures; a few are left blank one by one."""
    options, true = item.description.options, set(item.description.correct)
    curves = [probability_right(item, ability, STATEMENT_SPREAD * lure) for lure in item.lures]
    shape = (ability.size, len(options))
    right = random.random(shape) < np.stack(curves, axis=1)
    judged = right == np.array([option in true for option in options])
    blank = random.random(shape) < STATEMENT_OMISSION
    return [
        {option: bool(says) for option, says, skip in zip(options, row, skips, strict=True) if not skip}
        or None
        for row, skips in zip(judged, blank, strict=True)
    ]


def _typed(item: TrueItem, ability: Floats, random: np.random.Generator) -> list[Any]:
    accepted = item.description.correct[0]
    wrong = item.description.wrong_texts or _likely_mistakes(accepted)
    right = random.random(ability.size) < probability_right(item, ability)
    slips = random.integers(0, len(wrong), ability.size)
    return [accepted if good else wrong[slip] for good, slip in zip(right, slips, strict=True)]


def _likely_mistakes(accepted: str) -> tuple[str, ...]:
    """Wrong numbers that people type for a right one: the other sign, one more, one less, twice as much."""
    try:
        value = float(accepted.replace(",", "."))
    except ValueError:
        return (f"{accepted}?", "-")
    slips = (-value, value + 1, value - 1, 2 * value)
    return tuple(f"{slip:g}".replace(".", ",") for slip in slips if slip != value) or ("1",)


def _guessing(description: ItemDescription) -> float:
    if description.kind == "true_false":
        return 0.5
    return 1.0 / len(description.options) if description.kind == "single_choice" else 0.0


def _logistic(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))


_ANSWERS: dict[str, Callable[[TrueItem, Floats, np.random.Generator], list[Any]]] = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "short_numeric": _typed,
    "short_text": _typed,
}
