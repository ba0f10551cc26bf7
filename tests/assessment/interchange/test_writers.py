"""What is written comes back: every type through every format, equal or listed as a loss."""

from io import BytesIO

import pytest

from assessment.interchange.questions import same_question
from assessment.interchange.reading import report_on
from assessment.interchange.writers import FORMATS
from tests.assessment.interchange.samples import MEDIA, items

ITEMS = items()
OURS = ("moodle_xml", "gift", "aiken", "csv", "xlsx")


def there_and_back(code, exported):
    out = BytesIO()
    FORMATS[code].write(exported, out, MEDIA)
    out.seek(0)
    report = report_on(f"x.{code}", out, MEDIA)
    return report


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_moodle_xml_brings_every_type_back(item):
    report = there_and_back("moodle_xml", [item])
    assert not report.problems
    [back] = report.questions
    assert back.is_good, back.problems
    assert same_question(back, item)
    assert (back.name, back.category, back.metadata["level"]) == (item.name, item.category, "know")
    assert back.metadata["tags"] == ["ôn tập"]


@pytest.mark.parametrize("code", OURS[1:])
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_other_formats_bring_it_back_or_say_what_is_lost(item, code):
    lost = FORMATS[code].losses(item.type, item.content, item.key)
    report = there_and_back(code, [item])
    if any("left out" in loss for loss in lost):
        assert report.questions == []
        return
    [back] = report.questions
    assert lost or (back.is_good and same_question(back, item))
    assert back.type == item.type


@pytest.mark.parametrize("code", OURS)
def test_a_whole_bank_goes_out_and_comes_back_in_its_order(code):
    carried = [item for item in ITEMS if not FORMATS[code].losses(item.type, item.content, item.key)]
    report = there_and_back(code, carried)
    assert not report.problems
    assert [same_question(one, other) for one, other in zip(report.questions, carried, strict=True)] == [True] * len(
        carried
    )


def test_formats_carry_what_they_have():
    whole = {
        code: {item.type for item in ITEMS if not FORMATS[code].losses(item.type, item.content, item.key)}
        for code in OURS
    }
    assert whole["gift"] == {
        "single_choice",
        "multiple_response",
        "single_true_false",
        "short_numeric",
        "short_text",
        "matching",
    }
    assert whole["aiken"] == {"single_choice"}
    assert (
        whole["csv"]
        == whole["xlsx"]
        == {
            "single_choice",
            "multiple_response",
            "single_true_false",
            "true_false",
            "four_cell",
            "short_numeric",
            "short_text",
            "matching",
            "ordering",
        }
    )
