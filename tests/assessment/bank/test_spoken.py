"""Formulas in words: what is said in either language, that it ends whatever is written, and where pages have it."""

import json
from html import unescape
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.spoken import english, say, vietnamese
from assessment.bank.spoken.pages import words_table
from assessment.bank.spoken.tree import MOST_WORDS

SAID = (
    (r"\frac{a+1}{b}", "phân số, tử số a cộng 1, mẫu số b, hết phân số",
     "fraction, numerator a plus 1, denominator b, end fraction"),
    (r"\frac{a}{b}", "a phần b", "a over b"),
    (r"x+\frac{1}{2}", "x cộng 1 phần 2", "x plus 1 over 2"),
    (r"\frac12x", "1 phần 2 nhân x", "1 over 2 times x"),
    (r"2\frac{1}{3}", "2 và 1 phần 3", "2 and 1 over 3"),
    (r"\frac{1+\frac{2}{x+1}}{3}",
     "phân số, tử số 1 cộng phân số, tử số 2, mẫu số x cộng 1, hết phân số, mẫu số 3, hết phân số",
     "fraction, numerator 1 plus fraction, numerator 2, denominator x plus 1, end fraction, "
     "denominator 3, end fraction"),
    (r"\sin\frac{x}{2}", "sin phân số, tử số x, mẫu số 2, hết phân số",
     "sine fraction, numerator x, denominator 2, end fraction"),
    (r"\left(\frac{a}{b}\right)^2", "mở ngoặc a phần b đóng ngoặc bình phương",
     "open bracket a over b close bracket squared"),
    (r"x^2", "x bình phương", "x squared"),
    (r"x^3y", "x lập phương y", "x cubed y"),
    (r"x^n", "x mũ n", "x to the power n"),
    (r"x^n y", "x mũ n, hết mũ, y", "x to the power n, end power, y"),
    (r"e^{-x^2}", "e mũ trừ x bình phương, hết mũ", "e to the power minus x squared, end power"),
    (r"a^{-1}", "a mũ âm 1", "a to the power minus 1"),
    (r"2^{n+1}-1", "2 mũ n cộng 1, hết mũ, trừ 1", "2 to the power n plus 1, end power, minus 1"),
    (r"(a+b)^2", "mở ngoặc a cộng b đóng ngoặc bình phương", "open bracket a plus b close bracket squared"),
    (r"a_1", "a chỉ số 1", "a sub 1"),
    (r"u_n=u_1+(n-1)d", "u chỉ số n bằng u chỉ số 1 cộng mở ngoặc n trừ 1 đóng ngoặc d",
     "u sub n equals u sub 1 plus open bracket n minus 1 close bracket d"),
    (r"a_n x", "a chỉ số n, hết chỉ số, x", "a sub n, end sub, x"),
    (r"x_1^2", "x chỉ số 1 bình phương", "x sub 1 squared"),
    (r"S_{ABCD}=a^2", "S chỉ số A B C D, hết chỉ số, bằng a bình phương", "S sub A B C D, end sub, equals a squared"),
    (r"\sqrt{x}", "căn bậc hai của x", "the square root of x"),
    (r"\sqrt{x+1}", "căn bậc hai của x cộng 1, hết căn", "the square root of x plus 1, end root"),
    (r"\sqrt{2}x", "căn bậc hai của 2, hết căn, x", "the square root of 2, end root, x"),
    (r"\sqrt[3]{x}", "căn bậc ba của x", "the cube root of x"),
    (r"\sqrt[n]{a}", "căn bậc n của a", "the root of order n of a"),
    (r"x_{1}=\frac{-b+\sqrt{\Delta}}{2a}",
     "x chỉ số 1 bằng phân số, tử số trừ b cộng căn bậc hai của delta, mẫu số 2 a, hết phân số",
     "x sub 1 equals fraction, numerator minus b plus the square root of capital delta, denominator 2 a, end fraction"),
    (r"\alpha+\beta\ne\pi", "alpha cộng beta khác pi", "alpha plus beta is not equal to pi"),
    (r"\Delta=b^2-4ac", "delta bằng b bình phương trừ 4 a c", "capital delta equals b squared minus 4 a c"),
    (r"\omega\,\Omega", "omega omega lớn", "omega capital omega"),
    (r"x=-5", "x bằng âm 5", "x equals minus 5"),
    (r"-x<3", "trừ x nhỏ hơn 3", "minus x is less than 3"),
    (r"x\ge\pm1", "x lớn hơn hoặc bằng cộng trừ 1", "x is greater than or equal to plus or minus 1"),
    (r"a\approx3{,}14", "a xấp xỉ 3,14", "a is approximately 3.14"),
    (r"x \to +\infty", "x tiến đến dương vô cùng", "x approaches plus infinity"),
    (r"x\in\mathbb{R}", "x thuộc R", "x in R"),
    (r"\mathbb{R}\setminus\{1;2\}", "R trừ tập hợp 1, 2, hết tập hợp", "R set minus the set 1, 2, end set"),
    (r"A=\{x\in\mathbb{N}\mid x<5\}", "A bằng tập hợp x thuộc N sao cho x nhỏ hơn 5, hết tập hợp",
     "A equals the set x in N such that x is less than 5, end set"),
    (r"A\cap B=\varnothing", "A giao B bằng tập rỗng", "A intersection B equals the empty set"),
    (r"[a;b]", "đoạn từ a đến b", "the closed interval from a to b"),
    (r"[a;b)", "nửa khoảng từ a đến b, lấy đầu trái", "the interval from a to b, with its left end only"),
    (r"(-\infty;2]", "nửa khoảng từ âm vô cùng đến 2, lấy đầu phải",
     "the interval from minus infinity to 2, with its right end only"),
    (r"(0;+\infty)", "khoảng từ 0 đến dương vô cùng", "the open interval from 0 to plus infinity"),
    (r"x\in(1;3)", "x thuộc khoảng từ 1 đến 3", "x in the open interval from 1 to 3"),
    (r"\int_1^e\frac{2}{x}\,dx=2\ln x\Big|_1^e",
     "tích phân từ 1 đến e của 2 phần x, d x bằng 2 logarit tự nhiên của x thế cận từ 1 đến e",
     "the integral from 1 to e of 2 over x, d x equals 2 natural log of x evaluated from 1 to e"),
    (r"420\,000", "420000", "420000"),
    (r"^{131}\mathrm{I}", "số khối 131, I", "mass number 131, I"),
    (r"\overline{E_1}", "gạch trên E chỉ số 1, hết gạch trên", "bar over E sub 1, end bar"),
    (r"L(x)", "L của x", "L of x"),
    (r"M(1;-2)", "M mở ngoặc 1 chấm phẩy âm 2 đóng ngoặc", "M open bracket 1 semicolon minus 2 close bracket"),
    (r"\vec{AB}", "vectơ A B", "vector A B"),
    (r"\overrightarrow{AB}=\vec{a}+\vec{b}", "vectơ A B bằng vectơ a cộng vectơ b",
     "vector A B equals vector a plus vector b"),
    (r"|\vec{a}|", "độ dài của vectơ a, hết độ dài", "the length of vector a, end length"),
    (r"|x|+|y|", "giá trị tuyệt đối của x cộng giá trị tuyệt đối của y",
     "the absolute value of x plus the absolute value of y"),
    (r"\left|x-1\right|\le2", "giá trị tuyệt đối của x trừ 1, hết giá trị tuyệt đối, nhỏ hơn hoặc bằng 2",
     "the absolute value of x minus 1, end absolute value, is less than or equal to 2"),
    (r"\lim_{x\to0}\frac{\sin x}{x}=1",
     "giới hạn khi x tiến đến 0 của phân số, tử số sin x, mẫu số x, hết phân số, bằng 1",
     "the limit as x approaches 0 of fraction, numerator sine x, denominator x, end fraction, equals 1"),
    (r"\sum_{i=1}^{n}i^2", "tổng từ i bằng 1 đến n của i bình phương", "the sum from i equals 1 to n of i squared"),
    (r"\int_0^1 x^2\,dx", "tích phân từ 0 đến 1 của x bình phương d x", "the integral from 0 to 1 of x squared d x"),
    (r"\int f(x)\,dx", "tích phân của f của x d x", "the integral of f of x d x"),
    (r"f'(x)=0", "f phẩy của x bằng 0", "f prime of x equals 0"),
    (r"f''(x)", "f hai phẩy của x", "f double prime of x"),
    (r"y'=3x^2", "y phẩy bằng 3 x bình phương", "y prime equals 3 x squared"),
    (r"\frac{dy}{dx}", "đạo hàm của y theo x", "the derivative of y with respect to x"),
    (r"\frac{d^2y}{dx^2}", "đạo hàm cấp 2 của y theo x", "the derivative of order 2 of y with respect to x"),
    (r"\frac{\partial f}{\partial x}", "đạo hàm riêng của f theo x", "the partial derivative of f with respect to x"),
    (r"v(t)=3t^2", "v của t bằng 3 t bình phương", "v of t equals 3 t squared"),
    (r"\sin^2x+\cos^2x=1", "sin bình phương x cộng cos bình phương x bằng 1",
     "sine squared x plus cosine squared x equals 1"),
    (r"\log_2x", "logarit cơ số 2 của x", "log base 2 of x"),
    (r"\ln(x+1)", "logarit tự nhiên của mở ngoặc x cộng 1 đóng ngoặc",
     "natural log of open bracket x plus 1 close bracket"),
    (r"\tan\alpha", "tang alpha", "tangent alpha"),
    (r"\max_{[0;1]}f(x)", "giá trị lớn nhất trên đoạn từ 0 đến 1 của f của x",
     "the maximum over the closed interval from 0 to 1 of f of x"),
    (r"90^\circ", "90 độ", "90 degrees"),
    (r"25^\circ\text{C}", "25 độ C", "25 degrees C"),
    (r"9{,}8\,\mathrm{m/s^2}", "9,8 mét trên giây bình phương", "9.8 metres per second squared"),
    (r"5\,\text{cm}^3", "5 xentimét khối", "5 cubic centimetres"),
    (r"10^{-3}\,\mathrm{kg}", "10 mũ âm 3 kilôgam", "10 to the power minus 3 kilograms"),
    (r"R=5\,\Omega", "R bằng 5 ôm", "R equals 5 ohms"),
    (r"C_n^k", "tổ hợp chập k của n", "n choose k"),
    (r"A_5^2", "chỉnh hợp chập 2 của 5", "permutations of 2 from 5"),
    (r"A_1^2+A_2^2", "A chỉ số 1 bình phương cộng A chỉ số 2 bình phương", "A sub 1 squared plus A sub 2 squared"),
    (r"\binom{n}{k}", "tổ hợp chập k của n", "n choose k"),
    (r"n!", "n giai thừa", "n factorial"),
    (r"P(A|B)", "P mở ngoặc A với điều kiện B đóng ngoặc", "P open bracket A given B close bracket"),
    (r"50\%", "50 phần trăm", "50 percent"),
    (r"a\vdots b", "a chia hết cho b", "a is divisible by b"),
    (r"a\equiv b\pmod{5}", "a đồng dư với b môđun 5", "a is congruent to b modulo 5"),
    (r"6:2=3", "6 chia 2 bằng 3", "6 divided by 2 equals 3"),
    (r"d: x+y=0", "d hai chấm x cộng y bằng 0", "d colon x plus y equals 0"),
    (r"\begin{cases}x+y=3\\x-y=1\end{cases}", "hệ gồm 2 dòng, dòng 1, x cộng y bằng 3, dòng 2, x trừ y bằng 1, hết hệ",
     "system of 2 lines, line 1, x plus y equals 3, line 2, x minus y equals 1, end system"),
    (r"\left[\begin{array}{l}x=1\\x=2\end{array}\right.",
     "tuyển gồm 2 dòng, dòng 1, x bằng 1, dòng 2, x bằng 2, hết tuyển",
     "any of 2 lines, line 1, x equals 1, line 2, x equals 2, end any of"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "ma trận 2 hàng 2 cột, hàng 1, 1, 2, hàng 2, 3, 4, hết ma trận",
     "2 by 2 matrix, row 1, 1, 2, row 2, 3, 4, end matrix"),
    (r"\begin{vmatrix}a&b\\c&d\end{vmatrix}", "định thức 2 hàng 2 cột, hàng 1, a, b, hàng 2, c, d, hết định thức",
     "2 by 2 determinant, row 1, a, b, row 2, c, d, end determinant"),
    (r"\widehat{BAC}=60^\circ", "góc B A C bằng 60 độ", "angle B A C equals 60 degrees"),
    (r"\triangle ABC\sim\triangle DEF", "tam giác A B C đồng dạng với tam giác D E F",
     "triangle A B C is similar to triangle D E F"),
    (r"AB\perp CD", "A B vuông góc với C D", "A B is perpendicular to C D"),
    (r"\overline{abc}", "gạch trên a b c, hết gạch trên", "bar over a b c, end bar"),
    (r"\bar{z}=a-bi", "z ngang bằng a trừ b i", "z bar equals a minus b i"),
    (r"\overset{\frown}{AB}", "cung A B", "arc A B"),
    (r"\text{với }x>0", "với x lớn hơn 0", "với x is greater than 0"),
    (r"a\Rightarrow b\Leftrightarrow c", "a suy ra b tương đương c", "a implies b if and only if c"),
    (r"\ce{H2SO4}", "H 2 S O 4", "H 2 S O 4"),
    (r"\mathrm{H_2SO_4}", "H 2 S O 4", "H 2 S O 4"),
    (r"\ce{2H2 + O2 ->[t^o] 2H2O}", "2 H 2 cộng O 2 tạo thành, điều kiện t độ, 2 H 2 O",
     "2 H 2 plus O 2 yields, condition t degrees, 2 H 2 O"),
    (r"\ce{N2 + 3H2 <=> 2NH3}", "N 2 cộng 3 H 2 thuận nghịch với 2 N H 3",
     "N 2 plus 3 H 2 is in equilibrium with 2 N H 3"),
    (r"\ce{SO4^2-}", "S O 4 điện tích 2 trừ", "S O 4 charge 2 minus"),
    (r"\ce{Ag+ + Cl- -> AgCl v}", "Ag điện tích cộng, cộng Cl điện tích trừ, tạo thành Ag Cl kết tủa",
     "Ag charge plus, plus Cl charge minus, yields Ag Cl precipitate"),
    (r"\ce{CaCO3(r) -> CaO + CO2 ^}", "Ca C O 3 rắn tạo thành Ca O cộng C O 2 bay hơi",
     "Ca C O 3 solid yields Ca O plus C O 2 gas given off"),
    (r"\ce{^{14}_{6}C}", "số khối 14, số hiệu 6, C", "mass number 14, atomic number 6, C"),
    (r"{}^{235}_{92}\mathrm{U}", "số khối 235, số hiệu 92, U", "mass number 235, atomic number 92, U"),
    (r"\ce{CuSO4*5H2O}", "Cu S O 4 ngậm 5 H 2 O", "Cu S O 4 hydrated with 5 H 2 O"),
    (r"\ce{CH2=CH2}", "C H 2 nối đôi C H 2", "C H 2 double bond C H 2"),
    (r"\ce{Ca(OH)2}", "Ca mở ngoặc O H đóng ngoặc 2", "Ca open bracket O H close bracket 2"),
    (r"\pu{5 m/s}", "5 mét trên giây", "5 metres per second"),
    (r"\foo x", "foo x", "foo x"),
    (r"\forall x\in\mathbb{R}: x^2\ge0", "với mọi x thuộc R hai chấm x bình phương lớn hơn hoặc bằng 0",
     "for all x in R colon x squared is greater than or equal to 0"),
)
OPENED = ("{", "(", "|", "^", "'", "x_", "{(", r"\frac", r"\sqrt[", r"\left(", r"\begin{cases}", r"\mathrm{", r"\ce{",
          r"\ce{->[", r"\overset", r"\not", r"\text", r"\pu{m/", r"\begin{array}{", r"\frac{\left(\sqrt[")
PIECES = st.sampled_from((*OPENED, "}", ")", "]", "&", r"\\", r"\end{cases}", r"\right)", "x", "1,5", " ", "-", "=",
                          r"\alpha", r"\int", r"\lim", r"\foo", ";", ":", "d", "!", "é", "漢"))


@pytest.mark.parametrize(("tex", "vietnamese", "english"), SAID)
def test_a_formula_is_said_in_either_language(tex: str, vietnamese: str, english: str) -> None:
    assert (say(tex, "vi"), say(tex, "en")) == (vietnamese, english)


def test_the_languages_say_the_same_things() -> None:
    assert vietnamese.VOICE.phrases.keys() == english.VOICE.phrases.keys()
    assert set(english.VOICE.units) - set(vietnamese.VOICE.units) == set()
    for name, phrase in vietnamese.VOICE.phrases.items():
        assert phrase.count("{") == english.VOICE.phrases[name].count("{"), name


def test_different_formulas_are_different_words() -> None:
    alike = ((r"\frac{1}{2}x", r"\frac{1}{2x}"), (r"\sqrt{2}x", r"\sqrt{2x}"), ("x^n y", "x^{ny}"), ("a_n x", "a_{nx}"),
             (r"\frac{a+1}{b}", r"a+\frac{1}{b}"), ("(a+b)^2", "a+b^2"), (r"\sin\frac{x}{2}", r"\frac{\sin x}{2}"),
             (r"x^{\frac12}", r"\frac{x^1}{2}"), (r"\frac{a}{b}^2", r"\frac{a}{b^2}"), (r"\frac{\frac{a}{b}}{c}",
             r"\frac{a}{\frac{b}{c}}"), (r"|x|y", "|xy|"), (r"\ce{CO}", r"\ce{Co}"), ("[a;b)", "(a;b]"))
    for one, other in alike:
        for language in ("vi", "en"):
            assert say(one, language) != say(other, language), (one, other)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", OPENED)
def test_what_is_opened_a_thousand_times_is_said_in_part(piece: str) -> None:
    for language in ("vi", "en"):
        assert len(say(piece * 1_000, language)) <= MOST_WORDS


@pytest.mark.timeout(120)
@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=200).map("".join)))
def test_any_text_is_said_in_a_line_of_bounded_length(tex: str) -> None:
    for language in ("vi", "en"):
        said = say(tex, language)
        assert len(said) <= MOST_WORDS
        assert said == " ".join(said.split())


def test_what_was_left_out_is_said() -> None:
    assert say("x+" * 1_500, "vi").endswith(", còn nữa")
    assert "lồng quá sâu" in say("{" * 40 + "x", "vi")


def test_a_page_has_a_table_of_its_formulas_by_language() -> None:
    def table(html: str, locale: str = "vi") -> Any:
        found = words_table(html, locale)
        return json.loads(unescape(found.split('="')[1].rsplit('"', 1)[0])) if found else None

    assert table(r"<p>\(a &lt; b\) \[x^2\]</p>") == {"vi": {"a < b": "a nhỏ hơn b", "x^2": "x bình phương"}}
    assert table(r'<div lang="en">\(x^2\)</div>') == {"vi": {"x^2": "x bình phương"}, "en": {"x^2": "x squared"}}
    assert table("<p>x</p>") is None
    assert '"><script>' not in words_table(r'<p>\("&gt;&lt;script&gt;\)</p>', "vi")


def test_every_page_with_formulas_gets_the_table_once(app: Flask) -> None:
    answer = app.response_class(r"<html><body><p>\(x^2\)</p></body></html>", mimetype="text/html")
    with app.test_request_context():
        shown = app.process_response(answer).get_data(as_text=True)
        assert shown.count("data-formula-words") == 1
        assert shown.index("data-formula-words") < shown.index("</body>")
        again = app.process_response(app.response_class(shown, mimetype="text/html"))
        assert again.get_data(as_text=True) == shown
        plain = app.process_response(app.response_class(r"\(x^2\)", mimetype="text/plain"))
        assert plain.get_data(as_text=True) == r"\(x^2\)"
