"""What papers say in ways of their own: keys that contradict each other, letters used twice, pictures, levels."""

from bench.word_papers import ooxml
from bench.word_papers.ooxml import paragraph, run
from tests.assessment.interchange.word.made import lines, problems, questions, stimuli, word_file

UNDER = '<w:u w:val="single"/>'
FOUR = ("A. một", "B. hai", "C. ba", "D. bốn")


def only(data):
    [question] = questions(data)
    return question


def test_an_underlined_letter_is_the_key_and_leaves_the_text():
    question = only(
        word_file(
            paragraph(run("Câu 1: 1 + 1 = ?")), paragraph(run("A. 1\t") + run("B", UNDER) + run(". 2\tC. 3\tD. 4"))
        )
    )
    assert (question.type, question.key["correct"], question.problems, question.unsure) == (
        "single_choice",
        "o2",
        (),
        (),
    )
    assert [option["text"] for option in question.content["options"]] == ["1", "2", "3", "4"]
    assert "1" in question.position
    assert question.line == 1


def test_a_key_table_that_contradicts_the_underlining_is_unsure():
    first = [run(text) for text in FOUR]
    body = [paragraph(run("Câu 1: Số nào?")), *map(paragraph, [run("A", UNDER) + run(". một"), *first[1:]])]
    question = only(word_file(*body, paragraph(run("ĐÁP ÁN")), paragraph(run("1.C"))))
    assert [each.where for each in question.unsure] == ["key"]


def test_what_is_missing_or_double_is_unsure():
    none = only(lines("Câu 1. Số nào?", *FOUR))
    assert none.unsure
    assert none.problems
    twice = only(lines("Câu 1. Số nào?", *FOUR[:3], "C. bốn", "Đáp án: A"))
    assert {each.where for each in twice.unsure} == {"options"}
    three = only(lines("Câu 1. Số nào?", *FOUR[:3], "Đáp án: B"))
    assert three.key["correct"] == "o2"
    assert three.unsure


def test_a_number_that_was_left_out_and_a_key_without_its_question_are_told():
    data = lines("Câu 1. Một?", *FOUR, "Câu 3. Ba?", *FOUR, "ĐÁP ÁN", "1.A 3.B 4.C")
    one, three = questions(data)
    assert not one.unsure
    assert three.unsure
    assert len(problems(data)) == 1


def test_a_level_in_brackets_and_points_become_metadata():
    question = only(lines("Câu 1 (0,25 điểm): [TH] Số nào?", *FOUR, "Đáp án: A"))
    assert question.metadata == {"level": "understand", "points": "0.25"}
    assert question.content["prompt"] == "<p>Số nào?</p>"


def test_tables_and_pictures_stay_in_the_question():
    package = ooxml.Package()
    shown = ooxml.picture(package.add_picture(ooxml.png(9)), alt="đồ thị")
    cells = ooxml.table([[paragraph(run(text)) for text in row] for row in (("x", "1"), ("y", "2"))])
    question = only(
        word_file(
            paragraph(run("Câu 1. Cho bảng sau:")),
            cells,
            paragraph(shown + run("Số nào?")),
            *(paragraph(run(text)) for text in (*FOUR, "Đáp án: D")),
            package=package,
        )
    )
    assert "<td>y</td><td>2</td>" in question.content["prompt"]
    assert 'src="media:' in question.content["prompt"]
    assert 'alt="đồ thị"' in question.content["prompt"]
    assert (question.problems, question.unsure) == ((), ())


def test_a_linked_picture_and_an_old_formula_are_unsure():
    ole = '<w:r><w:object><v:shape><v:imagedata r:id="rIdGone"/></v:shape></w:object></w:r>'
    question = only(
        word_file(paragraph(run("Câu 1. Tính ") + ole), *(paragraph(run(text)) for text in (*FOUR, "Đáp án: D")))
    )
    assert any("MathType" in each.message for each in question.unsure)


def test_a_passage_belongs_to_the_questions_it_names():
    data = lines(
        "Đọc đoạn văn sau và trả lời các câu hỏi từ 1 đến 2:",
        "Trời xanh.",
        "Câu 1. Một?",
        *FOUR,
        "Đáp án: A",
        "Câu 2. Hai?",
        *FOUR,
        "Đáp án: A",
        "Câu 3. Ba?",
        *FOUR,
        "Đáp án: A",
    )
    [passage] = stimuli(data)
    assert passage.content == {"body": "<p>Trời xanh.</p>"}
    assert [question.stimulus for question in questions(data)] == [passage.ref, passage.ref, None]


def test_short_answers_go_into_four_cells_where_they_fit():
    data = lines(
        "PHẦN III. Câu trắc nghiệm trả lời ngắn.",
        "Câu 1. Tính.",
        "Đáp số: -1,5",
        "Câu 2. Tính.",
        "Đáp số: 12345",
        "Câu 3. Ở đâu?",
        "Trả lời: Hà Nội",
        "Câu 4. Tính.",
        "Đáp số: 5 cm",
    )
    kinds = [question.type for question in questions(data)]
    assert kinds == ["four_cell", "short_numeric", "short_text", "short_numeric"]
    assert [bool(question.unsure) for question in questions(data)] == [False, False, False, True]


def test_a_data_set_in_a_table_is_read_row_by_row():
    rows = [
        ["ID_1", f"Câu {n}. Số nào?\vA. 1\vB. 2\vC. 3\vD. 4", "BCDA"[n - 1], f"Câu {n}: Vì thế."] for n in range(1, 5)
    ]
    found = questions(word_file(ooxml.table([[paragraph(run(cell)) for cell in row] for row in rows])))
    assert [question.key["correct"] for question in found] == ["o2", "o3", "o4", "o1"]
    assert {question.key["explanation"] for question in found} == {"<p>Vì thế.</p>"}


def test_dollars_around_tex_are_a_formula_and_money_is_not():
    question = only(lines("Câu 1. Cho $x_1 < 2$ và giá $5 hay $6?", *FOUR, "Đáp án: A"))
    assert question.content["prompt"] == "<p>Cho \\(x_1 &lt; 2\\) và giá $5 hay $6?</p>"


HEADS = ("Câu hỏi", "Gợi ý trả lời", "Đáp án")


def named_table(*rows: tuple[str, ...]) -> bytes:
    cells = [[paragraph(run(cell)) for cell in row] for row in (HEADS, *rows)]
    return word_file(ooxml.table(cells))


def test_a_table_of_essays_keeps_its_answers_out_of_the_questions():
    found = questions(
        named_table(
            ("I. ĐỌC HIỂU\vCâu 1. Thể thơ là gì?", "Tự do", "Thể thơ: tự do"),
            ("II. LÀM VĂN (7 điểm)\vCâu 1 (2 điểm)\vViết một đoạn văn.", "II. LÀM VĂN\vCâu 1\vI. Mở bài", "a) Đúng"),
            ("Câu 2 (5 điểm)\vCảm nhận bài thơ.", "Đáp án", "Câu 3. Không phải câu hỏi"),
        )
    )
    assert [question.content["prompt"] for question in found] == [
        "<p>Thể thơ là gì?</p>",
        "<p>Viết một đoạn văn.</p>",
        "<p>Cảm nhận bài thơ.</p>",
    ]
    assert "Mở bài" in found[1].key["model_answer"]
    assert "Không phải câu hỏi" in found[2].key["model_answer"]
    assert [question.metadata.get("points") for question in found] == [None, "2", "5"]


def test_a_row_or_table_without_a_question_is_told_with_its_place():
    [told] = problems(named_table(("Câu 1. Vì sao?", "Vì thế", ""), ("Đọc thêm về tác giả", "không", "")))
    assert "Đọc thêm về tác giả" in told
    stray = ooxml.table([[paragraph(run("Ma trận"))]])
    [told] = problems(word_file(paragraph(run("Câu 1. Vì sao?")), paragraph(run("--- HẾT ---")), stray))
    assert "Ma trận" in told


def test_a_number_alone_on_its_line_begins_a_question():
    second = ("Câu 2 (1 điểm)", "Số nào lẻ?", *FOUR)
    found = questions(lines("Câu 1", "Số nào chẵn?", *FOUR, *second, "Bảng đáp án", "1A 2B"))
    assert [question.content["prompt"] for question in found] == ["<p>Số nào chẵn?</p>", "<p>Số nào lẻ?</p>"]
    assert [question.key["correct"] for question in found] == ["o1", "o2"]


def test_a_solution_that_speaks_of_an_answer_is_no_heading_of_the_key():
    question = only(lines("Câu 1. Số nào?", *FOUR, "Lời giải", "Chọn C", "Đáp án C thể hiện đầy đủ nhất"))
    assert question.key["explanation"] == "<p>Đáp án C thể hiện đầy đủ nhất</p>"


def test_slips_of_the_number_begin_a_question_and_one_that_cannot_is_unsure():
    first, second = questions(lines("Câu 1. Số nào?", *FOUR, "Đáp án: A", "Câu 2; Số gì?", *FOUR, "Đáp án: B"))
    assert (first.unsure, second.unsure, second.key["correct"]) == ((), (), "o2")
    question = only(lines("Câu 1. Số nào?", *FOUR, "Câu 9 số gì", "Đáp án: A"))
    assert [each.message for each in question.unsure] == ["another question seems to begin inside this one"]


def test_the_letters_of_all_questions_may_stand_in_one_line_without_a_heading():
    for said in ("Đáp án: 1A, 2B", "1-A 2-B", "ĐÁP ÁN: 1.A 2.B", "Key: 1A 2B"):
        found = questions(lines("Câu 1. Số nào?", *FOUR, "Câu 2. Số gì?", *FOUR, said))
        assert [question.key["correct"] for question in found] == ["o1", "o2"], said
        assert found[1].content["options"][-1]["text"] == "bốn"


def test_a_solution_may_end_with_its_letter_and_must_not_contradict_itself():
    question = only(lines("Câu 1. Số nào?", *FOUR, "Lời giải: Vì thế ta chọn đáp án D."))
    assert (question.key["correct"], question.unsure) == ("o4", ())
    question = only(lines("Câu 1. Số nào?", *FOUR, "Lời giải", "Chọn B.", "Nên đáp án là C"))
    assert [each.message for each in question.unsure] == ["the paper marks different options as right: B, C"]


def test_short_questions_in_two_columns_are_found():
    cells = ["Câu 1. Một?\vA. 1\vB. 2\vC. 3\vD. 4", "Câu 2. Hai?\vA. 1\vB. 2\vC. 3\vD. 4"]
    table = ooxml.table([[paragraph(run(cell)) for cell in cells]])
    found = questions(word_file(table, paragraph(run("Đáp án: 1A, 2B"))))
    assert [(question.content["prompt"], question.key["correct"]) for question in found] == [
        ("<p>Một?</p>", "o1"),
        ("<p>Hai?</p>", "o2"),
    ]


def test_statements_of_which_only_some_say_whether_they_are_true_are_unsure():
    question = only(lines("PHẦN II. Câu trắc nghiệm đúng sai", "Câu 1. Xét", "a) m (Đúng)", "b) n", "c) p", "d) q"))
    assert "options" in {each.where for each in question.unsure}


def test_a_question_that_is_only_options_asks_what_its_instruction_says():
    task = "Mark the letter A, B, C, or D to indicate the word that differs in each of the following questions."
    options = ("A. h\\underline{ou}se", "B. mouth", "C. could", "D. found")
    question = only(lines(task, "Question 1:", *options, "Đáp án: C"))
    assert (question.content["prompt"], question.problems) == (f"<p>{task}</p>", ())
    assert "TeX stands outside of a formula and is shown as it is typed" in {each.message for each in question.unsure}


def test_a_question_of_a_gap_asks_for_its_number():
    task = "Read the following passage and choose the word that best fits each of the numbered blanks from 1 to 2."
    gaps = ("Question 1:", "A. a", "B. b", "C. c", "D. d", "Question 2:", "A. a", "B. b", "C. c", "D. d")
    first, second = questions(lines(task, "It (1) ____ and ____ on.", *gaps, "Key: 1A 2B"))
    assert (first.content["prompt"], first.problems, first.stimulus) == ("<p>(1)</p>", (), "passage-1")
    assert [each.where for each in first.unsure] == ["prompt"]
    assert second.problems == ("The question has no text.",)
