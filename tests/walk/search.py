"""Step 3: what was published is found, with tone marks and without, narrowed down, and only by those who may."""

from lxml.html import HtmlElement

from tests.walk.site import Browser, Page, Site, expect

TITLE = "Sự chuyển thể của nước"
TYPED = ("su chuyen the cua nuoc", "Sự chuyển thể của nước", "SU CHUYEN THE", "nuoc chuyen the")
PATIENCE = 60


def walk(site: Site) -> str:
    """A visitor finds the lecture of the demonstration, narrows down, and asks for nonsense."""
    visitor = site.anonymous()
    site.wait(lambda: _hit(_ask(visitor, TYPED[0])) is not None, PATIENCE, f"“{TITLE}” in the search index")
    for typed in TYPED:
        found = _hit(_ask(visitor, typed))
        expect(found is not None, f"“{typed}” does not find “{TITLE}”")
        expect(found is not None and len(found.xpath(".//mark")), f"nothing is highlighted for “{typed}”")
    narrowed = _narrow(visitor)
    nonsense = _ask(visitor, "zzqqxx" * 200 + "\x00 ???")
    expect(not nonsense.tree.find_class("search-hit"), "nonsense finds something")
    _check_api(visitor)
    return f"“{TITLE}” found typed in {len(TYPED)} ways, highlighted, narrowed down by {narrowed}"


def _ask(browser: Browser, text: str, **chosen: str) -> Page:
    return browser.get("/search", params={"q": text, **chosen}).ok()


def _hit(page: Page) -> HtmlElement | None:
    hits = page.tree.find_class("search-hit")
    return next((hit for hit in hits if TITLE in " ".join(hit.text_content().split())), None)


def _narrow(visitor: Browser) -> str:
    """Tick boxes as the page offers them; a box of another kind takes the lecture away."""
    page = _ask(visitor, TYPED[0])
    form = page.form("kind")
    narrowed = form.submit(kind="lecture", grade="12", licence="cc-by").ok()
    expect(_hit(narrowed) is not None, "the filters take the lecture away")
    expect(_hit(form.submit(kind="thesis").ok()) is None, "a lecture is found among theses")
    offered = {box.get("name") for box in page.tree.xpath("//input[@type='checkbox']")}
    expect({"kind", "subject", "grade", "licence"} <= offered, f"only {sorted(offered)} can be narrowed down")
    return "kind, subject, grade and licence"


def _check_api(visitor: Browser) -> None:
    answer = visitor.api("GET", "/api/v1/search?q=chuyen+the&kind=lecture&per_page=5")
    expect(answer.status_code == 200, f"the API answers {answer.status_code}")
    titles = ["".join(piece["text"] for piece in hit["title"]) for hit in answer.json()["items"]]
    expect(TITLE in titles, f"the API finds {titles}")
