"""Tables of questions: headings in either language, any order, any separator; nothing is computed."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from assessment.interchange.writers.sheets import template
from lms.core.db import db
from tests.assessment.interchange.reports import read_question_file
from tests.factories.identity import make_person

VIETNAMESE = """Ngân hàng câu hỏi;;;;;;
Mức độ;Câu hỏi;A;B;C;D;Đáp án;Độ khó
NB;Thủ đô của Việt Nam?;Huế;Hà Nội;Đà Nẵng;Cần Thơ;B;0,3
TH;"Chọn số chẵn";2;3;4;;A, C;
;Cho \\(f(x)=x^{2}\\);chẵn;lẻ;tăng;giảm;Đ S S S;
;Đất tròn;;;;;Đúng;
;Tính;;;;;1,5 ± 0,1 | 3 ± 5%;
;Ai?;;;;;Nguyễn Du | Tố Như;
;Ghép;Lào => Viêng Chăn;Pháp => Pa-ri;;;Huế;
;Viết;;;;;;
;Sai khóa;a;b;;;E;
"""


def test_types_are_found_from_what_stands_in_the_row():
    report = read_question_file("x.csv", VIETNAMESE.encode())
    assert report.format == "csv"
    assert [each.type for each in report.good] == [
        "single_choice", "multiple_response", "true_false", "single_true_false", "short_numeric", "short_text",
        "matching", "essay"]
    assert [(each.line, each.problems[0]) for each in report.refused] == [(11, "the answer “E” is none of the options")]
    first = report.questions[0]
    assert (first.key["correct"], first.metadata) == ("o2", {"level": "know", "difficulty": 0.3})
    assert report.questions[4].key["accepted"][1] == {"value": "3", "tolerance": "0.05", "relative": True}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(separator, encoding):
    rows = [["Answer", "Type", "B", "A", "Question"], ["A", "Single choice", "không", "có", "Đúng không?"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    [question] = read_question_file("x", text.encode(encoding)).questions
    assert [row["text"] for row in question.content["options"]] == ["có", "không"]


def test_a_workbook_is_read_by_its_headings_and_its_formulas_are_refused():
    book = Workbook()
    sheet = book.active
    sheet.append(["Question", "A", "B", "Answer"])
    sheet.append(["2 + 2?", 4, 5.5, "A"])
    sheet.append(["3?", "=1+2", "4", "A"])
    out = BytesIO()
    book.save(out)
    good, formula = read_question_file("x.xlsx", out.getvalue()).questions
    assert [row["text"] for row in good.content["options"]] == ["4", "5.5"]
    assert "formula" in formula.problems[0]
    assert "row 3" in formula.position


def test_the_template_is_a_file_that_can_be_read():
    report = read_question_file("mẫu.xlsx", template())
    assert len(report.good) == 10
    assert not report.refused
    assert load_workbook(BytesIO(template())).active.max_row == 11


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@x", "-a", "+b"])
def test_no_cell_is_a_formula_for_a_spreadsheet(text):
    from assessment.interchange.writers import FORMATS, ExportItem
    from tests.assessment.interchange.samples import MEDIA

    out = BytesIO()
    FORMATS["csv"].write([ExportItem("1", "single_true_false", {"prompt": text}, {"true": True})], out, MEDIA)
    assert f" {text}" in out.getvalue().decode("utf-8-sig")


def test_a_damaged_workbook_says_so():
    data = template()
    report = read_question_file("x.xlsx", data[:len(data) // 2] + b"\0" * 40 + data[len(data) // 2 + 40:])
    assert report.problems or report.refused or report.good


def test_a_workbook_with_a_document_type_is_refused():
    from zipfile import ZipFile

    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]><workbook/>')
    assert "DOCTYPE" in read_question_file("x", out.getvalue()).problems[0].message


def test_a_teacher_may_download_the_template(app, sign_in):
    with app.app_context():
        person = make_person("teacher").id
        db.session.commit()
    answer = sign_in(person).get("/bank/import/template.xlsx")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
