"""Step 5 in Chromium: a teacher writes a question with formulas, and finds it. Imports are in test_interchange.py."""

from playwright.sync_api import expect


def choose_subject(page):
    """The first subject that has topics in the upper grades."""
    page.get_by_label("Môn học").select_option(label="Toán")


def test_an_item_is_written_with_tex_and_a_live_preview_and_found(page_as, check_axe, shot):
    page = page_as("teacher")
    page.goto("/bank/items/new/single_choice")
    page.get_by_label("Câu hỏi *").fill("Giá trị của \\(\\frac{1}{2} + \\sqrt{4}\\) bằng")
    preview = page.locator("[data-part=preview]")
    expect(preview.locator(".item__prompt .katex")).to_be_visible()
    for letter, text in zip("ABCD", ("\\(\\frac{5}{2}\\)", "\\(2\\)", "\\(\\frac{1}{2}\\)", "\\(4\\)"), strict=True):
        page.get_by_label(f"Phương án {letter}", exact=True).fill(text)
    page.get_by_label("Đáp án đúng").first.check()
    expect(preview.locator(".item__option .katex")).to_have_count(4)
    choose_subject(page)
    expect(page.locator("#topic_id option").nth(1)).to_be_attached()
    page.locator("#topic_id").select_option(index=1)
    check_axe(page)
    shot(page, "bank-editor")
    page.get_by_role("button", name="Lưu và cho dùng").click()
    expect(page.get_by_text("Đã lưu câu hỏi.")).to_be_visible()
    expect(page.locator(".item__prompt .katex")).to_be_visible()
    check_axe(page)
    page.goto("/bank/")
    page.get_by_label("Từ trong câu hỏi").fill("gia tri cua")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page.locator(".rows .row-title").first).to_contain_text("Giá trị của")


def test_faults_are_told_where_they_are(page_as, check_axe):
    page = page_as("teacher")
    page.goto("/bank/items/new/true_false")
    page.get_by_label("Câu hỏi *").fill("Cho hàm số \\(y = x^2")
    choose_subject(page)
    page.get_by_role("button", name="Lưu và cho dùng").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#prompt-error")).to_contain_text("chưa đóng")
    check_axe(page)


def test_on_a_phone_and_in_the_dark(page_as, check_axe, shot):
    page = page_as("teacher", width=360, dark=True)
    for name, path in (("list", "/bank/"), ("choose", "/bank/items/new"), ("editor", "/bank/items/new/true_false"),
                       ("number", "/bank/items/new/short_numeric"), ("import", "/bank/import/")):
        page.goto(path)
        check_axe(page)
        shot(page, f"bank-{name}-360")
