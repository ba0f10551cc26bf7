"""Formulas in words: what is said of each, in two languages; and that any text at all ends soon, in bounds."""

import json
from html import unescape
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from assessment.bank import spoken
from assessment.bank.spoken import speak
from assessment.bank.spoken.pages import words_table
from assessment.bank.spoken.words import ENGLISH, VIETNAMESE

SAID = [
    (r"\frac{1}{2}", "1 phần 2", "1 over 2"),
    (r"\frac12", "1 phần 2", "1 over 2"),
    (r"\dfrac{a+1}{b}", "phân số, tử số a cộng 1, mẫu số b, hết phân số",
     "fraction, numerator a plus 1, denominator b, end fraction"),
    (r"a+\frac{1}{b}", "a cộng 1 phần b", "a plus 1 over b"),
    (r"\frac{\frac{1}{x}}{2}", "phân số, tử số 1 phần x, mẫu số 2, hết phân số",
     "fraction, numerator 1 over x, denominator 2, end fraction"),
    (r"x^2", "x bình phương", "x squared"), (r"x^3", "x lập phương", "x cubed"), (r"x^n", "x mũ n", "x to the power n"),
    (r"x^{n+1}", "x mũ n cộng 1, hết mũ", "x to the power n plus 1, end of power"),
    (r"10^{-3}", "10 mũ âm 3", "10 to the power negative 3"),
    (r"a^{b^{c}}", "a mũ b mũ c, hết mũ", "a to the power b to the power c, end of power"),
    (r"x_1", "x chỉ số 1", "x sub 1"), (r"x_{n+1}", "x chỉ số n cộng 1, hết chỉ số", "x sub n plus 1, end of index"),
    (r"x_1^2", "x chỉ số 1 bình phương", "x sub 1 squared"),
    (r"\sqrt{2}", "căn bậc hai của 2", "the square root of 2"),
    (r"\sqrt{x+1}", "căn bậc hai của x cộng 1, hết căn", "the square root of x plus 1, end of root"),
    (r"\sqrt[3]{x}", "căn bậc ba của x", "the cube root of x"),
    (r"\sqrt[n]{x}", "căn bậc n của x", "the root with index n of x"),
    (r"-x+(-2)", "âm x cộng mở ngoặc âm 2 đóng ngoặc", "negative x plus open bracket negative 2 close bracket"),
    (r"a-b", "a trừ b", "a minus b"), (r"a \times b", "a nhân b", "a times b"), (r"a:b", "a chia b", "a divided by b"),
    (r"f(x)", "f của x", "f of x"), (r"f'(x)", "f phẩy của x", "f prime of x"),
    (r"a(x)", "a mở ngoặc x đóng ngoặc", "a open bracket x close bracket"),
    (r"(x+1)^2", "mở ngoặc x cộng 1 đóng ngoặc bình phương", "open bracket x plus 1 close bracket squared"),
    (r"\left(\frac{1}{2}\right)^n", "mở ngoặc 1 phần 2 đóng ngoặc mũ n",
     "open bracket 1 over 2 close bracket to the power n"),
    (r"|x|", "giá trị tuyệt đối của x", "the absolute value of x"),
    (r"|x-1|<2", "giá trị tuyệt đối của x trừ 1, hết trị tuyệt đối, nhỏ hơn 2",
     "the absolute value of x minus 1, end of absolute value, is less than 2"),
    (r"\left|x\right|", "giá trị tuyệt đối của x", "the absolute value of x"),
    (r"\vec{AB}", "vectơ A B", "vector A B"), (r"\overrightarrow{u}", "vectơ u", "vector u"),
    (r"\widehat{ABC}=60^\circ", "góc A B C bằng 60 độ", "angle A B C equals 60 degrees"),
    (r"\overline{z}", "z gạch ngang", "z bar"), (r"\triangle ABC", "tam giác A B C", "triangle A B C"),
    (r"AB \perp CD", "A B vuông góc với C D", "A B is perpendicular to C D"),
    (r"d \parallel (P)", "d song song với mở ngoặc P đóng ngoặc", "d is parallel to open bracket P close bracket"),
    (r"\int_0^1 x^2\,dx", "tích phân từ 0 đến 1 của x bình phương d x", "integral from 0 to 1 of x squared d x"),
    (r"\int f(x)\,dx", "tích phân của f của x d x", "integral of f of x d x"),
    (r"\sum_{k=1}^{n} k^2", "tổng từ k bằng 1 đến n của k bình phương", "sum from k equals 1 to n of k squared"),
    (r"\lim_{x\to 0} x", "giới hạn khi x tiến tới 0 của x", "limit as x to 0 of x"),
    (r"x\to +\infty", "x tiến tới cộng vô cực", "x to plus infinity"),
    (r"\log_2 8", "lôgarit cơ số 2 của 8", "log base 2 of 8"), (r"\ln x", "lôgarit nê-pe của x", "natural log of x"),
    (r"\sin^2 x + \cos^2 x = 1", "sin bình phương x cộng cos bình phương x bằng 1",
     "sine squared x plus cosine squared x equals 1"),
    (r"\tan\alpha", "tang an-pha", "tangent alpha"), (r"\Delta = b^2-4ac", "đen-ta bằng b bình phương trừ 4 a c",
                                                   "capital delta equals b squared minus 4 a c"),
    (r"C_n^k", "tổ hợp chập k của n", "combinations of n taken k"), (r"A_n^k", "chỉnh hợp chập k của n",
     "arrangements of n taken k"),
    (r"\binom{n}{k}", "tổ hợp chập k của n", "n choose k"), (r"n!", "n giai thừa", "n factorial"),
    (r"x\in\mathbb{R}", "x thuộc tập số thực", "x in the real numbers"), (r"A\cap B", "A giao B", "A intersection B"),
    (r"[0;1)", "mở ngoặc vuông 0 chấm phẩy 1 đóng ngoặc", "open square bracket 0 semicolon 1 close bracket"),
    (r"\{1;2\}", "mở ngoặc nhọn 1 chấm phẩy 2 đóng ngoặc nhọn", "open brace 1 semicolon 2 close brace"),
    (r"a \le b", "a nhỏ hơn hoặc bằng b", "a is less than or equal to b"), (r"a \ne b", "a khác b",
     "a is not equal to b"),
    (r"p \Rightarrow q", "p suy ra q", "p implies q"), (r"3{,}5", "3,5", "3,5"), (r"50\%", "50 phần trăm",
     "50 percent"),
    (r"v = 20\,\mathrm{m/s}", "v bằng 20 m/s", "v equals 20 m/s"),
    (r"\begin{cases}x+y=1\\x-y=3\end{cases}", "hệ 2 dòng, dòng 1: x cộng y bằng 1; dòng 2: x trừ y bằng 3, hết hệ",
     "system of 2 lines, line 1: x plus y equals 1; line 2: x minus y equals 3, end of system"),
    (r"\left\{\begin{array}{l}x=1\\y=2\end{array}\right.", "hệ 2 dòng, dòng 1: x bằng 1; dòng 2: y bằng 2, hết hệ",
     "system of 2 lines, line 1: x equals 1; line 2: y equals 2, end of system"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "ma trận 2 hàng 2 cột, hàng 1: 1, 2; hàng 2: 3, 4, hết ma trận",
     "matrix of 2 rows and 2 columns, row 1: 1, 2; row 2: 3, 4, end of matrix"),
    (r"\ce{2H2 + O2 -> 2H2O}", "2 H 2 cộng O 2 tạo thành 2 H 2 O", "2 H 2 plus O 2 yields 2 H 2 O"),
    (r"\ce{Fe^{3+}}", "Fe 3 cộng", "Fe 3 plus"), (r"\ce{SO4^2-}", "S O 4 2 trừ", "S O 4 2 minus"),
    (r"\ce{N2 + 3H2 <=> 2NH3}", "N 2 cộng 3 H 2 phản ứng thuận nghịch tạo thành 2 N H 3",
     "N 2 plus 3 H 2 is in equilibrium with 2 N H 3"),
    (r"\ce{CaCO3 v}", "Ca C O 3 kết tủa", "Ca C O 3 as a precipitate"),
    (r"\ce{NaCl(aq)}", "Na Cl dung dịch", "Na Cl aqueous"),
    (r"\foo{x}", "foo x", "foo x"), (r"\text{nếu } x>0", "nếu x lớn hơn 0", "nếu x is greater than 0"),
    ("", "", ""), ("}", "", ""), ("{{{{", "", ""), (r"\frac", "phần", "over"), ("((", "mở ngoặc mở ngoặc",
     "open bracket open bracket"),
]


@pytest.mark.parametrize(("tex", "vietnamese", "english"), SAID)
def test_a_formula_is_said_as_a_teacher_says_it(tex: str, vietnamese: str, english: str) -> None:
    assert speak(tex, "vi") == vietnamese
    assert speak(tex, "en") == english


def test_formulas_that_differ_sound_different() -> None:
    alike = [r"\frac{a+1}{b}", r"a+\frac{1}{b}", r"\frac{a}{b}+1", r"\sqrt{x+1}", r"\sqrt{x}+1", r"x^{n+1}", r"x^n+1",
             r"|x-1|", r"|x|-1", r"x_{n+1}", r"x_n+1", r"\frac{a}{b+1}", r"-x", r"x-"]
    for language in ("vi", "en"):
        assert len({speak(tex, language) for tex in alike}) == len(alike)


def test_both_languages_have_words_for_the_same() -> None:
    assert set(VIETNAMESE.words) == set(ENGLISH.words)
    assert set(VIETNAMESE.phrases) == set(ENGLISH.phrases)


PIECES = st.sampled_from([
    "\\frac", "\\sqrt", "{", "}", "[", "]", "^", "_", "'", "\\left", "\\right", "(", ")", "|", "\\begin{cases}",
     "\\end{cases}",
    "\\\\", "&", "\\text", "\\ce", "\\vec", "x", "2", " ", "-", "\\log", "\\int", "\\", "\\mathbb", "C", "\\begin",
     "\\end", "é"])


@pytest.mark.timeout(120)
@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=200).map("".join)))
def test_any_text_ends_in_bounds(tex: str) -> None:
    for language in ("vi", "en"):
        said = speak.__wrapped__(tex, language)
        assert len(said) <= spoken.LONGEST
        assert "\n" not in said


@pytest.mark.timeout(60)
@pytest.mark.parametrize("tex", ["{" * 2_000, "(" * 2_000, "\\frac" * 400, "\\sqrt{" * 300, "x^{" * 600,
                                 "\\left(" * 300, "\\begin{cases}" * 150, "|" * 2_000, "\\vec" * 400,
                                 "x_" * 1_000, "\\text{" * 300])
def test_what_is_nested_deep_or_left_open_ends_soon(tex: str) -> None:
    assert len(speak(tex, "vi")) <= spoken.LONGEST


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
