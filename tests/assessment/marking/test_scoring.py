"""Marks by type and score table, Vietnamese numbers, and responses of every shape."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.marking.scoring import (
    FIRST_TABLES,
    ScoreTable,
    UnfitKey,
    UnfitTable,
    default_table,
    fold_text,
    is_omitted,
    parse_number,
    score,
    score_many,
    table_code,
)

TABLES = {code: ScoreTable.from_data(code, data) for code, data in FIRST_TABLES.items()}
ONE = Decimal(1)
TRUE_FALSE = {"true": ["o1", "o4"]}
CONTENT = {"options": [{"id": f"o{number}"} for number in range(1, 5)]}
KEYS = {
    "single_choice": {"correct": "o2"},
    "multiple_response": {"correct": ["o1", "o3"]},
    "true_false": TRUE_FALSE,
    "short_numeric": {"accepted": [{"value": "1.5", "tolerance": "0"}]},
    "short_text": {"accepted": ["Hà Nội"]},
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("1,50", "1.5"),
        (" 1,5 ", "1.5"),
        ("\u22122", "-2"),
        ("-2", "-2"),
        ("\u2013 2", "-2"),
        ("+3", "3"),
        (",5", "0.5"),
        ("5,", "5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234", "1234"),
        ("１２", "12"),
        ("0", "0"),
    ],
)
def test_a_number_as_vietnamese_candidates_type_it(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ",", "1e5", "1/2", "NaN", "Infinity", "1,2,3", "12.34,5", "--1", "x=2", "9" * 41, None, 5],
)
def test_what_is_not_a_number(text):
    assert parse_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_comma_and_point_are_the_same_number(number):
    assert parse_number(f"{number:f}") == parse_number(f"{number:f}".replace(".", ",")) == number


@pytest.mark.parametrize(
    ("response", "points", "state"),
    [
        ("o2", "1", "right"),
        ("o1", "0", "wrong"),
        ("nonsense", "0", "wrong"),
        (None, "0", "omitted"),
        ("", "0", "omitted"),
    ],
)
def test_single_choice(response, points, state):
    mark = score("single_choice", CONTENT, {"correct": "o2"}, response, ONE, TABLES["all_or_nothing"])
    assert (mark.points, mark.state) == (Decimal(points), state)


@pytest.mark.parametrize(
    ("response", "partial", "strict"),
    [
        (["o1", "o3"], "1", "1"),
        (["o1"], "0.5", "0"),
        (["o1", "o3", "o2"], "0.5", "0"),
        (["o1", "o2"], "0", "0"),
        (["o2", "o4"], "0", "0"),
        (["o1", "o1", "o3"], "1", "1"),
    ],
)
def test_multiple_response(response, partial, strict):
    key = {"correct": ["o1", "o3"]}
    assert score("multiple_response", CONTENT, key, response, ONE, TABLES["multiple_partial"]).points == Decimal(
        partial
    )
    assert score("multiple_response", CONTENT, key, response, ONE, TABLES["all_or_nothing"]).points == Decimal(strict)


@pytest.mark.parametrize(
    ("judged", "graduation", "linear"),
    [
        ({"o1": True, "o2": False, "o3": False, "o4": True}, "1", "1"),
        ({"o1": True, "o2": False, "o3": False, "o4": False}, "0.5", "0.75"),
        ({"o1": True, "o2": False, "o3": True, "o4": False}, "0.25", "0.5"),
        ({"o1": True, "o2": True, "o3": True, "o4": False}, "0.1", "0.25"),
        ({"o1": False, "o2": True, "o3": True, "o4": False}, "0", "0"),
        ({"o2": False}, "0.1", "0.25"),
        ({"o2": False, "o1": None}, "0.1", "0.25"),
    ],
)
def test_four_statements_by_the_graduation_table_and_the_linear_one(judged, graduation, linear):
    assert score("true_false", CONTENT, TRUE_FALSE, judged, ONE, TABLES["tf4_2025"]).points == Decimal(graduation)
    assert score("true_false", CONTENT, TRUE_FALSE, judged, ONE, TABLES["tf_linear"]).points == Decimal(linear)


def test_points_scale_the_table_and_states_follow_the_share():
    mark = score("true_false", CONTENT, TRUE_FALSE, {"o1": True, "o2": False}, Decimal("2"), TABLES["tf4_2025"])
    assert (mark.points, mark.state, mark.correct_fraction) == (Decimal("0.5"), "partial", 0.5)
    assert score("true_false", CONTENT, TRUE_FALSE, {"o1": None}, ONE, TABLES["tf4_2025"]).state == "omitted"


@pytest.mark.parametrize(("typed", "right"), [("3,14", True), ("3.15", True), ("3,16", False), ("ba", False)])
def test_short_numeric_within_its_tolerance(typed, right):
    key = {"accepted": [{"value": "3,14", "tolerance": "0,01"}]}
    assert (score("short_numeric", CONTENT, key, typed, ONE, TABLES["all_or_nothing"]).state == "right") is right


def test_short_text_ignores_case_blanks_and_the_way_marks_are_composed():
    key = {"accepted": ["Hà Nội", {"text": "Thăng Long"}]}
    for typed in ("hà  nội", "Ha\u0300 No\u0323\u0302i", "THĂNG LONG"):
        assert score("short_text", CONTENT, key, typed, ONE, TABLES["all_or_nothing"]).state == "right"
    assert score("short_text", CONTENT, key, "Ha Noi", ONE, TABLES["all_or_nothing"]).state == "wrong"
    strict = {"accepted": [{"text": "NaCl"}], "case_sensitive": True}
    assert score("short_text", CONTENT, strict, "nacl", ONE, TABLES["all_or_nothing"]).state == "wrong"
    assert fold_text("  Hà\tNội ") == "hà nội"


def test_a_table_or_key_that_does_not_fit_refuses_to_mark():
    three = {"options": CONTENT["options"][:3]}
    with pytest.raises(UnfitTable):
        score("true_false", three, {"true": ["o1"]}, {"o1": True}, ONE, TABLES["tf4_2025"])
    with pytest.raises(UnfitKey):
        score("single_choice", CONTENT, {}, "o1", ONE, TABLES["all_or_nothing"])
    with pytest.raises(UnfitKey):
        score("multiple_response", CONTENT, {"correct": []}, ["o1"], ONE, TABLES["multiple_partial"])
    with pytest.raises(UnfitKey):
        score("short_numeric", CONTENT, {"accepted": [{"value": "x"}]}, "1", ONE, TABLES["all_or_nothing"])
    with pytest.raises(UnfitKey):
        score("essay", CONTENT, {}, "text", ONE, TABLES["all_or_nothing"])


@pytest.mark.parametrize("data", [{}, {"rule": "guess"}, {"rule": "by_right_count", "shares": {"1": "1.5"}}])
def test_a_bad_score_table_is_refused(data):
    with pytest.raises(UnfitTable):
        ScoreTable.from_data("bad", data)


@pytest.mark.parametrize("response", [None, "", "  ", [], {}, {"o1": None}])
def test_omitted(response):
    assert is_omitted(response)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(KEYS)), ANY_JSON)
def test_any_response_gets_a_mark_between_nothing_and_everything(kind, response):
    mark = score(kind, CONTENT, KEYS[kind], response, Decimal("0.25"), TABLES[default_table(kind)])
    assert Decimal(0) <= mark.points <= Decimal("0.25")
    assert 0.0 <= mark.correct_fraction <= 1.0


@settings(deadline=None)
@given(st.sampled_from(sorted(KEYS)), st.lists(ANY_JSON | st.sampled_from(["o1", "o2", "1,5"]), max_size=12))
def test_many_at_once_are_marked_as_one_by_one(kind, responses):
    table = TABLES[default_table(kind)]
    one_by_one = [score(kind, CONTENT, KEYS[kind], response, ONE, table) for response in responses]
    assert score_many(kind, CONTENT, KEYS[kind], responses, ONE, table) == one_by_one


@pytest.mark.parametrize(("response", "each", "shares", "partial"), [
    (["o1", "o3"], "1", "1", "1"), (["o1"], "0.75", "0.5", "0.5"), (["o1", "o2"], "0.5", "0.5", "0"),
    (["o2", "o4"], "0", "0", "0"), (["o1", "o2", "o3", "o4"], "0.5", "1", "0"), (["o2"], "0.25", "0", "0"),
    ([], "0", "0", "0")])
def test_several_rules_of_one_multiple_response(response, each, shares, partial):
    """multiple_each (the rule each_option), equal_shares and multiple_partial, of two right among four."""
    key = {"correct": ["o1", "o3"]}
    for code, points in (("multiple_each", each), ("equal_shares", shares), ("multiple_partial", partial)):
        assert score("multiple_response", CONTENT, key, response, ONE, TABLES[code]).points == Decimal(points)


def test_an_item_may_have_its_own_score_table():
    assert table_code("true_false", {}) == "tf4_2025"
    assert table_code("true_false", {"score_table": "tf_linear"}) == "tf_linear"
    assert default_table("essay") == "rubric"
