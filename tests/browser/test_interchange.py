"""A teacher's Word paper comes in with two doubts cleared in place; what went out as Moodle XML comes back equal."""

import io
import re

import pytest
from playwright.sync_api import expect

from assessment.interchange.questions import ImportReport, MediaInMemory, same_question
from assessment.interchange.reading import read_question_file
from bench.word_papers.papers import long_paper
from bench.word_papers.ways import Way

WAY = Way("a long paper", key="both", faults=True, layout="mixed")
"""Keys are marked in place and stand in a table at the end; two of them say different things."""


@pytest.fixture(scope="module")
def paper():
    return long_paper(5, WAY, "Toán", 40)


def questions_in(data):
    return ImportReport("x").take(read_question_file("x", io.BytesIO(data), MediaInMemory()))


def upload(page, name, data):
    page.goto("/bank/import/")
    page.get_by_label("Tệp câu hỏi").set_input_files({"name": name, "mimeType": "application/octet-stream",
                                                      "buffer": data})
    page.get_by_label("Môn học").select_option(label="Toán")
    page.get_by_role("button", name="Đọc tệp").click()
    expect(page.get_by_text("Tìm thấy")).to_be_visible()


def number_at(page, label):
    """What one of the numbers at the top says."""
    stat = page.locator(".stat").filter(has_text=label).locator(".stat-value")
    return int(re.sub(r"\D", "", stat.inner_text()))


def test_a_word_paper_of_forty_questions_comes_in_and_goes_out(page_as, check_axe, shot, paper):
    page = page_as("teacher")
    upload(page, "Đề ôn tập.docx", paper.data)
    assert number_at(page, "Tìm thấy") == 40
    assert number_at(page, "Chưa chắc chắn") == 2
    check_axe(page)
    _put_the_refused_right(page)
    _choose_keys_of_the_unsure(page, check_axe, shot)
    expect(page.locator("#import-summary")).to_contain_text("40")
    page.get_by_role("button", name="Nhập cả 40 câu hỏi").click()
    expect(page.get_by_text("Đã nhập 40 câu hỏi vào ngân hàng.")).to_be_visible()
    check_axe(page)
    shot(page, "import-done")
    _goes_out_and_comes_back(page, check_axe, shot, paper)


def _put_the_refused_right(page):
    """Options that say the same are told apart, by keyboard alone."""
    while number_at(page, "Bị từ chối"):
        page.goto(re.sub(r"\?.*", "", page.url) + "?view=refused")
        card = page.locator(".import-card").first
        told = card.locator(".import-wrong").inner_text()
        letter = re.search(r"của (\w) và (\w)", told)[2]
        field = card.get_by_role("textbox", name=letter, exact=True)
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("một đáp án khác")
        save = card.get_by_role("button", name="Lưu và kiểm tra lại")
        save.focus()
        page.keyboard.press("Enter")
        expect(card.get_by_text("Đã sửa", exact=True)).to_be_visible()
        expect(card).to_be_focused()


def _choose_keys_of_the_unsure(page, check_axe, shot):
    """One is right as it was read, of the other the right key is chosen; the page stays where it is."""
    page.goto(re.sub(r"\?.*", "", page.url) + "?view=unsure")
    expect(page.locator(".import-card")).to_have_count(2)
    expect(page.locator(".import-look .katex").first).to_be_visible()
    expect(page.locator(".import-source .katex").first).to_be_visible()
    check_axe(page)
    shot(page, "import-unsure")
    first, second = (page.locator(".import-card").nth(place) for place in (0, 1))
    first.get_by_role("button", name="Đúng như vậy rồi").click()
    expect(first.get_by_text("Đã sửa", exact=True)).to_be_visible()
    second.get_by_text("Sửa ngay tại đây").click()
    chosen = second.locator("input[name=right]:checked").get_attribute("value")
    other = second.locator(f"input[name=right]:not([value={chosen}])").last
    value = other.get_attribute("value")
    other.check()
    second.get_by_role("button", name="Lưu và kiểm tra lại").click()
    expect(second.get_by_text("Đã sửa", exact=True)).to_be_visible()
    assert second.locator("input[name=right]:checked").get_attribute("value") == value
    check_axe(page)


def _goes_out_and_comes_back(page, check_axe, shot, paper):
    """The list goes out as Moodle XML: it holds what stood in the Word paper, and can be taken in again as it is."""
    page.goto("/bank/?mine=1&type=single_choice")
    page.get_by_role("link", name="Xuất câu hỏi").click()
    page.get_by_label("Moodle XML").check()
    page.get_by_role("button", name="Định dạng này giữ được gì?").click()
    expect(page.get_by_role("heading", name="Moodle XML")).to_be_visible()
    check_axe(page)
    shot(page, "export-losses")
    page.get_by_role("button", name="Tạo tệp").click()
    download = page.get_by_role("link", name="Tải về")
    expect(download).to_be_visible(timeout=60_000)
    check_axe(page)
    with page.expect_download() as loading:
        download.click()
    data = loading.value.path().read_bytes()
    before = questions_in(data)
    assert len(before.good) >= 40
    written = questions_in(paper.data).good
    untouched = [each for each in written if not each.unsure and "media:" not in str(each.content)]
    assert len(untouched) >= 30
    assert all(any(same_question(one, other) for other in before.good) for one in untouched)
    upload(page, "moodle.xml", data)
    assert number_at(page, "Tìm thấy") == len(before.questions)
    assert number_at(page, "Bị từ chối") == 0
    page.get_by_role("link", name=re.compile("Trùng lặp")).click()
    expect(page.get_by_text("Gần như trùng với một câu trong ngân hàng").first).to_be_visible()


def test_without_script_a_question_is_put_right_and_an_import_is_undone(browser, live, page_as):
    signed_in = page_as("teacher", width=360)
    context = browser.new_context(base_url=live, java_script_enabled=False, viewport={"width": 360, "height": 800})
    context.add_cookies(signed_in.context.cookies())
    page = context.new_page()
    text = "::A:: Một cộng một? {=2 ~3}\n\n::B:: Không có đáp án {~a ~b}\n"
    upload(page, "de.gift", text.encode())
    card = page.locator("#question-2")
    card.get_by_label("Dạng câu hỏi").select_option("short_numeric")
    card.get_by_label("Câu hỏi", exact=True).fill("Hai cộng hai bằng mấy?")
    card.get_by_role("button", name="Lưu và kiểm tra lại").click()
    card.get_by_label("Các đáp án đúng, mỗi dòng một đáp án").fill("4")
    card.get_by_role("button", name="Lưu và kiểm tra lại").click()
    page.get_by_role("button", name="Nhập cả 2 câu hỏi").click()
    expect(page.get_by_text("Đã nhập 2 câu hỏi vào ngân hàng.")).to_be_visible()
    page.get_by_text("Hoàn tác lần nhập này").first.click()
    page.get_by_role("button", name="Hoàn tác lần nhập này").click()
    expect(page.get_by_text("Đã hoàn tác lần nhập: các câu hỏi đã ra khỏi ngân hàng.").first).to_be_visible()
    context.close()
