"""What changed between two versions, and the key in words."""

from assessment.bank.differences import DELETED, INSERTED, SAME, compare_texts, compare_versions
from assessment.bank.keys_in_words import key_lines

OPTIONS = [{"id": "o1", "text": "Hà Nội"}, {"id": "o2", "text": "Huế"}]


def test_words_are_kept_inserted_and_deleted() -> None:
    pieces = compare_texts(r"Tính \(x + 1\) khi x bằng 2", r"Tính \(x + 2\) khi x bằng 2 nhé")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        (SAME, "Tính"), (DELETED, r"\(x + 1\)"), (INSERTED, r"\(x + 2\)"), (SAME, "khi x bằng 2"), (INSERTED, "nhé")]


def test_options_are_followed_by_their_identity_and_a_new_key_shows() -> None:
    older = ({"prompt": "<p>Thủ đô?</p>", "options": OPTIONS}, {"correct": "o2"})
    newer = ({"prompt": "<p>Thủ đô?</p>", "options": OPTIONS[::-1]}, {"correct": "o1"})
    parts = compare_versions("single_choice", older, newer)
    assert [(part.name, part.mark) for part in parts if part.changed] == [("key", "")]
    gone = ({"prompt": "<p>Thủ đô?</p>", "options": OPTIONS[:1]}, {"correct": "o1"})
    assert [(part.name, part.pieces[0].kind) for part in compare_versions("single_choice", older, gone)
            if part.changed] == [("options", DELETED), ("key", DELETED)]


def test_every_kind_of_key_is_said_in_words() -> None:
    content = {"options": OPTIONS, "targets": [{"id": "t1", "text": "Bắc"}], "gaps": [{"id": "g1", "kind": "text"}]}
    assert key_lines("multiple_response", content, {"correct": ["o1"]}) == ["A. Hà Nội"]
    assert key_lines("true_false", content, {"true": ["o2"]}) == ["a. Hà Nội: False", "b. Huế: True"]
    assert key_lines("matching", content, {"pairs": {"o1": "t1", "o2": None}}) == [
        "Hà Nội → Bắc", "Huế → belongs nowhere"]
    assert key_lines("cloze", content, {"gaps": {"g1": {"accepted": [{"text": "một"}, {"text": "1"}]}}}) == [
        "(1) một / 1"]
    assert key_lines("short_numeric", content, {"accepted": [{"value": "1.5", "tolerance": "0.1"}]}) == ["1,5 ± 0,1"]
    assert key_lines("ordering", content, {"order": ["o2", "o1"]}) == ["1. Huế", "2. Hà Nội"]
    rubric = {"criteria": [{"id": "c1", "name": "Ý", "levels": [{"points": "1.5", "text": "đủ"}]}]}
    assert key_lines("essay", {}, {"rubric": rubric}) == ["Ý (1,5: đủ)"]
    assert key_lines("single_choice", content, {}) == []
