"""Formulas of MathType in a Word paper: what is understood is a formula, the rest a picture that stands in its line."""

from playwright.sync_api import expect

from bench.word_papers.ooxml import Package, paragraph, run
from tests.assessment.bank.metafile.made import half_alpha
from tests.assessment.interchange.word.mtef_made import NULL, NUMBER, equation, line, ole, signs, template
from tests.assessment.interchange.word.test_objects import mathtype


def paper() -> bytes:
    """Two questions: of the first formula all is understood, of the second only its preview."""
    package = Package()
    preview = package.add_picture(half_alpha())
    squared = template(28, 0, NULL, line(signs("2", NUMBER)))
    known = package.add_picture(ole(equation(signs("x"), squared, signs("=1"))))
    options = (paragraph(run(text)) for text in ("A. 1", "B. 2", "C. 3", "D. 4", "Đáp án: A"))
    again = (paragraph(run(text)) for text in ("A. 5", "B. 6", "C. 7", "D. 8", "Đáp án: B"))
    first = paragraph(run("Câu 1. Phương trình ") + mathtype(preview, inside=known) + run(" có mấy nghiệm?"))
    second = paragraph(run("Câu 2. Giá trị của ") + mathtype(preview) + run(" là bao nhiêu?"))
    package.body += (first, *options, second, *again)
    return package.save()


def test_formulas_of_mathtype_are_seen_on_the_import_page_and_in_the_bank(page_as, check_axe, shot):
    page = page_as("teacher")
    page.goto("/bank/import/")
    page.get_by_label("Tệp câu hỏi").set_input_files({"name": "MathType.docx", "mimeType": "application/octet-stream",
                                                      "buffer": paper()})
    page.get_by_label("Môn học").select_option(label="Toán")
    page.get_by_role("button", name="Đọc tệp").click()
    expect(page.get_by_text("Tìm thấy")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?view=unsure")
    expect(page.locator(".import-card")).to_have_count(1)
    expect(page.get_by_text("có công thức được giữ lại dưới dạng hình")).to_be_visible()
    picture = page.locator(".import-look img.formula")
    expect(picture).to_have_attribute("alt", "công thức, thể hiện bằng hình")
    assert picture.evaluate("each => each.complete && each.naturalWidth") == 40
    assert picture.evaluate("each => getComputedStyle(each).verticalAlign") == "middle"
    check_axe(page)
    shot(page, "import-mathtype")
    page.get_by_role("button", name="Đúng như vậy rồi").click()
    expect(page.get_by_text("Đã sửa", exact=True)).to_be_visible()
    page.get_by_role("button", name="Nhập cả 2 câu hỏi").click()
    expect(page.get_by_text("Đã nhập 2 câu hỏi vào ngân hàng.")).to_be_visible()
    page.goto("/bank/?mine=1")
    page.get_by_role("link", name="Giá trị của").first.click()
    shown = page.locator("img.formula").first
    expect(shown).to_be_visible()
    assert shown.evaluate("each => each.naturalWidth") == 40
    check_axe(page)
    shot(page, "item-mathtype")
    page.emulate_media(color_scheme="dark")
    expect(shown).to_have_css("filter", "invert(1)")
    check_axe(page)
