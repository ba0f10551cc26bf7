"""Any file: what it is shows in its content, and nothing in it makes the reader fail."""

import unicodedata
from pathlib import Path
from random import Random
from time import process_time

import pytest

from assessment.interchange import questions
from tests.assessment.interchange.reports import read_question_file

FIXTURES = sorted((Path(__file__).parent / "fixtures").iterdir())


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (b" \n ", "empty"), (b"\x89PNG\r\n\x1a\n\0\0", "not a question file"),
    (b"a\0b {=c ~d}", "not a question file"), (b"PK\3\4 cut", "not a question file"),
    (b'[{"question": "a {T}"}]', "not a question file"),
    ("Câu hỏi này đã hỏng {T}".encode() + b"\xff", "not a question")])
def test_files_that_are_none(data, reason):
    report = read_question_file("tệp.txt", data)
    assert reason in report.problems[0].message
    assert report.questions == []


def windows(text):
    """Text in Windows-1258: letters composed, tones apart."""
    signs = unicodedata.normalize("NFD", text)
    for whole in "ăâđêôơưĂÂĐÊÔƠƯ":
        signs = signs.replace(unicodedata.normalize("NFD", whole), whole)
    return signs.encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
def test_encodings(encoding):
    text = unicodedata.normalize("NFD", "Tỉnh Đắk Lắk ở đâu? {T}").replace("ă", "ă")
    said = text if encoding == "cp1258" else unicodedata.normalize("NFC", text)
    report = read_question_file("x", windows(said) if encoding == "cp1258" else said.encode(encoding))
    assert report.questions[0].content["prompt"] == "<p>Tỉnh Đắk Lắk ở đâu?</p>"


def test_the_name_of_a_file_decides_nothing():
    data = (Path(__file__).parent / "fixtures" / "vat_li.xml").read_bytes()
    assert read_question_file("câu hỏi.gift", data).format == "moodle_xml"
    assert read_question_file("x.xml", "Hỏi {T}".encode()).format == "gift"


def test_more_questions_than_are_taken_at_once(monkeypatch):
    monkeypatch.setattr(questions, "MOST_QUESTIONS", 3)
    report = read_question_file("x", b"a {T}\n\n" * 5)
    assert len(report.questions) == 3
    assert "split" in report.problems[0].message


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_never_make_it_fail(path, seed):
    chance = Random(seed)
    data = bytearray(path.read_bytes())
    for _each in range(chance.randint(0, 12)):
        data[chance.randrange(len(data))] = chance.choice(b"{}=~#\\<>&%:\n\x00\xff ")
    cut = bytes(data[chance.randrange(60):chance.randrange(60, len(data))])
    report = read_question_file(path.name, cut)
    for question in report.questions:
        assert question.line >= 1
        assert question.is_good or all(question.problems)
        assert not question.is_good or question.type


def test_xml_is_known_by_any_of_its_beginnings():
    for head in (b"<?pi data?>", b"<!-- y -->", b"\xef\xbb\xbf<quiz", b"<root>"):
        assert read_question_file("x.txt", head + b"\n<root/>").format == "moodle_xml"


@pytest.mark.parametrize("text", [
    "\\(" * 100_000, ("\\(" * 5_000 + "\n\n") * 20, "a {T}\n\n" * 5_000, "a {" + "~" * 200_000 + "}",
    "a {#" + "=" * 200_000 + "}", "::" * 100_000, "$$ a" * 50_000, "$CATEGORY: " + "a/" * 100_000,
    "<quiz>" + "<question type='essay'/>" * 5_000 + "</quiz>",
    "<quiz><question type='multichoice'>" + "<answer/>" * 30_000 + "</question></quiz>",
])
def test_a_hostile_file_is_read_in_the_time_of_its_length(text):
    begun = process_time()
    report = read_question_file("x", text.encode())
    assert process_time() - begun < 5
    assert len(report.questions) <= questions.MOST_QUESTIONS


def test_a_question_too_long_or_with_too_many_answers_is_refused_by_name():
    report = read_question_file("x", ("::Dài::" + "a" * 160_000 + "{T}\n\n::Nhiều::b {=a" + "~b" * 101 + "}").encode())
    assert [question.name for question in report.refused] == ["Dài", "Nhiều"] or len(report.refused) == 2
    assert "150" in report.refused[0].problems[0]
    assert "100" in report.refused[1].problems[0]
