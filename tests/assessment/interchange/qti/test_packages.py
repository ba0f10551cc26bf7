"""Packages: their order, what items share, and everything that hostile ones try."""

import random
import warnings
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from assessment.interchange.qti import archive
from assessment.interchange.questions import MediaInMemory
from assessment.interchange.writers import ExportStimulus
from assessment.interchange.writers.qti import CANVAS, QTI_3, QTI_21, QTI_22
from tests.assessment.interchange.qti.packages import choice, item, manifest, read, zipped
from tests.assessment.interchange.samples import MEDIA, RED, items, picture

TEST = """<assessmentTest identifier="t" title="t"><testPart identifier="p">
<assessmentSection identifier="s1" title="Phần I"><assessmentItemRef identifier="b" href="b.xml"/>
<assessmentItemRef identifier="a" href="items/a.xml"/></assessmentSection></testPart></assessmentTest>"""


def test_questions_come_in_the_order_of_the_test_with_its_headings_and_pictures():
    report = read(zipped({"items/a.xml": choice('<p><img src="../img/a.png" alt="a"/></p>', "A"), "b.xml": choice(
        title="B"), "c.xml": choice(title="C"), "test.xml": TEST.encode(), "img/a.png": picture()}))
    assert not report.problems
    assert [(each.name, each.category) for each in report.questions] == [("B", "Phần I"), ("A", "Phần I"), ("C", "")]
    assert all(each.is_good for each in report.questions)
    assert report.questions[1].position == "items/a.xml"


def test_a_bad_item_leaves_the_good_ones():
    report = read(zipped({"a.xml": choice(title="A"), "b.xml": choice()[:300], "c.xml": b"<html/>", "d.xml": item(
        '<drawingInteraction responseIdentifier="RESPONSE"/>'), "e.xml": choice(title="E")}))
    assert [each.name for each in report.good] == ["A", "E"]
    assert {problem.position for problem in report.problems} == {"b.xml", "c.xml"}
    assert report.problems[0].line == 2


@pytest.mark.parametrize("format", [QTI_21, QTI_22, QTI_3, CANVAS], ids=lambda format: format.code)
def test_a_shared_text_goes_out_once_and_stands_before_its_questions(format):
    shared = ExportStimulus("s", "Đoạn văn", {
        "body": f'<p>Đọc \\(x^2\\) <img src="{RED}" alt="đỏ"></p>', "transcript": "<p>Lời</p>"})
    out = BytesIO()
    format.write([replace(items()[2], stimulus=shared), replace(items()[6], stimulus=shared)], out, MEDIA)
    out.seek(0)
    report = read(out)
    [stimulus] = report.stimuli
    assert stimulus.title == "Đoạn văn"
    assert "\\(x^2\\)" in stimulus.content["body"]
    assert "media:" in stimulus.content["body"]
    assert [each.stimulus for each in report.questions] == [stimulus.ref] * 2
    if format is not CANVAS:
        assert stimulus.content["transcript"] == "<p>Lời</p>"


def test_older_packages_share_an_html_page():
    body = '<div><object data="shared/text.html" type="text/html"/></div><p>?</p>'
    report = read(zipped({"a.xml": choice(body), "b.xml": choice(body), "shared/text.html":
                          b"<html><head><title>Orkney</title></head><body><p>The islands</p></body></html>"}))
    assert [each.title for each in report.stimuli] == ["Orkney"]
    assert report.questions[0].stimulus == report.questions[1].stimulus == "shared/text.html"


def test_shared_texts_and_sections_that_lead_in_circles_end():
    page = b'<html><body><p>x</p><object data="text.html" type="text/html"/></body></html>'
    section = b'<assessmentSection identifier="s" title="s"><assessmentSectionRef identifier="s" href="test.xml"/>' \
              b'<assessmentItemRef identifier="a" href="a.xml"/></assessmentSection>'
    report = read(zipped({"a.xml": choice('<object data="text.html" type="text/html"/><p>?</p>'), "text.html": page,
                          "test.xml": section}))
    assert len(report.questions) == 1
    assert report.stimuli[0].problems
    assert any("leads back" in problem.message for problem in report.problems)


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "x/../../a.xml", "C:\\a.xml", "a\\..\\b.xml"])
def test_names_that_lead_out_of_the_package_are_left_out_and_said(name):
    report = read(zipped({name: choice(), "good.xml": choice(title="G")}, listed=[name, "good.xml"]))
    assert [each.name for each in report.questions] == ["G"]
    assert report.problems


def test_addresses_that_lead_out_of_the_package_are_problems_of_their_question():
    for href in ("../../secret.png", "file:///etc/passwd", "http://example.org/x.png", "//example.org/x.png"):
        report = read(zipped({"a.xml": choice(f'<p><img src="{href}" alt=""/></p>')}))
        assert not report.questions[0].is_good


def test_bombs_are_refused_by_ratio_number_and_size(monkeypatch):
    dense = read(zipped({"a.xml": choice(title="A"), "b.xml": b" " * 3_000_000}))
    assert [each.name for each in dense.questions] == ["A"]
    assert any("grows" in problem.message for problem in dense.problems)
    monkeypatch.setattr(archive, "MOST_FILES", 3)
    many = read(zipped({f"{number}.xml": choice() for number in range(5)}))
    assert not many.questions
    assert "more than 3 files" in many.problems[0].message
    monkeypatch.undo()
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 500)
    assert not read(zipped({"a.xml": choice()})).questions


def test_a_name_that_stands_twice_counts_once():
    out = BytesIO()
    with ZipFile(out, "w") as archived, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archived.writestr("imsmanifest.xml", manifest("a.xml"))
        archived.writestr("a.xml", choice(title="one"))
        archived.writestr("a.xml", choice(title="two"))
    out.seek(0)
    report = read(out)
    assert len(report.questions) == 1
    assert "twice" in report.problems[0].message


XXE = b'<!DOCTYPE assessmentItem [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (b'<!DOCTYPE assessmentItem [<!ENTITY a "ha">'
          + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (str(n - 1).encode() if n else b"") * 9) for n in range(9))
          + b"]>")


@pytest.mark.parametrize("prolog", [XXE, LAUGHS])
def test_entities_are_refused(prolog):
    hostile = choice().replace(b"<assessmentItem", prolog + b"<assessmentItem", 1).replace(b"hai", b"&x;&a8;")
    report = read(zipped({"a.xml": hostile, "b.xml": choice(title="B")}))
    assert [each.name for each in report.good] == ["B"]
    assert "root:" not in str(report)
    assert report.problems


def test_deep_and_crowded_items_are_refused():
    deep = choice("<div>" * 220 + "x" + "</div>" * 220)
    crowded = choice("<p>" + "<br/>" * 60_000 + "</p>")
    report = read(zipped({"a.xml": deep, "b.xml": crowded, "c.xml": choice(title="C")}))
    assert [each.name for each in report.good] == ["C"]
    assert len(report.problems) == 2


def test_packages_cut_anywhere_are_reported_and_never_raise():
    whole = zipped({"a.xml": choice('<p><img src="a.png" alt="a"/></p>'), "a.png": picture()}).getvalue()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        report = read(whole[:place])
        assert report.questions or report.problems


def test_broken_bytes_anywhere_never_raise():
    chance = random.Random(5)
    whole = bytearray(zipped({"a.xml": choice(), "b.xml": choice(title="B")}).getvalue())
    for _turn in range(120):
        broken = bytearray(whole)
        for _spot in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        report = read(bytes(broken))
        assert not any("could not be read any further" in problem.message for problem in report.problems)


def test_items_cut_anywhere_never_raise():
    whole = choice('<p><m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math></p>')
    for place in range(len(whole)):
        report = read(whole[:place])
        assert report.questions or report.problems
        assert not any("any further" in problem.message for problem in report.problems)


def test_a_package_without_a_manifest_is_searched():
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archived:
        archived.writestr("x/a.xml", choice(title="A"))
    out.seek(0)
    report = read(out, MediaInMemory())
    assert [each.name for each in report.questions] == ["A"]
    assert "imsmanifest.xml" in report.problems[0].message
