"""Single items of other systems: what each interaction becomes, and what is refused by name."""

import pytest

from tests.assessment.interchange.qti.packages import MAP, choice, declare, item, read, read_one

MAP_RULE = f'<responseProcessing template="{MAP}"/>'


def test_a_choice_of_qti_3_reads_like_one_of_qti_2():
    new = b"""<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="T">
      <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
        <qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>
      <qti-item-body><p>Ch\xe1\xbb\x8dn</p><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
        <qti-simple-choice identifier="A">m\xe1\xbb\x99t</qti-simple-choice>
        <qti-simple-choice identifier="B">hai</qti-simple-choice></qti-choice-interaction></qti-item-body>
      <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
    </qti-assessment-item>"""
    one, other = read_one(new), read_one(choice())
    assert one.type == other.type == "single_choice"
    assert (one.content["options"], one.key) == (other.content["options"], {"correct": "o2"})


def test_weights_of_options_choose_the_score_table_or_are_noted():
    def several(weights):
        entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in weights.items())
        options = "".join(f'<simpleChoice identifier="{key}">{key}</simpleChoice>' for key in "ABC")
        return read_one(item(
            f'<p>?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="0">{options}</choiceInteraction>',
            declare("A", "B", cardinality="multiple", more=f'<mapping defaultValue="0">{entries}</mapping>'), MAP_RULE))

    assert several({"A": 1, "B": 1, "C": -1}).key == {"correct": ["o1", "o2"]}
    assert several({"A": 1, "B": 1}).key["score_table"] == "equal_shares"
    uneven = several({"A": 2, "B": 1, "C": -1})
    assert uneven.is_good
    assert "weights" in uneven.notes[0]


def test_two_words_are_true_or_false_and_four_statements_a_table():
    single = read_one(item('<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Đất tròn</prompt>'
                           '<simpleChoice identifier="T">Đúng</simpleChoice><simpleChoice identifier="F">Sai'
                           "</simpleChoice></choiceInteraction>", declare("T")))
    assert (single.type, single.key["true"]) == ("single_true_false", True)
    rows = "".join(f'<simpleAssociableChoice identifier="{key}" matchMax="1">ý {key}</simpleAssociableChoice>'
                   for key in "abcd")
    words = ('<simpleAssociableChoice identifier="D" matchMax="4">Đúng</simpleAssociableChoice>'
             '<simpleAssociableChoice identifier="S" matchMax="4">Sai</simpleAssociableChoice>')
    four = read_one(item(
        f'<p>Cho</p><matchInteraction responseIdentifier="RESPONSE"><simpleMatchSet>{rows}</simpleMatchSet>'
        f"<simpleMatchSet>{words}</simpleMatchSet></matchInteraction>",
        declare("a D", "b S", "c D", "d S", cardinality="multiple", base="directedPair")))
    assert (four.type, four.key["true"]) == ("true_false", ["o1", "o3"])


def test_an_entry_at_the_end_is_a_short_answer_and_within_the_text_a_gap():
    entry = '<textEntryInteraction responseIdentifier="RESPONSE" expectedLength="5"/>'
    short = read_one(item(f"<p>Thủ đô?</p><p>{entry}</p>", declare("Hà Nội", base="string")))
    assert (short.type, short.content["prompt"]) == ("short_text", "<p>Thủ đô?</p>")
    assert short.key == {"accepted": [{"text": "Hà Nội"}], "case_sensitive": True}
    cloze = read_one(item(f"<p>{entry} là thủ đô.</p>", declare("Hà Nội", base="string")))
    assert (cloze.type, cloze.content["prompt"]) == ("cloze", "<p>[[g1]] là thủ đô.</p>")
    number = read_one(item(f"<p>1 + 1 = {entry}</p>", declare("2", base="float"), rule=(
        '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.5 0.5">'
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>'
        "</responseProcessing>")))
    assert (number.type, number.key["accepted"]) == ("short_numeric", [{"value": "2", "tolerance": "0.5"}])
    assert not number.unsure


def test_a_rule_that_is_not_understood_makes_the_key_unsure():
    question = read_one(item(
        '<p>?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><simpleChoice identifier="A">a'
        '</simpleChoice><simpleChoice identifier="B">b</simpleChoice></choiceInteraction>', declare("B"),
        '<responseProcessing><setOutcomeValue identifier="SCORE"><customOperator class="x"/></setOutcomeValue>'
        "</responseProcessing>"))
    assert question.is_good
    assert [doubt.where for doubt in question.unsure] == ["key"]


@pytest.mark.parametrize(("body", "said"), [
    ("<p>Chỉ có chữ</p>", "nothing to answer"),
    ('<drawingInteraction responseIdentifier="RESPONSE"/>', "drawingInteraction"),
    ('<customInteraction responseIdentifier="RESPONSE"/>', "customInteraction"),
    ('<graphicOrderInteraction responseIdentifier="RESPONSE"/>', "graphicOrderInteraction"),
    ('<uploadInteraction responseIdentifier="R"/><p><textEntryInteraction responseIdentifier="S"/></p>', "several"),
])
def test_what_has_no_counterpart_is_refused_by_name(body, said):
    question = read_one(item(body))
    assert not question.is_good
    assert said in question.problems[0]
    assert "itemBody" in question.source


def test_numbers_that_are_drawn_become_variables():
    question = read_one(item(
        '<p><printedVariable identifier="A"/> + <printedVariable identifier="B"/> = '
        '<textEntryInteraction responseIdentifier="RESPONSE"/></p>', declare(base="integer") + (
            '<templateDeclaration identifier="A" cardinality="single" baseType="integer"/>'
            '<templateDeclaration identifier="B" cardinality="single" baseType="integer"/>'
            '<templateProcessing><setTemplateValue identifier="A"><randomInteger min="1" max="9"/></setTemplateValue>'
            '<setTemplateValue identifier="B"><randomInteger min="1" max="9"/></setTemplateValue>'
            '<templateConstraint><not><match><variable identifier="A"/><variable identifier="B"/></match></not>'
            '</templateConstraint><setCorrectResponse identifier="RESPONSE"><sum><variable identifier="A"/>'
            '<variable identifier="B"/></sum></setCorrectResponse></templateProcessing>')))
    assert question.is_good, question.problems
    assert "{{a}} + {{b}} =" in question.content["prompt"]
    assert question.content["conditions"] == ["not (a == b)"]
    assert question.content["variables"][-1]["is"] == "(a + b)"
    assert question.unsure[0].where == "variables"


def test_a_picture_that_is_missing_is_said_and_one_inside_the_text_is_kept():
    missing = read_one(choice('<p>Xem <img src="images/a.png" alt="a"/></p>'))
    assert "a.png" in missing.problems[0]
    inline = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    kept = read_one(choice(f'<p>Xem <img src="{inline}" alt="a"/></p>'))
    assert kept.is_good
    assert 'src="media:' in kept.content["prompt"]


def test_a_test_alone_names_what_is_missing():
    report = read(b'<assessmentTest xmlns="x" identifier="t" title="t"><testPart identifier="p"><assessmentSection '
                  b'identifier="s"><assessmentItemRef identifier="i" href="item1.xml"/></assessmentSection></testPart>'
                  b"</assessmentTest>")
    assert "item1.xml" in report.problems[0].message
