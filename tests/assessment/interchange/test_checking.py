"""check-import: what is found, refused and equal after the round trip, file by file and in all."""

from dataclasses import replace
from pathlib import Path

from assessment.interchange.checking import Total, check_files
from assessment.interchange.writers.word import WORD
from tests.assessment.interchange.word.made import lines

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = ("dao_ham.gift", "vat_li.xml")


def test_every_good_question_of_the_fixtures_comes_back_equal(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes((FIXTURES / name).read_bytes())
    (tmp_path / "data.json").write_text('{"question": 1}')
    total = Total()
    for check in check_files(tmp_path):
        total.add(check)
        assert check.changed == []
    assert (total.files, total.found, total.imported, total.refused) == (3, 19, 15, 4)
    assert (total.equal, total.tried) == (15, 15)
    assert sum(total.reasons.values()) == 4


def test_one_file_may_be_named():
    [check] = check_files(FIXTURES / "vat_li.xml")
    assert check.report.format == "moodle_xml"
    assert check.written is not None


def test_a_formula_that_word_spells_in_another_way_is_equal_and_counted(tmp_path):
    (tmp_path / "a.docx").write_bytes(
        lines(r"Câu 1. Tính $x^2$ khi $x \le 2$.", "A. $2^2$", "B. 3", "C. 5", "D. 6", "Đáp án: A")
    )
    [check] = check_files(tmp_path)
    assert (check.equal, check.respelt, check.changed, check.named) == (1, 1, [], [])


def test_what_the_writer_named_is_told_apart_from_what_is_lost_silently(tmp_path, monkeypatch):
    def without_text(items, out, media):
        WORD.write([replace(item, content={**item.content, "prompt": "<p>?</p>"}) for item in items], out, media)

    def check_with(*losses):
        lossy = replace(WORD, write=without_text, losses=lambda *_args: list(losses))
        monkeypatch.setattr("assessment.interchange.checking.FORMATS", {"docx": lossy})
        [check] = check_files(tmp_path)
        total = Total()
        total.add(check)
        return check, (total.tried, total.equal, total.named, total.silent)

    (tmp_path / "a.docx").write_bytes(lines("II. TỰ LUẬN", "Câu 1 (2,5 điểm)", "Hãy tả con sông quê em."))
    [check] = check_files(tmp_path)
    assert (check.equal, check.named, check.changed) == (1, [], [])
    check, counts = check_with("its text")
    assert ([losses for _question, losses in check.named], counts) == ([["its text"]], (1, 0, 1, 0))
    assert check_with()[1] == (1, 0, 0, 1)
