"""Step 7: the analysis of the finished demo exam, with its figures, plots, findings and CSV."""

import csv
import io
import re

from tests.walk.site import Browser, Page, Site, expect

LEAST = 200


def walk(site: Site) -> str:
    """The teacher reads the analysis, has it computed again, opens an item, and takes the CSV home."""
    teacher = site.as_("teacher")
    exam = _finished_exam(teacher)
    page = exam.follow("/analysis")
    address = page.url.split("?")[0].removeprefix(site.base.rstrip("/"))
    page.form(0).submit().ok()
    site.wait(lambda: teacher.api("GET", f"/api/v1{address}").json().get("newer_attempts") == 0
              and "job-progress" not in teacher.get(address).text, 90, "the analysis was not computed")
    page, figures = teacher.get(address).ok(), teacher.api("GET", f"/api/v1{address}").json()
    test = figures["test"]
    expect(test["persons"] >= LEAST, f"only {test['persons']} attempts were analysed")
    expect(0 < test["alpha"] < 1 and test["sem"] > 0, f"alpha {test['alpha']}, SEM {test['sem']}")
    expect(len(page.tree.xpath("//svg[@role='img']")) == 2, f"{page.url} does not show two plots")
    _open_item(page)
    rows = _read_csv(teacher, f"{address}/items.csv")
    expect(len(rows) == len(figures["items"]) + 1, f"the CSV has {len(rows)} lines for {len(figures['items'])} items")
    found = sum(bool(item["findings"]) for item in figures["items"])
    expect(found, "no item has a finding, though faults are planted")
    return (f"{test['persons']} attempts, {len(figures['items'])} items: mean {test['mean']:.2f}, "
            f"alpha {test['alpha']:.2f}, SEM {test['sem']:.2f}; {found} items with findings; plots, tables, CSV")


def _finished_exam(teacher: Browser) -> Page:
    """The exam in the list that has an analysis to offer and enough attempts."""
    page = teacher.get("/exams/").ok()
    addresses = dict.fromkeys(re.findall(r"/exams/[0-9a-f-]{36}", page.text))
    for address in addresses:
        exam = teacher.get(address).ok()
        if f"{address}/analysis" in exam.text:
            answer = teacher.api("GET", f"/api/v1{address}/analysis")
            if answer.status_code == 200 and answer.json()["attempts"] >= LEAST:
                return exam
    expect(False, f"no exam of the teacher has an analysis of {LEAST} attempts; exams: {len(addresses)}")
    raise AssertionError


def _open_item(page: Page) -> None:
    item = page.follow("/analysis/items/")
    expect(item.tree.xpath("//table//th[@scope='row']"), f"{item.url} has no table of options")
    expect(item.tree.xpath("//svg[@role='img']//polyline"), f"{item.url} shows nobody's choices")


def _read_csv(teacher: Browser, address: str) -> list[list[str]]:
    response = teacher.get(address).ok().response
    expect(response.content.startswith(b"\xef\xbb\xbf"), "the CSV has no byte order mark, so Excel spoils its letters")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    expect(len({len(row) for row in rows}) == 1, "the CSV's lines differ in length")
    return rows
