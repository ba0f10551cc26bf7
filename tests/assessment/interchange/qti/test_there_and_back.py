"""Every type of the bank as a package of QTI, and back again equal."""

from io import BytesIO

import pytest

from assessment.interchange.questions import MediaInMemory, same_question
from assessment.interchange.reading import report_on
from assessment.interchange.writers.qti import CANVAS, QTI_3, QTI_21, QTI_22
from tests.assessment.interchange.samples import MEDIA, items

ITEMS = items()
FORMATS = {"2.1": QTI_21, "2.2": QTI_22, "3.0": QTI_3}


def package(version, exported, media=MEDIA):
    out = BytesIO()
    FORMATS[version].write(exported, out, media)
    return out


def there_and_back(version, exported, media=MEDIA):
    out = package(version, exported, media)
    out.seek(0)
    return report_on("x.zip", out, MediaInMemory())


@pytest.fixture(scope="module", params=["2.1", "2.2", "3.0"])
def report(request):
    return there_and_back(request.param, ITEMS)


@pytest.mark.parametrize("number", range(len(ITEMS)), ids=[item.name for item in ITEMS])
def test_every_type_comes_back_equal(report, number):
    item, back = ITEMS[number], report.questions[number]
    assert back.is_good, back.problems
    assert same_question(back, item), (back.content, back.key, item.content, item.key)
    assert (back.name, back.category) == (item.name, item.category)


def test_canvas_brings_back_what_it_has_and_names_the_rest():
    out = BytesIO()
    CANVAS.write(ITEMS, out, MEDIA)
    out.seek(0)
    report = report_on("x.zip", out, MediaInMemory())
    assert not report.problems
    carried = [item for item in ITEMS if not any(
        "left out" in loss for loss in CANVAS.losses(item.type, item.content, item.key))]
    for item, back in zip(carried, report.questions, strict=True):
        assert back.is_good, (back.type, back.problems)
        assert same_question(back, item), (back.content, back.key, item.content, item.key)
        assert (back.name, back.category) == (item.name, item.category)
    assert {item.type for item in carried} >= {"cloze", "matching", "categorise", "ordering", "essay", "true_false"}
