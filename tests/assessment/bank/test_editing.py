"""The editor's fields: what a version says becomes fields, and fields that were not touched say the same again."""

import pytest
from lxml import html

from assessment.bank.content import read_body
from assessment.bank.editing import FORMS, blank_body, body_of_fields, body_of_version
from assessment.bank.editing.base import tree_of
from assessment.bank.types import TYPES
from tests.factories.bank import make_body


def sent_by(page: str) -> list[tuple[str, str]]:
    """What a browser would send of a page with the fields."""
    form = html.fromstring(f"<form>{page}</form>")
    return [(name, value) for name, value in form.form_values()]


def test_every_type_has_its_form():
    assert set(FORMS) == set(TYPES)


@pytest.mark.parametrize("type", list(TYPES))
def test_an_untouched_version_goes_through_the_page_unchanged(app, type):
    content, key = make_body(type)
    clean, problems = read_body(type, content, key)
    assert not problems, (type, problems)
    body = body_of_version(type, clean.content, clean.key)
    with app.test_request_context():
        from flask import render_template
        page = render_template(f"assessment/bank/editing/{body.form.template}.html", body=body, problems={})
    fields = [("prompt", body.fields["prompt"]), ("explanation", body.fields["explanation"]), *sent_by(page)]
    again = body_of_fields(type, fields)
    read, problems = read_body(type, again.content(), again.key())
    assert not problems
    assert (read.content, read.key) == (clean.content, clean.key)


@pytest.mark.parametrize("type", list(TYPES))
def test_buttons_add_and_take_away_rows(type):
    body = blank_body(type)
    for path, row in body.form.rows.items():
        if path == "pool":
            continue  # it follows the gaps
        *_parents, last = path.split(".")
        held = body.fields["table"]["rows"] if last == "rows" else body.fields[path]
        before = len(held)
        assert body.change(f"add:{path}")
        assert len(held) == before + 1
        if row.letter:
            assert len({each["id"] for each in held}) == before + 1
        for _again in range(before + 3):
            body.change(f"remove:{path}.0")
        assert len(held) == row.least
    for nonsense in ("add:nothing", "remove:options.99", "remove:", "add:prompt.x", "refresh", "remove:options.0.text"):
        body.change(nonsense)


def test_gaps_follow_their_marks():
    body = body_of_fields("cloze", [("prompt", "a [[g2]] b [[g1]]"), ("gaps.0.id", "g1"), ("gaps.0.kind", "choice"),
                                    ("gaps.0.choices", "một\n*hai"), ("gaps.1.id", "g7"), ("gaps.1.words", "x")])
    assert [row["id"] for row in body.fields["gaps"]] == ["g2", "g1"]
    assert body.key()["gaps"]["g1"] == {"correct": "o2"}


def test_a_tree_is_made_of_names_and_nonsense_is_left_out():
    assert tree_of([("a.10.x", "2"), ("a.2.x", "1"), ("b[]", "1"), ("b[]", "2"), ("A", "x"), ("a..b", "x"), ("c", "1"),
                    ("c.d", "2"), ("x." * 9 + "y", "deep"), ("right[].x", "1")]) == {
        "a": [{"x": "1"}, {"x": "2"}], "b": ["1", "2"], "c": "1"}
    for type in FORMS:
        body = body_of_fields(type, [(name, "x") for name in (
            "options", "targets", "gaps", "accepted", "unit", "choose", "truth", "table", "pool", "image", "areas",
            "points", "criteria", "tests", "samples", "variables", "right", "accept", "table.rows", "columns")])
        assert read_body(type, body.content(), body.key())[1]


def test_variables_are_said_as_they_are_stored():
    body = body_of_fields("short_numeric", [
        ("prompt", "{{a}} + {{b}}"), ("variables.0.name", "a"), ("variables.0.kind", "range"),
        ("variables.0.from", "1"), ("variables.0.to", "9,5"), ("variables.0.step", "0,5"), ("variables.1.name", "b"),
        ("variables.1.kind", "values"), ("variables.1.values", "2; 3,5"), ("variables.2.name", "c"),
        ("variables.2.kind", "formula"), ("variables.2.is", "a*b"), ("conditions", "a != b\n"),
        ("accepted.0.value", "{{c}}"), ("accepted.0.tolerance", "0")])
    content = body.content()
    assert content["variables"] == [{"name": "a", "from": "1", "to": "9.5", "step": "0.5"},
                                    {"name": "b", "values": ["2", "3.5"]}, {"name": "c", "is": "a*b"}]
    assert content["conditions"] == ["a != b"]
    clean, problems = read_body("short_numeric", content, body.key())
    assert not problems
    shown = body_of_version("short_numeric", clean.content, clean.key)
    assert shown.content()["variables"] == content["variables"]
