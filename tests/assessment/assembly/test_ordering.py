"""Order of options on a paper, and of the parts of a paper: pure."""

from collections import Counter
from dataclasses import dataclass
from math import factorial
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.assembly.ordering import mix_blocks, order_ids, shuffle_around
from assessment.assembly.sections import lay_out, roman
from tests.factories.every_type import SAMPLES, sample

SEEDS = st.integers(0, 10_000)


@dataclass(frozen=True)
class Item:
    type: str
    place: tuple[UUID, int] | None = None
    name: str = ""


@pytest.mark.parametrize("type", SAMPLES)
@given(seed=SEEDS)
def test_an_order_names_everything_once_and_is_the_same_for_the_same_seed(type, seed):
    content, _key, _response = sample(type)
    drawn = order_ids(type, content, Random(seed), shuffle=True)
    rows = [*content.get("options", ()), *content.get("targets", ()), *content.get("pool", ())]
    offered = [f"{gap['id']}.{each['id']}" for gap in content.get("gaps", ()) for each in gap.get("options", ())]
    assert sorted(drawn) == sorted([*(row["id"] for row in rows), *offered])
    assert drawn == order_ids(type, content, Random(seed), shuffle=True)


def test_every_order_is_as_likely_as_any_other():
    content, _key, _response = sample("ordering")
    chance = Random(5)
    seen = Counter(tuple(order_ids("ordering", content, chance, shuffle=False)) for _each in range(6_000))
    all_orders = factorial(len(content["options"]))
    assert len(seen) == all_orders
    assert all(abs(count - 6_000 / all_orders) < 5 * (6_000 / all_orders) ** 0.5 for count in seen.values())


@given(seed=SEEDS)
def test_what_is_fixed_stays_at_its_place(seed):
    assert shuffle_around(["o1", "o2", "o3", "o4"], ["o4"], Random(seed))[3] == "o4"
    assert shuffle_around(["o1", "o2", "o3", "o4"], ["o2"], Random(seed))[1] == "o2"


def test_statements_and_unshuffled_choices_stay_as_written():
    for type in ("true_false", "single_choice"):
        content, _key, _response = sample(type)
        drawn = order_ids(type, content, Random(1), shuffle=type == "true_false")
        assert drawn == [option["id"] for option in content["options"]]


def test_parts_follow_the_types_and_sets_stay_together():
    one, two = uuid4(), uuid4()
    drawn = [Item("essay", name="e"), Item("single_choice", (one, 2), "s2"), Item("single_choice", name="a"),
             Item("single_choice", (one, 1), "s1"), Item("short_text", (two, 2), "m2"),
             Item("single_choice", (two, 1), "m1")]
    laid = [(part, item.name) for part, item in lay_out(drawn)]
    assert laid == [("I", "s1"), ("I", "s2"), ("I", "a"), ("II", "e"), ("III", "m1"), ("III", "m2")]


def test_numbers_of_parts():
    assert [roman(each) for each in (1, 4, 9, 14, 19, 20)] == ["I", "IV", "IX", "XIV", "XIX", "XX"]


@given(seed=SEEDS)
def test_a_code_mixes_questions_within_their_part_and_keeps_sets_whole(seed):
    text = uuid4()
    rows = [("I", None, 1), ("I", text, 2), ("I", text, 3), ("I", None, 4), ("II", None, 5), ("II", None, 6)]
    mixed = mix_blocks(rows, Random(seed))
    assert (set(mixed[:4]), set(mixed[4:])) == ({1, 2, 3, 4}, {5, 6})
    assert mixed.index(3) == mixed.index(2) + 1


def test_questions_change_places_in_a_code():
    rows = [("I", None, number) for number in range(4)]
    assert len({tuple(mix_blocks(rows, Random(seed))) for seed in range(200)}) == factorial(4)
