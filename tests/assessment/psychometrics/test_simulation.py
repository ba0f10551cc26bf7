"""Simulated candidates: repeatable, shaped like the player's responses, and true to their parameters."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from assessment.marking.scoring import FIRST_TABLES, ScoreTable, default_table, score_many
from assessment.psychometrics import classical
from assessment.psychometrics.simulation import (
    ItemDescription,
    draw_item,
    draw_responses,
    probability_right,
    simulate_exam,
)

OPTIONS = ("o1", "o2", "o3", "o4")
DESCRIPTIONS = [
    ItemDescription("single_choice", "know", OPTIONS, ("o2",)),
    ItemDescription("multiple_response", "understand", OPTIONS, ("o1", "o3")),
    ItemDescription("true_false", "understand", OPTIONS, ("o1", "o4")),
    ItemDescription("short_numeric", "apply", (), ("1,5",)),
    ItemDescription("short_text", "know", (), ("Hà Nội",)),
] * 4


def _points(descriptions, responses):
    tables = {code: ScoreTable.from_data(code, data) for code, data in FIRST_TABLES.items()}
    columns = []
    for place, item in enumerate(descriptions):
        key = {
            "single_choice": {"correct": item.correct[0]},
            "multiple_response": {"correct": list(item.correct)},
            "true_false": {"true": list(item.correct)},
        }.get(item.kind, {"accepted": [{"value": text, "text": text} for text in item.correct]})
        column = [row[place] for row in responses]
        content = {"options": [{"id": option} for option in item.options]}
        marks = score_many(item.kind, content, key, column, Decimal(1), tables[default_table(item.kind)])
        columns.append([float(mark.points) for mark in marks])
    return np.array(columns).T


def test_the_same_seed_gives_the_same_exam():
    one, two, other = (simulate_exam(DESCRIPTIONS, 20, seed) for seed in (7, 7, 8))
    assert one.responses == two.responses
    assert one.items == two.items
    assert one.responses != other.responses


def test_abilities_can_be_read_back_from_the_marks():
    simulation = simulate_exam(DESCRIPTIONS, 600, 1)
    scores = _points(DESCRIPTIONS, simulation.responses)
    full = np.ones(len(DESCRIPTIONS))
    assert np.corrcoef(scores.sum(axis=1), simulation.ability)[0, 1] > 0.8
    assert classical.cronbach_alpha(scores) > 0.7
    assert np.all(classical.item_rest_correlation(scores, full) > 0.1)


def test_the_share_right_follows_the_curve():
    random = np.random.default_rng(3)
    item = draw_item(DESCRIPTIONS[0], random)
    ability = np.full(20000, 0.5)
    answers = [row[0] for row in draw_responses([item], ability, random)]
    answered = [answer for answer in answers if answer is not None]
    expected = probability_right(item, ability)[0]
    assert answered.count("o2") / len(answered) == pytest.approx(expected, abs=0.015)


def test_weak_candidates_leave_out_more():
    random = np.random.default_rng(4)
    item = draw_item(DESCRIPTIONS[3], random)
    weak, strong = (draw_responses([item], np.full(3000, level), random) for level in (-2.0, 2.0))
    assert weak.count([None]) > strong.count([None]) + 300


def test_a_planted_fault_shows():
    random = np.random.default_rng(6)
    items = [draw_item(each, random) for each in DESCRIPTIONS]
    items[0] = replace(items[0], discrimination=-1.5, difficulty=0.0)
    scores = _points(DESCRIPTIONS, draw_responses(items, random.standard_normal(400), random))
    assert classical.item_rest_correlation(scores, np.ones(len(items)))[0] < 0


def test_nobody_and_nothing():
    assert simulate_exam([], 3, 1).responses == [[], [], []]
    assert simulate_exam(DESCRIPTIONS, 0, 1).responses == []
