"""GIFT: every question of a file is taken, or refused with its line and the reason."""

from base64 import b64encode
from pathlib import Path

import pytest

from assessment.interchange.categories import topic_of
from assessment.interchange.questions import MediaInMemory
from tests.assessment.interchange.reports import read_question_file
from tests.assessment.interchange.samples import picture

FIXTURE = Path(__file__).parent / "fixtures" / "dao_ham.gift"


@pytest.fixture(scope="module")
def report():
    return read_question_file(FIXTURE.name, FIXTURE.read_bytes())


@pytest.fixture(scope="module")
def by_name(report):
    return {question.name: question for question in report.questions}


def only(text):
    [question] = read_question_file("x.gift", text.encode()).questions
    return question


def test_all_questions_are_found_in_order_with_their_lines(report):
    assert [(question.line, question.name) for question in report.questions] == [
        (5, "Đạo hàm lũy thừa"), (14, "Cực trị"), (18, "Đơn điệu"), (22, "Tích phân cơ bản"), (24, "Gần đúng"),
        (29, "Khoảng"), (31, "Nhiều đáp án"), (35, "Tên gọi"), (37, "Ghép đôi"), (42, "Quên đóng"), (44, "Tự luận")]
    assert report.by_type == {
        "single_choice": 2, "single_true_false": 1, "short_numeric": 3, "multiple_response": 1, "short_text": 1,
        "matching": 1, "essay": 1}


def test_categories_become_topics(by_name):
    assert by_name["Cực trị"].category == "Hàm số / Đạo hàm"
    assert by_name["Khoảng"].category == "Hàm số / Tích phân"


def test_a_formula_needs_no_escapes_and_takes_them_too(by_name):
    plain, escaped = by_name["Đạo hàm lũy thừa"], by_name["Cực trị"]
    assert plain.content["prompt"] == "<p>Đạo hàm của hàm số \\(y = x^{3} - 2x\\) là</p>"
    assert plain.content["options"][0]["text"] == "\\(y' = 3x^{2} - 2\\)"
    assert plain.key["correct"] == "o1"
    assert escaped.content["prompt"] == "<p>Hàm số \\(y = x^3 - 3x\\) đạt cực đại tại</p>"
    assert escaped.content["options"][3]["text"] == "\\(x = \\frac{1}{3}\\)"


def test_feedback_becomes_the_explanation(by_name):
    said = by_name["Đạo hàm lũy thừa"].key["explanation"]
    assert "Đạo hàm của tổng" in said
    assert "Quên nhân với số mũ." in said
    assert "y' &lt; 0" in by_name["Đơn điệu"].key["explanation"]


def test_true_or_false(by_name):
    question = by_name["Đơn điệu"]
    assert (question.type, question.key["true"]) == ("single_true_false", True)
    assert "<b>từng khoảng</b>" in question.content["prompt"]
    assert only("Sai. {F}").key["true"] is False


def test_pairs_with_a_partner_too_many():
    question = only("Ghép {=Lào -> Viêng Chăn =Pháp->Pa-ri = -> Huế}")
    assert question.content["targets"][2]["text"] == "Huế"
    assert question.key["pairs"] == {"o1": "t1", "o2": "t2"}
    assert "->" in only("Ghép {=a -> b =c}").problems[0]


def test_a_picture_within_the_text_and_marks_above():
    media = MediaInMemory()
    data = b64encode(picture()).decode().replace("=", "\\=")
    text = "// [id:q7] [tag:TH] [tag:ôn tập]\n"
    text += f"[html]<p><img src\\=\"data\\:image/png;base64,{data}\" alt\\=\"a\">Hỏi</p> {{T}}"
    [question] = read_question_file("x", text.encode(), media).questions
    assert question.content["prompt"].startswith('<p><img src="media:')
    assert question.metadata == {"level": "understand", "tags": ["ôn tập"], "idnumber": "q7"}
    assert len(media.files) == 1


def test_numbers(by_name):
    assert by_name["Tích phân cơ bản"].key["accepted"] == [{"value": "1", "tolerance": "0"}]
    assert by_name["Khoảng"].key["accepted"] == [{"value": "1.415", "tolerance": "0.005"}]
    assert by_name["Gần đúng"].key["accepted"] == [{"value": "0.69", "tolerance": "0.005"}]
    assert by_name["Gần đúng"].notes


def test_several_right_answers(by_name):
    assert by_name["Nhiều đáp án"].key["correct"] == ["o1", "o2"]
    assert only("{~%60%a ~%40%b ~c}").notes


def test_words(by_name):
    assert by_name["Tên gọi"].key["accepted"] == [{"text": "nguyên hàm"}, {"text": "nguyên hàm bất định"}]


@pytest.mark.parametrize(("name", "reason"), [
    ("Quên đóng", "not closed before the next blank line")])
def test_what_is_refused_says_why(by_name, name, reason):
    assert reason in by_name[name].problems[0]


@pytest.mark.parametrize(("text", "reason"), [
    ("Chỉ có chữ.", "without answers"), ("a } b", "not opened"), ("a {=1 ~2} {=3}", "more than one pair"),
    ("a {b c}", "no sign"), ("a {b =c ~d}", "text before the first answer"), ("a {~b ~c}", "no option is right"),
    ("a {=b =c ~d}", "more than one option"), ("a {~%50%b =%50%c}", "no option earns"), ("a {#}", "not a number"),
    ("a {#một}", "not a number"), ("a {#5..1}", "not a range"), ("a {=%50%b}", "no answer earns"),
    ("a {~%200%b =c}", "not a percentage"), ("a {=** =c}", "nearly anything"), ("a {=x ~x}", "say the same"),
    ("a \\( x^2 {=b ~c}", "formula is not closed"), ("\\(x^{2\\) {=b ~c}", "formula is not closed"),
    ("[html]<img src='http://x.vn/a.png'> {=b ~c}", "a.png"), ("{=b ~c}", "no text"),
    ("x" * 20_001 + "{=b ~c}", "longer than"), ("a {~}", "no option is right"), ("a {=}", "right answer has")])
def test_faults_are_named(text, reason):
    assert any(reason in problem for problem in only(text).problems), only(text)


def test_a_blank_stands_where_the_answer_is_missing():
    assert only("Thủ đô là {=Hà Nội ~Huế} của nước ta.").content["prompt"] == (
        "<p>Thủ đô là _____ của nước ta.</p>")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_any_newline(newline):
    text = newline.join(["// chú thích", "", "Một {=a ~b}", "", "", "Hai", "dòng {=a ~b}"])
    assert [question.line for question in read_question_file("x", text.encode()).questions] == [3, 6]


def test_formats():
    assert only("[markdown]**Đậm** và \\(a_1*b*c\\) {=a ~b}").content["prompt"] == (
        "<p><strong>Đậm</strong> và \\(a_1*b*c\\)</p>")
    assert only("[plain]<b>không đậm</b> {=a ~b}").content["prompt"] == "<p>&lt;b&gt;không đậm&lt;/b&gt;</p>"
    assert only("[markdown]- một\n- hai {=a ~b}").content["prompt"] == "<ul><li>một</li><li>hai</li></ul>"
    assert only("Tính $$\\frac{1}{2}$$ {=a ~b}").content["prompt"] == "<p>Tính \\(\\frac{1}{2}\\)</p>"


def test_signs_that_are_put_aside_cannot_be_forged():
    assert only("\ue0000\ue001 chữ {=\\~ ~\ue0007\ue001b}").content["options"][0]["text"] == "~"


def test_an_empty_file_says_so():
    assert read_question_file("x", "\n// chỉ có chú thích\n".encode()).problems[0].message


@pytest.mark.parametrize(("path", "topic"), [
    ("$course$/top/Hàm số/Đạo hàm", "Hàm số / Đạo hàm"), ("$course$/Default for Toán", ""), ("", ""),
    ("A//B/C", "A/B / C"), ("$system$/top/  X   Y ", "X Y")])
def test_topic_of_a_category(path, topic):
    assert topic_of(path) == topic
