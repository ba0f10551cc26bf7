"""Writing an item in Chromium as a teacher does: by keyboard, from Word's clipboard, and after a crash."""

import re

from playwright.sync_api import expect

from tests.assessment.bank.test_media_bytes import picture
from tests.assessment.bank.test_pasting import WORD

PASTE = """(target, [html, bytes]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "văn bản");
  if (bytes) data.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def start_afresh(page, path):
    """The editor without a draft that another journey left."""
    page.goto(path)
    discard = page.get_by_role("button", name="Bỏ đi và soạn lại từ đầu")
    if discard.count():
        discard.click()
    expect(page.locator("#prompt.rich-surface")).to_be_visible()


def test_an_item_with_a_formula_and_a_picture_is_written_by_keyboard(page_as, check_axe, shot, tmp_path):
    page = page_as("teacher")
    start_afresh(page, "/bank/items/new/single_choice")
    check_axe(page)
    page.get_by_label("Câu hỏi *").focus()
    page.keyboard.type("Tính ")
    page.keyboard.press("Control+b")
    page.keyboard.type("giá trị")
    page.keyboard.press("Control+b")
    page.keyboard.type(" của ")
    page.keyboard.press("Alt+=")
    expect(page.locator("math-field")).to_be_focused()
    page.keyboard.type("1/2")
    expect(page.get_by_label("Viết bằng TeX")).to_have_value("\\frac12")
    check_axe(page)
    shot(page, "bank-editor-formula")
    page.keyboard.press("Enter")
    page.keyboard.type(" rồi xem hình ")
    page.keyboard.press("Alt+F10")
    for _step in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Hình hoặc âm thanh")).to_be_focused()
    page.keyboard.press("Enter")
    file = tmp_path / "hinh.png"
    file.write_bytes(picture(size=(80, 40)))
    page.get_by_label("Tệp hình hoặc âm thanh").set_input_files(file)
    expect(page.locator("#picture-dialog img")).to_be_visible()
    page.get_by_role("button", name="Chèn", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy mô tả hình")
    check_axe(page)
    page.get_by_label("Mô tả cho người không nhìn thấy hình").fill("Tia sáng đi qua thấu kính")
    page.keyboard.press("Enter")
    preview = page.locator("[data-part=preview]")
    expect(preview.get_by_role("img", name="Tia sáng đi qua thấu kính")).to_be_visible()
    expect(preview.locator(".katex").first).to_be_visible()
    for letter, words in zip("ABCD", ("một", "hai", "ba", "bốn"), strict=True):
        page.get_by_label(f"Phương án {letter}", exact=True).fill(words)
    page.get_by_label("Đáp án đúng").first.check()
    page.get_by_label("Môn học").select_option(label="Toán")
    page.get_by_role("button", name="Trên điện thoại").click()
    page.get_by_role("button", name="Chữ cỡ lớn").click()
    expect(preview).to_have_class(re.compile("is-phone is-large"))
    check_axe(page)
    shot(page, "bank-editor-written")
    page.get_by_role("button", name="Lưu và cho dùng").click()
    expect(page.get_by_text("Đã lưu câu hỏi.")).to_be_visible()
    expect(page.get_by_role("img", name="Tia sáng đi qua thấu kính")).to_be_visible()
    assert page.evaluate("[...document.images].every((each) => each.naturalWidth > 0)")
    check_axe(page)


def test_text_of_word_is_pasted_with_its_formula_and_picture(page_as, check_axe, shot):
    page = page_as("teacher")
    start_afresh(page, "/bank/items/new/short_text")
    surface = page.locator("#prompt")
    surface.focus()
    surface.evaluate(PASTE, [WORD, list(picture(size=(60, 40)))])
    expect(surface.locator(".rt-formula .katex").first).to_be_visible()
    expect(surface.locator("img")).to_be_visible()
    expect(surface.locator("b").first).to_have_text("Câu 1.")
    expect(surface.locator("sub").first).to_have_text("2")
    expect(surface.locator("ul li")).to_have_count(2)
    expect(surface.locator("table td").first).to_have_text("x")
    expect(page.get_by_text("Đã dán.")).to_be_visible()
    assert "\\frac{1}{2} + \\sqrt{x}" in page.locator("#prompt-source").input_value()
    check_axe(page)
    shot(page, "bank-editor-pasted")
    surface.evaluate(PASTE, ["<p>thêm <img src='https://x.test/a.png'> chữ</p>", None])
    expect(page.get_by_text("1 hình của trang web khác bị bỏ lại")).to_be_visible()
    surface.evaluate(PASTE, [WORD, None])
    expect(page.get_by_text("Không dán được hình cùng với văn bản")).to_be_visible()


def test_what_was_written_is_there_again_after_a_crash(page_as, check_axe, shot):
    page = page_as("teacher")
    start_afresh(page, "/bank/items/new/matching")
    page.get_by_label("Câu hỏi *").fill("Ghép mỗi nước với thủ đô của nó")
    page.get_by_role("button", name="Thêm mục ở cột phải").click()
    expect(page.get_by_label("Cột phải, mục 4")).to_be_focused()
    page.keyboard.type("Viêng Chăn")
    expect(page.get_by_text("đã được lưu tạm")).to_be_visible()
    crashed = page.context.new_page()
    page.close()
    crashed.goto("/bank/items/new/matching")
    expect(crashed.get_by_text("đang viết dở chưa lưu")).to_be_visible()
    expect(crashed.get_by_label("Câu hỏi *")).to_have_text("Ghép mỗi nước với thủ đô của nó")
    expect(crashed.get_by_label("Cột phải, mục 4")).to_have_text("Viêng Chăn")
    check_axe(crashed)
    shot(crashed, "bank-editor-restored")
    crashed.get_by_role("button", name="Bỏ đi và soạn lại từ đầu").click()
    expect(crashed.get_by_label("Câu hỏi *")).to_have_text("")


def test_the_editor_of_several_types_on_a_phone(page_as, check_axe, shot):
    page = page_as("teacher", width=360)
    for type in ("short_numeric", "cloze", "table_fill", "hotspot", "essay", "code"):
        page.goto(f"/bank/items/new/{type}")
        expect(page.locator("#prompt.rich-surface")).to_be_visible()
        check_axe(page)
        shot(page, f"bank-editor-{type}-360")
