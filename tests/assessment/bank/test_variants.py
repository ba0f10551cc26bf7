"""Values from a seed, the same for ever; what is wrong in some draw is found; formulas run nothing."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.content import clean_body
from assessment.bank.expressions import BadFormula, compute, holds
from assessment.bank.types import TYPES
from assessment.bank.variants import check_variants, draw_values, realise
from lms.core.errors import Invalid

CONTENT = {
    "prompt": "<p>Tính \\(\\frac{{{a}}}{2}{{+b}}\\) khi a = {{a}}, b = {{b}}</p>", "max_length": 4,
    "variables": [{"name": "a", "from": "1", "to": "9", "step": "1"}, {"name": "b", "values": ["-2,5", "3"]},
                  {"name": "c", "is": "a/2 + b"}], "conditions": ["a != 3"]}
KEY = {"accepted": [{"value": "{{c}}", "tolerance": "0"}], "explanation": "<p>Kết quả {{c}}</p>"}


def test_a_seed_gives_the_same_item_for_ever():
    assert draw_values(CONTENT, 11) == {"a": Fraction(8), "b": Fraction(-5, 2), "c": Fraction(3, 2)}
    content, key = realise(CONTENT, KEY, 11)
    assert content == {"prompt": "<p>Tính \\(\\frac{8}{2}-2{,}5\\) khi a = 8, b = −2,5</p>", "max_length": 4}
    assert key == {"accepted": [{"value": "1.5", "tolerance": "0"}], "explanation": "<p>Kết quả 1,5</p>"}
    assert TYPES["short_numeric"].judge(content, key, "1,5").right == 1
    assert len({str(realise(CONTENT, KEY, seed)) for seed in range(60)}) > 10


def test_an_item_without_variables_stays_as_it_is():
    content = {"prompt": "<p>{{a}}</p>"}
    assert realise(content, {}, 3) == (content, {})


def test_all_draws_are_looked_at_where_there_are_few():
    report = check_variants("short_numeric", CONTENT, KEY)
    assert (report.draws, report.distinct, report.faults, report.is_complete) == (16, 16, (), True)


def test_a_thousand_where_there_are_many():
    content = {"prompt": "<p>{{a}} + {{b}}</p>", "variables": [
        {"name": "a", "from": "1", "to": "99", "step": "1"}, {"name": "b", "from": "0", "to": "9", "step": "0,1"}]}
    report = check_variants("single_true_false", content, {"true": True})
    assert (report.draws, report.is_complete) == (1_000, False)
    assert report.distinct > 900
    assert report == check_variants("single_true_false", content, {"true": True})


@pytest.mark.parametrize(("change", "key", "words"), [
    ({"variables": [{"name": "a", "from": "0", "to": "3", "step": "1"}, {"name": "c", "is": "1/a"}]}, {}, "zero"),
    ({"variables": [{"name": "a", "from": "-1", "to": "3", "step": "1"}, {"name": "c", "is": "sqrt(a)"}]}, {}, "real"),
    ({"variables": [{"name": "a", "values": ["1"]}, {"name": "c", "is": "exp(a*1000)"}]}, {}, "real"),
    ({"variables": [{"name": "a", "values": ["1"]}, {"name": "c", "is": "a/7"}]}, {}, "No right answer fits"),
    ({"conditions": ["a > 10"]}, {}, "No values"), ({"conditions": ["a > z"]}, {}, "z"),
    ({"prompt": "<p>{{zz}}</p>"}, {}, "zz"), ({"variables": [{"name": "a", "from": "1", "to": "2", "step": "0"},
                                                             {"name": "b", "is": "a"}, {"name": "c",
                                                                 "is": "a"}]}, {}, "step"),
    ({"variables": [{"name": "a", "values": ["một"]}, {"name": "b", "is": "a"}, {"name": "c", "is": "a"}]}, {}, "một")])
def test_what_is_wrong_in_some_draw_is_found(change, key, words):
    report = check_variants("short_numeric", CONTENT | change, KEY | key)
    assert any(words in fault.message for fault in report.faults), report
    with pytest.raises(Invalid) as caught:
        clean_body("short_numeric", CONTENT | change, KEY | key)
    assert {problem.where for problem in caught.value.problems} == {"variables"}


def test_options_that_become_equal_are_found():
    content = {"prompt": "<p>{{a}}²?</p>", "variables": [{"name": "a", "from": "1", "to": "4", "step": "1"}],
               "options": [{"id": "o1", "text": "{{s}}"}, {"id": "o2", "text": "{{d}}"}]}
    content["variables"] += [{"name": "s", "is": "a^2"}, {"name": "d", "is": "2*a"}]
    [fault] = check_variants("single_choice", content, {"correct": "o1"}).faults
    assert (fault.count, fault.example) == (1, "a = 2, s = 4, d = 4")


@pytest.mark.parametrize(("formula", "value"), [
    ("1/3 + 1/6", Fraction(1, 2)), ("2^10", 1024), ("-2^2", -4), ("0.1 + 0.2", Fraction(3, 10)),
    ("sqrt(16/9)", Fraction(4, 3)),
    ("round(2.5)", 3), ("round(-2.5)", -3), ("round(1/3, 2)", Fraction(33, 100)), ("gcd(12, 18)", 6),
    ("7 // 2 + 7 % 2", 4),
    ("max(1, 2, 3)", 3), ("factorial(5)", 120), ("a*b", 6)])
def test_formulas_are_exact_where_they_can_be(formula, value):
    assert compute(formula, {"a": Fraction(2), "b": Fraction(3)}) == value


@pytest.mark.parametrize("formula", [
    "9**9**9", "9^9^9^9", "10**400", "a.b", "__import__('os')", "open('x')", "(" * 199, "sqrt(-1)", "1/0", "(-8)^0.5",
    "factorial(99)", "[1]", "1 if 1 else 2", "lambda: 1", "a", "min()", "1e999", "gcd(0.5, 2)", "min(1)", "'a'*9", "",
    "(x for x in 1)", "1 < 2", "True", "e^e^e^e", "f'{1}'", "round(1, 99)", "1" * 300, "~1", "1 @ 2", "\x00", "tan"])
def test_what_a_formula_cannot_be(formula):
    with pytest.raises(BadFormula):
        compute(formula, {})


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab01.+-*/^()<>=! ,sqrtginodf", max_size=40))
def test_any_text_is_computed_or_refused(text):
    for act in (compute, holds):
        try:
            act(text, {"a": Fraction(2), "b": Fraction(-1, 3)})
        except BadFormula:
            continue
