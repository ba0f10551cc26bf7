"""Rules of marking as other systems write them: what earns the most is right, and the rest is said."""

import pytest

from assessment.interchange.questions import MediaInMemory
from tests.assessment.interchange.qti.packages import MAP, choice, declare, item, manifest, read, read_one, zipped

ENTRY = '<p>Thủ đô? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
CHOICES = ('<p>Chọn</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="{most}">'
           + "".join(f'<simpleChoice identifier="{name}">{name}</simpleChoice>' for name in "ABC")
           + "</choiceInteraction>")


def score(value):
    return f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{value}</baseValue></setOutcomeValue>'


def is_value(value, tag="match", base="string", more=""):
    return (f'<{tag} {more}><variable identifier="RESPONSE"/><baseValue baseType="{base}">{value}</baseValue></{tag}>')


def rule(*branches, last=""):
    """A responseProcessing of one condition: (test, points) each."""
    tags = ["responseIf", *["responseElseIf"] * len(branches)]
    inside = "".join(f"<{tag}>{test}{score(points)}</{tag}>" for tag, (test, points) in zip(tags, branches,
                                                                                           strict=False))
    return f"<responseProcessing><responseCondition>{inside}{last}</responseCondition></responseProcessing>"


def is_unsure(question):
    return any(doubt.where == "key" for doubt in question.unsure)


def test_an_answer_worth_a_part_is_not_right():
    found = read_one(item(ENTRY, declare("Hà Nội", base="string"), rule(
        (is_value("Hà Nội"), 2), (is_value("Hanoi"), 1), (is_value("Huế"), 0))))
    assert found.key["accepted"] == [{"text": "Hà Nội"}]
    assert any("part of the marks" in note for note in found.notes)


def test_all_answers_of_the_same_worth_are_right():
    found = read_one(item(ENTRY, declare(base="string"), rule((is_value("Hà Nội"), 1), (is_value("Hanoi"), 1))))
    assert [row["text"] for row in found.key["accepted"]] == ["Hà Nội", "Hanoi"]
    assert not found.notes


def test_what_earns_nothing_is_not_right():
    found = read_one(item(CHOICES.format(most=1), declare(), rule(
        (is_value("A", base="identifier"), 0), (is_value("B", base="identifier"), 1))))
    assert found.key["correct"] == "o2"


def test_points_for_everything_but_an_answer_are_unsure():
    found = read_one(item(CHOICES.format(most=1), declare("C"), rule(
        (f"<not>{is_value('A', base='identifier')}</not>", 1))))
    assert is_unsure(found)


def test_a_rule_that_gives_nothing_for_the_declared_answer_is_unsure():
    correct = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
    for branches in ([(correct, 0)], [(correct, 1), (is_value("B", base="identifier"), 3)]):
        assert is_unsure(read_one(item(CHOICES.format(most=1), declare("A"), rule(*branches))))


def test_wrong_set_to_nothing_by_a_denial_is_sure():
    wrong = '<not><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match></not>'
    found = read_one(item(CHOICES.format(most=1), declare("A"), rule(
        (wrong, 0), last=f"<responseElse>{score(1)}</responseElse>")))
    assert found.key["correct"] == "o1"
    assert not is_unsure(found)


def test_limits_of_the_score_are_no_rule_of_ones_own():
    """OpenOlat keeps the score between MINSCORE and MAXSCORE in conditions of their own."""
    limits = "".join(
        f'<responseCondition><responseIf><{tag}><variable identifier="SCORE"/><variable identifier="{name}"/></{tag}>'
        f'<setOutcomeValue identifier="SCORE"><variable identifier="{name}"/></setOutcomeValue></responseIf>'
        "</responseCondition>" for tag, name in (("lt", "MINSCORE"), ("gt", "MAXSCORE")))
    right = ('<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match><setOutcomeValue '
             'identifier="SCORE"><sum><variable identifier="SCORE"/><variable identifier="MAXSCORE"/></sum>'
             "</setOutcomeValue>")
    found = read_one(item(CHOICES.format(most=1), declare("B"), (
        f"<responseProcessing><responseCondition><responseIf>{right}</responseIf></responseCondition>{limits}"
        "</responseProcessing>")))
    assert found.key["correct"] == "o2"
    assert not found.unsure


@pytest.mark.parametrize(("below", "above", "value", "tolerance"), [
    ("gte", "lte", "10", "0.5"), ("gt", "lte", "", ""), ("gte", "lt", "", "")])
def test_a_range_is_a_number_in_its_middle_and_open_ends_are_unsure(below, above, value, tolerance):
    test = f"<and>{is_value('9.5', below, 'float')}{is_value('10.5', above, 'float')}</and>"
    found = read_one(item(ENTRY, declare("10", base="float"), rule((test, 1))))
    if value:
        assert found.key["accepted"] == [{"value": value, "tolerance": tolerance}]
        assert not is_unsure(found)
    else:
        assert is_unsure(found)


def test_an_uneven_tolerance_keeps_its_ends():
    test = is_value("10", "equal", "float", 'toleranceMode="absolute" tolerance="1 3"')
    found = read_one(item(ENTRY, declare("10", base="float"), rule((test, 1))))
    assert found.key["accepted"] == [{"value": "11", "tolerance": "2"}]


def test_a_tolerance_that_is_no_number_is_unsure():
    test = is_value("10", "equal", "float", 'toleranceMode="absolute" tolerance="{TOL}"')
    assert is_unsure(read_one(item(ENTRY, declare("10", base="float"), rule((test, 1)))))


def test_a_part_of_a_text_that_is_enough_is_unsure():
    test = is_value("Nội", "stringMatch", more='caseSensitive="false" substring="true"')
    assert is_unsure(read_one(item(ENTRY, declare("Nội", base="string"), rule((test, 1)))))


def test_sets_of_options_worth_a_part_are_said():
    def chosen(*names):
        values = "".join(f'<baseValue baseType="identifier">{name}</baseValue>' for name in names)
        return f'<match><variable identifier="RESPONSE"/><multiple>{values}</multiple></match>'

    found = read_one(item(CHOICES.format(most=0), declare(cardinality="multiple"), rule(
        (chosen("A", "C"), 2), (chosen("A"), 1))))
    assert found.key["correct"] == ["o1", "o3"]
    assert any("part of the marks" in note for note in found.notes)


@pytest.mark.parametrize(("branches", "table", "partial"), [
    ([("match", 2, 1)], "all_or_nothing", False),
    ([("gte", 2, 1), ("gte", 1, 0.5)], "all_or_nothing", True)])
def test_points_for_the_sum_of_the_weights(branches, table, partial):
    weights = ('<mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="1"/>'
               "</mapping>")
    total = '<mapResponse identifier="RESPONSE"/><baseValue baseType="float">'
    tests = [(f"<{tag}>{total}{least}</baseValue></{tag}>", won) for tag, least, won in branches]
    found = read_one(item(CHOICES.format(most=0), declare("A", "B", cardinality="multiple", more=weights),
                          rule(*tests)))
    assert (found.key["correct"], found.key["score_table"]) == (["o1", "o2"], table)
    assert not is_unsure(found)
    assert any("part of the marks" in note for note in found.notes) == partial


def is_member(name, tag="{}"):
    return tag.format(f'<member><baseValue baseType="identifier">{name}</baseValue><variable identifier="RESPONSE"/>'
                      "</member>")


def test_options_that_must_and_must_not_be_chosen_are_a_set():
    test = f"<and>{is_member('A')}{is_member('C')}{is_member('B', '<not>{}</not>')}</and>"
    found = read_one(item(CHOICES.format(most=0), declare(cardinality="multiple"), rule((test, 5))))
    assert (found.key["correct"], found.key["score_table"]) == (["o1", "o3"], "all_or_nothing")
    assert not is_unsure(found)


def test_options_that_earn_or_cost_by_themselves_are_weights():
    def each(name, points):
        return f"<responseCondition><responseIf>{is_member(name)}{score(points)}</responseIf></responseCondition>"

    found = read_one(item(CHOICES.format(most=0), declare(cardinality="multiple"), (
        f"<responseProcessing>{each('A', 1)}{each('B', -1)}{each('C', 1)}</responseProcessing>")))
    assert found.key["correct"] == ["o1", "o3"]
    assert not any("rule of its own" in doubt.message for doubt in found.unsure)


def test_what_is_taken_from_the_score_is_wrong():
    less = ('<setOutcomeValue identifier="SCORE"><subtract><variable identifier="SCORE"/><baseValue baseType="float">2'
            "</baseValue></subtract></setOutcomeValue>")
    found = read_one(item(CHOICES.format(most=1), declare(), rule((is_value("B", base="identifier"), 2), last=(
        f"<responseElseIf>{is_value('A', base='identifier')}{less}</responseElseIf>"))))
    assert found.key["correct"] == "o2"
    assert not is_unsure(found)


def test_an_answer_that_contradicts_its_weights_is_unsure():
    weights = '<mapping defaultValue="0"><mapEntry mapKey="B" mappedValue="1"/></mapping>'
    rule_of_weights = f'<responseProcessing template="{MAP}"/>'
    assert is_unsure(read_one(item(CHOICES.format(most=1), declare("A", more=weights), rule_of_weights)))
    assert not is_unsure(read_one(item(CHOICES.format(most=1), declare("B", more=weights), rule_of_weights)))


def test_full_marks_for_some_of_the_right_ones_are_unsure():
    weights = ('<mapping upperBound="1" defaultValue="0"><mapEntry mapKey="A" mappedValue="1"/>'
               '<mapEntry mapKey="B" mappedValue="1"/></mapping>')
    assert is_unsure(read_one(item(CHOICES.format(most=0), declare("A", "B", cardinality="multiple", more=weights),
                                   f'<responseProcessing template="{MAP}"/>')))


def test_right_answers_that_are_not_offered_are_unsure():
    assert is_unsure(read_one(item(CHOICES.format(most=0), declare("A", "Z", cardinality="multiple"))))


def test_pairs_may_stand_the_other_way_round():
    sets = "".join(f"<simpleMatchSet>{''.join(each)}</simpleMatchSet>" for each in (
        [f'<simpleAssociableChoice identifier="{name}" matchMax="1">{name}</simpleAssociableChoice>'
         for name in names] for names in (("A", "B"), ("X", "Y"))))
    body = f'<p>Ghép</p><matchInteraction responseIdentifier="RESPONSE" maxAssociations="2">{sets}</matchInteraction>'
    declared = declare("Y A", "B X", cardinality="multiple", base="directedPair")
    found = read_one(item(body, declared))
    assert (found.type, found.key["pairs"]) == ("matching", {"o1": "t2", "o2": "t1"})


def test_what_is_told_the_markers_and_other_presentations_are_named():
    found = read_one(item('<rubricBlock view="scorer"><p>Chấm rộng</p></rubricBlock>' + CHOICES.format(most=1),
                          declare("A"), after="<catalogInfo><catalog id=\"c\"/></catalogInfo>"))
    assert "Chấm rộng" not in found.content["prompt"]
    assert len(found.notes) == 2


def test_weights_become_points_and_rules_of_a_test_are_named():
    test = (b'<assessmentTest identifier="t" title="t"><testPart identifier="p"><assessmentSection identifier="s" '
            b'title="s"><selection select="1"/><assessmentItemRef identifier="a" href="a.xml"><weight '
            b'identifier="W" value="2.5"/></assessmentItemRef></assessmentSection></testPart></assessmentTest>')
    report = read(zipped({"a.xml": choice(), "test.xml": test}))
    assert [each.metadata.get("points") for each in report.questions] == ["2.5"]
    assert any("selection" in problem.message for problem in report.problems)


def test_an_item_that_no_list_names_is_named():
    report = read(zipped({"a.xml": choice(), "b.xml": choice()}, listed=["a.xml"]))
    assert len(report.questions) == 1
    assert [problem.position for problem in report.problems] == ["b.xml"]


def test_names_with_backslashes_are_read():
    files = {"items\\a.xml": choice(), "imsmanifest.xml": manifest("items\\a.xml")}
    report = read(zipped(files))
    assert len(report.good) == 1
    assert not report.problems


def test_prefixes_and_utf_16_are_read():
    prefixed = choice().decode().replace("<", "<q:").replace("<q:/", "</q:").replace("<q:?", "<?").replace(
        "xmlns=", "xmlns:q=")
    for data in (prefixed.encode(), choice().decode().replace("UTF-8", "UTF-16").encode("utf-16")):
        assert read_one(data).key["correct"] == "o2"
        assert len(read(zipped({"a.xml": data}), MediaInMemory()).good) == 1
