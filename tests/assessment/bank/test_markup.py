"""Teaching text: safe, stable, and formulas stay formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.bank import markup

PIECES = st.lists(st.sampled_from([
    "<p>", "</p>", "<b", ">", "<", "&lt;", "&amp;", "\\(", "\\)", "\\[", "\\]", "x", " ", "\n", "<br>", "<script>",
    "</script>", "<img src=x onerror=y>", "<svg/onload=z>", "\"", "'", "<a href='javascript:1'>", "đ", "<!--", "-->",
    "<style>", "<math>", "<table>", "<td>", "\x00", "\u2028"]), max_size=25).map("".join)


@given(PIECES)
def test_cleaning_is_safe_and_done_once(text):
    clean = markup.sanitise(text)
    assert markup.sanitise(clean) == clean
    lowered = clean.lower()
    for bad in ("<script", "onerror=y>", "<svg", "<a ", "<style", "<math", "\x00", "<img src=x"):
        assert bad not in lowered


@given(st.text(max_size=60))
def test_plain_text_comes_back_as_it_was_typed(text):
    html = markup.sanitise(markup.plain_to_html(text))
    again = markup.sanitise(markup.plain_to_html(markup.html_to_source(html)))
    if not markup.looks_like_html(markup.html_to_source(html)):
        assert again == html


@pytest.mark.parametrize(("source", "html"), [
    ("a < b và c > d", "<p>a &lt; b và c &gt; d</p>"),
    ("một\nhai\n\nba", "<p>một<br>hai</p>\n<p>ba</p>"),
    ("Cho \\(x<y\\) & z", "<p>Cho \\(x&lt;y\\) &amp; z</p>"),
    ("<p>Cho \\(a<b>c\\)</p>", "<p>Cho \\(a&lt;b&gt;c\\)</p>"),
    ("<b>đậm</b>", "<b>đậm</b>"), ("  ", "")])
def test_source_becomes_html_and_back(source, html):
    clean = markup.sanitise(markup.source_to_html(source))
    assert clean == html
    assert markup.sanitise(markup.source_to_html(markup.html_to_source(clean))) == html


def test_only_our_own_pictures_stay():
    own = '<img src="/items/media/12345678-1234-1234-1234-123456789abc" alt="Đồ thị">'
    assert markup.sanitise(own) == own
    assert markup.lost_parts(own) == []
    for address in ("http://x.vn/a.png", "data:image/png;base64,AA", "//x/a.png", "/files/../a", "a.png"):
        tag = f'<img src="{address}">'
        assert markup.sanitise(f"a{tag}") == "a"
        assert len(markup.lost_parts(tag)) == 1


def test_what_would_be_lost_is_named():
    assert markup.lost_parts("<video src=a></video><IMG src='x/b.png'><img><svg/>") == ["video", "svg", "b.png", ""]


@pytest.mark.parametrize(("html", "fault"), [
    ("\\(x\\) và \\[y\\]", None), ("\\(x", "\\(x"), ("x\\)", "\\)"), ("\\(\\frac{1}{2\\)", "\\frac{1}{2"),
    ("\\(\\{1;2\\}\\)", None), ("\\(}{\\)", "}{"), ("\\(\\begin{cases}a\\\\[2pt] b\\end{cases}\\)", None)])
def test_formulas_that_cannot_be_set(html, fault):
    assert markup.formula_fault(html) == fault


def test_plain_and_without_marks():
    assert markup.plain_text("<p>Tính&nbsp;<b>đạo</b> hàm</p><p>\\(x &lt; 1\\)</p>") == "Tính đạo hàm \\(x < 1\\)"
    assert markup.plain_text("x" * 50, limit=10) == "xxxxxxxxx…"
    assert markup.without_marks("  ĐẠO hàm của Hàm Số ") == "dao ham cua ham so"
    assert markup.one_line("<p>a <b>b</b></p>") == "a <b>b</b>"
    assert markup.one_line("<p>a</p><p>b</p>") == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(("text", "found"), [
    ("\\(a\\) và \\[b\\]", ["a", "b"]),
    ("\\(x\\\\(2)\\)", ["x\\\\(2)"]),
    ("\\[a\\\\[2pt]b\\]", ["a\\\\[2pt]b"]),
    ("\\(bỏ dở \\(c\\)", ["c"]),
    ("\\\\(không\\)", []),
])
def test_where_formulas_stand(text, found):
    assert list(markup.formulas(text)) == found


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["\\(", "\\[", "\\( x ", "\\\\(", "\\(\\[", "<p ", "<img ", "$$"])
def test_a_hostile_text_is_read_in_the_time_of_its_length(piece):
    text = piece * (200_000 // len(piece))
    markup.source_to_html(text)
    markup.formula_fault(text)
