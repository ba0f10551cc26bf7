"""Each type of Moodle, as Moodle writes it: what it becomes, and what is refused by name."""

from base64 import b64encode

import pytest

from assessment.interchange.questions import MediaInMemory, ParsedStimulus
from tests.assessment.interchange.reports import read_question_file
from tests.assessment.interchange.samples import picture

IMAGE = b64encode(picture()).decode()


def quiz(*questions: str) -> bytes:
    return f"<quiz>{''.join(questions)}</quiz>".encode()


def question(kind: str, inside: str, prompt: str = "Hỏi", files: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>N</text></name><questiontext format="html"><text><![CDATA[{prompt}]]>'
        f"</text>{files}</questiontext>{inside}</question>"
    )


def only(kind: str, inside: str, prompt: str = "Hỏi", files: str = ""):
    [found] = read_question_file("x.xml", quiz(question(kind, inside, prompt, files))).questions
    return found


def answer(text: str, fraction: float, more: str = "") -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text>{more}</answer>'


@pytest.mark.parametrize(
    ("fractions", "table", "notes"),
    [
        ((50, 50, 0, 0), "equal_shares", 0),
        ((50, 50, -50, -50), None, 0),
        ((33.33333, 33.33333, 33.33333, 0), "equal_shares", 0),
        ((70, 30, 0, 0), None, 1),
        ((50, 50, -100, -100), None, 1),
    ],
)
def test_fractions_are_a_scoring_of_the_bank_or_a_named_loss(fractions, table, notes):
    found = only(
        "multichoice",
        "<single>false</single>" + "".join(answer(f"p{place}", worth) for place, worth in enumerate(fractions)),
    )
    assert found.type == "multiple_response"
    assert found.key.get("score_table") == table
    assert len(found.notes) == notes


def test_all_or_nothing_of_a_plug_in():
    found = only("multichoiceset", answer("a", 100) + answer("b", 0) + answer("c", 100))
    assert (found.key["correct"], found.key["score_table"]) == (["o1", "o3"], "all_or_nothing")


def test_words_with_a_star():
    found = only("shortanswer", "<usecase>1</usecase>" + answer("Nguyễn*", 100) + answer("*", 0))
    assert found.key == {"accepted": [{"text": "Nguyễn*"}], "case_sensitive": True, "pattern": True}
    assert only("shortanswer", answer("a\\*b", 100)).key["accepted"] == [{"text": "a*b"}]


def test_numbers_with_units():
    units = (
        "<units><unit><multiplier>0.01</multiplier><unit_name>m</unit_name></unit>"
        "<unit><multiplier>1.0000</multiplier><unit_name>cm</unit_name></unit></units>"
    )
    right = answer("150", 100, "<tolerance>0.5</tolerance>")
    graded = only("numerical", right + units + "<unitgradingtype>1</unitgradingtype><showunits>0</showunits>")
    assert graded.content["unit"] == {"mode": "typed", "text": "cm"}
    assert graded.key["units"] == [{"unit": "m", "factor": "0.01"}]
    assert "unit" not in only("numerical", right + units + "<showunits>3</showunits>").content
    assert only("numerical", right + units.replace("1.0000", "2")).notes


def test_pairs_and_dragged_pairs():
    rows = "".join(
        f'<subquestion format="html"><text>{left}</text><answer format="html"><text>{right}</text></answer>'
        "</subquestion>"
        for left, right in (("ếch", "a &lt;b&gt;x&lt;/b&gt;"), ("mèo", "thú"), ("", "côn trùng"))
    )
    plain, dragged = only("matching", rows), only("ddmatch", rows)
    assert [row["text"] for row in plain.content["targets"]] == ["a &lt;b&gt;x&lt;/b&gt;", "thú", "côn trùng"]
    assert dragged.content["targets"][0]["text"] == "a <b>x</b>"
    assert plain.key["pairs"] == {"o1": "t1", "o2": "t2"}


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("{1:SHORTANSWER:=Huế#Đúng~%50%Hue~*#Sai}", "text", {"accepted": [{"text": "Huế"}], "case_sensitive": False}),
        ("{:SA:%100%a\\}b~=c\\~d}", "text", {"accepted": [{"text": "a}b"}, {"text": "c~d"}], "case_sensitive": False}),
        ("{2:MWC:=Huế}", "text", {"accepted": [{"text": "Huế"}], "case_sensitive": True}),
        (
            "{1:NM:=1,5:0.1~%100%2}",
            "number",
            {"accepted": [{"value": "1.5", "tolerance": "0.1"}, {"value": "2", "tolerance": "0"}]},
        ),
        ("{1:MULTICHOICE_V:a~=\\(\\frac{1}{2}\\)~%50%c}", "choice", {"correct": "o2"}),
        ("{1:MCHS:%0%a~%100%b}", "choice", {"correct": "o2"}),
    ],
)
def test_embedded_answers(text, kind, key):
    found = only("cloze", "", f"<p>Ở {text} nhé</p>")
    assert found.is_good, found.problems
    assert (found.content["prompt"], found.content["gaps"][0]["kind"]) == ("<p>Ở [[g1]] nhé</p>", kind)
    assert found.key["gaps"]["g1"] == key


def test_a_list_of_boxes_alone_is_a_question_with_several_right():
    found = only("multianswer", "", "Chọn {1:MULTIRESPONSE:=a~b~=c}")
    assert (found.type, found.key["correct"]) == ("multiple_response", ["o1", "o3"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("không có", "no embedded answer"),
        ("{1:SA:=a} {1:MC:=a~=b}", "gap 2"),
        ("{1:SA:=a", "not closed"),
        ("{1:MR:=a~b} {1:SA:=c}", "stand alone"),
        ("{1:XYZ:=a}", "XYZ"),
        ("{1:SA:%50%a}", "gap 1"),
        ("{1:NM:=một}", "not a number"),
    ],
)
def test_embedded_answers_that_cannot_be_read(text, reason):
    assert reason in only("cloze", "", text).problems[0]


def test_words_in_a_text():
    options = "".join(
        f"<selectoption><text>{word}</text><group>{group}</group></selectoption>"
        for word, group in (("mèo", 1), ("ngồi", 2), ("chó", 1), ("chạy", 2))
    )
    menus = only("gapselect", options, "Con [[3]] [[4]].")
    assert [len(gap["options"]) for gap in menus.content["gaps"]] == [2, 2]
    assert menus.key["gaps"] == {"g1": {"correct": "o2"}, "g2": {"correct": "o2"}}
    boxes = "".join(f"<dragbox><text>{word}</text><group>1</group></dragbox>" for word in ("một", "hai", "ba"))
    dragged = only("ddwtos", boxes, "[[2]] rồi [[1]]")
    assert [row["text"] for row in dragged.content["pool"]] == ["một", "hai", "ba"]
    assert dragged.key["gaps"] == {"g1": {"correct": "o2"}, "g2": {"correct": "o1"}}
    assert "[[1]]" in only("ddwtos", boxes, "[[9]]").problems[0]


def test_marks_and_labels_on_a_picture():
    file = f'<file name="bg.png" encoding="base64">{IMAGE}</file>'
    drags = "".join(f"<drag><no>{n}</no><text>nhãn {n}</text></drag>" for n in (1, 2))
    drop = "<drop><no>1</no><choice>2</choice><xleft>5</xleft><ytop>6</ytop></drop>"
    labels = only("ddimageortext", file + drags + drop)
    assert labels.content["points"] == [{"id": "p1", "x": 5, "y": 6}]
    assert (labels.content["image"]["width"], labels.key["pairs"]) == (40, {"p1": "o2"})
    area = "<drop><no>1</no><shape>rectangle</shape><coords>2,3;10,5</coords><choice>1</choice></drop>"
    pointed = only("ddmarker", file + "<drag><no>1</no><text>Huế</text></drag>" + area)
    assert (pointed.type, pointed.key["areas"][0]["coords"]) == ("hotspot", [2, 3, 12, 8])
    assert only("ddmarker", file + drags + area).content["points"] == [{"id": "p1", "x": 7, "y": 5}]
    assert "not in the file" in only("ddmarker", drags + area).problems[0]


def test_order_and_statements():
    found = only("ordering", "".join(answer(text, place) for text, place in (("ba", 3), ("một", 1), ("hai", 2))))
    assert found.key["order"] == ["o2", "o3", "o1"]
    rows = "".join(f'<row number="{n}"><optiontext><text>p{n}</text></optiontext></row>' for n in range(1, 5))
    columns = '<column number="1"/><column number="2"/>'
    weights = "".join(
        f'<weight rownumber="{n}" columnnumber="1"><value>{n % 2}.000</value></weight>' for n in range(1, 5)
    )
    assert only("kprime", rows + columns + weights).key["true"] == ["o1", "o3"]
    assert "3 statements" in only("mtf", rows.split("</row>", 1)[1] + columns + weights).problems[0]


def test_essays_and_files():
    found = only(
        "essay",
        "<defaultgrade>2.5000000</defaultgrade><minwordlimit>50</minwordlimit>"
        "<responsefieldlines>20</responsefieldlines><graderinfo><text>Ý chính</text></graderinfo>",
    )
    assert found.key["rubric"]["criteria"][0]["levels"][0]["points"] == "2.5"
    assert (found.content["min_words"], found.content["rows"], found.key["model_answer"]) == (50, 20, "Ý chính")
    upload = only(
        "essay",
        "<responseformat>noinline</responseformat><attachments>3</attachments>"
        "<filetypeslist>.pdf,web_image,.exe</filetypeslist>",
    )
    assert (upload.type, upload.content["accept"], upload.content["most"]) == ("file_upload", ["pdf", "jpg", "png"], 3)
    assert upload.notes


def test_wild_cards_become_variables():
    sets = "".join(
        f"<dataset_definition><name><text>{name}</text></name><minimum><text>1</text></minimum><maximum><text>9"
        "</text></maximum><decimals><text>0</text></decimals></dataset_definition>"
        for name in ("a", "B")
    )
    found = only(
        "calculated",
        answer("{a}*{B}+pi()", 100, "<tolerance>0.01</tolerance>")
        + f"<dataset_definitions>{sets}</dataset_definitions>",
        "Tính {a}·{B}, \\(\\frac{1}{2}\\), {={a}+1}",
    )
    assert found.is_good, found.problems
    assert found.content["prompt"] == "Tính {{a}}·{{b}}, \\(\\frac{1}{2}\\), {{x2}}"
    assert [row.get("is") for row in found.content["variables"]] == [None, None, "a*b+pi", "a+1"]
    assert found.key["accepted"] == [{"value": "{{x1}}", "tolerance": "0.01", "relative": True}]
    assert only(
        "calculated", answer("system({a})", 100) + f"<dataset_definitions>{sets}</dataset_definitions>"
    ).problems


@pytest.mark.parametrize("kind", ["random", "stack", "coderunner", "gapfill", ""])
def test_other_types_are_refused_by_name(kind):
    assert (kind or "?") in only(kind, "").problems[0]


def test_pictures_are_kept_under_their_digest_and_bad_ones_flag_the_question():
    media = MediaInMemory()
    file = f'<file name="đồ thị.png" path="/" encoding="base64">{IMAGE}</file>'
    said = '<img src="@@PLUGINFILE@@/%C4%91%E1%BB%93%20th%E1%BB%8B.png" alt="a">'
    data = quiz(
        question("truefalse", answer("true", 100), said, file),
        question("truefalse", answer("true", 100), said, file.replace(IMAGE, "!" + IMAGE)),
        question("truefalse", answer("true", 100), f'<img src="data:image/png;base64,{IMAGE}" alt="">'),
        question(
            "truefalse", answer("true", 100), '<img src="http://x.vn/a.png"> <a href="@@PLUGINFILE@@/b.pdf">b</a>'
        ),
    )
    good, broken, inline, elsewhere = read_question_file("x", data, media).questions
    assert list(media.files) == [good.content["prompt"].split('"')[1]]
    assert inline.is_good
    assert "not base64" in broken.problems[0]
    assert "a.png" in elsewhere.problems[0]
    assert "b.pdf" in elsewhere.notes[0]


def test_a_description_belongs_to_what_follows_or_is_named():
    text = question("description", "", "Đọc đoạn văn sau")
    statement = question("truefalse", answer("true", 100))
    report = read_question_file("x", quiz(text, statement, statement, text))
    [stimulus] = report.stimuli
    assert isinstance(stimulus, ParsedStimulus)
    assert stimulus.content == {"body": "Đọc đoạn văn sau"}
    assert [each.stimulus for each in report.good] == [stimulus.ref] * 2
    assert all(each.unsure for each in report.good)
    assert report.refused[0].source_type == "description"


def test_what_was_changed_outside_is_read_as_it_is_now():
    own = (
        '<lms version="1" native="0000"><body>{"type":"four_cell","content":{"prompt":"x"},"key":{"accepted":["1"]}}'
        "</body></lms>"
    )
    assert only("shortanswer", answer("2", 100) + own).type == "short_text"
