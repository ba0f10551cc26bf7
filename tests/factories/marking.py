"""Marked exams for tests: built in memory from simulated candidates, or stored through the services."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from assessment.marking.results import ExamResults, ItemColumn, Option
from assessment.marking.scoring import FIRST_TABLES, ScoreTable, default_table, score_many
from assessment.psychometrics.simulation import ItemDescription, TrueItem, draw_item, draw_responses

CHOICES = ("o1", "o2", "o3", "o4")
KINDS = (
    ItemDescription("single_choice", "know", CHOICES, ("o2",)),
    ItemDescription("single_choice", "understand", CHOICES, ("o3",)),
    ItemDescription("multiple_response", "understand", CHOICES, ("o1", "o3")),
    ItemDescription("true_false", "understand", CHOICES, ("o1", "o4")),
    ItemDescription("short_numeric", "understand", (), ("1,5",)),
)
TABLES = {code: ScoreTable.from_data(code, data) for code, data in FIRST_TABLES.items()}


def make_true_items(count: int = 10, seed: int = 1) -> list[TrueItem]:
    """Items of every type in turn, with parameters drawn from their levels."""
    random = np.random.default_rng(seed)
    return [draw_item(KINDS[place % len(KINDS)], random) for place in range(count)]


def make_results(persons: int = 300, items: Sequence[TrueItem] | None = None, seed: int = 2) -> ExamResults:
    """A marked exam of simulated candidates, one point an item; nothing is stored."""
    items = make_true_items() if items is None else list(items)
    random = np.random.default_rng(seed)
    responses = draw_responses(items, random.standard_normal(persons), random)
    columns = [make_column(item.description, place + 1, [row[place] for row in responses])
               for place, item in enumerate(items)]
    return results_from(columns, persons)


def make_column(description: ItemDescription, number: int, responses: list[Any]) -> ItemColumn:
    """An item as marking hands it over."""
    right = description.correct
    options = tuple(Option(each, f"phương án {each}", each in right) for each in description.options)
    return ItemColumn(uuid4(), number, description.kind, 1.0, f"Câu {number}", options,
                      () if options else right, responses)


def results_from(columns: Sequence[ItemColumn], persons: int) -> ExamResults:
    """Mark the columns and lay them side by side."""
    points, omitted = np.zeros((persons, len(columns))), np.zeros((persons, len(columns)), dtype=bool)
    for place, column in enumerate(columns):
        marks = score_many(column.kind, key_of(column), column.responses, Decimal(1),
                           TABLES[default_table(column.kind)])
        points[:, place] = [float(mark.points) for mark in marks]
        omitted[:, place] = [mark.state == "omitted" for mark in marks]
    return ExamResults(tuple(UUID(int=person) for person in range(persons)), tuple(columns), points, omitted)


def key_of(column: ItemColumn) -> dict[str, Any]:
    """The key in the bank's form."""
    right = [option.id for option in column.options if option.is_right]
    return {
        "single_choice": {"correct": right[0] if right else ""},
        "multiple_response": {"correct": right},
        "true_false": {"true": right, "statements": [option.id for option in column.options]},
    }.get(column.kind, {"accepted": [{"value": text} for text in column.accepted]})
