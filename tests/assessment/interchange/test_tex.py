"""Spellings of TeX that look alike are one; what looks different stays different."""

import pytest

from assessment.interchange.tex import canonical, canonical_html

ALIKE = [
    ("x^2", "x^{2}"),
    ("{Fe}_2 {O}_3", "Fe_{2}O_{3}"),
    (r"a \le b", r"a\leq b"),
    (r"\left( AlO_2 \right)_2", "(AlO_2)_{2}"),
    (r"\frac12", r"\dfrac{1}{2}"),
    (r"\sqrt 2", r"\sqrt{2}"),
    (r"f'(x)", r"f^{\prime}(x)"),
    (r"y^{\prime\prime}", "y''"),
    (r"x_1^2", "x^2_1"),
    (r"{CO}_3{ }^{2-}", "CO_{3}^{2-}"),
    (r"\mathrm{Na}", r"\text{Na}"),
    (r"m_{\text {ete }}", r"m_{\mathrm{ete}}"),
    (r"\sin x", r"\operatorname{sin}x"),
    (r"\lim\limits_{x \to 0} x", r"\underset{x\rightarrow 0}{\lim}x"),
    (r"\xrightarrow{t^0}", r"\stackrel{t^{0}}{\longrightarrow}"),
    (r"\overrightarrow{AB}", r"\vec{AB}"),
    (r"\begin{cases} x=1 \\ y=2 \end{cases}", r"\left\{ \begin{array}{l} x=1 \\ y=2 \end{array} \right."),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\left( \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} \right)"),
    (r"180^\circ", "180°"),
    ("0 ≤ α", r"0 \leq \alpha"),
    (r"loãng", r"\text{loãng}"),
    (r"{\rm d}x", r"\mathrm{d}x"),
]
DIFFERENT = [
    ("x^2", "x_2"),
    ("x^{12}", "x^12"),
    (r"\frac{a}{b}", r"\frac{b}{a}"),
    (r"\sqrt{ab}", r"\sqrt{a}b"),
    (r"\sqrt[3]{x}", r"\sqrt{x}"),
    ("a<b", r"a\leq b"),
    (r"\mathrm{d}x", "dx"),
    (r"\mathbf{x}", "x"),
    (r"\mathbb{R}", "R"),
    (r"\text{số mol}", r"\text{sốmol}"),
    (r"\vec{AB}", "AB"),
    (r"\hat{A}", r"\bar{A}"),
    (r"\rightarrow", r"\Rightarrow"),
    (r"\sin x", r"\cos x"),
    ("(a", "[a"),
    (r"f'", "f"),
    (r"\begin{matrix}1&2\\3&4\end{matrix}", r"\begin{matrix}1&2&3&4\end{matrix}"),
    ("a|b", r"a\|b"),
    (r"\int_0^1 x", r"\int_1^0 x"),
    ("x^{a}b", "x^{ab}"),
    (r"\frac{a}{b}c", r"\frac{a}{bc}"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_that_look_alike_are_one(one: str, other: str):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_looks_different_stays_different(one: str, other: str):
    assert canonical(one) != canonical(other)


def test_only_formulas_of_a_text_are_touched():
    assert canonical_html(r"<p>a  ^2 \(x^2\) &lt; {b}</p>") == r"<p>a  ^2 \(x^{2}\) &lt; {b}</p>"
    assert canonical_html(r"<p>nên \[x^2\]</p>") == r"<p>nên </p><p>\[x^{2}\]</p>"


@pytest.mark.parametrize("tex", ["{" * 500, "x^" * 500, "\\", "\\frac", r"\begin{array}", r"\left", "}", "", r"\sqrt["])
def test_broken_tex_ends(tex: str):
    assert isinstance(canonical(tex), str)
