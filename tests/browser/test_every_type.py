"""An exam that holds every type of question: answered by keyboard alone, gone on with, handed in and marked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from assessment.bank.content import EXAM_TYPES
from tests.browser.test_exam import SAVED, add_every_class, begin, item, plan, publish, reload, set_basics

TWICE = ("single_choice", "short_numeric", "hotspot")
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
                    "08d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082")


def make_exam(page: Page) -> str:
    """An exam of every question that the demo has in geography; its address."""
    set_basics(page, "Mọi dạng câu hỏi", "Địa lí")
    plan(page, EXAM_TYPES, TWICE, lambda page: page.get_by_label("Lấy cả câu lẻ thuộc các nhóm").check())
    page.get_by_role("button", name="Rút đề", exact=True).click()
    expect(page.locator("fieldset.item")).to_have_count(len(EXAM_TYPES) + len(TWICE))
    page.get_by_role("link", name="Tiếp theo: thí sinh").click()
    add_every_class(page)
    page.get_by_role("link", name="Tiếp theo: công bố").click()
    publish(page)
    return page.url


def press(where: Locator, *keys: str) -> None:
    """Focus a control as a Tab would, and press keys."""
    where.focus()
    for key in keys:
        where.page.keyboard.press(key)


def write(where: Locator, text: str) -> None:
    where.focus()
    where.page.keyboard.type(text)


def choose_all(where: Locator) -> None:
    """A choice in each list, each another one, by the arrow keys."""
    for place, select in enumerate(where.locator("select").all(), 1):
        press(select, *["ArrowDown"] * place)


def answer_by_keyboard(page: Page) -> None:
    def of(type: str) -> Locator:
        return item(page, type)

    press(of("single_choice").locator("input").first, "ArrowDown")
    press(of("multiple_response").locator("input").first, "Space")
    press(of("single_true_false").locator("input").first, "ArrowDown")
    for row in of("true_false").locator(".item__statements tbody tr").all():
        press(row.locator("input").first, "Space")
    write(of("four_cell").locator("input"), "0.5")
    press(of("four_cell").locator("[data-key='-']"), "Enter")
    write(page.locator("fieldset[data-type=short_numeric] input").first, "20 km")
    write(of("short_text").locator("input"), "Phan-xi-păng")
    for field, text in zip(of("cloze").locator("input").all(), ("nhiệt đới", "16"), strict=True):
        write(field, text)
    choose_all(of("cloze"))
    for field in of("table_fill").locator("input").all():
        write(field, "1100")
    choose_all(of("table_fill"))
    choose_all(of("matching"))
    press(of("ordering").locator("[data-move='1']").first, "Enter")
    press(of("categorise").locator("select").first, "ArrowDown")
    press(page.locator(".item__area-input").first, "Space")
    press(page.locator(".item__aim"), "ArrowLeft", "ArrowUp", "Enter", *["ArrowRight"] * 5, "Enter")
    choose_all(of("label_image"))
    write(of("maths").locator("math-field"), "1000d/s")
    write(of("essay").locator("textarea"), "Trữ nước ngọt, chọn giống lúa chịu mặn.\nNuôi tôm mùa khô.")
    of("file_upload").locator("input[type=file]").set_input_files(
        {"name": "bieu-do.png", "mimeType": "image/png", "buffer": PNG})
    write(of("code").locator("textarea"), "")
    press(of("code").locator("textarea"), "Control+End", "Tab")
    page.keyboard.type("print(n)")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(of("code").locator("textarea")).not_to_be_focused()


def record(page: Page) -> None:
    """Two seconds into the microphone that the browser makes up."""
    press(item(page, "oral").locator("[data-part=record]"), "Enter")
    expect(item(page, "oral").locator("[data-part=said]")).to_contain_text("Đang ghi")
    page.wait_for_timeout(1_500)
    press(item(page, "oral").locator("[data-part=stop]"), "Enter")
    expect(item(page, "oral").locator("[data-part=said]")).to_contain_text("Đã ghi")


def expect_answers(page: Page) -> None:
    expect(item(page, "single_choice").locator("input").nth(1)).to_be_checked()
    expect(item(page, "four_cell").locator("input")).to_have_value("-0,5")
    expect(page.locator("fieldset[data-type=short_numeric] input").first).to_have_value("20 km")
    expect(item(page, "cloze").locator("input").first).to_have_value("nhiệt đới")
    expect(item(page, "ordering").locator("[data-settled]")).to_be_checked()
    expect(item(page, "categorise").locator(".item__groups .item__card")).to_have_count(1)
    expect(page.locator(".item__area-input").first).to_be_checked()
    expect(page.locator(".item__set-points li")).to_have_count(2)
    expect(item(page, "maths").locator("input")).to_have_value(re.compile(r"\\frac\{1000d\}\{?s"))
    expect(item(page, "essay").locator("textarea")).to_have_value(re.compile("chịu mặn.\nNuôi"))
    expect(item(page, "file_upload").get_by_role("link", name="bieu-do.png")).to_be_visible()
    expect(item(page, "oral").locator("audio")).to_be_visible()
    expect(item(page, "code").locator("textarea")).to_have_value(re.compile(r" {4}print\(n\)"))


@pytest.fixture
def exam(page_as: Callable[..., Page]) -> str:
    return make_exam(page_as("teacher"))


def look_at(page, check_axe):
    """axe from the top of the page: the bar that stays above would hide half of a button."""
    page.evaluate("window.scrollTo(0, 0)")
    check_axe(page)


def test_every_type_by_keyboard_saved_gone_on_with_and_marked(page_as, exam, check_axe, shot):
    page = page_as("student")
    page.context.grant_permissions(["microphone"])
    begin(page, exam)
    item(page, "maths").locator("math-field").wait_for()
    look_at(page, check_axe)
    answer_by_keyboard(page)
    record(page)
    page.locator(SAVED).wait_for()
    look_at(page, check_axe)
    shot(page, "every-type")
    page.set_viewport_size({"width": 360, "height": 800})
    listen_twice(page, check_axe, shot)
    page.locator(SAVED).wait_for()
    reload(page)
    item(page, "maths").locator("math-field").wait_for()
    expect_answers(page)
    expect(page.locator("[data-behaviour=limited-audio] button")).to_be_disabled()
    look_at(page, check_axe)
    shot(page, "every-type-360")
    press(page.locator(".player-end [data-part=submit]"), "Enter")
    press(page.locator("dialog button[value=submit]"), "Enter")
    page.wait_for_url("**/submitted")
    expect(page.get_by_text("20 trên 22 câu")).to_be_visible()


def listen_twice(page: Page, check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    """As often as the recording may be heard: no play begins without the line, and one that breaks off goes on."""
    recording = page.locator("[data-behaviour=limited-audio]")
    button, said = recording.locator("button"), recording.locator("[data-part=plays]")
    sound = recording.locator("audio")
    assert sound.get_attribute("src") is None
    page.context.set_offline(True)
    press(button, "Enter")
    expect(said).to_contain_text("Chưa tính lượt nghe nào")
    page.context.set_offline(False)
    sound.evaluate("sound => { sound.defaultPlaybackRate = 0.1; }")
    press(button, "Enter")
    expect(said).to_have_text("Đang nghe.")
    look_at(page, check_axe)
    reload(page)
    expect(button).to_have_text("Nghe tiếp")
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    look_at(page, check_axe)
    recording.scroll_into_view_if_needed()
    shot(page, "listening-360")
    press(button, "Enter")
    expect(said).to_contain_text("Còn được nghe 1 lần")
    expect(button).to_be_focused()
    press(button, "Enter")
    expect(said).to_contain_text("Đã nghe đủ số lần")


def test_picking_up_and_dragging_fill_in_the_same_lists(page_as, exam):
    page = page_as("student")
    begin(page, exam)
    matching = item(page, "matching")
    chip = matching.locator("[data-chip]").nth(1)
    chip.click()
    matching.locator("[data-place]").first.click()
    expect(matching.locator("select").first).to_have_value(str(chip.get_attribute("data-chip")))
    matching.locator("[data-chip]").nth(2).drag_to(matching.locator("[data-place]").nth(1))
    expect(matching.locator("select").nth(1)).not_to_have_value("")
    chip.click()
    press(matching.locator("select").nth(2), "Enter")
    expect(matching.locator("select").first).to_have_value("")
    order = item(page, "ordering").locator("[data-line]")
    first = order.first.get_attribute("data-line")
    order.first.locator(".item__grip").drag_to(order.last)
    expect(order.first).not_to_have_attribute("data-line", str(first))
    sorting = item(page, "categorise")
    sorting.locator("[data-card]").first.drag_to(sorting.locator(".item__groups [data-group]").first,
                                               source_position={"x": 12, "y": 10})
    expect(sorting.locator(".item__groups .item__card")).to_have_count(1)
    page.locator(SAVED).wait_for()
