"""What holds for every type, whatever is sent: there is always an answer, and cleaning is done once."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.types import TYPES, UnfitKey, needs_person
from assessment.marking.scoring import FIRST_TABLES, ScoreTable
from tests.factories.every_type import SAMPLES, sample, sample_points

CODES = sorted(TYPES)
TABLES = {code: ScoreTable.from_data(code, data) for code, data in FIRST_TABLES.items()}
WORDS = ("o1", "t1", "g1", "a1", "p1", "c1", "prompt", "options", "text", "id", "kind", "pool", "1,5", "x+1", "rect",
         "[[g1]]", "\\(x", "<b>a</b>", "\ud800", "{{a}}", "<img src=x>", "-")
NAMES = ("prompt", "options", "targets", "gaps", "pool", "table", "rows", "cells", "head", "image", "areas", "points",
         "letters", "form", "mode", "choose", "min", "max", "fixed", "unit", "max_length", "variables", "conditions",
         "samples", "accept", "language", "correct", "true", "accepted", "value", "tolerance", "pairs", "order",
         "rubric",
         "criteria", "levels", "tests", "input", "output", "id", "text", "kind", "shape", "coords", "x", "y", "src",
         "alt", "width", "height", "explanation", "score_table", "name", "from", "to", "is", "values", "units", "gap",
         "reuse", "pattern", "tex", "o1", "g1", "p1", "files")
LEAVES = (st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=6)
          | st.just(10**400))
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), max_leaves=16)
OBJECT = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6)


def bodies():
    return [*((code, *sample(code)) for code in CODES), ("hotspot", *sample_points())]


def changed(value, places, put):
    """A sample with something else at one place in it."""
    value = copy.deepcopy(value)
    at = value
    for place in places:
        if not at or not isinstance(at, dict | list):
            break
        names = list(at) if isinstance(at, dict) else range(len(at))
        name = names[place % len(names)]
        if not isinstance(at[name], dict | list) or place % 7 == 0:
            at[name] = put
            break
        at = at[name]
    return value


def clean_twice(code, content, key):
    first = TYPES[code].clean(content, key, [])
    again = TYPES[code].clean(*first, [])
    assert json.dumps(again, sort_keys=True) == json.dumps(first, sort_keys=True)
    return first


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CODES), OBJECT, OBJECT, JSON)
def test_any_json_is_cleaned_once_and_any_response_is_answered(code, content, key, response):
    clean, clean_key = clean_twice(code, content, key)
    assert TYPES[code].fits(clean, response) in (True, False)
    assert TYPES[code].fits(clean, None)
    if TYPES[code].judge:
        try:
            TYPES[code].judge(clean, clean_key, response)
        except UnfitKey:
            return


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(bodies()), st.lists(st.integers(0, 20), max_size=6), JSON, st.booleans())
def test_a_spoilt_sample_is_cleaned_once(body, places, put, spoil_key):
    code, content, key, _response = body
    content, key = (content, changed(key, places, put)) if spoil_key else (changed(content, places, put), key)
    clean, clean_key = clean_twice(code, content, key)
    assert "prompt" in clean
    TYPES[code].answer(clean, clean_key) if not problems_of(code, content, key) else None


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(bodies()), st.lists(st.integers(0, 20), max_size=4), JSON)
def test_any_response_to_a_sample_fits_or_not_and_is_judged(body, places, put):
    code, content, key, response = body
    clean, clean_key = TYPES[code].clean(content, key, [])
    for sent in (put, changed(response, places, put), {"o1": put}, [put], {"g1": put}, {"files": put}):
        assert TYPES[code].fits(clean, sent) in (True, False)
        if TYPES[code].judge:
            parts = TYPES[code].judge(clean, clean_key, sent)
            assert 0 <= parts.right <= parts.total
            assert parts.wrong >= 0


def problems_of(code, content, key):
    problems = []
    TYPES[code].clean(content, key, problems)
    return problems


@pytest.mark.parametrize(("code", "content", "key", "response"), bodies())
def test_the_answer_of_a_key_fits_and_is_wholly_right(code, content, key, response):
    clean, clean_key = TYPES[code].clean(content, key, [])
    assert TYPES[code].fits(clean, response)
    right = TYPES[code].answer(clean, clean_key)
    if TYPES[code].judge is None:
        return
    if len(right) if isinstance(right, list) else True:
        sent = right[:1] if code == "hotspot" and content["mode"] == "areas" else right
        assert TYPES[code].fits(clean, sent)
        parts = TYPES[code].judge(clean, clean_key, sent)
        assert (parts.right, parts.wrong) == (parts.total, 0)


def test_every_score_table_of_a_type_exists_and_is_honoured_by_cleaning():
    for code, item_type in TYPES.items():
        assert set(item_type.score_tables) <= set(FIRST_TABLES)
        content, key, _response = sample(code)
        for table in item_type.score_tables:
            assert TYPES[code].clean(content, {**key, "score_table": table}, [])[1]["score_table"] == table
        assert "score_table" in {each.where for each in problems_of(code, content, {**key, "score_table": "mine"})}


def test_who_marks():
    by_people = {code for code in CODES if needs_person(code)}
    assert by_people == {"essay", "file_upload", "oral", "code"}
    assert not needs_person("code", runs_code=True)
    assert set(SAMPLES) == set(TYPES)


@pytest.mark.parametrize(("code", "change", "key", "where"), [
    ("single_true_false", {}, {"true": "yes"}, "key"), ("four_cell", {}, {"accepted": ["12345"]}, "key"),
    ("four_cell", {}, {"accepted": ["1-2"]}, "key"),
    ("multiple_response", {"choose": {"min": 2, "max": 1}}, {}, "choose"),
    ("multiple_response", {"choose": {"max": 1}}, {}, "choose"),
    ("short_numeric", {"unit": {"mode": "typed"}}, {}, "unit"),
    ("short_numeric", {}, {"units": [{"unit": "m", "factor": "0"}]}, "units"),
    ("cloze", {"prompt": "<p>[[g1]] [[g9]]</p>"}, {}, "gaps-g9"), ("cloze", {"prompt": "<p>[[g1]]</p>"}, {}, "gaps-g2"),
    ("cloze", {"prompt": "<p>[[g1]] [[g1]] [[g2]] [[g3]] [[g4]]</p>"}, {}, "gaps-g1"),
    ("cloze", {}, {"gaps": {}}, "gaps-g1"), ("table_fill", {"table": {"rows": []}}, {}, "table"),
    ("table_fill", {"table": {"rows": [{"cells": [{"gap": "g1"}]}, {"cells": []}]}}, {}, "table"),
    ("matching", {}, {"pairs": {"o1": "t1"}}, "key"), ("matching", {}, {"pairs": {"o1": "t1", "o2": "t1"}}, "key"),
    ("ordering", {}, {"order": ["o1", "o2"]}, "key"),
    ("categorise", {}, {"pairs": {"o1": None, "o2": None, "o3": None}},
                                                       "key"),
    ("hotspot", {"image": {"src": "https://x.vn/a.png"}}, {}, "image"), ("hotspot", {}, {"correct": []}, "key"),
    ("hotspot", {"areas": [{"id": "a1", "shape": "rect", "coords": [0, 0, 9000, 2]}]}, {}, "areas-1"),
    ("label_image", {"points": [{"id": "p1", "x": 900, "y": 1}]}, {}, "points-1"),
    ("label_image", {}, {"pairs": {}}, "key"), ("maths", {"letters": ["xy"]}, {}, "letters"),
    ("maths", {}, {"accepted": [{"tex": "x+"}]}, "key"), ("maths", {"form": "pretty"}, {}, "form"),
    ("essay", {"min_words": 9, "max_words": 3}, {}, "max_words"), ("essay", {}, {"rubric": {"criteria": []}}, "rubric"),
    ("essay", {}, {"rubric": {"criteria": [{"id": "c1", "name": "A", "levels": [
        {"points": "0"}, {"points": "1"}]}]}}, "rubric-1"), ("file_upload", {"accept": ["exe"]}, {}, "accept"),
    ("oral", {"longest_seconds": 9000}, {}, "longest_seconds"), ("code", {"language": "cobol"}, {}, "language"),
    ("code", {}, {"tests": []}, "tests"), ("code", {}, {"tests": [{"input": 1, "output": ""}]}, "tests-1"),
    ("short_text", {}, {"pattern": True, "accepted": [{"text": "*"}]}, "key"),
    ("single_choice", {"variables": [{"name": "A"}]}, {}, "variables-1")])
def test_what_is_wrong_is_said_at_its_field(code, change, key, where):
    content, right, _response = sample(code)
    assert where in {each.where for each in problems_of(code, content | change, right | key)}
