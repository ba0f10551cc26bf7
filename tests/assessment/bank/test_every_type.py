"""Every type as a candidate sees it: named controls, the response in them, nothing that the page's policy forbids."""

import pytest
from flask import render_template_string
from lxml import html

from assessment.bank.content import read_body
from assessment.bank.showing import choice_label, gap_parts, in_order, place_mark
from assessment.bank.types import TYPES
from tests.factories.every_type import SAMPLES, sample, sample_points

TEMPLATE = """{% from "assessment/bank/_item.html" import render_item %}
{{ render_item(3, content, type, 1, "f1", response, disabled, order) }}"""


@pytest.fixture
def render(request_context):
    def rendered(type, content, response=None, disabled=False, order=None):
        return html.fromstring(render_template_string(TEMPLATE, content=content, type=type, response=response,
                                                      disabled=disabled, order=order))
    return rendered


def bodies():
    return [*((type, *sample(type)) for type in SAMPLES), ("hotspot", *sample_points())]


def values(shown):
    """What the controls of the answer hold, whichever kind they are."""
    held = []
    for control in shown.xpath("//*[@data-item and not(self::fieldset)]"):
        if control.get("type") in ("radio", "checkbox"):
            held += [control.get("value", "on")] if "checked" in control.attrib else []
        elif control.tag == "select":
            held += [each.get("value") for each in control.xpath(".//option[@selected]")]
        else:
            held.append(control.get("value") if control.tag == "input" else (control.text or "").lstrip("\n"))
    return [each for each in held if each]


def test_every_type_has_a_sample():
    assert set(SAMPLES) == set(TYPES)


@pytest.mark.parametrize(("type", "content", "key", "response"), bodies())
def test_samples_are_sound(type, content, key, response):
    body, problems = read_body(type, content, key)
    assert problems == []
    assert TYPES[type].fits(body.content, response)


@pytest.mark.parametrize(("type", "content", "key", "response"), bodies())
def test_every_control_is_named_and_empty_without_a_response(render, type, content, key, response):
    shown = render(type, content)
    controls = shown.xpath("//*[@data-item and not(self::fieldset) and not(@type='hidden')]")
    for control in [*controls, *shown.xpath("//button")]:
        labels = control.xpath("ancestor::label") or shown.xpath(f"//label[@for='{control.get('id')}']")
        named = [shown.xpath(f"//*[@id='{each}']") for each in (control.get("aria-labelledby") or "").split()]
        texts = [control.get("aria-label"), *(each.text_content() for each in labels),
                 *(found[0].text_content() for found in named),
                 control.text_content() if control.tag == "button" else ""]
        assert any(text and text.strip() for text in texts), html.tostring(control)
    assert not shown.xpath("//*[@style or @onclick]|//script|//style")
    assert values(shown) in ([], ["[]"]) or type == "code"


@pytest.mark.parametrize(("type", "content", "key", "response"), bodies())
def test_a_response_stands_in_the_controls(render, type, content, key, response):
    shown = render(type, content, response)
    told = " ".join(values(shown))
    expected = {"ordering": ["on"], "single_true_false": ["true"], "oral": response and ["f2"],
                "file_upload": ["f1"]}.get(type) or _leaves(response)
    assert all(str(each) in told for each in expected), told
    if type == "ordering":
        assert shown.xpath("//*[@data-line]/@data-line") == response


@pytest.mark.parametrize(("type", "content", "key", "response"), bodies())
def test_nothing_can_be_changed_in_a_paper_that_was_handed_in(render, type, content, key, response):
    shown = render(type, content, response, disabled=True)
    live = shown.xpath("//*[(self::input or self::select or self::textarea or self::button) "
                       "and not(@disabled) and not(@hidden) and not(@type='hidden')]")
    assert live == []


def test_a_form_has_its_own_order_of_targets_and_pool(render):
    content, _key, _response = sample("matching")
    shown = render("matching", content, order=["t3", "o2", "t1", "o1", "t2"])
    assert shown.xpath("//*[@data-chip]/@data-chip") == ["t3", "t1", "t2"]
    assert shown.xpath("//li/@data-place") == ["o2", "o1"]
    assert shown.xpath("(//select)[1]/option/@value") == ["", "t3", "t1", "t2"]


def test_a_draft_with_holes_can_be_looked_at(render):
    for type in TYPES:
        body, _problems = read_body(type, {}, {})
        assert render(type, body.content).xpath("//fieldset")


def test_words_for_lists():
    assert choice_label("\\(x^2\\)") == ""
    assert choice_label("<b>Hồng</b>") == "Hồng"
    assert [place_mark(number) for number in (0, 25, 26)] == ["A", "Z", "AA"]
    assert list(gap_parts("a [[g1]] b")) == [("a ", "g1"), (" b", "")]
    assert [each["id"] for each in in_order([{"id": "o1"}, {"id": "o2"}], ["o2"])] == ["o2", "o1"]


def _leaves(response):
    if isinstance(response, dict):
        return [str(value).lower() if isinstance(value, bool) else value for value in response.values()]
    if isinstance(response, list):
        return [each if isinstance(each, str) else str(each["x"]) for each in response]
    return [response]
