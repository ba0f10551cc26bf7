"""The player in Chromium without a line: sealed papers, reload, crash, the deadline, clocks, slow lines, no storage."""

import gzip
import re
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.test_exam import SAVED, begin, item, make_exam, reload

BUDGET = 250_000
READY = "[data-behaviour=exam-player][data-ready=true]"
OFFLINE = "[data-part=saved][data-kind=offline]"
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
NO_STORAGE = """
for (const name of ["indexedDB", "localStorage", "caches"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}
"""
NUMBER = "short_numeric"


@pytest.fixture
def exam(page_as: Any) -> str:
    return make_exam(page_as("teacher"), "Bài thi không có mạng")


def wait_sealed(page: Page, exam: str) -> None:
    """The page before the start, with the sealed paper on this device."""
    page.goto(f"{exam}/start")
    page.locator("form[data-behaviour=exam-waiting][data-ready=true]").wait_for()


def begin_sealed(page: Page, exam: str) -> None:
    wait_sealed(page, exam)
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.locator(READY).wait_for()
    assert page.locator("[data-behaviour=exam-player]").get_attribute("data-asked-at"), "the sealed page was not used"


def open_again(context: BrowserContext, exam: str) -> Page:
    page = context.new_page()
    page.goto(f"{exam}/attempt")
    page.locator(READY).wait_for()
    return page


def crash(page: Page) -> None:
    """The process of the page ends at once, as when the power fails."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash", wait_until="commit", timeout=3_000)


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator("[data-part=clock]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_sealed_paper_opens_at_the_start_and_outlives_reload_and_crash_without_a_line(page_as, exam, tell):
    page = page_as("student")
    loaded: dict[str, bytes] = {}
    page.on("response", lambda answer: note(loaded, answer))
    begin_sealed(page, exam)
    item(page, "single_choice").locator("input").nth(2).check()
    page.locator(SAVED).wait_for()
    size = sum(len(gzip.compress(body)) for body in loaded.values())
    tell(f"player: {len(loaded)} scripts and styles, {size} bytes compressed")
    assert size < BUDGET
    left = seconds_left(page)
    page.context.set_offline(True)
    item(page, NUMBER).locator("input").fill("12,5")
    page.locator(OFFLINE).wait_for()
    reload(page)
    expect(item(page, "single_choice").locator("input").nth(2)).to_be_checked()
    expect(item(page, NUMBER).locator("input")).to_have_value("12,5")
    assert left - 60 < seconds_left(page) <= left
    page.locator("[data-flag]").first.click()
    item(page, "multiple_response").locator("input").first.check()
    crash(page)
    crashed, page = page, open_again(page.context, exam)
    crashed.close()
    page.locator(OFFLINE).wait_for()
    expect(item(page, "multiple_response").locator("input").first).to_be_checked()
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    reload(page)
    expect(item(page, NUMBER).locator("input")).to_have_value("12,5")
    page.locator(".player-bar [data-part=submit]").click()
    page.locator("dialog").get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/submitted")
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def note(loaded: dict[str, bytes], answer: Any) -> None:
    if answer.request.resource_type in ("script", "stylesheet") and answer.ok:
        loaded[answer.url] = answer.body()


def test_a_clock_wrong_by_years_changes_nothing(page_as, exam):
    page = page_as("student")
    page.clock.set_system_time(datetime(1999, 12, 31, 23, 59, tzinfo=UTC))
    begin(page, exam)
    assert 29 * 60 < seconds_left(page) <= 30 * 60
    item(page, NUMBER).locator("input").fill("2,5")
    page.locator(SAVED).wait_for()
    page.clock.set_system_time(datetime(2051, 1, 1, tzinfo=UTC))
    item(page, NUMBER).locator("input").fill("3,5")
    page.locator(SAVED).wait_for()
    assert 28 * 60 < seconds_left(page) <= 30 * 60
    reload(page)
    expect(item(page, NUMBER).locator("input")).to_have_value("3,5")
    assert 28 * 60 < seconds_left(page) <= 30 * 60


def test_a_browser_that_keeps_nothing_says_so_and_saves(page_as, exam, check_axe, shot):
    page = page_as("student", width=360)
    page.context.add_init_script(NO_STORAGE)
    begin(page, exam)
    expect(page.get_by_text("Trình duyệt này không lưu được gì trên máy")).to_be_visible()
    check_axe(page)
    shot(page, "exam-no-storage-360")
    item(page, NUMBER).locator("input").fill("7")
    page.locator(SAVED).wait_for()
    page.context.set_offline(True)
    item(page, NUMBER).locator("input").fill("8")
    page.locator(OFFLINE).wait_for()
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    reload(page)
    expect(item(page, NUMBER).locator("input")).to_have_value("8")


def test_slow_3g_opens_the_paper_and_saves(page_as, exam, tell):
    page = page_as("student")
    wait_sealed(page, exam)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_3G)
    before = monotonic()
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.locator("fieldset.item").first.wait_for()
    seen = monotonic() - before
    page.locator(READY).wait_for()
    tell(f"slow 3G: first question after {seen:.1f} s, ready after {monotonic() - before:.1f} s")
    item(page, "single_choice").locator("input").nth(1).check()
    page.locator(SAVED).wait_for()


def test_the_time_is_up_without_a_line(page_as, exam, check_axe, shot, tmp_path):
    page, teacher = page_as("student"), page_as("teacher")
    page.clock.install()
    begin(page, exam)
    item(page, "single_choice").locator("input").nth(1).check()
    page.locator(SAVED).wait_for()
    page.context.set_offline(True)
    item(page, NUMBER).locator("input").fill("9,5")
    page.clock.run_for(5 * 60_000)
    page.locator(OFFLINE).wait_for()
    page.clock.run_for(25 * 60_000)
    expect(page.get_by_text("Mất kết nối. Câu trả lời")).to_be_visible()
    expect(item(page, NUMBER).locator("input")).to_be_disabled()
    check_axe(page)
    shot(page, "exam-time-up-offline")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Lưu bài làm thành tệp").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert "9,5" not in file.read_text("utf-8")
    teacher.goto(f"{exam}/recovery")
    check_axe(teacher)
    teacher.locator("input[type=file]").set_input_files(file)
    teacher.get_by_role("button", name="Nhận lại bài làm").click()
    expect(teacher.get_by_text("chưa hết giờ").first).to_be_visible()
    page.context.set_offline(False)
    page.clock.run_for(60_000)
    page.wait_for_url("**/submitted")
    expect(page.get_by_text(re.compile("2 trên 5 câu"))).to_be_visible()


def test_page_asks_before_it_hands_in_at_the_end_of_the_time(page_as, exam):
    page = page_as("student")
    page.clock.install()
    begin(page, exam)
    page.route("**/notices*", lambda _route: None)  # no answer: the page hears of nothing that is given
    page.clock.run_for(29 * 60_000 + 56_000)  # soon the time is up for the page, not for the server
    expect(page.locator("[data-part=clock]")).to_have_text(re.compile("^2[89]:"), timeout=30_000)
    item(page, NUMBER).locator("input").fill("7,5")
    page.clock.run_for(5_000)
    page.locator(SAVED).wait_for()
    page.clock.run_for(20 * 60_000)
    expect(page.locator("[data-part=notice]")).to_be_hidden()


def test_really_cut_off_in_the_middle_and_at_the_deadline(page_as, shot, tmp_path):
    teacher, page = page_as("teacher"), page_as("student")
    exam = make_exam(teacher, "Bài thi một phút", minutes=1)
    begin(page, exam)
    item(page, "single_choice").locator("input").nth(1).check()
    page.locator(SAVED).wait_for()
    page.context.set_offline(True)
    item(page, NUMBER).locator("input").fill("9,5")
    page.locator(OFFLINE).wait_for()
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    page.context.set_offline(True)
    item(page, NUMBER).locator("input").fill("7,5")
    expect(page.get_by_text("Mất kết nối. Câu trả lời")).to_be_visible(timeout=90_000)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Lưu bài làm thành tệp").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    teacher.wait_for_timeout(1_500)  # the page stops a little before the server's deadline
    teacher.goto(f"{exam}/recovery")
    teacher.locator("input[type=file]").set_input_files(file)
    teacher.get_by_role("button", name="Nhận lại bài làm").click()
    expect(teacher.get_by_text("nhận thêm 2 mục, trong đó 2 mục đến sau khi hết giờ")).to_be_visible()
    shot(teacher, "exam-recovery")
    page.context.set_offline(False)
    page.wait_for_url("**/submitted")
