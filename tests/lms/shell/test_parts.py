"""The macros: what a room can rely on when it uses them."""

from types import SimpleNamespace

import pytest
from flask import render_template_string
from lxml import html
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired

from lms.core.forms import Form
from lms.core.icons import icon_svg

IMPORTS = '{% import "shell/ui.html" as ui %}{% import "shell/form.html" as f %}'


class Sample(Form):
    """One field of each kind."""

    title = StringField("Title", [DataRequired()], description="As on the cover")
    level = RadioField("Level", choices=[("1", "Know"), ("2", "Understand")])
    classes = SelectMultipleField("Classes", choices=[("a", "12A1"), ("b", "12A2")], default=["b"])
    shuffled = BooleanField("Shuffled")


def render(source, **values):
    """The source with both imports, as a tree."""
    return html.fromstring(f"<div>{render_template_string(IMPORTS + source, **values)}</div>")


@pytest.fixture
def form(request_context):
    given = Sample()
    given.title.errors = ["Write a title."]
    return given


def test_hint_and_error_are_tied_to_the_control(form):
    page = render("{{ f.field(form.title) }}", form=form)
    control = page.get_element_by_id("title")
    assert control.get("aria-describedby") == "title-hint title-error"
    assert control.get("aria-invalid") == "true"
    assert "As on the cover" in page.get_element_by_id("title-hint").text_content()
    assert "Write a title." in page.get_element_by_id("title-error").text_content()


def test_every_control_has_a_label(form):
    page = render("{% for field in form %}{{ f.field(field) }}{% endfor %}", form=form)
    named = set(page.xpath("//label/@for"))
    assert {control.get("id") for control in page.xpath("//input[@type!='hidden']")} == named


def test_a_group_of_choices_has_a_legend_and_keeps_what_was_chosen(form):
    page = render("{{ f.field(form.classes) }}", form=form)
    assert page.xpath("string(//fieldset/legend)").strip() == "Classes"
    assert page.xpath("//input[@checked]/@value") == ["b"]


def test_the_summary_of_errors_leads_to_the_fields(form):
    form.form_errors = ["The whole is wrong."]
    page = render("{{ f.errors(form) }}", form=form)
    assert page.xpath("//a/@href") == ["#title"]
    assert "The whole is wrong." in page.text_content()


def test_a_form_without_errors_has_no_summary(request_context):
    assert not render("{{ f.errors(form) }}", form=Sample()).xpath("//*[@role='alert']")


def _page(number, pages):
    return SimpleNamespace(page=number, pages=pages, per_page=20, total=pages * 20 - 3)


def test_pages_keep_the_filters_and_mark_the_present_one(request_context):
    source = '{{ ui.pagination(page, "core.list_jobs", state="failed", subject=none) }}'
    page = render(source, page=_page(5, 9))
    assert "/admin/jobs?state=failed&page=4" in page.xpath("//a/@href")
    assert page.xpath("//a[@aria-current='page']")[0].text_content() == "5"
    assert "81–100" in page.text_content()


def test_the_last_page_ends_at_the_total(request_context):
    page = render('{{ ui.pagination(page, "core.list_jobs") }}', page=_page(9, 9))
    assert "161–177" in page.text_content()


def test_one_page_needs_no_pages(request_context):
    assert not render('{{ ui.pagination(page, "core.list_jobs") }}', page=_page(1, 1)).xpath("//nav")


def test_text_from_outside_is_escaped(request_context):
    hostile = "<script>alert(1)</script>"
    parts = ["badge(t)", "alert('info', t)", "empty(t, t)", "page_header(t, t)", "stat(t, t)"]
    source = "".join(f"{{{{ ui.{part} }}}}" for part in parts)
    assert not render(source, t=hostile).xpath("//script")


def test_an_icon_is_hidden_unless_it_says_something():
    assert 'aria-hidden="true"' in icon_svg("search")
    assert 'aria-label="Tìm"' in icon_svg("search", "Tìm")


@pytest.mark.parametrize("name", ["no-such-icon", "../../../package", "<b>"])
def test_an_unknown_icon_draws_nothing(name):
    drawn = icon_svg(name)
    assert "path" not in drawn
    assert "<b>" not in drawn


def test_a_destructive_act_is_confirmed_by_a_form(request_context):
    page = render('{{ ui.confirm("Delete", "/gone", "All of it goes.") }}')
    form = page.xpath("//details/form[@method='post']")[0]
    assert form.get("action") == "/gone"
    assert form.xpath(".//input[@name='csrf_token']")
    assert "All of it goes." in form.text_content()


def test_empty_values_are_left_out_of_a_definition(request_context):
    page = render('{{ ui.definition([("Author", "An"), ("Advisor", none), ("Year", "")]) }}')
    assert [term.text for term in page.xpath("//dt")] == ["Author"]


def test_progress_is_said_and_shown(request_context):
    bar = render('{{ ui.progress(0.424, "Encoding") }}').xpath("//progress")[0]
    assert (bar.get("value"), bar.get("aria-label")) == ("42", "Encoding")
