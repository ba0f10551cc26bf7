"""What the versions of QTI write differently, and that each says before what it cannot carry."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree

from assessment.interchange.questions import same_question
from assessment.interchange.writers.qti import QTI_3, QTI_21, QTI_22
from tests.assessment.interchange.qti.packages import read
from tests.assessment.interchange.samples import MEDIA, items

RICH = ('lời<blockquote>trích <em>dẫn</em></blockquote><ol start="3"><li>ba</li></ol><figure><figcaption>hình'
        "</figcaption></figure><table><tbody><tr><td>thân</td></tr></tbody><tfoot><tr><td>chân</td></tr></tfoot>"
        "</table>cuối")


def of_type(type):
    return next(item for item in items() if item.type == type)


def written(format, *exported):
    out = BytesIO()
    format.write(exported, out, MEDIA)
    return out


def first_item(out):
    return etree.fromstring(ZipFile(out).read("items/item00001.xml"))


def names(root):
    return [etree.QName(each).localname for each in root.iter() if isinstance(each.tag, str)]


@pytest.mark.parametrize(("format", "number"), [(QTI_21, "2p1"), (QTI_22, "2p2"), (QTI_3, "3p0")],
                         ids=lambda each: getattr(each, "code", ""))
def test_a_package_names_its_version_everywhere(format, number):
    archive = ZipFile(written(format, of_type("essay")))
    manifest = archive.read("imsmanifest.xml").decode()
    assert f'type="imsqti_item_xmlv{number}"' in manifest
    assert f'type="imsqti_test_xmlv{number}"' in manifest
    for name in ("items/item00001.xml", "test.xml"):
        space = etree.QName(etree.fromstring(archive.read(name))).namespace
        assert space == f"http://www.imsglobal.org/xsd/imsqti{'asi' if number == '3p0' else ''}_v{number}"


def test_qti_2_has_no_attributes_of_ones_own():
    item = of_type("four_cell")
    for format in (QTI_21, QTI_22):
        text = etree.tostring(first_item(written(format, item))).decode()
        assert "data-lms" not in text
        assert "<?lms-details " in text
    assert "data-lms" in etree.tostring(first_item(written(QTI_3, item))).decode()


def test_details_may_hold_the_end_of_an_instruction():
    item = of_type("code")
    item = replace(item, content={**item.content, "starter": "<?php echo 1 ?>"})
    [back] = read(written(QTI_21, item)).questions
    assert same_question(back, item)


@pytest.mark.parametrize("format", [QTI_21, QTI_22, QTI_3], ids=lambda format: format.code)
def test_html_that_qti_has_not_is_respelt_and_comes_back(format):
    item = of_type("single_choice")
    item = replace(item, content={**item.content, "prompt": RICH})
    out = written(format, item)
    root = first_item(out)
    [back] = read(out).questions
    assert same_question(back, item), back.content["prompt"]
    if format is not QTI_3:
        assert not {"figure", "figcaption", "audio"} & set(names(root))
        assert not any("start" in each.attrib for each in root.iter() if isinstance(each.tag, str))
    body = next(each for each in root.iter() if isinstance(each.tag, str) and "tem" in each.tag and "ody" in each.tag)
    assert not (body.text or "").strip()
    assert not any((each.tail or "").strip() for each in body)


def test_qti_21_puts_only_pictures_onto_pictures_and_says_so():
    item = of_type("label_image")
    assert "gapText" not in names(first_item(written(QTI_21, item)))
    assert "gapText" in names(first_item(written(QTI_22, item)))
    more = set(QTI_21.losses(item.type, item.content, item.key)) - set(
        QTI_22.losses(item.type, item.content, item.key))
    assert len(more) == 1


def test_qti_21_does_not_say_who_marks_and_says_so():
    item = of_type("essay")
    assert "externalScored" not in etree.tostring(first_item(written(QTI_21, item))).decode()
    assert "externalScored" in etree.tostring(first_item(written(QTI_22, item))).decode()
    assert any("person marks" in loss for loss in QTI_21.losses(item.type, item.content, item.key))
    assert not any("person marks" in loss for loss in QTI_22.losses(item.type, item.content, item.key))
