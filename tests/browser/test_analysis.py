"""Journey: a teacher reads the analysis of the finished demo exam, on a desk and on a telephone, light and dark."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def open_analysis(page):
    """The analysis of the first exam of the list that offers one."""
    page.goto("/exams/")
    addresses = page.locator("main a[href*='/exams/']").evaluate_all("links => links.map(link => link.pathname)")
    for address in dict.fromkeys(address for address in addresses if re.fullmatch(r"/exams/[0-9a-f-]{36}", address)):
        page.goto(address)
        link = page.locator("main a[href$='/analysis']")
        if link.count():
            link.first.click()
            return
    raise AssertionError("no exam of the teacher has an analysis")


def test_a_teacher_reads_the_analysis(page_as, check_axe, shot):
    page = page_as("teacher")
    open_analysis(page)
    expect(page.locator("svg.chart")).to_have_count(2)
    expect(page.locator(".stat")).to_have_count(5)
    check_axe(page)
    shot(page, "analysis")
    page.locator("th a", has_text=re.compile("Độ phân biệt")).click()
    expect(page).to_have_url(re.compile("sort=discrimination"))
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.locator("a.item-stem").first.click()
    expect(page.locator("svg.chart polyline").first).to_be_attached()
    check_axe(page)
    shot(page, "analysis-item")


def test_the_analysis_on_a_telephone_in_the_dark(page_as, check_axe, shot):
    page = page_as("teacher", width=360, dark=True)
    open_analysis(page)
    page.locator("figure details summary").first.click()
    check_axe(page)
    shot(page, "analysis-phone-dark")
    page.locator("a.item-stem").first.click()
    check_axe(page)


def test_the_table_goes_home_as_csv(page_as):
    page = page_as("teacher", language="en")
    open_analysis(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Questions (CSV)").click()
    text = download.value.path().read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"Difficulty (p)" in text


def test_results_and_one_result(page_as, check_axe, shot):
    page = page_as("teacher")
    open_analysis(page)
    page.locator("main a[href$='/results']").first.click()
    check_axe(page)
    shot(page, "results")
    page.locator("tbody th a").first.click()
    expect(page.locator("article.answer").nth(9)).to_be_attached()
    check_axe(page)
    shot(page, "result")


def test_a_question_found_wrong_shows_what_would_change(page_as, check_axe, shot):
    page = page_as("teacher", width=360)
    open_analysis(page)
    page.goto(re.sub("/analysis$", "/questions", page.url))
    check_axe(page)
    shot(page, "questions-phone")
    page.locator("tbody th a").first.click()
    page.locator("select[name=kind]").select_option("void")
    page.locator("textarea[name=reason]").fill("Hình vẽ in thiếu.")
    check_axe(page)
    page.locator("main form .form-actions button").click()
    expect(page.locator("form[action$='/confirm']")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(10)
    check_axe(page)
    shot(page, "ruling-phone")
