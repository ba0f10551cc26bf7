"""Responses and right answers in words, for every type; nothing that was typed becomes HTML."""

import pytest

from assessment.bank.answers import response_html, right_answer_html, right_answer_text, search_text
from assessment.bank.content import read_body
from assessment.bank.types import TYPES
from tests.factories.every_type import SAMPLES, sample, sample_points

WORDS = {
    "single_choice": "B. Hai", "multiple_response": "A. Một; C. Ba",
    "true_false": "a) True; b) False; c) False; d) True",
    "single_true_false": "True", "four_cell": "-1,5", "short_numeric": "1,5", "short_text": "Hà Nội",
    "cloze": "(1) Hà Nội; (2) 1,5; (3) lớn hơn; (4) Hồng", "table_fill": "(1) Hà Nội; (2) 1,5; (3) lớn hơn",
    "matching": "A. \\(x^2\\) → 1. \\(2x\\); B. \\(\\sin x\\) → 2. \\(\\cos x\\)",
    "ordering": "1. Năm 938; 2. Năm 1010; 3. Năm 1945", "categorise": "Ở nước: Cá; Lưỡng cư: Ếch",
    "hotspot": "Vùng ở giữa", "label_image": "(1) Bắc; (2) Nam", "maths": "\\(x+1\\)"}


@pytest.mark.parametrize("code", WORDS)
def test_what_is_right_in_words(code):
    content, key, response = sample(code)
    assert right_answer_text(code, content, key) == WORDS[code]
    assert response_html(code, content, response)


@pytest.mark.parametrize("code", sorted(TYPES))
def test_drafts_and_odd_responses_have_words_too(code):
    body, _problems = read_body(code, {}, {})
    assert isinstance(right_answer_html(code, body.content, body.key), str)
    for response in (None, "", [], {}, "<script>", {"o1": "x"}, 7, {"files": []}):
        assert "<script>" not in response_html(code, sample(code)[0], response)


def test_what_only_people_judge():
    content, key, _response = sample("essay")
    assert right_answer_text("essay", content, {**key, "model_answer": "<p>Bài mẫu</p>"}) == "Bài mẫu"
    assert response_html("essay", content, "a<b\nc") == "a&lt;b<br>c"
    assert response_html("code", {}, "a<b") == "<pre><code>a&lt;b</code></pre>"
    assert response_html("hotspot", sample_points()[0], [{"x": 60, "y": 60.4}]) == "(60; 60)"
    numeric = {"accepted": [{"value": "9.8", "tolerance": "0.05", "relative": True}, {"value": "10", "tolerance": "0"}]}
    assert right_answer_text("short_numeric", {}, numeric) == "9,8 ± 0,05 of the value; 10"


def test_every_word_that_is_shown_is_found():
    assert "Lưỡng cư" in search_text(SAMPLES["categorise"][0])
    assert "Viêng Chăn" in search_text(SAMPLES["table_fill"][0])
    assert "Bản đồ ba miền" in search_text(sample("hotspot")[0])
    assert "o1" not in search_text(sample("matching")[0])
