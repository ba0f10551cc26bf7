"""Formulas of MathType as TeX: what is wholly understood, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.markup import formula_fault
from assessment.interchange.word import mtef
from assessment.interchange.word.formulas import Unknown
from assessment.interchange.word.mathtype import tex_of_equation, tex_of_object
from tests.assessment.interchange.word.mtef_made import (
    EXPANDING,
    FUNCTION,
    NULL,
    NUMBER,
    SPACE,
    SYMBOL,
    TEXT,
    equation,
    line,
    marked,
    matrix,
    ole,
    pile,
    signs,
    template,
)

ONE, TWO, X, N = signs("1", NUMBER), signs("2", NUMBER), signs("x"), signs("n")
PLUS, EQUALS = signs("+", SYMBOL), signs("=", SYMBOL)
HALF = template(11, 0, line(ONE), line(TWO))
SQUARED = template(28, 0, NULL, line(TWO))
ROUND = signs("(", EXPANDING), signs(")", EXPANDING)
SIZES = b"\x0f\0\x0b\x09\x00\x80"
QUADRATIC = equation(template(11, 0, line(
    signs("−", SYMBOL), signs("b"), signs("±", SYMBOL), template(10, 0, line(
        signs("b"), SQUARED, signs("−", SYMBOL), signs("4", NUMBER), signs("ac")), NULL)), line(TWO, signs("a"))))


@pytest.mark.parametrize(("formula", "tex"), [
    (equation(X, SQUARED, PLUS, ONE, EQUALS, signs("0", NUMBER)), "x^{2}+1=0"),
    (QUADRATIC, r"\frac{-b\pm \sqrt{b^{2}-4ac}}{2a}"),
    (equation(template(10, 1, line(X), line(signs("3", NUMBER)))), r"\sqrt[3]{x}"),
    (equation(signs("u"), template(27, 0, SIZES, line(N), NULL), PLUS, X, template(29, 0, line(ONE), line(TWO))),
     "u_{n}+x_{1}^{2}"),
    (equation(X, SQUARED, SQUARED), "x^{2}{}^{2}"),
    (equation(template(1, 3, line(HALF), *ROUND), SQUARED), r"\left( \frac{1}{2} \right)^{2}"),
    (equation(template(9, 2, line(ONE, signs(";"), TWO), signs("[", EXPANDING), signs(")", EXPANDING))),
     r"\left[ 1;2 \right)"),
    (equation(template(2, 1, pile(line(X, EQUALS, ONE), line(signs("y"), EQUALS, TWO)), signs("{", EXPANDING))),
     r"\left\{ \begin{array}{l} x=1 \\ y=2 \end{array} \right."),
    (equation(template(4, 3, line(matrix(2, 2, line(ONE), line(TWO), line(X), line(N))), signs("|", EXPANDING),
                       signs("|", EXPANDING))), r"\left| \begin{matrix} 1 & 2 \\ x & n \end{matrix} \right|"),
    (equation(template(31, 2, line(signs("AB"))), EQUALS, marked("u", 11)), r"\overrightarrow{AB}=\vec{u}"),
    (equation(marked("f", 5), signs("(x)")), "f'(x)"),
    (equation(template(15, 0x31, line(X), line(ONE), line(TWO), signs("∫", EXPANDING)), signs("dx")),
     r"\int_{1}^{2} {x}dx"),
    (equation(template(16, 0x70, line(N), line(N, EQUALS, ONE), line(signs("∞", SYMBOL)), signs("∑", EXPANDING))),
     r"\sum_{n=1}^{\infty} {n}"),
    (equation(template(23, 0x10, line(signs("lim", FUNCTION)), line(X, signs("→", SYMBOL), ONE), NULL), X),
     r"\lim_{x\rightarrow 1}x"),
    (equation(signs("sin", FUNCTION), X, PLUS, signs("cos", TEXT), signs("α")), r"\sin x+\cos \alpha"),
    (equation(X, signs("\uef02", SPACE), signs("nếu x", TEXT)), r"x\,\text{nếu x}"),
    (equation(signs("f(t)d", TEXT)), r"\mathrm{f}(\mathrm{t})\mathrm{d}"),
    (equation(template(13, 0, line(signs("AB"))), template(34, 0, line(signs("CD")))),
     r"\overline{AB}\overset{\frown}{CD}"),
    (equation(X, signs("∈", SYMBOL), signs("ℝ")), r"x\in \mathbb{R}"),
    (equation(X, template(14, 36, line(signs("t", TEXT)), NULL, signs("→", EXPANDING)), N),
     r"x\xrightarrow{\mathrm{t}}n"),
    (equation(template(14, 60, line(X), line(N), signs("↔", EXPANDING))), r"\xleftrightarrow[n]{x}"),
])
def test_what_mathtype_writes_is_said_in_tex(formula: bytes, tex: str):
    assert tex_of_equation(formula) == tex
    assert tex_of_object(ole(formula)) == tex
    assert formula_fault(f"\\({tex}\\)") is None


def test_two_lines_stand_below_each_other():
    head = equation(X)[:-len(line(X)) - 1]
    assert tex_of_equation(head + pile(line(X), line(N)) + b"\0") == r"\begin{array}{l} x \\ n \end{array}"


@pytest.mark.parametrize("formula", [
    equation(template(14, 38, line(X), NULL)), equation(template(14, 40, line(X), NULL)),
    equation(template(36, 1, line(X))),
    equation(template(11, 2, line(X), line(N))), equation(template(11, 0, line(X), line(N), X)), equation(pile(X)),
    equation(signs("\ue000")), equation(marked("x", 16)), equation(X, b"\x64\1X"), equation(X, b"\x20"),
    equation(template(11, 0, line(X))), equation(template(28, 1, NULL, line(TWO)), X), equation(),
    equation(X) + b"more",
    equation(template(15, 0x31, line(X), line(ONE), line(TWO), signs("Z", EXPANDING))),
    equation(template(1, 3, line(X), signs("(", EXPANDING))), equation(signs("中")),
    equation(template(16, 0x70, line(X), line(ONE), NULL, signs("∑", EXPANDING))),
    equation(matrix(2, 2, line(X))), b"\3" + equation(X)[1:], equation(*[X] * 6_000),
    equation(X, b"\2\x20" + bytes((131,)) + b"x"), b"",
    equation(b"\1\0" * 50 + X + b"\0" * 50),
], ids=range(24))
def test_what_is_not_wholly_understood_stays_a_picture(formula: bytes):
    with pytest.raises(Unknown):
        tex_of_equation(formula)


def test_a_formula_cut_anywhere_is_unknown():
    for place in range(len(QUADRATIC) - 2):
        with pytest.raises(Unknown):
            tex_of_equation(QUADRATIC[:place])


@given(st.integers(0, len(QUADRATIC) - 1), st.integers(0, 255), st.binary(max_size=30))
@settings(max_examples=300, deadline=1000)
def test_changed_formulas_are_said_or_unknown(place: int, byte: int, tail: bytes):
    for data in (QUADRATIC[:place] + bytes([byte]) + QUADRATIC[place + 1:], QUADRATIC[:place] + tail):
        try:
            tex = tex_of_equation(data)
        except Unknown:
            continue
        assert formula_fault(f"\\({tex}\\)") is None


def test_damaged_objects_are_unknown(monkeypatch: pytest.MonkeyPatch):
    whole = ole(QUADRATIC)
    for data in (b"", b"\xd0\xcf\x11\xe0", whole[:600], ole(QUADRATIC, "Contents"), whole[:1024], b"x" * 4096):
        with pytest.raises(Unknown):
            tex_of_object(data)
    for place in range(0, 1700, 4):
        with suppress(Unknown):
            assert formula_fault(tex_of_object(whole[:place] + b"\xff" * 4 + whole[place + 4:])) is None
    monkeypatch.setattr(mtef, "MOST_BYTES", 10)
    with pytest.raises(Unknown):
        tex_of_object(whole)
