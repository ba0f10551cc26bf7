"""A question is cut and cleaned before an engine sees it."""

import pytest

from search.documents import Document, from_json, to_json
from search.query import DEPTH, PER_PAGE_LIMIT, TEXT_LIMIT, WORD_LIMIT, SearchQuery, SearchResult
from tests.factories.search import make_document


def test_control_characters_and_spaces_go() -> None:
    assert SearchQuery("  dao\x00\x1f   động\r\n").clean_text == "dao động"


def test_a_long_question_is_cut_and_says_so() -> None:
    long = SearchQuery(" ".join(f"từ{number}" for number in range(500)))
    assert len(long.clean_text) <= TEXT_LIMIT
    assert len(long.words) == WORD_LIMIT
    assert long.is_cut
    assert not SearchQuery("dao động").is_cut


def test_filters_keep_what_was_chosen_once() -> None:
    asked = SearchQuery(kinds=["lecture", "lecture", "", " \x00"], grades=["12"])
    assert asked.filters == {"kind": ("lecture",), "grade": ("12",)}
    assert len(SearchQuery(subjects=[str(n) for n in range(999)]).filters["subject"]) < 999


@pytest.mark.parametrize(
    ("page", "per_page", "window"),
    [
        (1, 20, (1, 20)),
        (0, 0, (1, 1)),
        (-5, 20, (1, 20)),
        (10**9, 20, (DEPTH // 20, 20)),
        (2, 10**9, (2, PER_PAGE_LIMIT)),
    ],
)
def test_pages_stay_within_the_depth(page: int, per_page: int, window: tuple[int, int]) -> None:
    assert SearchQuery(page=page, per_page=per_page).window == window


def test_pages_that_can_be_opened() -> None:
    assert SearchResult((), 0, ()).pages == 1
    assert SearchResult((), 41, ()).pages == 3
    assert SearchResult((), 10**6, ()).pages == DEPTH // 20


def test_a_document_refuses_a_facet_that_no_page_shows() -> None:
    with pytest.raises(ValueError, match="colour"):
        make_document(facets={"colour": "red"})


def test_a_kept_document_reads_back() -> None:
    document = make_document(facets={"kind": "lecture", "grade": ["11", "12"]}, people=["Hoa"], year=2026)
    back = from_json(to_json(document))
    assert isinstance(back, Document)
    assert (back.title, back.year, back.updated_at) == (document.title, 2026, document.updated_at)
    assert back.facet_values("grade") == ["11", "12"]
