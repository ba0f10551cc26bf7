"""A page asked for by this machine's other name is found at the right one."""

import pytest
from flask import Flask

HTML = {"Accept": "text/html"}


def test_a_page_moves_to_the_name_that_people_type(app: Flask) -> None:
    answer = app.test_client().get("/search?q=a", base_url="http://127.0.0.1:8080", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://localhost:8080/search?q=a")


@pytest.mark.parametrize(("base_url", "headers"), [
    ("http://localhost:8080", HTML), ("http://school.example", HTML),
    ("http://127.0.0.1:8080", {"Accept": "application/json"}),
])
def test_others_are_answered_where_they_asked(app: Flask, base_url: str, headers: dict[str, str]) -> None:
    assert app.test_client().get("/search", base_url=base_url, headers=headers).status_code == 200
