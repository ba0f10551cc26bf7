"""Word and PDF papers: what is said to be kept comes back equal, formulas and pictures included."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from assessment.interchange.questions import MediaInMemory, ParsedQuestion, ParsedStimulus, same_question
from assessment.interchange.word.reader import read
from assessment.interchange.writers import FORMATS, ExportItem, ExportStimulus
from assessment.interchange.writers.paper import chemistry
from bench.word_papers.papers import papers
from bench.word_papers.ways import WAYS
from tests.assessment.interchange.samples import MEDIA, items

CHOSEN = [
    way for way in WAYS if way.name in ("three parts, key line each, solutions", "English with passages, key table")
]


def back(exported, media, code="docx"):
    out = BytesIO()
    FORMATS[code].write(exported, out, media)
    out.seek(0)
    return list(read(out, MediaInMemory()))


@pytest.mark.parametrize("way", CHOSEN, ids=lambda way: way.name)
def test_a_paper_goes_out_and_comes_back(way):
    [paper] = papers(1, ways=(way,))
    media = MediaInMemory()
    found = list(read(BytesIO(paper.data), media))
    stimuli = {
        each.ref: ExportStimulus(each.ref, each.title, each.content)
        for each in found
        if isinstance(each, ParsedStimulus)
    }
    exported = [
        ExportItem(each.name, each.type, each.content, each.key, stimulus=stimuli.get(each.stimulus or ""))
        for each in found
        if isinstance(each, ParsedQuestion) and each.is_good
    ]
    again = back(exported, media)
    questions = [each for each in again if isinstance(each, ParsedQuestion)]
    assert len(questions) == len(exported) > 8
    assert all(same_question(one, other) for one, other in zip(questions, exported, strict=True))
    assert [each.content for each in again if isinstance(each, ParsedStimulus)] == [
        each.content for each in stimuli.values()
    ]


def test_losses_are_told_or_nothing_is_lost():
    kept = [item for item in items() if not FORMATS["docx"].losses(item.type, item.content, item.key)]
    questions = [each for each in back(kept, MEDIA) if isinstance(each, ParsedQuestion)]
    assert {item.type for item in kept} >= {"single_choice", "true_false"}
    assert all(same_question(one, other) for one, other in zip(questions, kept, strict=True))


def test_a_paper_without_its_key_says_so():
    item = next(item for item in items() if item.type == "true_false")
    [question] = back([item], MEDIA, "docx_paper")
    assert question.unsure
    assert "true" not in question.key or not question.is_good or question.unsure
    assert FORMATS["docx_paper"].losses(item.type, item.content, item.key)


def test_a_pdf_holds_every_question_in_vietnamese():
    out = BytesIO()
    FORMATS["pdf"].write(items(), out, MEDIA)
    text = " ".join(page.extract_text() for page in PdfReader(out).pages)
    assert "Câu 1." in text
    assert "PHẦN I." in text
    assert FORMATS["pdf"].losses("single_choice", {}, {})


def test_chemistry_becomes_a_plain_formula():
    assert chemistry("H2SO4") == r"\mathrm{H}_{2}\mathrm{SO}_{4}"
    assert chemistry("Fe^3+") == r"\mathrm{Fe}^{3+}"
    assert r"\rightarrow" in chemistry("2H2 + O2 -> 2H2O")
