"""Formulas that mean the same, formulas that do not, and what was sent to hold up marking."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.algebra import Question, is_same, read_formula

XY = Question(("x", "y"))
HOSTILE = [
    "9^9^9^9", "9^{9^{9^{9}}}", "x^{999999999}", "(" * 300, "{" * 499, "-" * 490 + "x", "2^" * 200 + "2",
    "x^" * 240 + "x",
    "\\exp(" * 30 + "x" + ")" * 30, "(x+y+1)^{24}(x-y)^{24}(x+2y)^{24}", "(x+1)^{99999}", "\\sqrt[10^{-9}]{x}",
    "\\frac{1}{" * 50 + "x" + "}" * 50, "|" * 200, "x^{24}" * 80, "\\sin" * 90 + "x", "0^{-1}", "\\log_1 x",
    "\\log_0 x",
    "sin(10^{299})", "9" * 31, "(((x+y)^9)^9)^9", "(x+y+x^2+y^2)^{24}", "1/(x-x)", "__import__('os')", "\\left" * 90,
    "[x;" * 100, "\\{" + "1;" * 200 + "1\\}", "x=x=x", "\\placeholder{}", "e^{e^{e^{e^x}}}", "i^i^i^i^i", "\x00",
    "²" * 80]


@pytest.mark.parametrize(("one", "other"), [
    ("2(x+1)", "2x+2"), (r"\frac{1}{2}x", "x/2"), (r"\frac12x", "0,5x"), ("x^2-1", "(x-1)(x+1)"), ("1{,}5x", "3x/2"),
    (r"\sin^2x+\cos^2x", "1"), (r"\sqrt{x^2}", "|x|"), (r"\left(x+1\right)^2", "x^2+2x+1"), (r"\log_2 8", "3"),
    (r"e^{2x}", r"\exp(2x)"), (r"\sin2x", r"2\sin x\cos x"), ("30^{\\circ}", "\\pi/6"), ("x**2", "x·x"),
    ("√2", r"\sqrt{2}"),
    ("x²", "x^2"), ("2−x", "-x+2"), ("xy", "yx"), (r"\sqrt[3]{x}", "x^{1/3}"), ("-x^2", "-(x^2)"),
    ("sqrt(x)", "x^(1/2)"),
    (r"\frac{x+1}{x^2-1}", r"\frac1{x-1}"), (r"\dfrac{\exponentialE^{x}}{2}", "e^x:2"), (r"\{1;2\}", r"\{2;1;1\}"),
    (r"(-\infty;1]", r"\left(-\infty;1\right]"), ("y=2x+1", "2x-y+1=0"), ("[1;2)", "[1;4/2)"), ("x=3", "3=x"),
    (r"(-\infty;1)\cup(2;+\infty)", r"(2;+\infty)\cup(-\infty;1)"), (r"\operatorname{tg} x", r"\frac{\sin x}{\cos x}")])
def test_the_same(one, other):
    assert is_same(one, other, XY)
    assert is_same(other, one, XY)


@pytest.mark.parametrize(("one", "other"), [
    ("x", "-x"), ("x^2", "x^3"), (r"\sqrt{x^2}", "x"), ("x+10^{-30}", "x"), ("[1;2]", "[1;2)"), ("(1;2)", "(2;1)"),
    ("2x+1", "y=2x+1"), ("1/0", "1/0+1"), (r"\{1\}", r"\{1;2\}"), ("y=x", "y=2x"), ("1,5", "1,49999999999999999999"),
    ("1 2", "12"), ("", ""), ("z", "z"), ("x+", "x"), (r"\emptyset", "0")])
def test_not_the_same(one, other):
    assert not is_same(one, other, XY)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_comparison_holds_up_marking(text):
    for other in ("x", text + "+1"):
        is_same(text, other, XY)
    for form in ("expanded", "factored"):
        is_same(text, text, Question(("x", "y"), form))


@settings(max_examples=200, deadline=3_000)
@given(st.lists(st.sampled_from(["x", "y", "2", "9", "^", "{", "}", "(", ")", "+", "-", "*", "/", "|", "=", ";",
    "[", "]",
                                 ",", "\\frac", "\\sqrt", "\\sin", "\\log", "_", "\\infty", "\\cup", "\\{", "\\}",
                                 "e", " "]),
                max_size=60).map("".join))
def test_whatever_is_typed_is_answered(text):
    is_same(text, "x^2+1", XY)
    assert read_formula(text, XY.letters) is None or is_same(text, text, XY) in (True, False)


@pytest.mark.parametrize(("text", "form", "right"), [
    ("x^2+2x+1", "expanded", True), ("(x+1)^2", "expanded", False), ("x^2+x+x+1", "expanded", False),
    ("x(x+2)+1", "expanded", False), ("-x+2", "expanded", True), ("(x-1)(x+1)", "factored", True),
    ("x^2-1", "factored", False), ("2(x+1)", "factored", True), ("2x+2", "factored", False),
    ("x^2+1", "factored", True),
    ("(x+1)^2", "factored", True), ("-(x+1)(x-2)", "factored", True), ("x^3-8", "factored", False)])
def test_the_form_that_is_asked(text, form, right):
    assert is_same(text, text, Question(("x",), form)) is right
