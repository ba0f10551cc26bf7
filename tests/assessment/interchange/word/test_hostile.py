"""Word files that are broken or mean harm: one reason, no crash, nothing fetched."""

from random import Random

from assessment.interchange.word import package
from tests.assessment.interchange.word.made import changed, document, everything, lines, problems, questions

GOOD = lines("Câu 1. Số nào?", "A. 1", "B. 2", "C. 3", "D. 4", "Đáp án: A")
PART = "word/document.xml"


def test_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bad = (
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
        + document("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>")[21:]
    )
    [reason] = problems(changed(GOOD, PART, bad))
    assert "hidden" not in reason
    laughs = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 50 + b'">]><w>&b;</w>'
    assert len(problems(changed(GOOD, PART, laughs))) == 1


def test_bombs_and_oversized_parts_are_refused(monkeypatch):
    assert problems(changed(GOOD, "word/bomb.xml", b"\0" * 3_000_000))
    monkeypatch.setattr(package, "LARGEST_PART", 500)
    assert problems(GOOD)
    monkeypatch.setattr(package, "MOST_PARTS", 2)
    assert problems(GOOD)


def test_a_picture_outside_the_file_is_not_fetched():
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
        'Type="image" Target="http://127.0.0.1:9/x.png" TargetMode="External"/><Relationship Id="rId8" Type="image" '
        'Target="../../../../etc/passwd"/></Relationships>'
    )
    picture = '<w:p><w:r><w:t>Câu 1. Xem </w:t></w:r><w:r><w:drawing><a:blip r:embed="{}"/></w:drawing></w:r></w:p>'
    for name in ("rId9", "rId8"):
        data = changed(
            changed(GOOD, PART, document(picture.format(name))), "word/_rels/document.xml.rels", relation.encode()
        )
        [question] = questions(data)
        assert any(each.where == "prompt" for each in question.unsure)


def test_deep_nesting_ends():
    deep = "<w:tbl><w:tr><w:tc>" * 70 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 70
    assert everything(changed(GOOD, PART, document(deep)))
    radicals = "<m:rad><m:e>" * 200 + "</m:e></m:rad>" * 200
    assert everything(changed(GOOD, PART, document(f"<w:p><m:oMath>{radicals}</m:oMath></w:p>")))


def test_cut_and_changed_files_are_reported():
    random = Random(5)
    for _round in range(60):
        cut = GOOD[: random.randrange(len(GOOD))]
        assert everything(cut)
        place = random.randrange(len(GOOD))
        everything(GOOD[:place] + bytes([random.randrange(256)]) + GOOD[place + 1 :])


def test_a_document_cut_at_any_place_is_reported():
    whole = document(
        "<w:p><w:r><w:t>Câu 1. Số nào?</w:t></w:r></w:p><w:p><w:r><w:t>A. 1 B. 2 C. 3 D. 4</w:t></w:r></w:p>"
    )
    for place in range(0, len(whole), 37):
        assert everything(changed(GOOD, PART, whole[:place]))
