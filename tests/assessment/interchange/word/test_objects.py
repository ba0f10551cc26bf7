"""Formulas of MathType and drawings of Windows in Word papers: kept as pictures, at their size, and said so."""

from io import BytesIO

import pytest

from assessment.bank.markup import sanitise, staged_pictures
from assessment.bank.media_bytes import judge
from assessment.interchange.questions import MediaInMemory, Refused, media_src
from assessment.interchange.word.reader import read
from bench.word_papers.ooxml import Package, paragraph, run
from lms.core.errors import Invalid
from tests.assessment.bank.metafile.made import half_alpha
from tests.assessment.interchange.word.made import ParsedQuestion, word_file
from tests.assessment.interchange.word.mtef_made import NULL, SYMBOL, equation, line, ole, signs, template


def mathtype(relation: str, *, style: str = "width:30pt;height:20pt", alt: str = "", inside: str = "") -> str:
    """A formula as MathType stands in Word: an object, its shape, its preview, what MathType itself reads."""
    return (f'<w:r><w:object><v:shape id="_x0000_i1025" style="{style}" alt="{alt}"><v:imagedata r:id="{relation}"/>'
            f'</v:shape><o:OLEObject Type="Embed" ProgID="Equation.DSMT4" ShapeID="_x0000_i1025" r:id="{inside}"/>'
            f'</w:object></w:r>')


class JudgingSink(MediaInMemory):
    """Keeps what the bank would keep, as staging does."""

    def keep(self, name: str, data: bytes) -> str:
        """Judge and keep."""
        try:
            super().keep(name, judge(name, data).data)
        except Invalid as error:
            raise Refused(error.message) from None
        return media_src(data)


def question(preview: bytes, held: bytes = b"", **look: str) -> tuple[ParsedQuestion, JudgingSink]:
    """The question of a paper with one formula of MathType in its prompt."""
    package, sink = Package(), JudgingSink()
    relation, inside = package.add_picture(preview), package.add_picture(held)
    data = word_file(paragraph(run("Câu 1. Giá trị của ") + mathtype(relation, inside=inside, **look) + run(" là")),
                     *(paragraph(run(text)) for text in ("A. 1", "B. 2", "C. 3", "D. 4", "Đáp án: A")),
                     package=package)
    [found] = [each for each in read(BytesIO(data), sink) if isinstance(each, ParsedQuestion)]
    return found, sink


def test_a_formula_of_mathtype_is_kept_as_a_picture_in_its_line():
    found, sink = question(half_alpha())
    with staged_pictures():
        shown = sanitise(found.content["prompt"])
    assert f'<img src="{media_src(half_alpha())}"' in shown
    assert 'width="40" height="27" class="formula"' in shown
    assert 'alt="a formula, shown as a picture"' in shown
    assert "▢" not in shown
    [kept] = sink.files.values()
    assert "α".encode() in kept[1]
    assert not found.problems
    assert any("formula" in each.message for each in found.unsure if each.where == "prompt")


def test_a_formula_of_mathtype_that_is_wholly_understood_is_a_formula():
    formula = equation(signs("x"), template(28, 0, NULL, line(signs("2"))), signs("<", SYMBOL), signs("y"))
    found, sink = question(half_alpha(), ole(formula))
    assert r"Giá trị của \(x^{2}&lt;y\) là" in found.content["prompt"]
    assert not sink.files
    assert not [each for each in found.unsure if each.where == "prompt"]


def test_a_formula_that_is_not_wholly_understood_stays_a_picture():
    found, sink = question(half_alpha(), ole(equation(template(36, 0, line(signs("x")), NULL))))
    assert "<img" in found.content["prompt"]
    assert len(sink.files) == 1


def test_its_own_description_stays():
    found, _sink = question(half_alpha(), alt="một nửa anpha")
    assert 'alt="một nửa anpha"' in found.content["prompt"]


def test_a_preview_that_cannot_be_read_is_marked_with_the_reason():
    found, _sink = question(half_alpha()[:-40])
    assert "▢" in found.content["prompt"]
    assert any("damaged" in each.message for each in found.unsure)


@pytest.mark.parametrize("style", ["", "width:99999pt;height:1pt", "width:0pt;height:0pt", "width:1e9pt;height:x"])
def test_odd_sizes_are_left_to_the_picture(style: str):
    found, _sink = question(half_alpha(), style=style)
    assert "width=" not in found.content["prompt"]


def test_other_classes_of_pictures_are_taken_away():
    with staged_pictures():
        assert "class" not in sanitise(f'<img src="media:{"a" * 64}" class="modal formula">')
