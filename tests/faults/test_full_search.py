"""Elasticsearch gone: the search page says so, everything else goes on, and what was published is found later."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search import services as search
from tests.faults.conftest import Lines
from tests.faults.scenes import EXAM_KIND, publish_thesis, seat_candidate

TITLE = "Khảo sát dao động của con lắc lò xo"
FIND = "/search?q=con+lac+lo+xo"


@pytest.fixture
def index(app: Flask) -> Callable[[], None]:
    """Do what the periodic job does."""

    def refresh() -> None:
        with app.app_context():
            search.refresh()

    return refresh


def test_the_search_page_says_so(lines: Lines, client: FlaskClient, index: Callable[[], None]) -> None:
    index()
    lines["search"].cut()
    page = client.get(FIND)
    assert page.status_code == 503
    assert "Chức năng tìm kiếm tạm thời không phản hồi" in page.text
    assert client.get("/api/v1/search?q=con").content_type == "application/problem+json"
    lines["search"].mend()
    assert client.get(FIND).status_code == 200


def test_a_search_that_hangs_is_given_up(lines: Lines, client: FlaskClient, index: Callable[[], None]) -> None:
    index()
    lines["search"].stall()
    assert client.get(FIND).status_code == 503


def test_the_rest_goes_on(app: Flask, lines: Lines, client_of: Callable[[str], FlaskClient]) -> None:
    teacher, candidate = client_of("teacher"), seat_candidate(app)
    lines["search"].cut()
    record = publish_thesis(app, TITLE)
    for path in ("/", "/works", record, "/bank/", "/exams/", "/collections"):
        assert teacher.get(path).status_code == 200, path
    assert candidate.answer(EXAM_KIND, "o2").status_code == 200
    assert candidate.submit().status_code == 200


def test_what_was_published_meanwhile_is_found_when_it_is_back(app: Flask, lines: Lines, client: FlaskClient,
                                                              index: Callable[[], None]) -> None:
    index()
    lines["search"].cut()
    record = publish_thesis(app, TITLE)
    index()
    lines["search"].mend()
    index()
    assert record in client.get(FIND).text
