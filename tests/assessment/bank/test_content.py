"""Content and key of every type: cleaned, checked, each problem at its field."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.bank.content import (
    ITEM_TYPES,
    clean_body,
    correct_options,
    number_text,
    read_body,
    read_number,
)
from lms.core.errors import Invalid
from tests.factories.bank import make_body


def problems_of(type, content, key):
    return {problem.where for problem in read_body(type, content, key)[1]}


@pytest.mark.parametrize("type", ITEM_TYPES)
def test_a_complete_item_is_stored_as_it_is(type):
    content, key = make_body(type)
    body = clean_body(type, content, key)
    assert body.content["prompt"] == content["prompt"]
    assert body.key == key
    again = clean_body(type, body.content, body.key)
    assert (again.content, again.key) == (body.content, body.key)


@pytest.mark.parametrize(("type", "changes", "key", "where"), [
    ("single_choice", {"prompt": "<p> </p>"}, {}, "prompt"), ("single_choice", {"prompt": 3}, {}, "prompt"),
    ("single_choice", {"prompt": "x" * 20_001}, {}, "prompt"), ("single_choice", {}, {"correct": "o9"}, "key"),
    ("single_choice", {"options": [{"id": "o1", "text": "a"}]}, {}, "options"),
    ("single_choice", {"options": "abc"}, {}, "options"), ("single_choice", {"options": [1, 2]}, {}, "options-1"),
    ("single_choice", {"options": [{"id": "x", "text": "a"}]}, {}, "options-1"),
    ("single_choice", {"options": [{"id": "o1", "text": "a"}, {"id": "o1", "text": "b"}]}, {}, "options"),
    ("single_choice", {"options": [{"id": "o1", "text": "a"}, {"id": "o2", "text": "<b>a</b>"}]}, {}, "options-2"),
    ("single_choice", {"options": [{"id": "o1", "text": "a"}, {"id": "o2", "text": " "}]}, {}, "options-2"),
    ("single_choice", {"options": [{"id": f"o{n}", "text": str(n)} for n in range(1, 15)]}, {}, "options"),
    ("multiple_response", {}, {"correct": []}, "key"), ("multiple_response", {}, {"correct": "o1"}, "key"),
    ("true_false", {"options": [{"id": "o1", "text": "a"}, {"id": "o2", "text": "b"}]}, {}, "options"),
    ("true_false", {}, {"true": None}, "key"), ("short_numeric", {}, {"accepted": []}, "key"),
    ("short_numeric", {}, {"accepted": [{"value": "một"}]}, "key"),
    ("short_numeric", {}, {"accepted": [{"value": "1", "tolerance": "-1"}]}, "key"),
    ("short_numeric", {}, {"accepted": "1"}, "key"), ("short_numeric", {"max_length": 0}, {}, "max_length"),
    ("short_numeric", {"max_length": 2}, {}, "max_length"), ("short_numeric", {"max_length": "4"}, {}, "max_length"),
    ("short_numeric", {}, {"accepted": [{"value": "1"}] * 21}, "key"),
    ("short_text", {}, {"accepted": [{"text": " "}]}, "key"), ("short_text", {}, {"accepted": [{"text": 1}]}, "key"),
    ("single_choice", {}, {"explanation": "\\(x"}, "explanation"), ("video", {}, {}, "type")])
def test_every_problem_has_its_field(type, changes, key, where):
    content, right = make_body(type if type in ITEM_TYPES else "single_choice")
    assert where in problems_of(type, content | changes, right | key)
    with pytest.raises(Invalid):
        clean_body(type, content | changes, right | key)


def test_the_key_never_enters_the_content():
    content, key = make_body()
    body = clean_body("single_choice", content | {"key": key, "correct": "o1"}, key)
    assert set(body.content) == {"prompt", "options"}


@pytest.mark.parametrize(("typed", "number"), [
    ("1,5", "1.5"), ("1.50", "1.5"), ("−2", "-2"), (" +3 ", "3"), ("-0,0", "0"), (".5", "0.5"), ("1e3", "1000"),
    ("1 000", "1000"), ("2E-2", "0.02")])
def test_numbers_as_people_type_them(typed, number):
    assert number_text(read_number(typed)) == number


@pytest.mark.parametrize("typed", ["", "một", "1,5,2", "1/2", "nan", "Infinity", "--1", "1e999", "0x1", None, 3,
                                   "1" * 70])
def test_what_is_no_number(typed):
    assert read_number(typed) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10**9, max_value=10**9))
def test_number_text_is_read_back(number):
    assert read_number(number_text(number)) == number
    assert Decimal(number_text(number)) == number


def test_correct_options():
    assert correct_options("single_choice", {"correct": "o2"}) == ["o2"]
    assert correct_options("single_choice", {"correct": None}) == []
    assert correct_options("multiple_response", {"correct": ["o1"]}) == ["o1"]
    assert correct_options("true_false", {"true": ["o3"]}) == ["o3"]


@given(st.sampled_from(ITEM_TYPES), st.dictionaries(st.sampled_from(["prompt", "options", "max_length"]), st.none()
       | st.integers() | st.text(max_size=9) | st.lists(st.none() | st.dictionaries(
           st.sampled_from(["id", "text"]), st.text(max_size=4) | st.integers()), max_size=4)),
       st.dictionaries(st.sampled_from(["correct", "true", "accepted", "explanation", "case_sensitive"]), st.none()
       | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3) | st.none() | st.dictionaries(
           st.sampled_from(["value", "tolerance", "text"]), st.text(max_size=5) | st.none()), max_size=3)))
def test_whatever_a_program_sends_is_answered(type, content, key):
    body, problems = read_body(type, content, key)
    if not problems:
        assert clean_body(type, body.content, body.key).content == body.content


def test_signs_that_no_page_or_database_can_hold_are_dropped():
    content, _key = make_body("short_text", "<p>Hỏi\x00\ud800?</p>")
    body = clean_body("short_text", content, {"accepted": [{"text": "a\x00\ud800b"}]})
    assert body.content["prompt"] == "<p>Hỏi?</p>"
    assert body.key["accepted"] == [{"text": "ab"}]
