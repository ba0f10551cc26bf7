"""The page and the API, as a browser and a program see them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from search.backends.current import ENGINE
from tests.search.conftest import Shelf
from tests.search.test_keep import DownEngine


def read(client: FlaskClient, **query: object) -> html.HtmlElement:
    answer = client.get("/search", query_string=query)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def test_anybody_may_search_and_sees_highlights(shelved: Shelf, client: FlaskClient) -> None:
    page = read(client, q="dao dong")
    [hit] = page.find_class("search-hit")
    assert [mark.text for mark in hit.iter("mark") if mark.getparent().tag == "a"] == ["Dao", "động"]
    assert hit.xpath(".//h3/a/@href")[0].startswith("/works/")
    assert "<i>lò xo</i>" in hit.text_content()
    assert page.get_element_by_id("q").value == "dao dong"


def test_filters_work_without_script(shelved: Shelf, client: FlaskClient) -> None:
    page = read(client, q="", kind=["lecture"])
    assert len(page.find_class("search-hit")) == 1
    checked = page.xpath("//input[@type='checkbox'][@checked]")
    assert [(box.get("name"), box.get("value")) for box in checked] == [("kind", "lecture")]
    boxes = page.xpath("//input[@name='kind']")
    assert len(boxes) == 2
    both = read(client, q="", kind=["lecture", "textbook"])
    assert len(both.find_class("search-hit")) == 2


def test_pages_keep_the_question(shelf: Shelf, client: FlaskClient) -> None:
    from search.services import refresh

    for number in range(25):
        shelf.put(f"Chương {number}", facets={"kind": "lecture"})
    refresh()
    page = read(client, q="chương", kind="lecture")
    following = page.xpath("//a[@rel='next']/@href")[0]
    assert "kind=lecture" in following
    assert len(html.fromstring(client.get(following).text).find_class("search-hit")) == 5


def test_nothing_found_gives_advice(shelved: Shelf, client: FlaskClient) -> None:
    page = read(client, q="khôngcóđâu")
    assert page.xpath("//*[@class='search-advice']/li")
    assert not page.find_class("search-hit")


def test_an_empty_platform(shelf: Shelf, client: FlaskClient) -> None:
    assert read(client).find_class("empty")


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 20_000,
        "từ " * 5_000,
        "\x00\x01\x1b",
        "\ud7ff\uffff",
        "%00",
        "' OR 1=1 --",
        '"',
        "<script>alert(1)</script>",
        "(((((",
        "title_exact:x*",
        "🙂" * 500,
        "NEAR(",
        "\u0301" * 300,
    ],
)
def test_nothing_that_is_typed_breaks_the_page(shelved: Shelf, client: FlaskClient, typed: str) -> None:
    answer = client.get("/search", query_string={"q": typed, "kind": typed[:5000], "page": typed[:9]})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert client.get("/api/v1/search", query_string={"q": typed, "licence": typed[:5000]}).status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "999999", "9" * 50, "x", "1.5", "²"])
def test_any_page_number(shelved: Shelf, client: FlaskClient, page: str) -> None:
    assert client.get("/search", query_string={"page": page}).status_code == 200


def test_the_api_answers_alike(shelved: Shelf, client: FlaskClient) -> None:
    told = client.get(
        "/api/v1/search", query_string={"q": "dao động", "kind": "lecture", "per_page": 5}
    ).get_json()
    assert (told["total"], told["page"], told["pages"]) == (1, 1, 1)
    [hit] = told["items"]
    assert hit["title"][0] == {"text": "Dao", "hit": True}
    assert hit["people"] == ["Nguyễn Thị Hoa"]
    assert {facet["name"] for facet in told["facets"]} == {"kind", "subject", "grade", "licence"}
    assert client.get("/api/v1/search", query_string={"per_page": 10_000}).status_code == 422


def test_while_the_engine_is_down_the_page_says_so(
    shelved: Shelf, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, ENGINE, DownEngine())
    answer = client.get("/search", query_string={"q": "gì"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    told = client.get("/api/v1/search")
    assert (told.status_code, told.content_type) == (503, "application/problem+json")
