"""Presentation MathML as TeX."""

import pytest

from assessment.interchange.qti.mathml import to_tex
from assessment.interchange.qti.tree import parse

SPACE = 'xmlns="http://www.w3.org/1998/Math/MathML"'


@pytest.mark.parametrize(("mathml", "tex"), [
    ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E=mc^2"),
    ("<mfrac><mn>1</mn><mrow><mn>2</mn><mi>π</mi></mrow></mfrac>", r"\frac{1}{2\pi}"),
    ("<msqrt><mi>x</mi><mo>+</mo><mn>1,5</mn></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>",
     r"\sqrt{x+1{,}5}\sqrt[3]{y}"),
    ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", r"\sum_{i=1}^{n}"),
    ("<munder><mi>lim</mi><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder><mi>x</mi>", r"\lim_{x\to0}x"),
    ("<mover><mi>AB</mi><mo>→</mo></mover>", r"\overrightarrow{\mathrm{AB}}"),
    ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", r"\left( a,b \right)"),
    ("<mo>{</mo><mtable><mtr><mtd><mi>x</mi></mtd></mtr><mtr><mtd><mi>y</mi></mtd></mtr></mtable>",
     r"\begin{cases}x \\ y\end{cases}"),
    ("<mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable><mo>)</mo>",
     r"\left( \begin{matrix}1 & 2\end{matrix} \right)"),
    ("<msubsup><mi>H</mi><mn>2</mn><mo>+</mo></msubsup>", "H_2^{+}"),
    ("<mi>sin</mi><mi>α</mi><mo>≤</mo><mtext>nếu 5%</mtext>", r"\sin\alpha\le\text{nếu 5\%}"),
    ("<mi>f</mi><msup><mi>x</mi><mo>′</mo></msup>", "fx'"),
])
def test_what_schools_write(mathml, tex):
    found = to_tex(parse(f"<math {SPACE}>{mathml}</math>".encode()))
    assert (found.text, found.doubts) == (tex, ())


def test_the_tex_that_a_formula_brings_is_taken():
    found = to_tex(parse(f'<math {SPACE} display="block"><semantics><mi>x</mi><annotation encoding="application/x-tex">'
                         r"\frac{1}{x}</annotation></semantics></math>".encode()))
    assert found.html == r"\[\frac{1}{x}\]"


def test_what_is_not_known_is_a_doubt():
    assert to_tex(parse(f"<math {SPACE}><mglyph/><mi>x</mi></math>".encode())).doubts == ("mglyph",)


def test_deep_and_long_formulas_end():
    deep = "<mrow>" * 80 + "<mi>x</mi>" + "</mrow>" * 80
    assert to_tex(parse(f"<math {SPACE}>{deep}</math>".encode())).doubts
    long = "<mi>x</mi>" * 5_000
    assert to_tex(parse(f"<math {SPACE}>{long}</math>".encode())).text == ""
