"""Marks by a rubric: levels into points, points into an item's mark."""

from decimal import Decimal

import pytest

from assessment.marking.rubrics import criteria_of, read_marks, rubric_maximum, scaled_mark
from lms.core.errors import Invalid
from tests.factories.marking import RUBRIC

pytestmark = pytest.mark.usefixtures("request_context")
KEY = {"rubric": RUBRIC}


def test_chosen_levels_are_added_up():
    mark = read_marks(KEY, {"c1": "1", "c2": "0"})
    assert (mark.levels, mark.points, mark.maximum) == ({"c1": 1, "c2": 0}, Decimal("2.5"), Decimal(4))


@pytest.mark.parametrize("chosen", [{}, {"c1": "1"}, {"c1": "3", "c2": "0"}, {"c1": "-1", "c2": "0"},
                                    {"c1": "x", "c2": ""}])
def test_a_criterion_without_a_level_is_named(chosen):
    with pytest.raises(Invalid) as error:
        read_marks(KEY, chosen)
    assert {problem.where for problem in error.value.problems} <= {"c1", "c2"}


def test_the_best_level_counts_wherever_it_stands():
    upside_down = {"rubric": {"criteria": [{"id": "c1", "name": "x", "levels": [{"points": "0", "text": ""},
                                                                               {"points": "2", "text": ""}]}]}}
    assert rubric_maximum(upside_down) == 2


def test_without_a_rubric_the_answer_is_judged_as_a_whole():
    [whole] = criteria_of({})
    assert [level["points"] for level in whole["levels"]] == ["1", "0.75", "0.5", "0.25", "0"]


@pytest.mark.parametrize(("points", "state", "given"), [
    ("4", "right", "2"), ("2.5", "partial", "1.25"), ("0", "wrong", "0")])
def test_points_of_the_rubric_become_points_of_the_item(points, state, given):
    mark = scaled_mark(Decimal(points), Decimal(4), Decimal(2))
    assert (mark.points, mark.state) == (Decimal(given), state)
