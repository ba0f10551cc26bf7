"""Vietnamese words: what is one word and what is another."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text import (
    exact,
    exact_terms,
    fold,
    fold_in_place,
    folded_terms,
    has_marks,
    query_words,
    tidy,
    words,
)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Đường", "duong"),
        ("ĐẠI", "dai"),
        ("hoà", "hoa"),
        ("lý", "li"),
        ("Kỹ", "ki"),
        ("quý", "qui"),
        ("my", "mi"),
        ("thuý", "thuy"),
        ("ý", "y"),
        ("tay", "tay"),
        ("H₂SO₄", "h2so4"),
        ("résumé", "resume"),
        ("2025", "2025"),
    ],
)
def test_folding(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("Lý", "lí"),
        ("quý", "quí"),
        ("KHOẺ", "khỏe"),
        ("mỹ", "mĩ"),
    ],
)
def test_two_spellings_of_a_word(one: str, other: str) -> None:
    assert exact(one) == exact(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("toán", "toàn"),
        ("đa", "da"),
        ("tư", "tu"),
        ("tân", "tan"),
        ("hoa", "hoà"),
        ("tai", "tay"),
        ("thúi", "thúy"),
    ],
)
def test_two_words(one: str, other: str) -> None:
    assert exact(one) != exact(other)


@pytest.mark.parametrize("written", ["ấ", "a\u0302\u0301", "a\u0301\u0302"])
def test_marks_in_any_order_are_one_letter(written: str) -> None:
    assert tidy(written) == "ấ"
    assert exact(f"t{written}t") == exact("tất".replace("ấ", "ấ")) == "tât2"


def test_tidy_drops_what_nobody_sees() -> None:
    assert tidy("a\x00b\u200bc\u00add\ud800e\nf\tg") == "abcde f g"


def test_words_are_letters_and_digits() -> None:
    assert list(words("Câu 1: x_2 + y² = 1,5 (đ/đ)?")) == ["Câu", "1", "x", "2", "y²", "1", "5", "đ", "đ"]


def test_text_without_marks_has_terms_of_its_own() -> None:
    assert exact_terms("de thi Toan") == "~de ~thi ~toan"
    assert exact_terms("đề thi Toan") == "đê1 thi toan"
    assert folded_terms("đề thi Toán lý") == "de thi toan li"


def test_a_word_typed_without_marks_is_not_exact() -> None:
    assert [(word.folded, word.exact) for word in query_words("dao động DAO", 9)] == [
        ("dao", None),
        ("dong", "đông5"),
    ]
    assert len(query_words("một hai ba bốn", 2)) == 2


@given(st.text())
def test_any_text_gives_terms_without_spaces_or_quotes(text: str) -> None:
    for term in [*folded_terms(text).split(" "), *exact_terms(text).split(" ")]:
        assert not set(term) & set('" \t\n()*:{}')


@given(st.text())
def test_tidy_twice_is_tidy_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_folding_in_place_keeps_every_place(text: str) -> None:
    assert len(fold_in_place(tidy(text))) == len(tidy(text))


@given(st.text(alphabet="aăâeêioôơuưyđbchklmnpqrstvxg \u0300\u0301\u0303\u0309\u0323"))
def test_composed_or_not_makes_no_difference(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert folded_terms(apart) == folded_terms(text)
    assert exact_terms(apart) == exact_terms(text)
    assert has_marks(apart) == has_marks(text)
