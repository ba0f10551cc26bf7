"""The candidate's desk in Chromium: one question at a time, colours, sizes, tools, reading aloud; all by keyboard."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_exam import SAVED, TYPES, add_every_class, begin, item, plan, publish, reload, set_basics

VOICE = """
const spoken = [];
Object.defineProperty(window, "spoken", { value: spoken });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "vi-VN", localService: false }, { lang: "vi-VN", localService: true, name: "here" }],
  speak: (one) => spoken.push(one), cancel() {},
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
AT_REST = "() => !document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === 'running')"
SELECT = """(select, name) => {
  select.value = name;
  select.dispatchEvent(new Event("change"));
}"""


def make_exam(page: Page) -> str:
    """An exam with both tools, published; its address."""
    set_basics(page, "Bàn làm bài của thí sinh", "Toán")
    plan(page, TYPES, twice=("single_choice",))
    page.get_by_role("button", name="Rút đề", exact=True).click()
    page.get_by_role("link", name="Tiếp theo: thí sinh").click()
    add_every_class(page)
    page.get_by_role("link", name="Tiếp theo: công bố").click()
    page.get_by_role("link", name="Công cụ").click()
    page.get_by_label("Máy tính cầm tay").check()
    page.get_by_label("Giấy nháp").check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    publish(page)
    return page.url


def press(page: Page, key: str) -> None:
    page.keyboard.press(f"Alt+Shift+{key}")


def check(page: Page, check_axe: Any) -> None:
    """axe, once no colour is on its way to another; the short transitions of less motion take a frame an element."""
    page.emulate_media(reduced_motion="no-preference")
    page.wait_for_function(AT_REST)
    check_axe(page)


def choose(page: Page, label: str) -> None:
    """A switch of the menu, by keyboard."""
    page.locator(".desk summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label(label).press("Space")
    page.keyboard.press("Escape")
    expect(page.locator(".desk summary")).to_be_focused()


def use_calculator(page: Page, check_axe: Any) -> None:
    press(page, "C")
    page.keyboard.type("sin 30 + 2^3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=result]")).to_have_text("= 8,5")
    page.get_by_role("button", name="Xóa hết").press("Enter")
    page.locator("[data-key='7']").press("Enter")
    page.get_by_role("button", name="Chia").press("Enter")
    page.get_by_role("button", name="Tính", exact=True).press("Enter")
    expect(page.locator("[data-part=result]")).to_have_text("Phép tính chưa viết đúng.")
    check(page, check_axe)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-panel=calculator]")).to_be_hidden()


def write_notes(page: Page, check_axe: Any) -> None:
    press(page, "S")
    page.keyboard.type("x = 3")
    check(page, check_axe)
    page.keyboard.press("Escape")


def test_the_desk_by_keyboard(page_as: Any, check_axe: Any, shot: Any) -> None:
    exam = make_exam(page_as("teacher"))
    page = page_as("student")
    page.add_init_script(VOICE)
    begin(page, exam)
    check(page, check_axe)
    use_calculator(page, check_axe)
    write_notes(page, check_axe)
    _one_question_at_a_time(page, check_axe)
    _strike_out(page, check_axe)
    _hear_a_question(page)
    _formulas_have_words(page)
    for name in ("dark", "contrast", "yellow", "cream"):
        page.locator("#desk-colours").evaluate(SELECT, name)
        check(page, check_axe)
    press(page, "Equal")
    press(page, "L")
    press(page, "ArrowDown")
    expect(page.locator("[data-part=line-reader]")).to_be_visible()
    check(page, check_axe)
    shot(page, "desk-line-reader")
    _what_was_chosen_is_kept(page)
    item(page, "short_numeric").locator("input").fill("-1,5")
    page.locator(SAVED).wait_for()


def _one_question_at_a_time(page: Page, check_axe: Any) -> None:
    shown = page.locator("[data-question]:visible")
    expect(shown).to_have_count(5)
    choose(page, "Mỗi lần một câu hỏi")
    expect(shown).to_have_count(1)
    press(page, "N")
    expect(page.locator(".desk-steps")).to_contain_text("2/5")
    page.locator(".player-side .palette-mark").nth(4).press("Enter")
    expect(page.locator(".desk-steps")).to_contain_text("5/5")
    expect(item(page, "short_numeric").locator("input")).to_be_focused()
    press(page, "F")
    expect(page.locator(".player-side [data-mark].is-flagged")).to_contain_text("5")
    check(page, check_axe)
    for _times in range(4):
        page.get_by_role("button", name="Câu trước").press("Enter")
    expect(page.locator(".desk-steps")).to_contain_text("1/5")


def _strike_out(page: Page, check_axe: Any) -> None:
    expect(page.locator(".item-strike:visible")).to_have_count(0)
    press(page, "X")
    page.get_by_role("button", name="Gạch bỏ phương án A").press("Enter")
    expect(page.locator(".is-struck:visible")).to_have_count(1)
    check(page, check_axe)


def _formulas_have_words(page: Page) -> None:
    formulas = page.locator(".katex")
    expect(formulas).not_to_have_count(0)
    expect(page.locator("[role=img][aria-label]:has(> .katex)")).to_have_count(formulas.count())
    for said in page.locator("[role=img][aria-label]").evaluate_all("all => all.map((each) => each.ariaLabel)"):
        assert said
        assert "\\" not in said


def _hear_a_question(page: Page) -> None:
    press(page, "R")
    said = page.evaluate("spoken.map(({ text, voice, lang }) => [text.trim(), voice.name, lang])")
    assert said, "nothing was read"
    assert said[0][0].startswith("Câu 1")
    assert {tuple(each[1:]) for each in said} == {("here", "vi-VN")}
    assert not any("\\" in text for text, _voice, _language in said)


def _what_was_chosen_is_kept(page: Page) -> None:
    press(page, "T")
    expect(page.locator(".player-clock")).to_be_hidden()
    reload(page)
    expect(page.locator(".player-clock")).to_be_hidden()
    expect(page.locator(".is-struck:visible")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("data-desk-theme", "cream")
    expect(page.locator("[data-part=zoom]")).to_have_text("125%")
    press(page, "S")
    expect(page.locator("dialog[data-panel=scratch] textarea")).to_have_value("x = 3")
    page.keyboard.press("Escape")
    press(page, "O")
    press(page, "L")


def test_the_desk_on_a_phone(page_as: Any, check_axe: Any, shot: Any) -> None:
    exam = make_exam(page_as("teacher"))
    page = page_as("student", width=360)
    begin(page, exam)
    page.locator(".desk summary").click()
    check(page, check_axe)
    shot(page, "desk-menu-360")
    for _times in range(4):
        page.get_by_role("button", name="Lớn hơn").click()
    page.get_by_role("button", name="Máy tính cầm tay").click()
    check(page, check_axe)
    page.locator("dialog[data-panel=calculator] [data-part=close]").click()
    page.locator(".desk summary").click()
    page.get_by_label("Mỗi lần một câu hỏi").check()
    page.locator("[data-switch=eliminator]").check()
    page.locator("[data-switch=speech]").check()
    page.keyboard.press("Escape")
    check(page, check_axe)
    page.get_by_role("button", name="Câu sau").click()
    expect(page.locator(".desk-steps")).to_contain_text("2/5")
    shot(page, "desk-360")
    page.get_by_role("button", name="Câu sau").click()
    item(page, "multiple_response").locator("input").first.check()
    page.locator(SAVED).wait_for()
    check(page, check_axe)
