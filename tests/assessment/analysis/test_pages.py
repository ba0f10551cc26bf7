"""The pages of analysis and results over HTTP: states, rights, figures, CSV, API."""

import csv
import io
import re
from uuid import uuid4

import pytest
from lxml import html

from assessment.analysis import services
from assessment.analysis.models import AnalysisRun
from lms.core.db import db
from tests.factories.identity import make_person
from tests.factories.marking import make_finished_exam

KINDS = ("single_choice",) * 6 + ("multiple_response", "true_false", "true_false", "short_numeric")


@pytest.fixture
def sat(app):
    with app.test_request_context():
        exam = make_finished_exam(60, kinds=KINDS, close=True)
        stranger = make_person("teacher")
        student = make_person("student")
        db.session.commit()
        people = {"exam": exam.exam.id, "teacher": exam.teacher.id, "student": exam.students[0].id,
                  "stranger": stranger.id, "other": student.id, "attempt": exam.attempt_ids[0]}
        db.session.remove()
    return people


@pytest.fixture
def analysed(sat, sign_in, run_jobs):
    answer = sign_in(sat["teacher"]).post(f"/exams/{sat['exam']}/analysis")
    assert answer.status_code == 302
    assert run_jobs() >= 1
    return sat


def find(node, path):
    """XPath in which `{name}` stands for "has the class name"."""
    return node.xpath(re.sub(r"\{([\w-]+)\}", r"[contains(concat(' ', @class, ' '), ' \1 ')]", path))


def tree(response):
    assert response.status_code == 200, response.text[:300]
    return html.fromstring(response.text)


def test_before_and_while_it_is_computed(sat, sign_in):
    teacher = sign_in(sat["teacher"])
    address = f"/exams/{sat['exam']}/analysis"
    assert find(tree(teacher.get(address)), ".//*{empty}//button")
    teacher.post(address)
    teacher.post(address)
    page = tree(teacher.get(address))
    assert find(page, ".//*[@data-behaviour='job-progress']")
    assert not find(page, ".//svg{chart}")
    assert teacher.get(f"/api/v1{address}").status_code == 404


def test_the_analysis_page_shows_figures_plots_and_tables(analysed, sign_in):
    page = tree(sign_in(analysed["teacher"]).get(f"/exams/{analysed['exam']}/analysis"))
    assert len(find(page, ".//svg{chart}[@role='img']")) == 2
    assert len(find(page, ".//*{stat}")) == 5
    assert len(find(page, ".//table//tbody//tr")) >= 10
    assert find(page, ".//*{notice}{tone-warning}")
    assert not find(page, ".//*[@style] | .//script[not(@src)] | .//style")


@pytest.mark.parametrize("sort", ["difficulty", "-discrimination", "findings", "omitted", "nonsense"])
def test_the_table_sorts_by_links(analysed, sign_in, sort):
    page = tree(sign_in(analysed["teacher"]).get(f"/exams/{analysed['exam']}/analysis?sort={sort}"))
    table = find(page, ".//table")[-1]
    cells = [find(row, ".//td")[2].text_content() for row in find(table, ".//tbody//tr")]
    figures = [float(cell.replace(",", ".")) for cell in cells if cell != "–"]
    if sort == "difficulty":
        assert figures == sorted(figures)
        assert find(table, ".//th[@aria-sort='ascending']")


def test_every_item_has_its_page(analysed, sign_in):
    teacher = sign_in(analysed["teacher"])
    page = tree(teacher.get(f"/exams/{analysed['exam']}/analysis"))
    links = {link.get("href") for link in find(page, ".//table//a{item-stem}")}
    assert len(links) == 10
    for link in links:
        item = tree(teacher.get(link))
        assert len(find(item, ".//svg{chart}//polyline")) >= 1
        assert len(find(item, ".//table")) == 2
    assert teacher.get(f"/exams/{analysed['exam']}/analysis/items/{uuid4()}").status_code == 404


def test_the_csv_opens_in_a_spreadsheet(analysed, sign_in):
    teacher = sign_in(analysed["teacher"])
    for name, rows in (("items.csv", 10), ("options.csv", 40)):
        response = teacher.get(f"/exams/{analysed['exam']}/analysis/{name}")
        assert response.data.startswith(b"\xef\xbb\xbf")
        assert response.content_type == "text/csv; charset=utf-8"
        read = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
        assert len(read) > rows
        assert len({len(row) for row in read}) == 1


def test_the_api_gives_the_same_figures(analysed, sign_in, app):
    body = sign_in(analysed["teacher"]).get(f"/api/v1/exams/{analysed['exam']}/analysis").get_json()
    assert body["attempts"] == 60
    assert body["newer_attempts"] == 0
    assert len(body["items"]) == 10
    assert 0 < body["test"]["alpha"] < 1
    assert len(body["input_digest"]) == 64
    with app.app_context():
        run = db.session.query(AnalysisRun).one()
        assert run.software == services.SOFTWARE


def test_computing_again_adds_a_run_with_the_same_figures(analysed, sign_in, run_jobs, app):
    sign_in(analysed["teacher"]).post(f"/api/v1/exams/{analysed['exam']}/analysis")
    run_jobs()
    with app.app_context():
        first, second = db.session.query(AnalysisRun).order_by(AnalysisRun.id)
        assert first.results == second.results
        assert first.input_digest == second.input_digest


PAGES = ("/exams/{exam}/analysis", "/exams/{exam}/analysis/items.csv", "/api/v1/exams/{exam}/analysis",
         "/exams/{exam}/results", "/exams/{exam}/results.csv")


@pytest.mark.parametrize("page", PAGES)
def test_only_the_exams_teachers_read_them(analysed, sign_in, client, page):
    address = page.format(**analysed)
    assert sign_in(analysed["teacher"]).get(address).status_code == 200
    for who in ("student", "other", "stranger"):
        assert sign_in(analysed[who]).get(address).status_code == 403
    assert client.get(address).status_code in (302, 401)
    assert sign_in(analysed["teacher"]).get(page.format(exam=uuid4())).status_code == 404


def test_an_exam_that_one_person_sat(app, sign_in, run_jobs):
    with app.test_request_context():
        exam = make_finished_exam(1, kinds=["single_choice"])
        teacher, exam_id = exam.teacher.id, exam.exam.id
        db.session.remove()
    client = sign_in(teacher)
    client.post(f"/exams/{exam_id}/analysis")
    run_jobs()
    page = tree(client.get(f"/exams/{exam_id}/analysis"))
    assert find(page, ".//*{stat}")
    assert "nan" not in page.text_content().casefold().split()


def test_results_list_and_csv(analysed, sign_in):
    teacher = sign_in(analysed["teacher"])
    page = tree(teacher.get(f"/exams/{analysed['exam']}/results?sort=points"))
    assert len(find(page, ".//table//tbody//tr")) == 50
    assert find(page, ".//*{pages}")
    data = teacher.get(f"/exams/{analysed['exam']}/results.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert len(rows) == 61
    assert teacher.post(f"/exams/{analysed['exam']}/results/mark").status_code == 302


def test_a_student_reads_his_own_result(analysed, sign_in):
    student = sign_in(analysed["student"])
    page = tree(student.get(f"/results/{analysed['attempt']}"))
    assert len(find(page, ".//article{answer}")) == 10
    assert find(page, ".//*{is-key}")
    body = student.get(f"/api/v1/results/{analysed['attempt']}").get_json()
    assert body["is_released"]
    assert float(body["points"]) <= float(body["maximum"]) == 4.0
    assert sign_in(analysed["other"]).get(f"/results/{analysed['attempt']}").status_code == 403


def test_before_the_release_the_page_gives_nothing_away(app, sign_in, run_jobs):
    with app.test_request_context():
        exam = make_finished_exam(2)
        student, attempt_id = exam.students[0].id, exam.attempt_ids[0]
        teacher, exam_id = exam.teacher.id, exam.exam.id
        db.session.remove()
    sign_in(teacher).post(f"/exams/{exam_id}/results/mark")
    run_jobs()
    page = sign_in(student).get(f"/results/{attempt_id}")
    assert not find(tree(page), ".//article | .//*{stat} | .//*{is-key}")
    body = sign_in(student).get(f"/api/v1/results/{attempt_id}").get_json()
    assert "points" not in body or body["points"] is None
    assert find(tree(sign_in(teacher).get(f"/results/{attempt_id}")), ".//article{answer}")
