"""Step 5: question files are imported, an item with a formula is written, and items are found."""

from tests.walk.site import Browser, Page, Site, expect

GIFT = """$CATEGORY: $course$/top/Kiểm tra nhập/Đạo hàm

::Đạo hàm của bình phương::Đạo hàm của hàm số \\(y = x^{2}\\) là {
    =\\(y' = 2x\\) ~\\(y' = x\\) ~\\(y' = x^{2}\\) ~\\(y' = 2\\)
}

::Giá trị::Giá trị của \\(2^{3}\\) bằng {#8}

::Không đáp án::Bình phương của hai là {~1 ~3}
"""
XML = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
  <question type="category"><category><text>$course$/top/Kiểm tra nhập/Tích phân</text></category></question>
  <question type="multichoice">
    <name><text>Nguyên hàm</text></name>
    <questiontext format="html"><text><![CDATA[<p>Một nguyên hàm của \\(2x\\) là</p>]]></text></questiontext>
    <single>true</single>
    <answer fraction="100" format="html"><text>\\(x^2\\)</text></answer>
    <answer fraction="0" format="html"><text>\\(2\\)</text></answer>
  </question>
  <question type="truefalse">
    <name><text>Hằng số</text></name>
    <questiontext format="html"><text>Đạo hàm của hằng số bằng 0.</text></questiontext>
    <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
  </question>
</quiz>
"""
PROMPT = "Tính tích phân \\(I = \\int_{0}^{1} 6x^{2}\\,dx\\) bằng phương pháp đổi biến."


def walk(site: Site) -> str:
    """Two imports, one with a bad question; one item written, previewed, saved; found by every filter."""
    teacher = site.as_("teacher")
    subject = _subject(teacher)
    refused = _upload(teacher, subject, "dao_ham.gift", GIFT)
    expect("dao_ham.gift" in refused.words and "Bình phương của hai" in refused.words, "nobody is named")
    line = str(GIFT[:GIFT.index("::Không đáp án")].count("\n") + 1)
    expect(f"dòng {line}" in refused.words or f"line {line}" in refused.words, f"line {line} is not told")
    whole = refused.browser.post(refused.form("confirm").action,
                                 {**refused.form("confirm").fields, "what": "all"}, referer=refused.url)
    expect(whole.status == 422, f"a file with a fault was imported whole: {whole.status}")
    refused.form("confirm").submit(what="good").ok()
    good = _upload(teacher, subject, "tich_phan.xml", XML)
    good.form("confirm").submit(what="all").ok()
    item = _write(teacher, subject)
    _find(teacher, subject, item)
    return "2 of 3 from GIFT (line and reason told), 2 of 2 from Moodle XML, 1 written with a formula and found"


def _subject(teacher: Browser) -> str:
    """Mathematics, or the first subject of the list."""
    options = teacher.get("/bank/import/").ok().tree.xpath("//select[@name='subject_id']/option[@value!='']")
    expect(options, "there are no subjects")
    named = [each for each in options if (each.text or "").strip() in ("Toán", "Mathematics")]
    return str((named or options)[0].get("value"))


def _upload(teacher: Browser, subject: str, name: str, text: str) -> Page:
    form = teacher.get("/bank/import/").ok().form("file")
    form.fields.pop("file", None)
    return form.submit(files={"file": (name, text.encode(), "text/plain")}, subject_id=subject, level="know",
                       state="ready").ok()


def _write(teacher: Browser, subject: str) -> str:
    """Preview, then save; the id of the new item."""
    form = teacher.get("/bank/items/new/short_numeric").ok().form("prompt")
    typed = {"prompt": PROMPT, "accepted.0.value": "2", "accepted.0.tolerance": "0", "subject_id": subject,
             "level": "apply", "explanation": "\\(I = 2x^{3}\\) lấy từ 0 đến 1."}
    seen = form.submit(action="preview", **typed).ok()
    expect("6x^{2}" in seen.tree.xpath("string(//*[@data-part='preview'])"), "the preview does not show the formula")
    saved = seen.form("prompt").submit(action="save-ready", **typed).ok()
    expect("/bank/items/" in saved.url, f"saving ended at {saved.url}")
    return saved.url.rstrip("/").rsplit("/", 1)[-1]


def _find(teacher: Browser, subject: str, item: str) -> None:
    by = {"subject": subject, "level": "apply", "type": "short_numeric", "text": "phuong phap doi bien"}
    for name, value in by.items():
        page = teacher.get("/bank/", params={name: value, "mine": "1"}).ok()
        expect(item in page.text, f"the item is not found by {name}")
    topics = teacher.get("/bank/", params={"subject": subject}).ok().tree.xpath(
        "//select[@name='topic']/option[contains(., 'Kiểm tra nhập / Đạo hàm')]/@value")
    expect(topics, "the category of the file did not become a topic")
    page = teacher.get("/bank/", params={"subject": subject, "topic": topics[0], "mine": "1"}).ok()
    expect("x^{2}" in page.words and item not in page.text, "the topic does not narrow the list")
    other = teacher.get("/bank/", params={"text": "phuong phap doi bien", "type": "true_false"}).ok()
    expect(item not in other.text, "a filter that does not match shows the item")
