"""Damaged and hostile question files of every format: reported per question with its place, never a crash."""

import io
import zipfile
from random import Random

import pytest

from assessment.interchange import services
from assessment.interchange.models import ImportQuestion
from assessment.interchange.questions import FileProblem, ImportReport, MediaInMemory
from assessment.interchange.reading import read_question_file
from assessment.interchange.services import ImportPlace
from assessment.interchange.writers import FORMATS
from lms.core.db import db
from tests.assessment.interchange.fuzzing import changes, cuts, read_damaged
from tests.assessment.interchange.samples import MEDIA, items
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

PLACES, CHANGES = 60, 25
NO_SCRIPT = ("<script", "onerror", "javascript:")
MOODLE = ('<?xml version="1.0" encoding="UTF-8"?><quiz><question type="multichoice"><name><text>A</text></name>'
          '<questiontext format="html"><text><![CDATA[{prompt}]]></text></questiontext><single>true</single>'
          '<answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer>{more}'
          "</question></quiz>")


def file_of(format):
    """A small file of a format: some of the samples that it carries."""
    carried = [each for each in items() if not FORMATS[format].losses(each.type, each.content, each.key)]
    out = io.BytesIO()
    FORMATS[format].write(carried[:4] or items()[:1], out, MEDIA)
    return out.getvalue()


def read(data, name="de.xml"):
    return ImportReport(name).take(read_question_file(name, io.BytesIO(data), MediaInMemory()))


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_a_damaged_file_of_any_format_is_a_report(request_context, format):
    data, random = file_of(format), Random(f"damage/{format}")
    for verdict in (read_damaged(format, cuts(data, random, PLACES)),
                    read_damaged(format, changes(data, random, CHANGES))):
        assert not verdict.faults, "\n".join(verdict.faults[:5])
        assert verdict.reads


def test_bytes_that_are_nothing_at_all(request_context):
    random = Random("noise")
    for size in (0, 1, 7, 300, 5000):
        assert read(random.randbytes(size), "x.bin").problems


def test_staging_a_cut_file_leaves_nothing_half_done(context):
    """Whatever was read stands in rows of a batch that says so; nothing of it is in the bank."""
    teacher = make_actor(make_person("teacher", make_school()))
    data, place = file_of("gift"), ImportPlace(make_subject().id)
    for part in (0, 1, len(data) // 3, len(data) // 2, len(data) - 1):
        batch = services.stage_import(teacher, file_name="a.gift", stream=io.BytesIO(data[:part]), place=place)
        counts = services.count_questions(teacher, batch.id)
        assert batch.state == "staged"
        assert counts.found == db.session.query(ImportQuestion).filter_by(batch_id=batch.id).count()
        assert counts.found or batch.problems


def test_entities_are_not_read(request_context):
    bomb = b"".join(b"<!ENTITY e%d '%s'>" % (number, b"&e%d;" % (number - 1) * 10) for number in range(1, 9))
    for declared in (b"<!ENTITY e0 SYSTEM 'file:///etc/passwd'>", b"<!ENTITY e0 'x'>" + bomb):
        report = read(b"<!DOCTYPE quiz [" + declared + b"]><quiz><question type='essay'><questiontext><text>&e8;&e0;"
                      b"</text></questiontext></question></quiz>")
        assert report.problems or report.refused
        assert "root:" not in str(report)


def test_names_in_a_package_lead_nowhere_else(request_context):
    manifest = ('<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources><resource identifier="r" '
                'type="imsqti_item_xmlv2p1" href="../../../etc/passwd"><file href="../../../etc/passwd"/></resource>'
                "</resources></manifest>")
    report = read(zipped({"imsmanifest.xml": manifest, "../../evil.xml": "<a/>", "/abs.xml": "<a/>"}), "a.zip")
    assert report.problems or report.refused
    assert not report.good
    assert "root:" not in str(report)


def test_what_grows_without_end_is_refused(request_context):
    report = read(zipped({"imsmanifest.xml": b"<manifest/>" + b" " * 80_000_000, "a.xml": b"0" * 9_000_000}), "a.zip")
    assert report.problems or report.refused
    assert not report.good


def test_scripts_do_not_come_along(request_context):
    prompt = ('<p onclick="x()">Câu</p><script>alert(1)</script><a href="javascript:x()">a</a>'
              '<iframe src="//x"></iframe><p>Đủ</p>')
    report = read(MOODLE.format(prompt=prompt, more="").encode())
    [question] = report.questions
    assert not any(mark in str((question.content, question.key)) for mark in NO_SCRIPT)
    drawing = '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIj48L3N2Zz4=">'
    [question] = read(MOODLE.format(prompt=f"<p>x</p>{drawing}", more="").encode()).questions
    assert "base64" not in str(question.content)


def test_faults_are_named_where_they_stand_and_the_good_ones_stay(request_context):
    text = ("::Tốt:: Hai cộng hai? {=4 ~5}\n\n::Không đáp án:: Chọn {~a ~b}\n\n::Hở:: Chọn {=a ~b\n\n"
            "::Hai đáp án:: Chọn {=a =b ~c}\n\n::Sau:: Đúng? {T}\n")
    report = read(text.encode(), "a.gift")
    assert {"Tốt", "Sau"} <= {each.name for each in report.good}
    assert [each.line for each in report.refused if each.name == "Không đáp án"] == [3]
    assert all(each.where and each.problems for each in report.refused)


def test_types_that_nobody_knows_are_named(request_context):
    data = MOODLE.format(prompt="x", more="").replace('"multichoice"', '"hotpot"').encode()
    [question] = read(data).refused
    assert "hotpot" in " ".join((*question.problems, question.source_type))


def test_mixed_encodings_do_not_break_a_file(request_context):
    good = "::A:: Thủ đô? {=Hà Nội ~Huế}\n\n"
    report = read(good.encode() + "::B:: Thành phố? {=Huế ~Vinh}\n".encode("utf-16-le") + good.encode(), "a.gift")
    assert report.problems or report.questions


def test_a_file_of_ten_thousand_questions_is_read_one_by_one(request_context):
    data = "".join(f"::{number}:: Câu số {number}? {{={number} ~x}}\n\n" for number in range(10_000)).encode()
    seen = 0
    for each in read_question_file("a.gift", io.BytesIO(data), MediaInMemory()):
        assert not isinstance(each, FileProblem)
        seen += 1
    assert seen == 10_000
