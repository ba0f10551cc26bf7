"""QTI 1.2 in the dialect of Canvas: classic quizzes, New Quizzes, and files that break."""

from html import escape

from tests.assessment.interchange.qti.packages import read, read_one, zipped
from tests.assessment.interchange.samples import picture

SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def field(name, value):
    return f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"


def text(html):
    return f'<material><mattext texttype="text/html">{escape(html)}</mattext></material>'


def label(ident, html, more=""):
    return f'<response_label ident="{ident}" {more}>{text(html)}</response_label>'


def lid(ident, *labels, before="", cardinality="Single"):
    return (f'<response_lid ident="{ident}" rcardinality="{cardinality}">{before}<render_choice>{"".join(labels)}'
            "</render_choice></response_lid>")


def earns(ident, *values, points="100"):
    tests = "".join(f'<varequal respident="{ident}">{value}</varequal>' for value in values)
    return (f'<respcondition><conditionvar>{tests}</conditionvar><setvar varname="SCORE" action="Add">{points}'
            "</setvar></respcondition>")


def item(kind, body, *rules, title="Câu", more=""):
    return (f'<item ident="i" title="{title}"><itemmetadata><qtimetadata>{field("question_type", kind)}{more}'
            f"</qtimetadata></itemmetadata><presentation>{body}</presentation>"
            f"<resprocessing>{''.join(rules)}</resprocessing></item>")


def quiz(*items):
    inside = "\n".join(items)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="{SPACE}">'
            f'<assessment ident="a" title="Bài"><section ident="root_section">\n{inside}\n</section></assessment>'
            "</questestinterop>").encode()


def choice(title="Câu", prompt="<p>Chọn</p>"):
    return item("multiple_choice_question", text(prompt) + lid("r", label("1", "một"), label("2", "hai")),
                earns("r", "2"), title=title)


def test_a_choice_with_its_heading_and_equation():
    image = '<img class="equation_image" data-equation-content="x^2 &lt; 1" src="/equation_images/x">'
    question = read_one(quiz(choice(prompt=f"<p>Cho {image}</p>")))
    assert (question.type, question.key, question.category) == ("single_choice", {"correct": "o2"}, "Bài")
    assert question.content["prompt"] == "<p>Cho \\(x^2 &lt; 1\\)</p>"


def test_blanks_of_every_kind():
    body = text("<p>[a] [b] [c] [note]</p>") + lid("response_a", label("a1", "Huế"), label("a2", "Thuận Hoá")) + lid(
        "response_b", label("b1", "đỏ", 'answer_type="dropdown"'), label("b2", "xanh", 'answer_type="dropdown"')
    ) + lid("response_c", label("c1", "mèo", 'answer_type="wordbank"'), label("c2", "chó", 'answer_type="wordbank"'))
    question = read_one(quiz(item("fill_in_multiple_blanks_question", body, earns("response_a", "a1"),
                                  earns("response_b", "b2"), earns("response_c", "c1"))))
    assert question.content["prompt"] == "<p>[[g1]] [[g2]] [[g3]] [note]</p>"
    assert [gap["kind"] for gap in question.content["gaps"]] == ["text", "choice", "pool"]
    assert [row["text"] for row in question.key["gaps"]["g1"]["accepted"]] == ["Huế", "Thuận Hoá"]
    assert question.key["gaps"]["g2"] == {"correct": "o2"}


def test_blanks_without_a_place_and_patterns_are_refused():
    body = text("<p>không có</p>") + lid("response_a", label("a1", "x", 'scoring_algorithm="TextRegex"'))
    question = read_one(quiz(item("fill_in_multiple_blanks_question", body)))
    assert "no place for the blank a" in question.problems[0]


def test_categories_leave_what_belongs_nowhere():
    labels = [label("1", "mèo"), label("2", "đá"), label("3", "hoa")]
    body = text("<p>Xếp</p>") + lid("c1", *labels, before=text("Động vật")) + lid("c2", *labels, before=text("Cây"))
    question = read_one(quiz(item("categorization_question", body, earns("c1", "1"), earns("c2", "3"))))
    assert (question.type, question.key["pairs"]) == ("categorise", {"o1": "t1", "o2": None, "o3": "t2"})


def test_numbers_with_margins_ranges_and_places():
    def number(rule):
        return read_one(quiz(item("numerical_question", text("<p>?</p>") + '<response_str ident="r"/>', (
            f"<respcondition><conditionvar>{rule}</conditionvar><setvar>100</setvar></respcondition>")))).key["accepted"]

    span = '<vargte respident="r">1.0</vargte><varlte respident="r">22.0</varlte>'
    assert number(span) == [{"value": "11.5", "tolerance": "10.5"}]
    percent = '<varequal respident="r" margintype="percent" margin="20">200</varequal>'
    assert number(percent) == [{"value": "200", "tolerance": "0.2", "relative": True}]
    places = '<varequal respident="r" precisiontype="decimals" precision="2">1.5</varequal>'
    assert number(places) == [{"value": "1.5", "tolerance": "0.005"}]


def test_a_formula_that_contradicts_its_examples_is_unsure():
    def formula(answer):
        extension = (
            '<itemproc_extension><calculated><answer_tolerance>10%</answer_tolerance><formulas decimal_places="1">'
            '<formula>x + 1</formula></formulas><vars><var name="x" scale="0"><min>1</min><max>9</max></var></vars>'
            f'<var_sets><var_set ident="1"><var name="x">5</var><answer>{answer}</answer></var_set></var_sets>'
            "</calculated></itemproc_extension></item>")
        body = text("<p>[x] + 1 = ?</p>") + '<response_str ident="r"/>'
        return read_one(quiz(item("calculated_question", body).replace("</item>", extension)))

    good, bad = formula(6), formula(7)
    assert good.content["prompt"] == "<p>{{x}} + 1 = ?</p>"
    assert good.key["accepted"] == [{"value": "{{answer}}", "tolerance": "0.1", "relative": True}]
    assert len(bad.unsure) == len(good.unsure) + 1


def test_points_on_a_picture_need_the_picture():
    body = ('<response_xy ident="r" rcardinality="Single">' + text("<p>Chỉ</p>") + "<render_hotspot><material>"
            '<matimage uri="$IMS-CC-FILEBASE$/Uploaded Media/map.png"/></material>'
            '<response_label ident="r" rarea="rectangle">0.25,0.5,0.75,1</response_label></render_hotspot>'
            "</response_xy>")
    page = quiz(item("hot_spot_question", body))
    assert "map.png" in read_one(page).problems[0]
    files = {"quiz.xml": page, "web_resources/Uploaded Media/map.png": picture(size=(40, 30))}
    [question] = read(zipped(files)).questions
    assert question.is_good, question.problems
    assert question.key["areas"][0]["coords"] == [10, 15, 30, 30]


def test_a_text_and_the_questions_that_belong_to_it():
    shared = item("text_only_question", text("<p>Đoạn văn</p>")).replace('ident="i"', 'ident="s1"')
    child = item("multiple_choice_question", text("<p>?</p>") + lid("r", label("1", "a"), label("2", "b")),
                 earns("r", "1"), more=field("parent_stimulus_item_ident", "s1"))
    report = read(quiz(shared, child))
    assert report.stimuli[0].content == {"body": "<p>Đoạn văn</p>"}
    assert report.questions[0].stimulus == report.stimuli[0].ref


def test_a_broken_question_leaves_those_before_and_after_it():
    broken = choice("B").replace("</presentation>", "")
    report = read(quiz(choice("A"), broken, choice("C"), item("hologram_question", text("x"), title="D")))
    assert [each.name for each in report.good] == ["A", "C"]
    assert [(each.name, each.line) for each in report.refused] == [("B", 4), ("D", 6)]
    assert report.problems[0].line >= 4


def test_a_file_cut_anywhere_keeps_what_was_whole():
    whole = quiz(choice("A"), choice("B"))
    end = whole.index(b"</item>") + 7
    for place in range(120, len(whole), 3):
        report = read(whole[:place])
        assert report.questions or report.problems
        assert not any("any further" in problem.message for problem in report.problems)
        assert (len(report.good) >= 1) == (place >= end)


def test_deep_html_in_a_text_is_refused_and_not_fatal():
    report = read(quiz(choice("A", "<div>" * 240 + "x"), choice("B")))
    assert [each.name for each in report.good] == ["B"]
