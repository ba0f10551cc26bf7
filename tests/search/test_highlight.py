"""Where words stand in a text."""

from hypothesis import given
from hypothesis import strategies as st

from search.highlight import excerpt, mark
from search.query import Segment
from search.text import query_words, tidy


def shown(pieces: list[Segment]) -> str:
    """The text with [hits] in brackets."""
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


def test_words_are_marked_typed_with_marks_or_without() -> None:
    assert shown(mark("Vật lý và Toán", query_words("vat li", 9))) == "[Vật] [lý] và Toán"
    assert shown(mark("Vật lý và Toán", query_words("vật lí", 9))) == "[Vật] [lý] và Toán"
    assert shown(mark("Toán toàn văn", query_words("toán", 9))) == "[Toán] toàn văn"
    assert shown(mark("De thi toan", query_words("đề toán", 9))) == "[De] thi [toan]"


def test_parts_of_words_are_not_marked() -> None:
    assert shown(mark("hoan hoang hoa_2 hoa2", query_words("hoa", 9))) == "hoan hoang [hoa]_2 hoa2"


def test_html_stays_text() -> None:
    pieces = mark("<b>sóng</b>", query_words("sóng", 9))
    assert pieces == [Segment("<b>"), Segment("sóng", hit=True), Segment("</b>")]


def test_the_excerpt_is_where_the_words_stand_thickest() -> None:
    filler = "một hai ba bốn năm " * 30
    text = f"{filler} sóng {filler} sóng cơ và giao thoa sóng {filler}"
    found = shown(excerpt(text, query_words("sóng cơ giao thoa", 9)))
    assert "[sóng] [cơ] và [giao] [thoa] [sóng]" in found
    assert found.startswith("… ")
    assert found.endswith(" …")


def test_without_words_the_excerpt_is_the_beginning() -> None:
    assert shown(excerpt("Một đoạn ngắn.", [])) == "Một đoạn ngắn."
    long = shown(excerpt("chữ " * 200, []))
    assert long.startswith("chữ chữ")
    assert len(long) < 300


@given(st.text(), st.text(max_size=30))
def test_nothing_of_the_text_is_lost_or_added(text: str, typed: str) -> None:
    assert "".join(piece.text for piece in mark(text, query_words(typed, 24))) == tidy(text)


@given(st.text(max_size=2000), st.text(max_size=30))
def test_an_excerpt_is_part_of_the_text(text: str, typed: str) -> None:
    pieces = "".join(piece.text for piece in excerpt(text, query_words(typed, 24)))
    assert pieces.removeprefix("… ").removesuffix(" …") in tidy(text)
