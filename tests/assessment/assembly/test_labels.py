"""What a candidate's page holds of an item: labels for ids, and nothing that follows the key."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.assembly.labels import labels_of, laid_out, shown_content
from assessment.assembly.ordering import order_ids
from assessment.bank.types import TYPES
from tests.factories.every_type import SAMPLES, sample

SEEDS = st.integers(0, 10_000)


def on_a_paper(type, content, seed):
    """(content in own ids, content as shown, labels) of an item on the paper of this seed."""
    laid = laid_out(content, order_ids(type, content, Random(seed), shuffle=True))
    labels = labels_of(type, laid)
    return laid, shown_content(type, laid, labels), labels


@pytest.mark.parametrize("type", SAMPLES)
@given(seed=SEEDS)
def test_a_response_in_labels_is_worth_what_it_is_in_own_ids(type, seed):
    content, key, response = sample(type)
    laid, shown, labels = on_a_paper(type, content, seed)
    judge, fits = TYPES[type].judge, TYPES[type].fits
    answers = [response] if judge is None else [response, TYPES[type].answer(content, key)]
    for own in answers:
        said = labels.labelled(own)
        assert fits(shown, said)
        assert fits(laid, own)
        assert labels.own(said) == own
        assert labels.own(own) == own, "what was saved before there were labels"
        assert labels.labelled(said) == said
        assert judge is None or judge(content, key, labels.own(said)) == judge(content, key, own)


@pytest.mark.parametrize("type", SAMPLES)
def test_no_own_id_of_anything_to_choose_is_shown(type):
    content, _key, _response = sample(type)
    _laid, shown, _labels = on_a_paper(type, content, 3)
    listed = [*(name for name in ("options", "targets", "pool", "areas", "points") if name in content)]
    own = {row["id"] for name in listed for row in content[name]}
    labels = {row["id"] for name in listed for row in shown[name]}
    assert not own & labels
    assert all(len({row["id"] for row in shown[name]}) == len(content[name]) for name in listed)
    assert "fixed" not in shown
    assert "variables" not in shown


def lines(order):
    """An item whose lines a, b, c were written in this order: the ids follow it."""
    return {"options": [{"id": f"o{number}", "text": text} for number, text in enumerate(order, 1)]}


def pairs(left, right):
    return lines(left) | {"targets": [{"id": f"t{number}", "text": text} for number, text in enumerate(right, 1)]}


def gap(order):
    return {"gaps": [{"id": "g1", "kind": "choice", **lines(order)}]}


@pytest.mark.parametrize(("type", "one", "other"), [
    ("ordering", lines("abc"), lines("cab")), ("single_choice", lines("abc"), lines("bca")),
    ("matching", pairs("ab", "xyz"), pairs("ba", "yzx")), ("categorise", pairs("abc", "xy"), pairs("bac", "yx")),
    ("label_image", lines("abc") | {"points": [{"id": "p1"}]}, lines("bca") | {"points": [{"id": "p1"}]}),
    ("cloze", gap("abc"), gap("cba"))])
def test_what_is_shown_does_not_depend_on_how_the_item_was_written(type, one, other):
    """The written order is often the key. Of the same lines in another written order every page is as likely."""
    times = 3_000
    seen = [Counter(json.dumps(on_a_paper(type, content, f"{place}:{seed}")[1], sort_keys=True)
                    for seed in range(times)) for place, content in enumerate((one, other))]
    assert seen[0].keys() == seen[1].keys()
    for page, count in seen[0].items():
        assert abs(count - seen[1][page]) < 6 * (count + seen[1][page]) ** 0.5


def test_areas_stand_in_reading_order_and_measures_fit_any_answer():
    content = {"areas": [{"id": "a1", "shape": "circle", "coords": [90, 90, 5]},
                         {"id": "a2", "shape": "rect", "coords": [5, 4, 20, 20]}]}
    laid, shown, labels = on_a_paper("hotspot", content, 1)
    assert [area["id"] for area in laid["areas"]] == ["a2", "a1"]
    assert [area["id"] for area in shown["areas"]] == ["z1", "z2"]
    assert labels.own(["z1", {"x": 1, "y": 2}]) == ["a2", {"x": 1, "y": 2}]
    assert [laid_out({"max_length": length}, ())["max_length"] for length in (5, 16, 17, 120, 200)] == [
        50, 16, 50, 150, 200]
    gaps = [{"id": "g1", "kind": "text", "width": 4}, {"id": "g2", "kind": "text", "width": 13},
            {"id": "g3", "kind": "number"}]
    assert [each["width"] for each in laid_out({"gaps": gaps}, ())["gaps"]] == [20, 20, 20]


def test_what_is_typed_is_never_taken_for_a_label():
    content, _key, _response = sample("cloze")
    _laid, _shown, labels = on_a_paper("cloze", content, 2)
    typed = {gap["id"]: "x1" for gap in content["gaps"] if gap["kind"] in ("text", "number")}
    assert labels.own(typed) == typed
    assert on_a_paper("short_text", {"max_length": 200}, 1)[2].own("x1") == "x1"
