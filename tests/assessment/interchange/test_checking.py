"""check-import: what is found, refused and equal after the round trip, file by file and in all."""

from pathlib import Path

from assessment.interchange.checking import Total, check_files

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
