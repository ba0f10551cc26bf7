"""Moodle XML: read as a stream, hostile files refused."""

import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest

from assessment.interchange.questions import MediaInMemory
from assessment.interchange.reading import report_on
from tests.assessment.interchange.reports import read_question_file

FIXTURE = Path(__file__).parent / "fixtures" / "vat_li.xml"


@pytest.fixture(scope="module")
def report():
    return read_question_file(FIXTURE.name, FIXTURE.read_bytes())


@pytest.fixture(scope="module")
def by_name(report):
    return {question.name: question for question in report.questions}


def test_every_question_is_taken_or_refused(report):
    assert [(q.line, q.name, q.type) for q in report.questions if q.is_good] == [
        (6, "Đẳng nhiệt", "single_choice"), (15, "Đại lượng trạng thái", "multiple_response"),
        (23, "Độ không tuyệt đối", "single_true_false"), (29, "Tính áp suất", "short_numeric"),
        (35, "Nhà vật lí", "short_text")]
    assert [(q.line, q.name, q.problems[0]) for q in report.refused] == [
        (42, "Ghép đơn vị", "This question needs 1 to 12 options."),
        (46, "Có hình", "the file does not hold the picture do_thi.png"),
        (52, "Không đáp án", "no option earns the full marks")]
    assert {q.category for q in report.questions} == {"Vật lí 12 / Khí lí tưởng"}


def test_formats_of_text(by_name):
    assert by_name["Đẳng nhiệt"].content["options"][0]["text"] == "không đổi"
    assert "Định luật Boyle" in by_name["Đẳng nhiệt"].key["explanation"]
    assert "<strong>thông số trạng thái</strong>" in by_name["Đại lượng trạng thái"].content["prompt"]
    assert by_name["Đại lượng trạng thái"].content["options"][2]["text"] == "màu của bình, a &lt; b"
    assert "\\(-273{,}15\\)" in by_name["Độ không tuyệt đối"].content["prompt"]


def test_keys_and_what_is_not_kept(by_name):
    assert by_name["Đại lượng trạng thái"].key["correct"] == ["o1", "o2"]
    assert by_name["Độ không tuyệt đối"].key["true"] is True
    assert by_name["Tính áp suất"].key["accepted"] == [{"value": "1.5", "tolerance": "0.01"}]
    assert by_name["Tính áp suất"].content["unit"] == {"mode": "shown", "text": "lần"}
    assert by_name["Nhà vật lí"].key["accepted"] == [{"text": "Boyle"}]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<quiz><question type="essay"><name><text>&b;</text></name></question></quiz>"""
OUTSIDE = b"""<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay">
<name><text>&x;</text></name></question></quiz>"""


@pytest.mark.parametrize("data", [BOMB, OUTSIDE, BOMB.decode().encode("utf-16")])
def test_a_document_type_is_refused_before_anything_is_read(data):
    report = read_question_file("x.xml", data)
    assert report.questions == []
    assert "DOCTYPE" in report.problems[0].message


@pytest.mark.parametrize(("data", "reason"), [
    (b"<html><body/></html>", "root is <html>"), (b"<?pi x?><!-- y --><root/>", "root is <root>"),
    (b"<quiz></quiz>", "no question"), (b"<quiz><question>", "broken"),
    (b"<quiz>&nbsp;</quiz>", "broken"), (b"<" + b"a><" * 10 + b"/>", "root is <a>"),
    (b"<?xml version='1.0' encoding='UTF-7'?><quiz/>", "encoding"), (b"<!-- a" + b"a" * 2**20, "no beginning")])
def test_broken_files_say_what_is_wrong(data, reason):
    report = read_question_file("x.xml", data)
    assert reason in report.problems[0].message


def test_what_stands_before_the_break_is_kept():
    data = FIXTURE.read_bytes()
    report = read_question_file("x.xml", data[:data.index(b"numerical")])
    assert len(report.good) == 3
    assert report.problems[0].line > 20


def test_html_without_cdata_and_questions_without_type():
    data = """<quiz><question type="truefalse"><name><text>N</text></name><questiontext format="html"><text>a
    <p>b <b>c</b></p></text></questiontext><answer fraction="100"><text>false</text></answer></question>
    <question><name><text>M</text></name></question></quiz>"""
    first, second = read_question_file("x", data.encode()).questions
    assert "<b>c</b>" in first.content["prompt"]
    assert first.key["true"] is False
    assert second.problems == ("type not supported: ?",)


def test_scripts_and_handlers_do_not_survive():
    data = """<quiz><question type="truefalse"><name><text>&lt;script&gt;</text></name><questiontext format="html">
    <text><![CDATA[<p onclick="x()" style="color:red">Hỏi<script>alert(1)</script><a href="javascript:x()">đây</a>
    </p>]]></text></questiontext><answer fraction="100"><text>true</text></answer></question></quiz>"""
    [question] = read_question_file("x", data.encode()).questions
    assert question.content["prompt"] .split() == ["<p>Hỏiđây", "</p>"]


def test_a_large_file_is_not_held_as_a_tree():
    filler = "x" * 4_000
    one = f"""<question type="essay"><name><text>N</text></name><questiontext><text>{filler}</text></questiontext>
    </question>"""
    data = f"<quiz>{one * 1500}</quiz>".encode()
    stream = BytesIO(data)
    tracemalloc.start()
    report = report_on("x", stream, MediaInMemory())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(report.good) == 1500
    assert peak < 40_000_000
