"""Word's formulas as TeX: what pandoc makes of our TeX is what it made of the formula."""

import pytest
from lxml import etree

from assessment.interchange.word.formulas import Unknown, tex_of
from bench.word_papers.omml import M, omml, same_formula

FORMULAS = (
    r"\frac{1}{2}",
    r"\sqrt[3]{x + 1}",
    r"\int_{0}^{1}x^{2}\, dx",
    r"\overrightarrow{AB}",
    r"\lim_{x \rightarrow 0}\frac{\sin x}{x}",
    r"\left\{ \begin{matrix} x + y = 3 \\ x - y = 1 \end{matrix} \right.",
    r"\log_{2}x",
    r"\mathrm{H}_{2}\mathrm{SO}_{4}",
    r"A\overset{t^{\circ}}{\rightarrow}B",
    r"\sum_{k = 1}^{n}k",
    r"\left[ \begin{array}{l} x = 1 \\ x = 2 \end{array} \right.",
    r"\overline{z}",
    r"\widehat{ABC}",
    r"f'(x)",
    r"\alpha \geq \beta",
    r"x \in \mathbb{R} \setminus \{ 1\}",
    r"\text{nếu } x > 0",
    r"\left. x \right|_{0}^{1}",
    r"\binom{n}{k}",
    r"\mathrm{Fe}^{3 +}",
    r"90^{\circ}",
    r"20\%",
    r"2\pi rl",
    r"\bar{x}",
)


def test_formulas_are_those_that_pandoc_would_read():
    made = omml(list(FORMULAS))
    read = {tex: tex_of(etree.fromstring(made[tex])) for tex in FORMULAS}
    omml(list(read.values()))
    assert [tex for tex, ours in read.items() if not same_formula(tex, ours)] == []


def test_different_formulas_are_told_apart():
    assert not same_formula("x^{2}", "x_{2}")
    assert not same_formula(r"\frac{1}{2}", r"\frac{2}{1}")


@pytest.mark.parametrize(
    "inner", ["<m:strange/>", '<m:nary><m:naryPr><m:chr m:val="?"/></m:naryPr></m:nary>', "<m:r><m:t>式</m:t></m:r>"]
)
def test_what_has_no_tex_is_said_to_be_unknown(inner):
    with pytest.raises(Unknown):
        tex_of(etree.fromstring(f'<m:oMath xmlns:m="{M[1:-1]}">{inner}</m:oMath>'))
