"""An item as a candidate gets it: the contract between the template and the exam player."""

import pytest
from flask import render_template_string
from lxml import html

from tests.factories.bank import make_body

TEMPLATE = """{% from "assessment/bank/_item.html" import render_item %}
{{ render_item(3, content, type, points, "f1", response, disabled, order) }}"""


@pytest.fixture
def render(request_context):
    def rendered(type, response=None, disabled=False, order=None, points=0.25):
        content, _key = make_body(type)
        return html.fromstring(render_template_string(TEMPLATE, content=content, type=type, response=response,
                                                      disabled=disabled, order=order, points=points))
    return rendered


@pytest.mark.parametrize(("type", "response", "checked"), [
    ("single_choice", "o2", ["o2"]), ("multiple_response", ["o1", "o3"], ["o1", "o3"]), ("single_choice", None, [])])
def test_choices(render, type, response, checked):
    shown = render(type, response)
    inputs = shown.xpath("//input")
    assert [each.get("data-option") for each in inputs if "checked" in each.attrib] == checked
    assert {each.get("data-item") for each in inputs} == {"f1"}
    assert len(inputs) == 4


def test_statements(render):
    shown = render("true_false", {"o1": True, "o3": False})
    checked = [(each.get("data-option"), each.get("data-value")) for each in shown.xpath("//input[@checked]")]
    assert checked == [("o1", "true"), ("o3", "false")]
    assert len(shown.xpath("//input")) == 8
    assert len({each.get("name") for each in shown.xpath("//input")}) == 4


def test_a_number(render):
    [field] = render("short_numeric", "1,5").xpath("//input")
    assert (field.get("value"), field.get("inputmode"), field.get("maxlength")) == ("1,5", "decimal", "16")


def test_order_names_and_points(render):
    shown = render("single_choice", order=["o3", "o1", "o4", "o2"])
    assert [each.get("value") for each in shown.xpath("//input")] == ["o3", "o1", "o4", "o2"]
    assert "3" in shown.xpath("//legend")[0].text_content()
    assert render("single_choice", points=None).xpath("//*[@class='item__points']") == []
    assert all("disabled" in each.attrib for each in render("true_false", disabled=True).xpath("//input"))


@pytest.mark.parametrize("type", ["single_choice", "multiple_response", "true_false", "short_numeric", "short_text"])
def test_every_input_has_a_name_for_everybody(render, type):
    shown = render(type)
    for field in shown.xpath("//input"):
        label = field.xpath("ancestor::label") or shown.xpath(f"//label[@for='{field.get('id')}']")
        assert label[0].text_content().strip()
    assert shown.xpath("//fieldset/legend")
    assert not shown.xpath("//*[@style or @onclick]|//script")
